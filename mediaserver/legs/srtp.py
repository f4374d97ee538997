"""Owns the way into libsrtp: where its functions lie in memory, and the two keyed sessions of a leg.

The engine calls the very library that pylibsrtp ships (built on OpenSSL), by address and without the GIL.
"""

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from mediaserver.packets.types import SrtpFunctions, SrtpSessions

REPLAY_WINDOW = 128
"""Packets, 2.5 s of voice. libsrtp shifts the whole window per packet; aiortc's 1024 costs measurably more."""


def srtp_functions() -> SrtpFunctions:
    """Addresses of the functions the engine needs."""
    return SrtpFunctions(
        protect=_address("srtp_protect"),
        unprotect=_address("srtp_unprotect"),
        protect_rtcp=_address("srtp_protect_rtcp"),
        unprotect_rtcp=_address("srtp_unprotect_rtcp"),
    )


def srtp_sessions(profile: int, *, inbound_key: bytes, outbound_key: bytes) -> SrtpSessions:
    """Key both directions of a leg with libsrtp's ``profile``; each key is the master key and its salt."""
    inbound = _session(profile, inbound_key, Policy.SSRC_ANY_INBOUND)
    outbound = _session(profile, outbound_key, Policy.SSRC_ANY_OUTBOUND)
    return SrtpSessions(_pointer(inbound), _pointer(outbound), owner=(inbound, outbound))


def _address(function: str) -> int:
    return int(ffi.cast("uintptr_t", ffi.addressof(lib, function)))


def _pointer(session: Session) -> int:
    return int(ffi.cast("uintptr_t", session._srtp[0]))


def _session(profile: int, key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.window_size = REPLAY_WINDOW
    return Session(policy)
