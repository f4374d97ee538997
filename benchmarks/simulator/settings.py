"""Owns the call settings of the simulated business number, and checks a change as Meta does (whatsapp-calling 2.3)."""

import datetime as dt
import itertools
import re
from typing import Any
from zoneinfo import available_timezones

from benchmarks.simulator import refusal

_CHOICES = {
    "status": {"ENABLED", "DISABLED"},
    "call_icon_visibility": {"DEFAULT", "DISABLE_ALL"},
    "callback_permission_status": {"ENABLED", "DISABLED"},
    "srtp_key_exchange_protocol": {"DTLS", "SDES"},
}
_OBJECTS = {"call_icons", "call_hours", "sip", "audio", "voicemail"}
_HOURS = {"status", "timezone_id", "weekly_operating_hours", "holiday_schedule"}
_DAYS = {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
_HHMM = re.compile(r"([01]\d|2[0-3])[0-5]\d", re.ASCII)
_SPANS_A_DAY = 2
_HOLIDAYS = 20


class NumberSettings:
    """The ``calling`` object of one number."""

    def __init__(self) -> None:
        self.calling: dict[str, Any] = {
            "status": "ENABLED",
            "call_icon_visibility": "DEFAULT",
            "call_icons": {"restrict_to_user_countries": []},
            "callback_permission_status": "DISABLED",
            "srtp_key_exchange_protocol": "DTLS",
            "sip": {"status": "DISABLED"},
        }

    def change(self, body: dict[str, Any]) -> None:
        """Take a POST: what it does not name stays, call hours are replaced as a whole. Raises Refusal."""
        calling = body.get("calling")
        if set(body) != {"calling"} or not isinstance(calling, dict) or not calling:
            raise refusal.invalid_parameter("the body must hold calling, and nothing else")
        for name, value in calling.items():
            if name in _CHOICES:
                if value not in _CHOICES[name]:
                    raise refusal.invalid_parameter(f"{name} is not one of {', '.join(sorted(_CHOICES[name]))}")
            elif name not in _OBJECTS or not isinstance(value, dict):
                raise refusal.invalid_parameter(f"{name} is no setting, or not an object")
        if "call_hours" in calling:
            _check_hours(calling["call_hours"])
        if "call_icons" in calling:
            _check_countries(calling["call_icons"])
        self.calling |= calling


def _check_countries(icons: dict[str, Any]) -> None:
    countries = icons.get("restrict_to_user_countries")
    if not isinstance(countries, list) or not all(re.fullmatch(r"[A-Z]{2}", str(country)) for country in countries):
        raise refusal.invalid_parameter("restrict_to_user_countries must be a list of two-letter countries")


def _check_hours(hours: dict[str, Any]) -> None:
    if set(hours) - _HOURS:
        raise refusal.invalid_parameter("call_hours holds an unknown field")
    if hours.get("status") not in _CHOICES["status"]:
        raise refusal.invalid_parameter("call_hours needs a status")
    if hours.get("timezone_id") not in available_timezones():
        raise refusal.invalid_parameter("timezone_id is no IANA time zone")
    week = hours.get("weekly_operating_hours")
    if not isinstance(week, list) or not week:
        raise refusal.invalid_parameter("weekly_operating_hours must not be empty")
    spans: dict[str, list[tuple[str, str]]] = {}
    for span in week:
        opens, closes = str(span.get("open_time")), str(span.get("close_time"))
        if span.get("day_of_week") not in _DAYS or not (_HHMM.fullmatch(opens) and _HHMM.fullmatch(closes)):
            raise refusal.invalid_parameter("a span needs day_of_week, open_time and close_time (HHMM)")
        if opens >= closes:
            raise refusal.invalid_parameter("a span must open before it closes")
        spans.setdefault(span["day_of_week"], []).append((opens, closes))
    for day, times in spans.items():
        ordered = sorted(times)
        if len(times) > _SPANS_A_DAY:
            raise refusal.invalid_parameter(f"{day} has more than {_SPANS_A_DAY} spans")
        if any(first[1] > second[0] for first, second in itertools.pairwise(ordered)):
            raise refusal.invalid_parameter(f"the spans of {day} overlap")
    _check_holidays(hours.get("holiday_schedule", []))


def _check_holidays(holidays: Any) -> None:
    if not isinstance(holidays, list) or len(holidays) > _HOLIDAYS:
        raise refusal.invalid_parameter(f"holiday_schedule takes at most {_HOLIDAYS} dates")
    today = dt.datetime.now(dt.UTC).date()
    for holiday in holidays:
        times = [str(holiday.get(name, "")) for name in ("start_time", "end_time")]
        if not all(_HHMM.fullmatch(time) for time in times):
            raise refusal.invalid_parameter("a holiday needs start_time and end_time (HHMM)")
        try:
            day = dt.date.fromisoformat(str(holiday.get("date")))
        except ValueError as error:
            raise refusal.invalid_parameter("the date of a holiday is not YYYY-MM-DD") from error
        if day < today:
            raise refusal.invalid_parameter("a holiday lies in the past")
