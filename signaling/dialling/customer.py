"""Owns whom an agent wants to phone: a number as a person writes it, or WhatsApp's id of a user. Pure."""

import re

import phonenumbers

from signaling.calls.events import Caller

_USER_ID = re.compile(r"([A-Z]{2})\.(?:ENT\.)?[0-9A-Za-z]{1,64}")
"""A business-scoped user id (BSUID) begins with the user's country (whatsapp-calling, vocabulary)."""


class BadCustomer(Exception):
    """Nobody can be phoned by this. The message is for the agent and quotes nothing."""


def customer(number: str | None, user_id: str | None) -> Caller:
    """Whom to phone. A number is written with its country code. Raises BadCustomer."""
    if user_id is not None and _USER_ID.fullmatch(user_id) is None:
        raise BadCustomer("this is no WhatsApp user id")
    if number is None and user_id is None:
        raise BadCustomer("a phone number or a WhatsApp user id is needed")
    return Caller(user_id=user_id, number=_digits(number) if number is not None else None)


def country_of(who: Caller) -> str | None:
    """Where the customer's telephone is at home, as ISO 3166 alpha-2; None if that cannot be told."""
    if who.number is not None:
        number = phonenumbers.parse(f"+{who.number}")
        # Numbers that no country has given out yet still begin with a country's code.
        return phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
            number.country_code or 0
        )
    found = _USER_ID.fullmatch(who.user_id or "")
    return found[1] if found is not None else None


def _digits(written: str) -> str:
    plus = written if written.lstrip().startswith("+") else f"+{written.lstrip()}"
    try:
        parsed = phonenumbers.parse(plus)
    except phonenumbers.NumberParseException as error:
        raise BadCustomer("this is no phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadCustomer("this phone number is too long or too short; write it with its country code")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
