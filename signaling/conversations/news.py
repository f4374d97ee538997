"""Owns what Meta tells about messages and accounts: one frozen record per fact. Data only.

Facts come at least once and in any order. They serialise (msgspec, tagged by class name) as the events of calls do.
"""

import enum
from typing import TypeAlias

import msgspec

from signaling.calls.events import Caller, MetaError


class Response(enum.Enum):
    """What the customer said to a request for permission to call, in Meta's words."""

    ACCEPT = "accept"
    REJECT = "reject"


class MessageState(enum.Enum):
    """How far a message of ours has come, in Meta's words."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class _News(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Common shape: keyword fields, tagged with the class name."""


class UserMessage(_News, frozen=True):
    """The customer has written; that opens the customer service window for 24 hours."""

    message_id: str
    """Meta's id (WAMID). For a voicemail it is the id of the missed call (WACID)."""
    phone_number_id: str
    customer: Caller
    sent_at: float
    """Meta's timestamp, epoch seconds."""
    kind: str
    """Meta's type: ``text``, ``image``, ``audio`` … or one that is newer than this release."""
    text: str | None = None
    """What can be shown as text: the text itself, a caption, or the title of what was chosen."""
    reply_to: str | None = None
    """The message that is answered (WAMID)."""
    business_number: str | None = None


class PermissionReply(_News, frozen=True):
    """The customer, or a rule of Meta's in the customer's stead, allowed or refused calls (whatsapp-calling 1.10)."""

    message_id: str
    phone_number_id: str
    customer: Caller
    replied_at: float
    response: Response
    permanent: bool = False
    expires_at: float | None = None
    """Epoch seconds; None if Meta names no time."""
    automatic: bool = False
    """By a rule: call-back after a call of the customer's, or withdrawn after unanswered calls."""
    request_id: str | None = None
    """The request (WAMID), or the call (WACID), that this answers; absent if the customer acted without one."""
    business_number: str | None = None


class MessageStatus(_News, frozen=True):
    """A message of ours has come further, or has failed."""

    message_id: str
    phone_number_id: str
    customer: Caller
    state: MessageState
    at: float
    errors: tuple[MetaError, ...] = ()
    own_key: str | None = None
    """What we sent as ``biz_opaque_callback_data``: our own name of the message."""


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """What Meta has restricted."""

    type: str
    """Meta's word, e.g. RESTRICTED_BUSINESS_INITIATED_CALLING."""
    until: float | None = None
    remedy: str | None = None
    """Meta's advice."""


class AccountRestricted(_News, frozen=True):
    """Meta has restricted a business number, usually for seven days (whatsapp-calling 1.11)."""

    business_number: str | None
    restrictions: tuple[Restriction, ...]


class AccountWarned(_News, frozen=True):
    """Meta warns that a number will be restricted."""

    business_number: str | None
    violation: str
    remedy: str | None = None


class SettingsChanged(_News, frozen=True):
    """The call settings of a number have changed at Meta, by whomever."""

    phone_number_id: str
    calling: bool | None
    """Whether calling is enabled; None if not told."""
    at: float


class TemplateChanged(_News, frozen=True):
    """Meta has judged or changed a template; what was listed before is old."""

    name: str
    language: str | None
    event: str
    """Meta's word: APPROVED, REJECTED, PAUSED, DISABLED …"""
    reason: str | None = None


ThreadNews: TypeAlias = UserMessage | PermissionReply | MessageStatus
"""What belongs to one customer."""
AccountNews: TypeAlias = AccountRestricted | AccountWarned | SettingsChanged | TemplateChanged
"""What concerns a business number or the whole account."""
News: TypeAlias = ThreadNews | AccountNews
