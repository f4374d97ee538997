"""Owns the operation by which a program lets an agent phone a customer: click to call from a CRM.

The agent's page dials, because the call begins in his ear. Whether the customer may be called is asked here already, so
that a program gets the reason; the slot is taken when the page dials.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from policy.verdict import Ask, Verdict
from signaling.agents.dialling_messages import DialAsked, DialTo
from signaling.agents.tokens import Role
from signaling.api.operation import AnyOperation, Asked, Nothing, operation
from signaling.api.problem import Problem, invalid, not_found
from signaling.calls.call import CallBackRequest
from signaling.calls.events import Caller
from signaling.dialling.customer import BadCustomer, customer
from signaling.permissions.pair import Pair


class Verdicts(Protocol):
    """May we call? Implemented by ``signaling.permissions.permissions.Permissions``."""

    async def verdict(self, pair: Pair, ask: Ask) -> Verdict:
        """May we, now? Takes nothing. Raises StoreUnavailable."""


class Agents(Protocol):
    """Agents' pages. Implemented by ``signaling.agents.desk.Desk``."""

    def ask_to_dial(self, agent: str, asked: DialAsked) -> bool:
        """Ask an agent to phone a customer; False if he has no page open, or is on the phone."""


class CallBacks(Protocol):
    """Who asked to be called back. Implemented by ``signaling.store.records.Records``."""

    async def call_back(self, call_id: str) -> CallBackRequest | None:
        """The request that the call of this id left. Raises StoreUnavailable."""


class CallWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to phone, and who phones."""

    agent: str | None = None
    """Whoever asks, unless it is a program's token."""
    phone_number_id: str | None = None
    """Meta's id of our number; may be left out where there is only one."""
    number: str | None = None
    """The customer's, with the country code."""
    user_id: str | None = None
    """The customer's BSUID."""
    queue: str | None = None
    """To which queue the call belongs."""
    call_back: str | None = None
    """Id of the request to be called back that this fulfils; the customer may be left out then."""


class CallAsked(msgspec.Struct, frozen=True):
    """The agent's page has been asked; the call record tells what became of it."""

    agent: str
    warnings: tuple[str, ...]
    """What a person should know although the call is allowed."""


def operations(
    agents: Agents, verdicts: Verdicts, call_backs: CallBacks, numbers: Mapping[str, str | None]
) -> tuple[AnyOperation, ...]:
    """The operation. ``numbers`` are our business numbers by Meta's ids, the usual one first."""

    async def call(asked: Asked[Nothing, CallWish]) -> CallAsked:
        wish = asked.body
        agent = wish.agent or asked.who.name
        if asked.who.role is Role.AGENT and agent != asked.who.name:
            raise Problem(403, "not_yours", "An agent lets nobody else phone.")
        sender = wish.phone_number_id or next(iter(numbers), None)
        if sender is None or sender not in numbers:
            raise not_found("business number")
        who = await _customer(wish, call_backs)
        pair = Pair(phone_number_id=sender, user=who, business_number=numbers[sender])
        verdict = await verdicts.verdict(pair, Ask.CALL)
        if not verdict.allowed:
            raise Problem(409, verdict.reason.value, verdict.words, free_at=verdict.free_at)
        assert asked.key is not None, "what spends something has a key"
        message = DialAsked(
            request_id=asked.key,
            to=DialTo(number=f"+{who.number}" if who.number else None, user_id=who.user_id),
            from_=sender,
            queue=wish.queue,
            call_back_id=wish.call_back,
        )
        if not agents.ask_to_dial(agent, message):
            raise Problem(
                409, "agent_not_there", "The agent cannot phone just now", "No page is open, or another call is."
            )
        return CallAsked(agent, tuple(warned.words for warned in verdict.warnings))

    return (
        operation(
            "POST",
            "/calls",
            "Let an agent phone a customer; the agent's page dials at once",
            call,
            tag="calls",
            spends=True,
            status=202,
        ),
    )


async def _customer(wish: CallWish, call_backs: CallBacks) -> Caller:
    if wish.call_back is not None and wish.number is None and wish.user_id is None:
        request = await call_backs.call_back(wish.call_back)
        if request is None:
            raise not_found("request to be called back")
        return request.caller
    try:
        return customer(wish.number, wish.user_id)
    except BadCustomer as problem:
        raise invalid(f"The customer: {problem}.") from problem
