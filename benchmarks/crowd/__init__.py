"""Callers and agents by the thousand: their calls are real, their media is moved by the packet engine as a client.

- ``line``: one end's UDP port and leg; ``media``: what is said and heard there
- ``caller`` and ``browser``: the two kinds of ends; ``probe``: ends in Python that time every packet
- ``site``: a server and its simulated WhatsApp; ``calls``: calls that wait, and calls that are bridged
"""
