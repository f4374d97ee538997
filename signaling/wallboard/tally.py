"""Owns how a day has gone, queue by queue, counted from call records. Pure; times are epoch seconds.

A call counts for the queue it was in last; one that an agent placed waited in none and does not count. Waiting begins
when the caller begins to hear us, which is at accept.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo

import msgspec
from msgspec.structs import replace

from signaling.calls.call import CallRecord
from signaling.calls.events import Direction


class Tally(msgspec.Struct, frozen=True, omit_defaults=False):
    """What became of the calls of one queue."""

    answered: int = 0
    """An agent talked with the caller."""
    abandoned: int = 0
    """The caller hung up before that."""
    turned_away: int = 0
    """We ended the call before that: closed, full, waited too long, or a fault."""
    in_time: int = 0
    """Of the answered ones, those whose caller waited no longer than the service level allows."""
    waited_s: float = 0.0
    """Seconds that callers who were answered had waited, all together."""
    longest_s: float = 0.0
    """The longest wait of any caller, answered or not."""

    @property
    def service_level(self) -> float | None:
        """Part of the callers who were answered in time, of those answered or lost; None before the first one.

        Who was turned away never had the chance, and is counted apart.
        """
        counted = self.answered + self.abandoned
        return self.in_time / counted if counted else None

    @property
    def mean_wait_s(self) -> float | None:
        """Average speed of answer, in seconds."""
        return self.waited_s / self.answered if self.answered else None


class Day(msgspec.Struct, frozen=True):
    """One day of the site."""

    began: float
    """Midnight in the site's time zone."""
    queues: dict[str, Tally] = {}


def midnight(now: float, zone: tzinfo) -> float:
    """When the day of ``now`` began in this time zone."""
    local = datetime.fromtimestamp(now, zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def count(day: Day, records: Iterable[CallRecord], *, in_time_s: float) -> Day:
    """The day with these calls; those that ended before it began do not count."""
    queues = dict(day.queues)
    for record in records:
        if record.ended_at >= day.began and record.direction is Direction.INBOUND:
            queues[record.queue] = _with(queues.get(record.queue, Tally()), record, in_time_s)
    return replace(day, queues=queues)


def turn(day: Day, now: float, zone: tzinfo) -> Day:
    """The day itself, or the next one once midnight has passed."""
    began = midnight(now, zone)
    return day if began <= day.began else Day(began)


def _with(tally: Tally, record: CallRecord, in_time_s: float) -> Tally:
    begin = record.offered_at if record.accepted_at is None else record.accepted_at
    waited = max(0.0, (record.ended_at if record.answered_at is None else record.answered_at) - begin)
    longest = max(tally.longest_s, waited)
    if record.answered_at is not None:
        return replace(
            tally,
            answered=tally.answered + 1,
            in_time=tally.in_time + (waited <= in_time_s),
            waited_s=tally.waited_s + waited,
            longest_s=longest,
        )
    if record.ended_by == "caller":
        return replace(tally, abandoned=tally.abandoned + 1, longest_s=longest)
    return replace(tally, turned_away=tally.turned_away + 1, longest_s=longest)
