"""The simulated number takes the settings Meta takes, and refuses what Meta refuses (whatsapp-calling 2.3)."""

from typing import Any

import pytest

from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.settings import NumberSettings

SPAN = {"day_of_week": "MONDAY", "open_time": "0830", "close_time": "1230"}
HOURS: dict[str, Any] = {"status": "ENABLED", "timezone_id": "Europe/London", "weekly_operating_hours": [SPAN]}


def test_what_is_left_out_stays_and_call_hours_are_replaced_as_a_whole() -> None:
    number = NumberSettings()
    holiday = {"date": "2999-12-25", "start_time": "0000", "end_time": "2359"}
    number.change({"calling": {"call_hours": {**HOURS, "holiday_schedule": [holiday]}}})
    number.change({"calling": {"callback_permission_status": "ENABLED"}})
    assert number.calling["call_hours"]["holiday_schedule"] == [holiday], "a setting was lost to another one"
    number.change({"calling": {"call_hours": HOURS}})
    assert "holiday_schedule" not in number.calling["call_hours"], "omitted holidays are deleted"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"calling": {}},
        {"calling": {"status": "ENABLED"}, "messaging_product": "whatsapp"},
        {"calling": {"call_icon_visibility": "HIDE"}},
        {"calling": {"call_icon": "DEFAULT"}},
        {"calling": {"call_icons": {"restrict_to_user_countries": ["gb"]}}},
        {"calling": {"call_hours": {**HOURS, "timezone_id": "London"}}},
        {"calling": {"call_hours": {**HOURS, "weekly_operating_hours": []}}},
        {"calling": {"call_hours": {**HOURS, "weekly_operating_hours": [{**SPAN, "close_time": "2400"}]}}},
        {"calling": {"call_hours": {**HOURS, "weekly_operating_hours": [{**SPAN, "close_time": "0830"}]}}},
        {"calling": {"call_hours": {**HOURS, "weekly_operating_hours": [SPAN, SPAN]}}},
        {"calling": {"call_hours": {**HOURS, "status": "ON"}}},
        {"calling": {"call_hours": {**HOURS, "zone": "x"}}},
        {"calling": {"call_hours": {**HOURS, "holiday_schedule": [{"date": "2999-12-25"}]}}},
        {
            "calling": {
                "call_hours": {
                    **HOURS,
                    "holiday_schedule": [{"date": "2020-12-25", "start_time": "0000", "end_time": "2359"}],
                }
            }
        },
    ],
)
def test_what_meta_refuses_is_refused_and_changes_nothing(body: dict[str, Any]) -> None:
    number = NumberSettings()
    with pytest.raises(Refusal):
        number.change(body)
    assert number.calling == NumberSettings().calling


def test_more_than_two_spans_a_day_are_refused() -> None:
    spans = [{**SPAN, "open_time": f"{hour:02}00", "close_time": f"{hour:02}30"} for hour in (1, 2, 3)]
    with pytest.raises(Refusal):
        NumberSettings().change({"calling": {"call_hours": {**HOURS, "weekly_operating_hours": spans}}})
