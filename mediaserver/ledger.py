"""Owns what the legs of each call measured, from the closing of a leg until the record of its call is written.

The call machine is pure and knows no measurement; every leg of a call is closed before its record is written, so the
figures are joined to the record on its way into the store, and no call waits for them.
"""

from msgspec.structs import replace

from mediaserver.packets.types import LegCounters, LegEvent, LegQuality, StreamQuality
from mediaserver.quality import mos
from signaling.calls.call import Call, CallBackRequest, CallRecord, LegRecord, StreamRecord
from signaling.ports import RecordsPort

MAX_CALLS = 20_000
"""Calls whose figures may wait for a record. A leg that is closed after the record of its call waits in vain, so the
oldest call is forgotten beyond that."""


class Ledger:
    """Watches legs (``mediaserver.media_port.MediaObserver``) and completes call records (``RecordsPort``)."""

    def __init__(self, records: RecordsPort) -> None:
        self._records = records
        self._legs: dict[str, tuple[LegRecord, ...]] = {}

    def noticed(self, call_id: str, leg: str, event: LegEvent) -> None:
        """What happens while a leg lives is not for the record."""

    def closed(self, call_id: str, leg: str, counters: LegCounters, quality: LegQuality) -> None:
        """Keep what a leg measured, if it ever carried sound."""
        if counters.sent or counters.received:
            self._legs[call_id] = (*self._legs.get(call_id, ()), leg_record(leg, counters, quality))
            if len(self._legs) > MAX_CALLS:
                del self._legs[next(iter(self._legs))]

    def save(self, call: Call) -> None:
        """Remember a live call."""
        self._records.save(call)

    def ask_call_back(self, request: CallBackRequest) -> None:
        """Write down that a caller is to be called back."""
        self._records.ask_call_back(request)

    def write(self, record: CallRecord) -> None:
        """Write the record of an ended call with what its legs measured."""
        self._records.write(replace(record, legs=self._legs.pop(record.call_id, ())))


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
