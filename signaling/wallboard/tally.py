"""Owns how a day has gone, queue by queue, counted from call records. Pure; times are epoch seconds.

A call counts for the queue it was in last; one that an agent placed waited in none and does not count. Waiting begins
when the caller begins to hear us, which is at accept.
"""

import enum
from collections.abc import Iterable
from datetime import datetime, tzinfo

import msgspec
from msgspec.structs import replace

from signaling.calls.call import CallRecord
from signaling.calls.events import Direction


class Ending(enum.Enum):
    """What became of a customer's call."""

    ANSWERED = "answered"
    """An agent talked with the caller."""
    ABANDONED = "abandoned"
    """The caller hung up before that."""
    TURNED_AWAY = "turned_away"
    """We ended the call before that: closed, full, waited too long, or a fault."""


class Tally(msgspec.Struct, frozen=True, omit_defaults=False):
    """What became of the calls of one queue."""

    answered: int = 0
    abandoned: int = 0
    turned_away: int = 0
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


def ending(record: CallRecord) -> Ending:
    """What became of a call from a customer."""
    if record.answered_at is not None:
        return Ending.ANSWERED
    return Ending.ABANDONED if record.ended_by == "caller" else Ending.TURNED_AWAY


def waited(record: CallRecord) -> float:
    """Seconds that the caller heard us before an agent answered, or before it was over."""
    begin = record.offered_at if record.accepted_at is None else record.accepted_at
    return max(0.0, (record.ended_at if record.answered_at is None else record.answered_at) - begin)


def _with(tally: Tally, record: CallRecord, in_time_s: float) -> Tally:
    wait = waited(record)
    longest = max(tally.longest_s, wait)
    match ending(record):
        case Ending.ANSWERED:
            return replace(
                tally,
                answered=tally.answered + 1,
                in_time=tally.in_time + (wait <= in_time_s),
                waited_s=tally.waited_s + wait,
                longest_s=longest,
            )
        case Ending.ABANDONED:
            return replace(tally, abandoned=tally.abandoned + 1, longest_s=longest)
        case Ending.TURNED_AWAY:
            return replace(tally, turned_away=tally.turned_away + 1, longest_s=longest)
