"""When a queue is open: ordinary weeks, the two nights of the clock change, holidays, and what comes next."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.waiting.hours import Hours, Span, calendar_of

LONDON = ZoneInfo("Europe/London")


def span(opens: str, closes: str) -> Span:
    return Span(*(timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in (opens, closes)))


WEEK = {day: (span("08:30", "12:30"), span("13:30", "18:00")) for day in range(5)}
OFFICE = Hours(LONDON, WEEK)


def at(text: str, zone: ZoneInfo = LONDON, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 08:29:59", False),
        ("2026-11-23 08:30:00", True),
        ("2026-11-23 12:29:59", True),
        ("2026-11-23 12:30:00", False),
        ("2026-11-23 13:30:00", True),
        ("2026-11-23 18:00:00", False),
        ("2026-11-22 10:00:00", False),
        ("2026-07-20 08:30:00", True),
    ],
)
def test_open_in_its_spans_and_not_beside_them(moment: str, is_open: bool) -> None:
    assert OFFICE.open_at(at(moment)) is is_open


def test_the_callers_clock_does_not_matter() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert OFFICE.open_at(at("2026-11-23 18:00", tokyo)), "09:00 in London"
    assert not OFFICE.open_at(at("2026-11-23 10:00", tokyo)), "01:00 in London"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23 07:00", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 12:30"),
        ("2026-11-23 12:30", "2026-11-23 13:30"),
        ("2026-11-20 18:00", "2026-11-23 08:30"),
        ("2026-03-27 18:00", "2026-03-30 08:30"),
    ],
)
def test_the_next_change(now: str, then: str) -> None:
    assert OFFICE.next_change(at(now)) == at(then), "also over a weekend on which the clocks change"


def test_a_queue_that_never_changes_says_so() -> None:
    assert Hours(LONDON, {}).next_change(at("2026-11-23 10:00")) is None
    always = Hours(LONDON, {day: (span("00:00", "24:00"),) for day in range(7)})
    assert always.next_change(at("2026-11-23 10:00")) is None, "midnight is no change for a queue that never closes"
    assert always.open_at(at("2026-11-23 23:59:59"))


def test_clocks_put_back_close_at_the_second_half_past_one() -> None:
    night = Hours(LONDON, {6: (span("00:00", "01:30"),)})
    assert night.open_at(at("2026-10-25 01:15", fold=1)), "the hour that comes twice is open both times"
    assert night.next_change(at("2026-10-25 00:30")) == at("2026-10-25 01:30", fold=1)


def test_clocks_put_forward_open_at_once_after_the_skipped_hour() -> None:
    night = Hours(LONDON, {6: (span("01:30", "04:00"),)})
    assert not night.open_at(at("2026-03-29 00:59:59"))
    assert night.next_change(at("2026-03-29 00:30")) == at("2026-03-29 02:30"), "01:30 does not exist on that day"
    assert night.next_change(at("2026-03-29 03:00")) == at("2026-03-29 04:00")


def test_the_day_of_a_clock_change_has_its_own_length() -> None:
    all_day = Hours(LONDON, {6: (span("00:00", "24:00"),)})
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 22), 24)):
        ((begins, ends),) = all_day.times(day)
        assert ends - begins == hours * 3600, "midnight to midnight is what the clock on the wall says"


def test_holidays_and_own_dates_are_closed_and_say_why() -> None:
    hours = Hours(LONDON, WEEK, closed_on=frozenset({date(2026, 12, 24)}), holiday=calendar_of("GB", "ENG"))
    assert hours.why_closed(date(2026, 12, 25)) == "Christmas Day"
    assert hours.why_closed(date(2026, 12, 24)) == "closed on this date"
    assert hours.why_closed(date(2026, 12, 29)) is None
    assert not hours.open_at(at("2026-12-25 10:00"))
    assert hours.next_change(at("2026-12-23 18:00")) == at("2026-12-29 08:30"), "the 28th is a substitute day"


def test_a_part_of_a_country_has_its_own_days() -> None:
    day = date(2026, 11, 30)
    assert calendar_of("GB", "SCT")(day) is not None, "Saint Andrew's Day"
    assert calendar_of("GB", "ENG")(day) is None


@given(
    now=st.integers(int(at("2026-01-01")), int(at("2027-01-01"))), zone=st.sampled_from(["Europe/London", "Asia/Tokyo"])
)
def test_nothing_changes_before_the_next_change(now: int, zone: str) -> None:
    hours = Hours(ZoneInfo(zone), {**WEEK, 6: (span("00:00", "03:00"),)})
    then = hours.next_change(now)
    assert then is not None
    assert then > now
    assert hours.open_at(then) is not hours.open_at(now), "the change is none"
    middle = (now + then) / 2
    assert hours.open_at(middle) is hours.open_at(now), "a change in between was overlooked"
