"""Owns Meta's webhook JSON for user-initiated calls (whatsapp-calling 1.4, 1.5, 1.8) and how its bytes look. Pure.

What all webhooks share is here too: the parties, the envelope, the errors.
"""

import enum
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

MEDIA_RECEIVE_TIMEOUT = 138021
"""Meta's code for: nothing received from the business (whatsapp-calling 4)."""
UNDELIVERABLE = 131026
"""A message that cannot reach its user, for instance because the app is too old for it."""
WINDOW_CLOSED = 131047
"""A free-form message outside the customer service window."""
_FAULTS = {
    MEDIA_RECEIVE_TIMEOUT: ("Media receive timeout", "no media from business"),
    UNDELIVERABLE: ("Message undeliverable", "the recipient's app cannot take this message"),
    WINDOW_CLOSED: ("Re-engagement message", "more than 24 hours have passed since the user last wrote or called"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The number that is called."""

    phone_number_id: str = "445566778899001"
    display_phone_number: str = "442079460018"
    account_id: str = "770015500230011"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A WhatsApp user."""

    number: str = "447700900123"
    user_id: str = "GB.1203948571029384"
    name: str = "Noor Haddad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What Meta leaves out or writes differently now and then; every variant was seen or documented."""

    direction: bool = True
    contacts: bool = True
    numbers: bool = True
    """Without them the user is known by BSUID only, as after adopting a username."""
    integer_times: bool = False
    """Timestamps as numbers instead of strings."""
    is_permanent: bool = True
    """Without, a permission reply does not tell, as before November 2025."""
    entry_time: bool = True
    full_errors: bool = True
    """Without, an error carries its code and title only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What a webhook tells about one call."""

    call_id: str
    user: User
    offer: str
    offered_at: float
    """Epoch seconds."""
    shape: Shape = field(default_factory=Shape)
    cta_payload: str | None = None
    deeplink_payload: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFacts:
    """How a call ended."""

    ended_at: float
    """Epoch seconds."""
    accepted_at: float | None
    status: str
    """``COMPLETED`` or ``FAILED``."""
    error_code: int | None = None
    opaque: str | None = None
    """biz_opaque_callback_data of accept."""


class Batch(enum.Enum):
    """How several calls share one POST."""

    CALLS = "calls"
    """One change with several ``calls``."""
    CHANGES = "changes"
    ENTRIES = "entries"


def connect_value(business: Business, call: CallFacts) -> Json:
    """The ``value`` of a connect webhook."""
    body = _call(business, call, "connect", call.offered_at)
    body |= {key: text for key, text in _origins(call).items() if text is not None}
    body["session"] = {"sdp_type": "offer", "sdp": call.offer}
    return value(business, call.user, call.shape) | {"calls": [body]}


def terminate_value(business: Business, call: CallFacts, end: EndFacts) -> Json:
    """The ``value`` of a terminate webhook. Times appear only if the call was answered."""
    body = _call(business, call, "terminate", end.ended_at)
    body |= {key: text for key, text in _origins(call).items() if text is not None}
    body["status"] = end.status
    if end.accepted_at is not None:
        body["start_time"] = time_of(end.accepted_at, call.shape)
        body["end_time"] = time_of(end.ended_at, call.shape)
        body["duration"] = int(end.ended_at) - int(end.accepted_at)
    if end.opaque is not None:
        body["biz_opaque_callback_data"] = end.opaque
    terminate = value(business, call.user, call.shape) | {"calls": [body]}
    if end.error_code is not None:
        terminate["errors"] = [error(end.error_code, call.shape)]
    return terminate


def envelope(
    business: Business, values: Sequence[Json], sent_at: float | None, batch: Batch, *, subject: str = "calls"
) -> Json:
    """One POST for these values. ``Batch.CALLS`` joins them into the first one's change; ``subject`` is the field."""
    if batch is Batch.CALLS:
        values = [_joined(values)]
    changes = [{"field": subject, "value": value} for value in values]
    groups = [[change] for change in changes] if batch is Batch.ENTRIES else [changes]
    entries: list[Json] = [{"id": business.account_id, "changes": group} for group in groups]
    if sent_at is not None:
        for entry in entries:
            entry["time"] = int(sent_at)
    return {"object": "whatsapp_business_account", "entry": entries}


def to_bytes(payload: Json) -> bytes:
    """The body as Meta writes it: non-ASCII as ``\\u`` escapes and every slash as ``\\/``."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def sign(body: bytes, app_secret: str) -> str:
    """Value of X-Hub-Signature-256 (whatsapp-calling 1.2)."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def _joined(values: Sequence[Json]) -> Json:
    joined = dict(values[0])
    for name in ("calls", "statuses", "messages", "contacts", "errors"):
        items = [item for value in values for item in value.get(name, [])]
        if items:
            joined[name] = items
    return joined


def value(business: Business, user: User, shape: Shape) -> Json:
    """What every ``value`` begins with: the number, and the user's contact card where Meta sends one."""
    head: Json = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": business.display_phone_number,
            "phone_number_id": business.phone_number_id,
        },
    }
    if shape.contacts:
        contact: Json = {"profile": {"name": user.name}, "user_id": user.user_id}
        if shape.numbers:
            contact["wa_id"] = user.number
        head["contacts"] = [contact]
    return head


def time_of(at: float, shape: Shape) -> str | int:
    """Epoch seconds as Meta writes them."""
    return int(at) if shape.integer_times else str(int(at))


def error(code: int, shape: Shape) -> Json:
    """One entry of ``errors`` (whatsapp-calling 1.8)."""
    message, details = _FAULTS[code]
    if not shape.full_errors:
        return {"code": code, "title": message}
    return {
        "code": code,
        "message": message,
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        "error_data": {"details": details},
    }


def _call(business: Business, call: CallFacts, event: str, at: float) -> Json:
    body: Json = {"id": call.call_id, "from_user_id": call.user.user_id}
    if call.shape.numbers:
        body |= {"from": call.user.number, "to": business.display_phone_number}
    body |= {"event": event, "timestamp": time_of(at, call.shape)}
    if call.shape.direction:
        body["direction"] = "USER_INITIATED"
    return body


def _origins(call: CallFacts) -> dict[str, str | None]:
    return {"cta_payload": call.cta_payload, "deeplink_payload": call.deeplink_payload}
