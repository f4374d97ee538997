"""Owns Meta's webhook JSON of the field ``messages`` (whatsapp-calling 1.10, 2.4). Pure."""

from dataclasses import dataclass, field

from benchmarks.simulator.payloads import Business, Json, Shape, User, error, time_of, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Between whom a message goes, and how Meta writes about it."""

    business: Business
    user: User
    shape: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionReply:
    """What a user, or Meta for him, decided about calls."""

    accepted: bool
    expires_at: float | None = None
    """Epoch seconds; None for a permanent permission and for a refusal."""
    automatic: bool = False
    """Decided by Meta."""
    context: str | None = None
    """The request that was answered, or the call that brought a call-back permission."""


def reply_value(party: Party, message_id: str, reply: PermissionReply, at: float) -> Json:
    """The ``value`` of a call_permission_reply."""
    answer: Json = {"response": "accept" if reply.accepted else "reject"}
    if party.shape.is_permanent:
        answer["is_permanent"] = reply.accepted and reply.expires_at is None
    if reply.expires_at is not None:
        answer["expiration_timestamp"] = time_of(reply.expires_at, party.shape)
    answer["response_source"] = "automatic" if reply.automatic else "user_action"
    interactive = {"type": "call_permission_reply", "call_permission_reply": answer}
    message = _message(party, message_id, at) | {"type": "interactive", "interactive": interactive}
    if reply.context is not None:
        message["context"] = {"from": party.business.display_phone_number, "id": reply.context}
    return value(party.business, party.user, party.shape) | {"messages": [message]}


def text_value(party: Party, message_id: str, text: str, at: float) -> Json:
    """The ``value`` of a text the user wrote."""
    message = _message(party, message_id, at) | {"type": "text", "text": {"body": text}}
    return value(party.business, party.user, party.shape) | {"messages": [message]}


def status_value(
    party: Party,
    message_id: str,
    status: str,
    at: float,
    *,
    error_code: int | None = None,
    opaque: str | None = None,
) -> Json:
    """The ``value`` of sent, delivered, read or failed."""
    body: Json = {"id": message_id, "status": status, "timestamp": time_of(at, party.shape)}
    if party.shape.numbers:
        body["recipient_id"] = party.user.number
    if party.user.user_id:
        body["recipient_user_id"] = party.user.user_id
    if opaque is not None:
        body["biz_opaque_callback_data"] = opaque
    if error_code is not None:
        body["errors"] = [error(error_code, party.shape)]
    return value(party.business, party.user, party.shape) | {"statuses": [body]}


def template_status_value(template_id: str, name: str, language: str, status: str) -> Json:
    """The ``value`` of message_template_status_update."""
    return {
        "event": status,
        "message_template_id": int(template_id),
        "message_template_name": name,
        "message_template_language": language,
        "reason": "NONE",
    }


def _message(party: Party, message_id: str, at: float) -> Json:
    message: Json = {"id": message_id, "from_user_id": party.user.user_id, "timestamp": time_of(at, party.shape)}
    if party.shape.numbers:
        message["from"] = party.user.number
    return message
