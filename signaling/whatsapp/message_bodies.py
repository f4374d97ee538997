"""Owns Meta's JSON of the messages that we send (``POST /<PNID>/messages``, whatsapp-calling 2.4 and 2.5). Pure."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from signaling.calls.events import Caller
from signaling.conversations.template import Part, Template

Body: TypeAlias = dict[str, Any]


def permission_request(customer: Caller, key: str, *, text: str) -> Body:
    """A free-form request for permission to call; the text may be empty."""
    interactive: Body = {"type": "call_permission_request", "action": {"name": "call_permission_request"}}
    if text:
        interactive["body"] = {"text": text}
    return {**_to(customer, key), "type": "interactive", "interactive": interactive}


def call_button(customer: Caller, key: str, *, text: str, label: str, ttl_minutes: int, payload: str | None) -> Body:
    """A message with a button by which the customer phones us."""
    parameters: Body = {"display_text": label, "ttl_minutes": ttl_minutes}
    if payload:
        parameters["payload"] = payload
    interactive: Body = {
        "type": "voice_call",
        "body": {"text": text},
        "action": {"name": "voice_call", "parameters": parameters},
    }
    return {**_to(customer, key), "type": "interactive", "interactive": interactive}


def template(
    customer: Caller,
    key: str,
    made_of: Template,
    values: Mapping[str, str],
    *,
    ttl_minutes: int | None = None,
    payload: str | None = None,
) -> Body:
    """A template with its values. For its call button: how long it works, and what comes back with the call."""
    components = [
        *_texts(made_of, values, Part.HEADER),
        *_texts(made_of, values, Part.BODY),
        *_links(made_of, values),
        *_call_buttons(made_of, ttl_minutes, payload),
    ]
    sent: Body = {"name": made_of.name, "language": {"code": made_of.language}}
    if components:
        sent["components"] = components
    return {**_to(customer, key), "type": "template", "template": sent}


def _to(customer: Caller, key: str) -> Body:
    """The address, and our own name of the message, which Meta gives back in its statuses."""
    # A number wins at Meta over a user id, so the one that is surely still the user's goes alone.
    address: Body = {"recipient": customer.user_id} if customer.number is None else {"to": customer.number}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address,
        "biz_opaque_callback_data": key,
    }


def _texts(made_of: Template, values: Mapping[str, str], part: Part) -> list[Body]:
    parameters: list[Body] = []
    for variable in made_of.variables:
        if variable.part is part:
            name = {"parameter_name": variable.name} if made_of.named else {}
            parameters.append({"type": "text", **name, "text": values[variable.key].strip()})
    return [{"type": part.value, "parameters": parameters}] if parameters else []


def _links(made_of: Template, values: Mapping[str, str]) -> list[Body]:
    return [
        {
            "type": "button",
            "sub_type": "url",
            "index": variable.name,
            "parameters": [{"type": "text", "text": values[variable.key].strip()}],
        }
        for variable in made_of.variables
        if variable.part is Part.BUTTON
    ]


def _call_buttons(made_of: Template, ttl_minutes: int | None, payload: str | None) -> list[Body]:
    parameters: list[Body] = []
    if ttl_minutes is not None:
        parameters.append({"type": "ttl_minutes", "ttl_minutes": ttl_minutes})
    if payload:
        parameters.append({"type": "payload", "payload": payload})
    return [
        {"type": "button", "sub_type": "voice_call", "index": str(index), "parameters": parameters}
        for index, button in enumerate(made_of.buttons)
        if button.kind == "voice_call" and parameters
    ]
