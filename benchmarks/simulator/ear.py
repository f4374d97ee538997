"""Owns what one listener heard: a cheap note of every packet as it came. Judges nothing; see continuity and hearing."""

import asyncio
from typing import NamedTuple

from benchmarks.simulator.rtp import RtpPacket

PACKET_S = 0.020
"""Sound in one packet, seconds (whatsapp-calling 5.6)."""


class Heard(NamedTuple):
    """One authentic RTP packet and when it came."""

    at: float
    """Seconds on the monotonic clock; the kernel's time of arrival where the socket tells it."""
    packet: RtpPacket


class Ear:
    """Records the packets of one listener in the order of their arrival."""

    def __init__(self) -> None:
        self.recording: list[Heard] = []
        self._awaited: list[tuple[int, asyncio.Event]] = []

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
        for count, event in self._awaited:
            if len(self.recording) >= count:
                event.set()

    async def listen(self, seconds: float, timeout_s: float) -> None:
        """Wait until so many more seconds of sound have been heard. Raises TimeoutError."""
        event = asyncio.Event()
        awaited = (len(self.recording) + round(seconds / PACKET_S), event)
        self._awaited.append(awaited)
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        finally:
            self._awaited.remove(awaited)
