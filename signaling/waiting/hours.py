"""Owns when a queue is open: spans of the week in its own time zone, holidays, and dates of its own. Pure.

Spans are wall-clock times. When clocks are put back, a queue that closes at 02:30 closes at the second 02:30; a time
that is skipped in spring counts as the moment an hour later. A span begins with its first second and is over at its
last: [opens, closes).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import holidays

Calendar: TypeAlias = Callable[[date], str | None]
"""The name of the holiday on this date, if it is one."""

FAR_DAYS = 370
"""How far ahead a change is looked for: over a year, so that a queue open on one date of the year is found."""

_MIDNIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Open from one wall-clock time to another of the same day, each counted from midnight; 24 hours is its end."""

    opens: timedelta
    closes: timedelta


@dataclass(frozen=True, slots=True)
class Hours:
    """The business hours of a queue."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    """By weekday, Monday is 0; a day that is missing is closed."""
    closed_on: frozenset[date] = frozenset()
    holiday: Calendar = lambda _: None

    def open_at(self, now: float) -> bool:
        """Whether the queue is open at this moment, in epoch seconds."""
        today = datetime.fromtimestamp(now, self.zone).date()
        return any(begins <= now < ends for begins, ends in self.times(today))

    def next_change(self, now: float) -> float | None:
        """When it opens, or closes, next; None if that never happens."""
        is_open = self.open_at(now)
        today = datetime.fromtimestamp(now, self.zone).date()
        for day in (today + timedelta(days=ahead) for ahead in range(FAR_DAYS)):
            for moment in (moment for span in self.times(day) for moment in span):
                if moment > now and self.open_at(moment) is not is_open:
                    return moment
        return None

    def times(self, day: date) -> Iterator[tuple[float, float]]:
        """The spans of a date in epoch seconds, in their order."""
        if self.why_closed(day) is None:
            for span in self.week.get(day.weekday(), ()):
                yield self._moment(day, span.opens, fold=0), self._moment(day, span.closes, fold=1)

    def why_closed(self, day: date) -> str | None:
        """Why the queue is closed all day although its week may say otherwise; None on ordinary days."""
        if day in self.closed_on:
            return "closed on this date"
        return self.holiday(day)

    def _moment(self, day: date, of_day: timedelta, *, fold: int) -> float:
        if of_day == _MIDNIGHT:
            day, of_day = day + _MIDNIGHT, timedelta()
        wall_clock = datetime.combine(day, time(), self.zone) + of_day
        return wall_clock.replace(fold=fold).timestamp()


def calendar_of(country: str, subdivision: str | None = None) -> Calendar:
    """The public holidays of a country or a part of it (ISO 3166). Raises NotImplementedError for an unknown one."""
    return holidays.country_holidays(country, subdiv=subdivision).get
