"""Owns everything a ledger can be told: one frozen record per event. They may come late, twice and in any order.

``at`` is when it happened, epoch seconds: Meta's timestamp where there is one. ``id`` of a request or a call is what
``…Reserved`` chose; of a call, it may be Meta's own (WACID).
"""

from typing import TypeAlias

import msgspec

from policy.records import Delivery, Direction, Outcome, Snapshot


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Common shape: keyword fields, tagged with the class name."""


class RequestReserved(_Event, frozen=True):
    """A permission request is about to be sent and takes its place in the limits."""

    id: str
    at: float
    lease_until: float
    """When the place is given back if nothing more is heard."""


class RequestSettled(_Event, frozen=True):
    """Meta has taken the request, or it did not go out and its place is free again."""

    id: str
    at: float
    delivery: Delivery
    message_id: str | None = None


class Replied(_Event, frozen=True):
    """A ``call_permission_reply``."""

    id: str
    at: float
    accepted: bool
    permanent: bool = False
    expires_at: float | None = None
    automatic: bool = False
    request: str | None = None


class CallReserved(_Event, frozen=True):
    """A business-initiated call is about to be placed and takes its slot."""

    id: str
    at: float
    lease_until: float


class CallPlaced(_Event, frozen=True):
    """Meta has given the reserved call its id."""

    id: str
    at: float
    call_id: str


class CallSettled(_Event, frozen=True):
    """What became of a call: it was picked up, or ended without. Of the user's own calls, only that they connected."""

    id: str
    at: float
    outcome: Outcome
    direction: Direction = Direction.BUSINESS


class MetaAnswered(_Event, frozen=True):
    """Meta told how it sees the pair."""

    snapshot: Snapshot


class MetaRefused(_Event, frozen=True):
    """Meta refused a call or a request with an error code; codes that say nothing about the pair change nothing."""

    code: int
    at: float
    until: float | None = None


Event: TypeAlias = (
    RequestReserved | RequestSettled | Replied | CallReserved | CallPlaced | CallSettled | MetaAnswered | MetaRefused
)
"""Anything a ledger can be told."""
