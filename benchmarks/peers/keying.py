"""Owns how libsrtp is keyed without DTLS: keys exchanged as SDES does (RFC 4568), for all relays alike."""

from pylibsrtp import Policy

from benchmarks.peers.sides import Side, Suite
from mediaserver.legs.srtp import srtp_sessions
from mediaserver.packets.types import SrtpSessions

PROFILES = {
    Suite.AES_CM_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    Suite.AES_CM_32: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    Suite.AES_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
}
"""The suites as libsrtp numbers them."""


def keyed(*, ours: Side, theirs: Side) -> SrtpSessions:
    """The contexts of a leg that is ``ours`` and speaks with ``theirs``."""
    return srtp_sessions(PROFILES[ours.suite], inbound_key=theirs.key, outbound_key=ours.key)
