"""Owns the other side of the media port in tests: who is told, and how a leg of a call comes up and is listened to."""

import asyncio

from mediaserver.media_port import Media
from mediaserver.packets.types import LegCounters, LegEvent, LegEventKind, LegQuality
from signaling.calls.events import Event, LegAnswered, LegConnected
from tests.support.peers import MetaPeer, Peer

RINGBACK_HZ, MUSIC_HZ, CALLER_HZ, AGENT_HZ, HOLD_HZ, COLLEAGUE_HZ = 400, 1000, 600, 800, 1200, 1600
COMFORT_HZ = 200
"""What the engine of these tests plays for comfort."""


class Calls:
    """The other side of the port: takes what is posted and observed, in order."""

    def __init__(self) -> None:
        self.posted: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.seen: list[tuple[str, str, LegEventKind]] = []
        self.final: dict[tuple[str, str], LegCounters] = {}
        self.quality: dict[tuple[str, str], LegQuality] = {}
        self._news = asyncio.Event()

    def post(self, call_id: str, event: Event) -> None:
        self.posted.put_nowait((call_id, event))

    def noticed(self, call_id: str, leg: str, event: LegEvent) -> None:
        self.seen.append((call_id, leg, event.kind))
        self._news.set()

    def closed(self, call_id: str, leg: str, counters: LegCounters, quality: LegQuality) -> None:
        self.final[call_id, leg] = counters
        self.quality[call_id, leg] = quality

    async def told(self) -> tuple[str, Event]:
        return await asyncio.wait_for(self.posted.get(), 5)

    async def until(self, call_id: str, leg: str, kind: LegEventKind) -> None:
        async with asyncio.timeout(5):
            while (call_id, leg, kind) not in self.seen:
                self._news.clear()
                await self._news.wait()


async def connect(media: Media, calls: Calls, leg: str, peer: Peer) -> None:
    """Bring up one leg of call ``c``."""
    media.answer("c", leg, await peer.offer(), whatsapp=isinstance(peer, MetaPeer))
    call_id, answered = await calls.told()
    assert isinstance(answered, LegAnswered)
    media.start("c", leg)
    await peer.accept(answered.sdp)
    assert (call_id, await calls.told()) == ("c", ("c", LegConnected(leg=leg)))


async def hears(peer: Peer, hertz: float) -> None:
    await asyncio.wait_for(peer.hears(hertz), 10)
