"""Business hours in Meta's words, and the difference an operator is shown before anything changes."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from signaling.waiting.hours import Hours, Span, calendar_of
from signaling.whatsapp.settings import HOLIDAYS, Difference, NotForMeta, call_hours, differences

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=LONDON).timestamp()


def span(opens: float, closes: float) -> Span:
    return Span(timedelta(hours=opens), timedelta(hours=closes))


def test_hours_are_said_as_meta_documents_them() -> None:
    hours = Hours(LONDON, {0: (span(8.5, 12.5), span(13.5, 24))}, closed_on=frozenset({date(2026, 12, 28)}))
    assert call_hours(hours, NOW) == {
        "status": "ENABLED",
        "timezone_id": "Europe/London",
        "weekly_operating_hours": [
            {"day_of_week": "MONDAY", "open_time": "0830", "close_time": "1230"},
            {"day_of_week": "MONDAY", "open_time": "1330", "close_time": "2359"},
        ],
        "holiday_schedule": [{"date": "2026-12-28", "start_time": "0000", "end_time": "2359"}],
    }


def test_holidays_are_those_to_come_on_days_that_would_be_open_and_no_more_than_meta_takes() -> None:
    week = {day: (span(9, 17),) for day in range(5)}
    england = call_hours(Hours(LONDON, week, holiday=calendar_of("GB", "ENG")), NOW)["holiday_schedule"]
    assert [day["date"] for day in england[:3]] == ["2026-12-25", "2026-12-28", "2027-01-01"], "a past date is refused"
    days = frozenset(date(2026, 11, 24) + timedelta(days=number) for number in range(60))
    assert len(call_hours(Hours(LONDON, week, closed_on=days), NOW)["holiday_schedule"]) == HOLIDAYS


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        (Hours(LONDON, {}), "no open day"),
        (Hours(LONDON, {2: (span(1, 2), span(3, 4), span(5, 6))}), "Wednesday has 3 spans"),
    ],
)
def test_what_meta_cannot_say_is_said_to_the_operator(hours: Hours, why: str) -> None:
    with pytest.raises(NotForMeta, match=why):
        call_hours(hours, NOW)


def test_only_what_is_wanted_and_differs_is_shown() -> None:
    now = {
        "status": "ENABLED",
        "call_icon_visibility": "DEFAULT",
        "call_icons": {"restrict_to_user_countries": ["IE", "GB"]},
        "sip": {"status": "DISABLED"},
    }
    wanted = {
        "call_icon_visibility": "DISABLE_ALL",
        "call_icons": {"restrict_to_user_countries": ["GB", "IE"]},
        "callback_permission_status": "ENABLED",
    }
    assert list(differences(now, wanted)) == [
        Difference("call_icon_visibility", "DEFAULT", "DISABLE_ALL"),
        Difference("callback_permission_status", None, "ENABLED"),
    ], "an operator would fear, or miss, a change"


def test_a_change_deep_inside_is_named_by_its_way() -> None:
    now = {"call_hours": {"timezone_id": "Europe/London", "status": "ENABLED"}}
    wanted = {"call_hours": {"timezone_id": "Asia/Tokyo", "status": "ENABLED"}}
    assert list(differences(now, wanted)) == [Difference("call_hours.timezone_id", "Europe/London", "Asia/Tokyo")]
