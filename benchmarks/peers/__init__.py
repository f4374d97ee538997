"""Owns the comparison with other relays: the same two-party calls through each of them, on one core, in one run.

Every relay decrypts what one party sends and encrypts it for the other. Ringbridge and rtpengine are keyed alike and
get their load from the same process; stock aiortc is spoken to by its own kind. No figure of one relay is taken from
anywhere but this run, and a relay that cannot run is reported as absent.
"""
