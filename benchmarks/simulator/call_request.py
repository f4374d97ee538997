"""Owns the reading of POST /calls (whatsapp-calling 2.1): which fields each action takes, and what they hold. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any

from benchmarks.simulator import refusal

_COMMON = frozenset({"messaging_product", "action", "call_id", "to"})
"""``to`` beside ``call_id`` is tolerated, as Meta's samples have it."""
_LAUNCH = frozenset({"session", "biz_opaque_callback_data", "recording", "transcription"})
_FIELDS = {
    "connect": frozenset({"messaging_product", "action", "to", "recipient"}) | _LAUNCH,
    "pre_accept": _COMMON | {"session"},
    "accept": _COMMON | _LAUNCH,
    "reject": _COMMON,
    "terminate": _COMMON,
}
_OPAQUE_CHARACTERS = 512
_NUMBER = re.compile(r"\+?\d{7,15}", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?\d+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectRequest:
    """What POST /calls with the action connect asks for."""

    to: str | None
    recipient: str | None
    sdp: str
    opaque: str | None


def parse(raw: bytes) -> dict[str, Any]:
    """A body that is a JSON object. Raises Refusal."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise refusal.invalid_parameter("the body is not JSON") from error
    if not isinstance(body, dict):
        raise refusal.invalid_parameter("the body is not an object")
    return body


def check(body: dict[str, Any]) -> str:
    """The action of a body that has the right fields. Raises Refusal."""
    if body.get("messaging_product") != "whatsapp":
        raise refusal.invalid_parameter("messaging_product must be whatsapp")
    action = body.get("action")
    if not isinstance(action, str) or action not in _FIELDS:
        raise refusal.invalid_parameter(f"action is not one of {', '.join(_FIELDS)}")
    if action != "connect" and not isinstance(body.get("call_id"), str):
        raise refusal.invalid_parameter("call_id is missing")
    unknown = sorted(set(body) - _FIELDS[action])
    if unknown:
        raise refusal.invalid_parameter(f"{action} does not take {', '.join(unknown)}")
    opaque(body)
    return action


def opaque(body: dict[str, Any]) -> str | None:
    """biz_opaque_callback_data, which comes back in webhooks. Raises Refusal."""
    data = body.get("biz_opaque_callback_data")
    if data is not None and not (isinstance(data, str) and len(data) <= _OPAQUE_CHARACTERS):
        raise refusal.invalid_parameter("biz_opaque_callback_data is longer than 512 characters or no text")
    return data


def recipient(body: dict[str, Any]) -> tuple[str | None, str | None]:
    """``to`` and ``recipient``, at least one of them. Raises Refusal."""
    to, user_id = body.get("to"), body.get("recipient")
    if to is None and user_id is None:
        raise refusal.invalid_parameter("to or recipient is missing")
    if to is not None and not (isinstance(to, str) and _NUMBER.fullmatch(to)):
        raise refusal.invalid_parameter("to is not a phone number in E.164")
    if user_id is not None and not (isinstance(user_id, str) and _BSUID.fullmatch(user_id)):
        raise refusal.invalid_parameter("recipient is not a business-scoped user id")
    return to, user_id


def connect(body: dict[str, Any]) -> ConnectRequest:
    """What a checked connect asks for. Raises Refusal."""
    to, user_id = recipient(body)
    sdp = session_sdp(body, "offer")
    return ConnectRequest(to=to, recipient=user_id, sdp=sdp, opaque=opaque(body))


def session_sdp(body: dict[str, Any], sdp_type: str) -> str:
    """The SDP of ``session``, which must be of this type. Raises Refusal."""
    session = body.get("session")
    if not isinstance(session, dict) or set(session) != {"sdp_type", "sdp"}:
        raise refusal.invalid_parameter("session must hold sdp_type and sdp")
    if session["sdp_type"] != sdp_type:
        raise refusal.invalid_parameter(f"sdp_type must be {sdp_type}")
    if not isinstance(session["sdp"], str):
        raise refusal.invalid_parameter("sdp must be text")
    return session["sdp"]
