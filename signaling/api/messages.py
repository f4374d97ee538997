"""Owns the operations that write to customers: permission requests, call buttons, and drafts of call buttons.

Whatever is sent goes out once for an idempotency key, which is also the id of the message.
"""

from typing import Annotated

import msgspec

from signaling.api.operation import AnyOperation, Asked, Nothing, operation
from signaling.api.refused import unless_refused
from signaling.conversations.conversation import Draft
from signaling.conversations.requests import Button, Filled, Requests, Wish
from signaling.conversations.service import Conversations
from signaling.conversations.view import Thread


class PermissionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to ask for permission: with a template, or, while the 24-hour window is open, with a text or without one."""

    template: Filled | None = None
    text: str = ""


class ButtonWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call button: in a message of its own while the 24-hour window is open, or in a template."""

    button: Button | None = None
    template: Filled | None = None
    ttl_minutes: Annotated[int | None, msgspec.Meta(description="Of a template's button, if not its own.")] = None
    payload: Annotated[str, msgspec.Meta(description="Of a template's button; comes back with the call.")] | None = None


class DraftText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call-button message that is not finished; it may still break every limit."""

    body: str = ""
    label: str = ""
    ttl_minutes: int | None = None
    payload: str | None = None


class LinkWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link that phones us."""

    phone_number_id: Annotated[str, msgspec.Meta(description="Meta's id of our number.")]
    payload: Annotated[str, msgspec.Meta(description="Comes back with the call.")] | None = None


class Link(msgspec.Struct, frozen=True):
    """A link that phones us, on phones with WhatsApp."""

    link: str


def operations(requests: Requests, service: Conversations) -> tuple[AnyOperation, ...]:
    """The operations, on these services."""

    async def ask(asked: Asked[Nothing, PermissionWish]) -> Thread:
        conversation, body = asked.path["conversation"], asked.body
        if body.template is not None:
            return unless_refused(await requests.ask_by_template(conversation, _wish(asked), body.template))
        return unless_refused(await requests.ask(conversation, _wish(asked), text=body.text))

    async def send_button(asked: Asked[Nothing, ButtonWish]) -> Thread:
        conversation, body = asked.path["conversation"], asked.body
        if body.template is None:
            button = body.button or Button(body="")
            return unless_refused(await requests.send_button(conversation, _wish(asked), button))
        return unless_refused(
            await requests.send_button_by_template(
                conversation, _wish(asked), body.template, ttl_minutes=body.ttl_minutes, payload=body.payload
            )
        )

    async def save_draft(asked: Asked[Nothing, DraftText]) -> Thread:
        conversation, draft = asked.path["conversation"], asked.path["draft"]
        kept = Draft(id=draft, by=asked.who.name, at=0.0, **msgspec.structs.asdict(asked.body))
        return unless_refused(await service.save_draft(conversation, kept))

    async def drop_draft(asked: Asked[Nothing, Nothing]) -> Thread:
        return unless_refused(await service.drop_draft(asked.path["conversation"], asked.path["draft"]))

    async def send_draft(asked: Asked[Nothing, Nothing]) -> Thread:
        conversation, draft = asked.path["conversation"], asked.path["draft"]
        return unless_refused(await requests.send_draft(conversation, draft, by=asked.who.name))

    async def link(asked: Asked[LinkWish, Nothing]) -> Link:
        return Link(unless_refused(await requests.deep_link(asked.query.phone_number_id, asked.query.payload)))

    one = "/conversations/{conversation}"
    return (
        operation(
            "POST",
            one + "/permission-requests",
            "Ask the customer for permission to call",
            ask,
            tag="messages",
            spends=True,
        ),
        operation(
            "POST",
            one + "/call-buttons",
            "Send a button by which the customer phones us",
            send_button,
            tag="messages",
            spends=True,
        ),
        operation(
            "PUT",
            one + "/drafts/{draft}",
            "Keep a call-button message that is not finished",
            save_draft,
            tag="messages",
        ),
        operation("DELETE", one + "/drafts/{draft}", "Delete a draft", drop_draft, tag="messages"),
        operation("POST", one + "/drafts/{draft}/send", "Send a draft", send_draft, tag="messages", spends=True),
        operation("GET", "/call-links", "A link that phones one of our numbers", link, tag="messages"),
    )


def _wish(asked: Asked[Nothing, PermissionWish] | Asked[Nothing, ButtonWish]) -> Wish:
    assert asked.key is not None, "what spends something has a key"
    return Wish(key=asked.key, by=asked.who.name)
