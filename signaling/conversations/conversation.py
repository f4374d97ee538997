"""Owns the record of one conversation: everything between one business number and one customer. Data only.

Entries lie in dictionaries under their ids, so that the same fact told twice, or told in another order, makes the same
record (``thread``). What a person sees of it is computed from it (``view``).
"""

import enum
import hashlib
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from signaling.calls.events import Direction, MetaError
from signaling.conversations.news import Response


class Status(enum.Enum):
    """Where the work on a conversation stands."""

    OPEN = "open"
    PENDING = "pending"
    """The customer has to answer."""
    SOLVED = "solved"


class Priority(enum.Enum):
    """How soon somebody should see to it."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Outcome(enum.Enum):
    """What became of a call."""

    ANSWERED = "answered"
    MISSED = "missed"
    """The customer phoned and spoke to nobody."""
    UNANSWERED = "unanswered"
    """The customer did not pick up."""
    REJECTED = "rejected"
    """The customer declined."""
    CANCELLED = "cancelled"
    """The agent gave it up."""
    FAILED = "failed"
    """Meta refused it, or something broke."""


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Common shape of what is stored."""


class _Entry(_Record, frozen=True, tag=True):
    """One line of the thread."""

    id: str
    at: float
    """Epoch seconds."""


class UserWrote(_Entry, frozen=True):
    """A message of the customer's; the id is Meta's (WAMID)."""

    kind: str
    text: str | None = None
    reply_to: str | None = None


class PermissionAnswer(_Entry, frozen=True):
    """The customer, or a rule of Meta's, allowed or refused calls; the id is Meta's (WAMID)."""

    response: Response
    permanent: bool = False
    expires_at: float | None = None
    automatic: bool = False
    request_id: str | None = None
    """The message (WAMID) or the call (WACID) that was answered."""


class CallMade(_Entry, frozen=True):
    """A call that is over; the id is that of its record, the time is when it began."""

    direction: Direction
    outcome: Outcome
    ended_at: float
    answered_at: float | None = None
    agent: str | None = None
    reason: str = ""
    """Why it ended, in the words of the call record."""
    payloads: tuple[str, ...] = ()
    """What the call button or the link carried."""


class TemplateUse(_Record, frozen=True):
    """The template that a message was made of."""

    name: str
    language: str


class _Outgoing(_Entry, frozen=True, kw_only=True):
    """A message of ours; the id is our own and makes repeated sending harmless."""

    by: str
    """The agent, or the name of the program, that sent it."""
    text: str = ""
    """What the customer reads, variables filled."""
    template: TemplateUse | None = None
    message_id: str | None = None
    """Meta's id (WAMID), once Meta has taken it."""
    refused: MetaError | None = None
    """Why Meta did not take it."""


class PermissionRequest(_Outgoing, frozen=True):
    """We ask for permission to call."""


class CallButton(_Outgoing, frozen=True, kw_only=True):
    """A message with a button by which the customer phones us."""

    label: str
    ttl_minutes: int
    """How long the button works."""
    payload: str | None = None
    """Comes back with the call."""


Entry: TypeAlias = UserWrote | PermissionAnswer | CallMade | PermissionRequest | CallButton
Outgoing: TypeAlias = PermissionRequest | CallButton


class Delivery(_Record, frozen=True):
    """How far a message of ours has come: the earliest time of each of Meta's words, epoch seconds."""

    sent_at: float | None = None
    delivered_at: float | None = None
    read_at: float | None = None
    failed_at: float | None = None
    errors: tuple[MetaError, ...] = ()
    own_key: str | None = None
    """Our own id of the message, if Meta gave it back."""


class Note(_Record, frozen=True):
    """What an agent wants colleagues to know; customers never see it."""

    id: str
    by: str
    at: float
    text: str
    edited_at: float | None = None


class Draft(_Record, frozen=True):
    """A call-button message that is not sent yet."""

    id: str
    by: str
    at: float
    """When it was last edited, epoch seconds."""
    body: str = ""
    label: str = ""
    ttl_minutes: int | None = None
    payload: str | None = None


class Form(_Record, frozen=True):
    """What agents have filled in about a conversation."""

    topic: str = ""
    tags: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    status: Status = Status.OPEN
    queue: str | None = None
    agent: str | None = None
    """Who sees to it."""
    edited_at: float = 0.0
    """Epoch seconds; 0 if nobody has."""


class Conversation(_Record, frozen=True):
    """The record. Only ``thread`` makes a new one from an old one."""

    id: str
    phone_number_id: str
    """Our number, as Meta's id (PNID)."""
    customer_id: str
    """The contact (``contact.Contact``)."""
    business_number: str | None = None
    """Our number as displayed, digits."""
    form: Form = Form()
    entries: Mapping[str, Entry] = {}
    deliveries: Mapping[str, Delivery] = {}
    """By Meta's message id; also of messages that this record does not know, for a while."""
    notes: Mapping[str, Note] = {}
    drafts: Mapping[str, Draft] = {}
    opened_at: float | None = None
    """When the customer last opened the 24-hour window: by writing, by phoning, or by answering our call."""
    customer_at: float | None = None
    """When the customer last did anything."""
    pages: tuple[str, ...] = ()
    """Older entries lie in pages of their own, oldest first."""
    paged_until: float = 0.0
    """The youngest entry in a page; what is told anew about the time before is known already."""
    revision: int = 0
    """Grows with everything that happens."""
    listed_on: str = ""
    """The last day under which it was listed, ``YYYY-MM-DD``."""
    moved_to: str | None = None
    """The conversation that this one has become part of, since two customers turned out to be one."""


def conversation_id(phone_number_id: str, customer_id: str) -> str:
    """The id of the conversation between this number and this customer; it tells neither."""
    # Hex digits alone are now and then all decimal, and would look like a phone number in a log.
    return "c" + hashlib.sha256(f"{phone_number_id}:{customer_id}".encode()).hexdigest()[:19]
