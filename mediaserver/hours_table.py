"""Owns how the coming days of a queue are shown to a person."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from signaling.waiting.hours import Hours

DAYS = 7


def week_ahead(hours: Hours, now: float) -> Iterator[str]:
    """One line per day from today on, in the time zone of the queue; the days of a clock change say so."""
    today = datetime.fromtimestamp(now, hours.zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(DAYS)):
        yield f"{day:%a %Y-%m-%d}  {_spans(hours, day)}{_clock_change(hours, day)}"


def state(hours: Hours, now: float) -> str:
    """Whether the queue is open now, and until when."""
    word, change = ("open" if hours.open_at(now) else "closed"), hours.next_change(now)
    if change is None:
        return f"{word} for good"
    return f"{word} until {datetime.fromtimestamp(change, hours.zone):%a %Y-%m-%d %H:%M %Z}"


def _spans(hours: Hours, day: date) -> str:
    shown = [
        f"{datetime.fromtimestamp(begins, hours.zone):%H:%M}-{_end(hours, day, ends)}"
        for begins, ends in hours.times(day)
    ]
    reason = hours.why_closed(day)
    return " ".join(shown) or (f"closed ({reason})" if reason is not None else "closed")


def _end(hours: Hours, day: date, ends: float) -> str:
    moment = datetime.fromtimestamp(ends, hours.zone)
    return "24:00" if moment.date() > day else f"{moment:%H:%M}"


def _clock_change(hours: Hours, day: date) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=hours.zone)
    before, after = midnight.utcoffset(), (midnight + timedelta(days=1)).utcoffset()
    if before == after or before is None or after is None:
        return ""
    return "  (clocks go forward)" if after > before else "  (clocks go back)"
