"""Owns the configuration of business hours: how they are written, and what is wrong with them."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import holidays
from pydantic import AfterValidator, Field, field_validator

from mediaserver.section import Section, Zone
from signaling.waiting.hours import Hours, Span, calendar_of

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""In the order of ``date.weekday``."""

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_DAY = timedelta(days=1)


def spans(texts: tuple[str, ...]) -> tuple[Span, ...]:
    """The spans of a day. Raises ValueError in words for whoever wrote them."""
    read: list[Span] = []
    for text in texts:
        match = _SPAN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no span; write it like 08:30-12:30")
        hours = [int(number) for number in match.groups()]
        span = Span(timedelta(hours=hours[0], minutes=hours[1]), timedelta(hours=hours[2], minutes=hours[3]))
        if not (span.opens < span.closes <= _DAY):
            raise ValueError(f"{text!r} ends before it begins; at midnight end one day with 24:00 and begin the next")
        if read and span.opens < read[-1].closes:
            raise ValueError(f"{text!r} begins before the one in front of it is over; write them in order")
        read.append(span)
    return tuple(read)


def _checked(texts: tuple[str, ...]) -> tuple[str, ...]:
    spans(texts)
    return texts


Day = Annotated[tuple[str, ...], AfterValidator(_checked)]
"""The spans of one day of the week, as text."""


def _day(name: str) -> tuple[str, ...]:
    described: tuple[str, ...] = Field(
        default=(), description=f"Spans of {name.title()}, e.g. 08:30-12:30; none is closed."
    )
    return described


class HoursSection(Section):
    """When a queue is open; without it, always. Outside of it calls are rejected, or answered with a farewell."""

    zone: Zone = Field(description="IANA time zone of these hours, e.g. Europe/London.")
    monday: Day = _day("monday")
    tuesday: Day = _day("tuesday")
    wednesday: Day = _day("wednesday")
    thursday: Day = _day("thursday")
    friday: Day = _day("friday")
    saturday: Day = _day("saturday")
    sunday: Day = _day("sunday")
    holidays: str | None = Field(
        default=None, description="Closed on the public holidays of this country or part of it, e.g. GB or GB-ENG."
    )
    closed: tuple[date, ...] = Field(default=(), description="Closed on these dates too, e.g. 2026-12-24.")

    @field_validator("holidays")
    @classmethod
    def _has_a_calendar(cls, value: str | None) -> str | None:
        if value is None:
            return None
        country, _, part = value.partition("-")
        known = holidays.list_supported_countries()
        if country not in known:
            raise ValueError("has no calendar of holidays; write two capital letters (ISO 3166), e.g. GB")
        if part and part not in known[country]:
            raise ValueError(f"has no such part; those of {country} are {', '.join(known[country])}")
        return value


def hours_of(section: HoursSection) -> Hours:
    """The business hours as the waiting room goes by them."""
    country, _, part = (section.holidays or "").partition("-")
    week = {number: spans(getattr(section, name)) for number, name in enumerate(WEEK)}
    hours = Hours(ZoneInfo(section.zone), week, frozenset(section.closed))
    return replace(hours, holiday=calendar_of(country, part or None)) if country else hours
