"""Owns what a call remembers of its way: its queues, to whom it was offered, who handed it on. Data, and noting it."""

import msgspec
from msgspec.structs import replace


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """The call came into a queue, and belonged there until the next stay."""

    queue: str
    since: float
    """Epoch seconds."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One agent was rung for the call."""

    agent: str
    rung_at: float
    """Epoch seconds."""
    until: float | None = None
    """When it was over for this agent; None while it lasts."""
    outcome: str | None = None
    """``answered``, ``answered_elsewhere``, ``refused``, ``no_answer``, ``media_failed``, ``gone``, ``cancelled``,
    ``caller_left`` or ``ended``."""
    asked_by: str | None = None
    """The agent who wanted to consult this one; None if the caller waited in a queue."""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """An agent handed the caller over, or consulted a colleague about it."""

    kind: str
    """``blind`` or ``attended``."""
    agent: str
    """Who did so."""
    asked_at: float
    """Epoch seconds."""
    to_agent: str | None = None
    """The colleague who was named, or who was found in the queue."""
    to_queue: str | None = None
    until: float | None = None
    """When it was settled; None while it lasts."""
    outcome: str | None = None
    """``completed``, ``handed_over`` (while the colleague still rang), ``cancelled``, ``unavailable``, ``refused``,
    ``no_answer``, ``media_failed``, ``gone``, ``colleague_left``, ``agent_lost``, ``caller_left`` or ``ended``."""


def settle_offer(offers: tuple[Offer, ...], agent: str, outcome: str, now: float) -> tuple[Offer, ...]:
    """The agent's ring is over with this outcome, if it is still going on."""
    return tuple(
        replace(offer, until=now, outcome=outcome) if offer.agent == agent and offer.outcome is None else offer
        for offer in offers
    )


def settle_offers(offers: tuple[Offer, ...], outcome: str, now: float) -> tuple[Offer, ...]:
    """Every ring that still goes on is over with this outcome."""
    return tuple(replace(offer, until=now, outcome=outcome) if offer.outcome is None else offer for offer in offers)


def settle_transfer(transfers: tuple[Transfer, ...], outcome: str, now: float) -> tuple[Transfer, ...]:
    """The latest transfer has come to this outcome, if it had not come to one."""
    if not transfers or transfers[-1].outcome is not None:
        return transfers
    return (*transfers[:-1], replace(transfers[-1], until=now, outcome=outcome))
