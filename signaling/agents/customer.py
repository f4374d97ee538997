"""Owns how a customer is shown to an agent. Pure."""

from signaling.agents.messages import Customer
from signaling.calls.events import Caller
from signaling.conversations import numbers


def shown(caller: Caller) -> Customer:
    """As much of the customer as WhatsApp shows the business."""
    number = numbers.shown(caller.number) if caller.number is not None else None
    return Customer(name=caller.name, number=number, user_id=caller.user_id)
