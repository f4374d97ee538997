"""Owns what the legs of each call measured and were played, from then until the record of its call is written.

The call machine is pure and knows no measurement; every leg of a call is closed before its record is written, so the
figures are joined to the record on its way into the store, and no call waits for them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from mediaserver.packets.types import LegCounters, LegEvent, LegEventKind, LegQuality, StreamQuality
from mediaserver.quality import mos
from signaling.calls.call import CALLER_LEG, Call, CallBackRequest, CallRecord, LegRecord, Played, StreamRecord
from signaling.clock import Clock
from signaling.ports import RecordsPort

MAX_CALLS = 20_000
"""Calls whose figures may wait for a record. A leg that is closed after the record of its call waits in vain, so the
oldest call is forgotten beyond that."""
MOST_PLAYED = 200
"""Different things one call may be played and still have them all told; a place in the queue is one for each number."""


@dataclass(slots=True)
class _Page:
    """What is known of a call beside its own record."""

    legs: tuple[LegRecord, ...] = ()
    played: tuple[Played, ...] = ()
    first_audio_at: float | None = None


class Ledger:
    """Watches legs (``mediaserver.media_port.MediaObserver``) and what they are played (``wait_player.Diary``), and
    completes call records (``RecordsPort``). ``clock`` is in epoch seconds; ``monotonic`` is the packet engine's.
    """

    def __init__(self, records: RecordsPort, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._records = records
        self._clock = clock
        self._monotonic = monotonic
        self._pages: dict[str, _Page] = {}

    def noticed(self, call_id: str, leg: str, event: LegEvent) -> None:
        """Of what happens while a leg lives, the caller's first sound is for the record."""
        if event.kind is LegEventKind.AUDIO_STARTED and leg == CALLER_LEG:
            self._page(call_id).first_audio_at = self._clock() - (self._monotonic() - event.at)

    def played(self, call_id: str, what: str, queue: str, clips: tuple[str, ...]) -> None:
        """Note what is played, or that it is played again."""
        page = self._page(call_id)
        for number, known in enumerate(page.played):
            if (known.what, known.queue, known.clips) == (what, queue, clips):
                again = replace(known, times=known.times + 1)
                page.played = (*page.played[:number], again, *page.played[number + 1 :])
                return
        new = Played(what=what, queue=queue, clips=clips, first_at=self._clock())
        page.played = (*page.played, new)[:MOST_PLAYED]

    def closed(self, call_id: str, leg: str, counters: LegCounters, quality: LegQuality) -> None:
        """Keep what a leg measured, if it ever carried sound."""
        if counters.sent or counters.received:
            page = self._page(call_id)
            page.legs = (*page.legs, leg_record(leg, counters, quality))

    def save(self, call: Call) -> None:
        """Remember a live call."""
        self._records.save(call)

    def ask_call_back(self, request: CallBackRequest) -> None:
        """Write down that a caller is to be called back."""
        self._records.ask_call_back(request)

    def write(self, record: CallRecord) -> None:
        """Write the record of an ended call with what its legs measured and what they were played."""
        page = self._pages.pop(record.call_id, _Page())
        whole = replace(record, legs=page.legs, played=page.played, first_audio_at=page.first_audio_at)
        self._records.write(whole)

    def _page(self, call_id: str) -> _Page:
        page = self._pages.setdefault(call_id, _Page())
        if len(self._pages) > MAX_CALLS:
            del self._pages[next(iter(self._pages))]
        return page


def leg_record(leg: str, counters: LegCounters, quality: LegQuality) -> LegRecord:
    """The measurements of a leg as its call record tells them."""
    return LegRecord(
        leg=leg,
        inbound=_stream(quality.inbound, quality.round_trip_ms),
        outbound=_stream(quality.outbound, quality.round_trip_ms),
        round_trip_ms=quality.round_trip_ms,
        longest_gap_ms=counters.longest_gap_us / 1000,
        discontinuities=counters.discontinuities,
    )


def _stream(stream: StreamQuality | None, round_trip_ms: float | None) -> StreamRecord | None:
    if stream is None:
        return None
    loss = stream.lost / max(1, stream.expected)
    return StreamRecord(
        packets=stream.expected,
        lost=stream.lost,
        jitter_ms=stream.jitter_ms,
        mos=mos(loss=loss, jitter_ms=stream.jitter_ms, round_trip_ms=round_trip_ms),
    )
