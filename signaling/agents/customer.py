"""Owns how a customer is shown to an agent. Pure."""

from signaling.agents.messages import Customer
from signaling.calls.events import Caller
from signaling.conversations import numbers


def shown(caller: Caller) -> Customer:
    """As much of the customer as WhatsApp shows the business."""
    if caller.number is None:
        return Customer(name=caller.name, user_id=caller.user_id)
    number = numbers.check(f"+{caller.number}")
    return Customer(
        name=caller.name,
        number=number.shown,
        user_id=caller.user_id,
        country=number.country,
        time_zone=numbers.time_zone(caller.number),
    )
