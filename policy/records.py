"""Owns what is remembered of one business number and one user: facts with their times, and nothing derived.

A ledger holds no name and no number; whoever keeps it knows whose it is. Counts, the run of unanswered calls and the
permission in force are computed from the facts each time, so that facts may come late, twice and in any order, and two
ledgers of one user can be laid together (``history``).
"""

import enum

import msgspec


class _Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Common shape: small when written, since one is written with every call."""


class Direction(enum.Enum):
    """Who started a call."""

    BUSINESS = "business"
    USER = "user"


class Delivery(enum.Enum):
    """What became of a permission request."""

    PENDING = "pending"
    """Reserved; it may be on its way."""
    FAILED = "failed"
    """It was not sent, or Meta refused it; it counts for nothing."""
    SENT = "sent"


class Outcome(enum.Enum):
    """What became of a call. A later member outweighs an earlier one that is told of the same call."""

    PENDING = "pending"
    """Reserved; it may be ringing."""
    RELEASED = "released"
    """It never rang at the user's side; it counts for nothing."""
    UNANSWERED = "unanswered"
    REJECTED = "rejected"
    CONNECTED = "connected"


class Request(_Fact, frozen=True):
    """A request for permission to call."""

    id: str
    """Whoever reserved it chose this."""
    at: float
    """Reserved, then sent."""
    delivery: Delivery = Delivery.PENDING
    lease_until: float | None = None
    """While pending: when it is given up for lost."""
    message_id: str | None = None
    """Meta's id of the message (wamid)."""


class Answer(_Fact, frozen=True):
    """What the user, or WhatsApp for the user, has answered (``call_permission_reply``)."""

    id: str
    """Of the reply message (wamid)."""
    at: float
    accepted: bool
    permanent: bool = False
    expires_at: float | None = None
    """As Meta says it; the rules may end it sooner."""
    automatic: bool = False
    """WhatsApp's own: permission to call back, or its withdrawal after unanswered calls."""
    request: str | None = None
    """The message it answers (wamid), if one is named."""


class Call(_Fact, frozen=True):
    """A call with the user: business-initiated ones from their reservation on, the user's own if they connected."""

    id: str
    """Whoever reserved it chose this; Meta's call id if nobody did."""
    at: float
    """Reserved, then when the outcome came about."""
    outcome: Outcome = Outcome.PENDING
    direction: Direction = Direction.BUSINESS
    lease_until: float | None = None
    """While pending: when its slot is given back."""
    call_id: str | None = None
    """Meta's call id (WACID), once it is known."""


class Status(enum.Enum):
    """Meta's words for a permission (``permission.status``)."""

    NO_PERMISSION = "no_permission"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class Usage(_Fact, frozen=True):
    """One of Meta's counters."""

    window_s: float
    allowed: int
    used: int
    free_at: float | None = None
    """Meta says this only when the limit is used up."""


class Can(_Fact, frozen=True):
    """Whether Meta would let the business do something now, and how its counters stand."""

    now: bool
    usage: tuple[Usage, ...] = ()


class Snapshot(_Fact, frozen=True):
    """Meta's answer to ``GET call_permissions`` (whatsapp-calling 2.2)."""

    at: float
    status: Status
    expires_at: float | None = None
    call: Can | None = None
    """``start_call``; None if Meta left it out."""
    request: Can | None = None
    """``send_call_permission_request``; None if Meta left it out."""


class Refusal(_Fact, frozen=True):
    """Meta refused an action with this code (whatsapp-calling 4)."""

    code: int
    at: float
    until: float | None = None
    """When it may be tried again, if Meta said so."""


class Ledger(_Fact, frozen=True):
    """All that is known of the pair. Tuples are sorted by time and id; ``history`` keeps them so, and bounded."""

    requests: tuple[Request, ...] = ()
    answers: tuple[Answer, ...] = ()
    calls: tuple[Call, ...] = ()
    snapshot: Snapshot | None = None
    """Meta's newest."""
    refusals: tuple[Refusal, ...] = ()
    """The newest of each code, sorted by code."""
