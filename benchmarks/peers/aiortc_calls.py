"""Owns the words between the two aiortc processes: session descriptions and counts. No peer connections."""

from typing import TypeAlias

import msgspec
from aiortc import RTCPeerConnection
from aiortc.stats import RTCInboundRtpStreamStats, RTCOutboundRtpStreamStats

Descriptions: TypeAlias = list[tuple[str, str]]
"""SDP of caller and agent of each call."""


class Gather(msgspec.Struct, frozen=True, tag=True):
    """Let the clients of so many calls make their offers; answered with Descriptions."""

    calls: int


class Answer(msgspec.Struct, frozen=True, tag=True):
    """Take these offers and bridge them two by two; answered with Descriptions."""

    offers: Descriptions


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Take these answers and speak; answered with True once every client hears somebody."""

    answers: Descriptions


class Negotiated(msgspec.Struct, frozen=True, tag=True):
    """Answered with the name of the SRTP crypto suite that DTLS chose."""


class Count(msgspec.Struct, frozen=True, tag=True):
    """Answered with Counted."""


class Counted(msgspec.Struct, frozen=True):
    """Packets so far, of all connections of a process together."""

    sent: int
    received: int
    lost: int
    """Missing among the sequence numbers that came in."""


async def counted(connections: list[RTCPeerConnection]) -> Counted:
    """Add up what aiortc's own statistics say."""
    sent = received = lost = 0
    for connection in connections:
        for stats in (await connection.getStats()).values():
            match stats:
                case RTCOutboundRtpStreamStats():
                    sent += stats.packetsSent
                case RTCInboundRtpStreamStats():
                    received += stats.packetsReceived
                    lost += stats.packetsLost
    return Counted(sent, received, lost)
