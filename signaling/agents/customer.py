"""Owns how a customer is shown to an agent. Pure."""

import phonenumbers

from signaling.agents.messages import Customer
from signaling.calls.events import Caller


def shown(caller: Caller) -> Customer:
    """As much of the customer as WhatsApp shows the business."""
    number = _international(caller.number) if caller.number is not None else None
    return Customer(name=caller.name, number=number, user_id=caller.user_id)


def _international(digits: str) -> str:
    """``447700900123`` as ``+44 7700 900123``; digits that are no phone number stay as they are."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
