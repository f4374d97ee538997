"""Owns the tally of the present day: read from the records at the start, kept by each call that ends."""

from datetime import tzinfo
from typing import Protocol

from signaling.calls.call import CallRecord
from signaling.clock import Clock
from signaling.wallboard import tally
from signaling.wallboard.tally import Day

PAGE = 200
"""Records read at a time."""


class PastCalls(Protocol):
    """Where records are read. Implemented by ``signaling.store.records.Records``."""

    async def calls(self, limit: int, *, before: float | None = None) -> list[CallRecord]:
        """The newest call records that ended before, newest first. Raises StoreUnavailable."""


class Today:
    """The day so far. ``zone`` is where midnight is, ``in_time_s`` the wait that the service level allows."""

    def __init__(self, clock: Clock, *, zone: tzinfo, in_time_s: float) -> None:
        self._clock = clock
        self._zone = zone
        self._in_time_s = in_time_s
        self._day = Day(tally.midnight(clock(), zone))

    @property
    def day(self) -> Day:
        """As it stands; after midnight, the new one."""
        self._day = tally.turn(self._day, self._clock(), self._zone)
        return self._day

    async def start(self, past: PastCalls) -> None:
        """Count what has ended today already. Call it before the first ``note``. Raises StoreUnavailable."""
        before: float | None = None
        while True:
            records = await past.calls(PAGE, before=before)
            self._day = tally.count(self.day, records, in_time_s=self._in_time_s)
            if len(records) < PAGE or records[-1].ended_at < self._day.began:
                return
            before = records[-1].ended_at

    def note(self, record: CallRecord) -> None:
        """A call has ended."""
        self._day = tally.count(self.day, (record,), in_time_s=self._in_time_s)
