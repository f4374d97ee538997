"""Owns the call settings of a business number at Meta: what we want them to be, and what would change. Pure.

Only what is wanted is compared and sent: a field left out of the POST keeps its value at Meta, except inside
``call_hours``, which is replaced as a whole (whatsapp-calling 2.3).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from signaling.waiting.hours import Hours

Settings: TypeAlias = Mapping[str, Any]
"""The ``calling`` object of ``/<PNID>/settings``, or a part of it, in Meta's words."""

SPANS_A_DAY = 2
"""Meta takes no more (whatsapp-calling 2.3)."""
HOLIDAYS = 20
"""Meta takes no more (whatsapp-calling 2.3)."""
_YEAR_DAYS = 365
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_LAST_MINUTE = timedelta(hours=23, minutes=59)
"""Meta writes times as HHMM within the day, so that midnight at its end cannot be said."""


class NotForMeta(Exception):
    """These hours cannot be said in Meta's words; the text says why."""


class Difference(NamedTuple):
    """One setting that would change."""

    key: str
    now: Any
    """None if Meta has no such setting."""
    wanted: Any


def call_hours(hours: Hours, now: float) -> Settings:
    """Business hours in Meta's words, with the closed dates of the coming year. Raises NotForMeta."""
    week = []
    for weekday, name in enumerate(_DAYS):
        day = hours.week.get(weekday, ())
        if len(day) > SPANS_A_DAY:
            raise NotForMeta(f"{name.title()} has {len(day)} spans; Meta takes {SPANS_A_DAY}")
        week += [
            {"day_of_week": name, "open_time": _hhmm(span.opens), "close_time": _hhmm(min(span.closes, _LAST_MINUTE))}
            for span in day
        ]
    if not week:
        raise NotForMeta("there is no open day; Meta wants one, or settings without hours")
    today = datetime.fromtimestamp(now, hours.zone).date()
    closed = [
        {"date": day.isoformat(), "start_time": "0000", "end_time": "2359"} for day in _closed_dates(hours, today)
    ]
    return {
        "status": "ENABLED",
        "timezone_id": hours.zone.key,
        "weekly_operating_hours": week,
        "holiday_schedule": closed[:HOLIDAYS],
    }


def differences(now: Settings, wanted: Settings, above: str = "") -> Iterator[Difference]:
    """What applying ``wanted`` would change. Lists are compared as a whole, in any order."""
    for name, value in wanted.items():
        key, there = f"{above}{name}", now.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            yield from differences(there, value, f"{key}.")
        elif _ordered(there) != _ordered(value):
            yield Difference(key, there, value)


def _closed_dates(hours: Hours, today: date) -> Iterator[date]:
    for day in (today + timedelta(days=ahead) for ahead in range(_YEAR_DAYS)):
        if hours.week.get(day.weekday()) and hours.why_closed(day) is not None:
            yield day


def _hhmm(of_day: timedelta) -> str:
    hours, seconds = divmod(int(of_day.total_seconds()), 3600)
    return f"{hours:02}{seconds // 60:02}"


def _ordered(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value
