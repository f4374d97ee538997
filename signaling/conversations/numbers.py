"""Owns phone numbers as people write and read them. Pure; the numbering plans are those of ``phonenumbers``."""

import msgspec
import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from signaling.waiting.routes import NO_COUNTRY


class NumberCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number as far as it is typed."""

    digits: str
    """As WhatsApp wants it: digits without ``+``; empty if it is no number yet."""
    shown: str
    """For a person to read: ``+44 7700 900123``."""
    country: str | None
    """ISO 3166."""
    possible: bool
    """Its length is right; whether somebody has it, only WhatsApp knows."""


def check(typed: str, *, country: str | None = None) -> NumberCheck:
    """A number as somebody types it. Without ``+`` or ``00`` it is taken for one of the country, if one is given."""
    text = typed.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    if not text.startswith("+") and country is None:
        text = "+" + text
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return NumberCheck(digits="", shown=typed.strip(), country=None, possible=False)
    region = phonenumbers.region_code_for_number(number)
    return NumberCheck(
        digits=phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:],
        shown=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        country=None if region in NO_COUNTRY else region,
        possible=phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE,
    )


def shown(digits: str) -> str:
    """``447700900123`` as ``+44 7700 900123``; digits that are no phone number stay as they are."""
    return check(f"+{digits}").shown


def time_zone(digits: str) -> str | None:
    """Where the number is at home (IANA); None if it is at home in several time zones, or in none that is known."""
    try:
        zones = time_zones_for_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return None
    return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None


def national_part(digits: str) -> str | None:
    """The number without its country's code, as people dial it at home, less the leading 0; None if it is no number."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.national_significant_number(number)
