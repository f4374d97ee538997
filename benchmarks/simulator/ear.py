"""Owns what one listener heard: a cheap note of every packet as it came. Judges nothing; see continuity and hearing."""

from typing import NamedTuple

from benchmarks.simulator.rtp import RtpPacket


class Heard(NamedTuple):
    """One authentic RTP packet and when it came."""

    at: float
    """Seconds on the monotonic clock; the kernel's time of arrival where the socket tells it."""
    packet: RtpPacket


class Ear:
    """Records the packets of one listener in the order of their arrival."""

    def __init__(self) -> None:
        self.recording: list[Heard] = []

    @property
    def first_at(self) -> float | None:
        """When the first packet came."""
        return self.recording[0].at if self.recording else None

    @property
    def last_at(self) -> float | None:
        """When the latest packet came."""
        return self.recording[-1].at if self.recording else None

    def hear(self, at: float, packet: RtpPacket) -> None:
        """Note a packet."""
        self.recording.append(Heard(at, packet))
