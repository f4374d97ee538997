"""The engine gets the libsrtp that aiortc ships, and sessions keyed as DTLS agreed."""

import struct
from typing import Any

import pytest
from pylibsrtp import Error, Policy

from mediaserver.legs.srtp import REPLAY_WINDOW, srtp_functions, srtp_sessions

PROFILE = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
OURS, THEIRS = bytes(range(28)), bytes(range(100, 128))


def packet(sequence: int) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, sequence, sequence * 960, 1) + b"voice"


def pair() -> tuple[Any, Any, Any, Any]:
    """Our inbound and outbound session, and theirs."""
    us = srtp_sessions(PROFILE, inbound_key=THEIRS, outbound_key=OURS)
    them = srtp_sessions(PROFILE, inbound_key=OURS, outbound_key=THEIRS)
    assert len({us.inbound, us.outbound, them.inbound, them.outbound, 0}) == 5
    owners: Any = us.owner, them.owner
    return *owners[0], *owners[1]


def test_finds_four_different_functions() -> None:
    functions = srtp_functions()

    assert len(set(functions)) == 4
    assert all(functions)


def test_what_one_side_protects_the_other_can_read() -> None:
    our_inbound, our_outbound, their_inbound, their_outbound = pair()

    assert their_inbound.unprotect(our_outbound.protect(packet(1))) == packet(1)
    assert our_inbound.unprotect(their_outbound.protect(packet(1))) == packet(1)


def test_takes_late_packets_within_the_window_and_none_beyond() -> None:
    _, outbound, inbound, _ = pair()
    sealed = [outbound.protect(packet(sequence)) for sequence in range(1001)]
    inbound.unprotect(sealed[1000])

    inbound.unprotect(sealed[1000 - REPLAY_WINDOW + 1])
    with pytest.raises(Error, match="too old"):
        inbound.unprotect(sealed[1000 - REPLAY_WINDOW])
    with pytest.raises(Error, match="bad index"):
        inbound.unprotect(sealed[1000])
