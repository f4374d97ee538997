"""Owns the reading of POST /messages (whatsapp-calling 2.4, 2.5): kinds of messages and what each may hold. Pure."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from benchmarks.simulator import call_request, refusal
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal

_FIELDS = frozenset({"messaging_product", "recipient_type", "to", "recipient", "type", "biz_opaque_callback_data"})
_TEXT_CHARACTERS = 4096
_BODY_CHARACTERS = 1024
_LABEL_CHARACTERS = 20
_PAYLOAD_CHARACTERS = 512
_LONGEST_TTL_MINUTES = 43_200
_DEFAULT_TTL_MINUTES = 10_080
_DEFAULT_LABEL = "Call Now"


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    body: str


@dataclass(frozen=True, slots=True)
class PermissionQuestion:
    """May the business call?"""

    body: str | None


@dataclass(frozen=True, slots=True)
class CallButton:
    """A button that calls the business."""

    body: str
    label: str
    ttl_minutes: int
    payload: str | None
    """Comes back as cta_payload."""


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A template by name, and what fills it."""

    name: str
    language: str
    components: tuple[Json, ...]


Content: TypeAlias = Text | PermissionQuestion | CallButton | TemplateUse


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRequest:
    """One message to be sent."""

    to: str | None
    recipient: str | None
    content: Content
    opaque: str | None
    """biz_opaque_callback_data; comes back in every status."""


def read(body: Json) -> MessageRequest:
    """What a body asks for. Raises Refusal."""
    if body.get("messaging_product") != "whatsapp":
        raise refusal.invalid_parameter("messaging_product must be whatsapp")
    if body.get("recipient_type", "individual") != "individual":
        raise refusal.invalid_parameter("recipient_type must be individual")
    to, recipient = call_request.recipient(body)
    kind = body.get("type", "text")
    readers = {"text": _text, "interactive": _interactive, "template": _template}
    if not isinstance(kind, str) or kind not in readers:
        raise refusal.invalid_parameter(f"type is not one of {', '.join(readers)}")
    unknown = sorted(set(body) - _FIELDS - {kind})
    if unknown:
        raise refusal.invalid_parameter(f"a message of type {kind} does not take {', '.join(unknown)}")
    content = readers[kind](_object(body, kind))
    return MessageRequest(to=to, recipient=recipient, content=content, opaque=call_request.opaque(body))


def invalid_value(details: str) -> Refusal:
    """131009: a parameter holds what it must not."""
    return Refusal(131009, details)


def call_button_parameters(label: Any, ttl_minutes: Any, payload: Any, *, shortest_ttl: int) -> None:
    """Check what a call button carries, in a message or in a template. Raises Refusal."""
    if not isinstance(label, str) or not 0 < len(label) <= _LABEL_CHARACTERS:
        raise invalid_value(f"the label of a call button has 1 to {_LABEL_CHARACTERS} characters")
    if type(ttl_minutes) is not int or not shortest_ttl <= ttl_minutes <= _LONGEST_TTL_MINUTES:
        raise invalid_value(f"ttl_minutes is not a whole number from {shortest_ttl} to {_LONGEST_TTL_MINUTES}")
    if payload is not None and not (isinstance(payload, str) and len(payload) <= _PAYLOAD_CHARACTERS):
        raise invalid_value(f"payload is longer than {_PAYLOAD_CHARACTERS} characters or no text")


def _text(text: Json) -> Text:
    _only(text, {"body", "preview_url"}, "text")
    return Text(_words(text, "body", _TEXT_CHARACTERS))


def _interactive(interactive: Json) -> PermissionQuestion | CallButton:
    kind = interactive.get("type")
    action = _object(interactive, "action")
    if kind not in ("call_permission_request", "voice_call"):
        raise refusal.invalid_parameter("interactive.type is not one of call_permission_request, voice_call")
    _only(interactive, {"type", "action", "body"}, kind)
    if action.get("name") != kind:
        raise invalid_value(f"action.name must be {kind}")
    body = _words(_object(interactive, "body"), "text", _BODY_CHARACTERS) if "body" in interactive else None
    if kind == "call_permission_request":
        _only(action, {"name"}, "action")
        return PermissionQuestion(body)
    if body is None:
        raise refusal.invalid_parameter("body is missing")
    return _call_button(body, action)


def _call_button(body: str, action: Json) -> CallButton:
    _only(action, {"name", "parameters"}, "action")
    parameters = _object(action, "parameters") if "parameters" in action else {}
    _only(parameters, {"display_text", "ttl_minutes", "payload"}, "parameters")
    label = parameters.get("display_text", _DEFAULT_LABEL)
    ttl_minutes = parameters.get("ttl_minutes", _DEFAULT_TTL_MINUTES)
    payload = parameters.get("payload")
    call_button_parameters(label, ttl_minutes, payload, shortest_ttl=1)
    return CallButton(body, label, ttl_minutes, payload)


def _template(template: Json) -> TemplateUse:
    _only(template, {"name", "language", "components"}, "template")
    language = _object(template, "language").get("code")
    components = template.get("components", [])
    if not isinstance(template.get("name"), str) or not isinstance(language, str):
        raise refusal.invalid_parameter("a template needs name and language.code")
    if not _objects(components) or not all(_objects(component.get("parameters", [])) for component in components):
        raise refusal.invalid_parameter("components, and the parameters of each, must be lists of objects")
    return TemplateUse(template["name"], language, tuple(components))


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _object(parent: Json, name: str) -> Json:
    child = parent.get(name)
    if not isinstance(child, dict):
        raise refusal.invalid_parameter(f"{name} is missing or no object")
    return child


def _only(parent: Json, names: set[str], where: str) -> None:
    unknown = sorted(set(parent) - names)
    if unknown:
        raise refusal.invalid_parameter(f"{where} does not take {', '.join(unknown)}")


def _words(parent: Json, name: str, characters: int) -> str:
    words = parent.get(name)
    if not isinstance(words, str) or not words:
        raise refusal.invalid_parameter(f"{name} is missing or no text")
    if len(words) > characters:
        raise invalid_value(f"{name} is longer than {characters} characters")
    return words
