"""Owns what conversations ask of the permission policy: may we ask, and what came of it. A door, no rules.

Implemented over ``signaling.permissions``. Every method but ``verdict`` is safe to repeat.
"""

from typing import Protocol

import msgspec

from signaling.calls.events import Caller, MetaError
from signaling.conversations.news import PermissionReply


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One of our numbers and a customer."""

    phone_number_id: str
    customer: Caller


class Denied(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request for permission may not be sent now."""

    code: str
    reason: str
    """For a person."""
    free_at: float | None = None
    """When it becomes possible, epoch seconds; None if time alone does not help."""


class PermissionGate(Protocol):
    """May we ask a customer for permission to call?"""

    async def reserve_request(self, pair: Pair, key: str) -> Denied | None:
        """Take a slot for the request with this key, once; None if it may be sent. Raises StoreUnavailable."""

    async def request_sent(self, pair: Pair, key: str, message_id: str | None) -> None:
        """Meta has taken the request, or its answer was lost (``None``): the slot is spent."""

    async def request_refused(self, pair: Pair, key: str, error: MetaError) -> None:
        """Meta refused the request: its slot is free, and what the code tells is learnt."""

    async def replied(self, reply: PermissionReply) -> None:
        """The customer, or a rule of Meta's, has answered."""
