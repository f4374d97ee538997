"""Owns what we write to customers: permission requests and call buttons, free-form and by template.

Everything that can be known beforehand is checked before anything is sent: fields, the sender, the 24-hour window, the
template; what the permission policy says of a request comes after that. Methods answer with the thread, in which the
message stands with what Meta said of it, or with a ``Refusal`` if nothing was tried; they raise StoreUnavailable only.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from signaling.clock import Clock
from signaling.conversations import compose, view
from signaling.conversations.contact import Contact
from signaling.conversations.contacts import Contacts
from signaling.conversations.conversation import CallButton, Conversation, Outgoing, PermissionRequest, TemplateUse
from signaling.conversations.postbox import Postbox
from signaling.conversations.refusal import Refusal, invalid, not_found, window_closed
from signaling.conversations.senders import Sender, Senders
from signaling.conversations.shelf import Shelf
from signaling.conversations.template import Preview, Template, preview
from signaling.conversations.threads import Threads
from signaling.conversations.window import open_until
from signaling.whatsapp import message_bodies


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A template and the values of its variables."""

    name: str
    language: str
    values: dict[str, str] = {}
    """By ``Variable.key``."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to send something, and by which name the wish is known when it is repeated."""

    key: str
    by: str


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A call-button message."""

    body: str
    label: str = compose.DEFAULT_LABEL
    ttl_minutes: int = compose.DEFAULT_TTL_MINUTES
    payload: str | None = None


class _From(NamedTuple):
    conversation: Conversation
    contact: Contact
    sender: Sender


class Requests:
    """Writes to customers, each message once."""

    def __init__(
        self,
        threads: Threads,
        contacts: Contacts,
        senders: Senders,
        shelf: Shelf,
        postbox: Postbox,
        clock: Clock,
    ) -> None:
        self._threads = threads
        self._contacts = contacts
        self._senders = senders
        self._shelf = shelf
        self._postbox = postbox
        self._clock = clock

    async def ask(self, identity: str, wish: Wish, *, text: str = "") -> view.Thread | Refusal:
        """Ask for permission to call, free-form: only while the window is open."""
        problems = (*compose.key_problems(wish.key), *compose.request_problems(body=text))
        found = await self._from(identity, wish, problems)
        if not isinstance(found, _From):
            return found
        if (why := _cannot(found.sender, calls=True) or self._closed(found.conversation)) is not None:
            return why
        request = PermissionRequest(id=wish.key, at=self._clock(), by=wish.by, text=text)
        body = message_bodies.permission_request(found.contact.caller(), wish.key, text=text)
        return await self._send(found, request, body)

    async def ask_by_template(self, identity: str, wish: Wish, filled: Filled) -> view.Thread | Refusal:
        """Ask for permission to call with a template that carries the permission component."""
        found = await self._from(identity, wish, compose.key_problems(wish.key))
        if not isinstance(found, _From):
            return found
        if (why := _cannot(found.sender, calls=True)) is not None:
            return why
        template = await self._template(filled)
        if isinstance(template, Refusal):
            return template
        if not template.asks_permission:
            return Refusal(
                code="template_does_not_ask",
                reason="This template does not ask for permission to call.",
                advice="Choose one that carries the call permission request.",
            )
        shown = preview(template, filled.values)
        if (unfit := _unfit(shown)) is not None:
            return unfit
        request = PermissionRequest(
            id=wish.key,
            at=self._clock(),
            by=wish.by,
            text=shown.body,
            template=TemplateUse(name=template.name, language=template.language),
        )
        body = message_bodies.template(found.contact.caller(), wish.key, template, filled.values)
        return await self._send(found, request, body)

    async def send_button(self, identity: str, wish: Wish, button: Button) -> view.Thread | Refusal:
        """Send a button by which the customer phones us: only while the window is open."""
        problems = compose.button_problems(
            body=button.body, label=button.label, ttl_minutes=button.ttl_minutes, payload=button.payload
        )
        found = await self._from(identity, wish, (*compose.key_problems(wish.key), *problems))
        if not isinstance(found, _From):
            return found
        if (why := _cannot(found.sender, calls=False) or self._closed(found.conversation)) is not None:
            return why
        message = CallButton(
            id=wish.key,
            at=self._clock(),
            by=wish.by,
            text=button.body,
            label=button.label,
            ttl_minutes=button.ttl_minutes,
            payload=button.payload or None,
        )
        body = message_bodies.call_button(
            found.contact.caller(),
            wish.key,
            text=button.body,
            label=button.label,
            ttl_minutes=button.ttl_minutes,
            payload=button.payload,
        )
        return await self._send(found, message, body)

    async def send_draft(self, identity: str, draft: str, *, by: str) -> view.Thread | Refusal:
        """Send a draft as it is; it becomes an entry with the draft's own id, and sending again sends nothing."""
        conversation = await self._threads.load(identity)
        if conversation is None:
            return not_found("conversation")
        kept = conversation.drafts.get(draft)
        if kept is None:
            sent = draft in conversation.entries
            return await self._shown(conversation) if sent else not_found("draft")
        button = Button(
            body=kept.body,
            label=kept.label or compose.DEFAULT_LABEL,
            ttl_minutes=kept.ttl_minutes if kept.ttl_minutes is not None else compose.DEFAULT_TTL_MINUTES,
            payload=kept.payload,
        )
        return await self.send_button(identity, Wish(key=draft, by=by), button)

    async def send_button_by_template(
        self, identity: str, wish: Wish, filled: Filled, *, ttl_minutes: int | None = None, payload: str | None = None
    ) -> view.Thread | Refusal:
        """Send a template that has a call button; the window may be closed."""
        problems = compose.template_button_problems(ttl_minutes=ttl_minutes, payload=payload)
        found = await self._from(identity, wish, (*compose.key_problems(wish.key), *problems))
        if not isinstance(found, _From):
            return found
        if (why := _cannot(found.sender, calls=False)) is not None:
            return why
        template = await self._template(filled)
        if isinstance(template, Refusal):
            return template
        if template.call_button is None:
            return Refusal(
                code="template_has_no_button",
                reason="This template has no call button.",
                advice="Choose one with a call button.",
            )
        shown = preview(template, filled.values)
        if (unfit := _unfit(shown)) is not None:
            return unfit
        message = CallButton(
            id=wish.key,
            at=self._clock(),
            by=wish.by,
            text=shown.body,
            template=TemplateUse(name=template.name, language=template.language),
            label=template.call_button.text,
            ttl_minutes=ttl_minutes or template.call_button.ttl_minutes or compose.DEFAULT_TTL_MINUTES,
            payload=payload or None,
        )
        body = message_bodies.template(
            found.contact.caller(), wish.key, template, filled.values, ttl_minutes=ttl_minutes, payload=payload
        )
        return await self._send(found, message, body)

    async def preview(self, filled: Filled) -> Preview | Refusal:
        """How a template reads with these values, and which values are missing."""
        template = await self._shelf.get(filled.name, filled.language)
        return template if isinstance(template, Refusal) else preview(template, filled.values)

    async def deep_link(self, phone_number_id: str, payload: str | None) -> str | Refusal:
        """A link that phones one of our numbers."""
        if problems := compose.link_problems(payload=payload):
            return invalid(*problems)
        sender = await self._senders.get(phone_number_id)
        if sender is None or sender.number is None:
            return not_found("business number")
        return compose.deep_link(sender.number, payload)

    async def _from(
        self, identity: str, wish: Wish, problems: tuple[compose.Problem, ...]
    ) -> _From | view.Thread | Refusal:
        """All that sending needs; the thread if this wish has been fulfilled already."""
        if problems:
            return invalid(*problems)
        conversation = await self._threads.load(identity)
        if conversation is None:
            return not_found("conversation")
        if wish.key in conversation.entries:
            return await self._shown(conversation)
        sender = await self._senders.get(conversation.phone_number_id)
        if sender is None:
            return not_found("business number")
        return _From(conversation, await self._contact(conversation), sender)

    async def _template(self, filled: Filled) -> Template | Refusal:
        template = await self._shelf.get(filled.name, filled.language)
        if isinstance(template, Refusal) or template.unusable is None:
            return template
        return Refusal(code="template_unusable", reason=template.unusable, advice="Choose another template.")

    def _closed(self, conversation: Conversation) -> Refusal | None:
        return window_closed() if open_until(conversation.opened_at, self._clock()) is None else None

    async def _send(self, found: _From, message: Outgoing, body: Mapping[str, Any]) -> view.Thread | Refusal:
        after = await self._postbox.send(found.conversation, found.contact, message, body)
        return after if isinstance(after, Refusal) else await self._shown(after)

    async def _shown(self, conversation: Conversation) -> view.Thread:
        return view.thread(conversation, await self._contact(conversation), self._clock())

    async def _contact(self, conversation: Conversation) -> Contact:
        return await self._contacts.load(conversation.customer_id) or Contact(id=conversation.customer_id)


def _cannot(sender: Sender, *, calls: bool) -> Refusal | None:
    """Why this number may not write such a message: to ask it must be able to call, for a button to be called."""
    if not sender.can_chat:
        return Refusal(
            code="sender_cannot_chat",
            reason="This number is configured not to write messages.",
            advice="Choose another of your numbers.",
        )
    if sender.can_call if calls else sender.can_be_called:
        return None
    return Refusal(
        code="sender_cannot_call",
        reason=sender.why_not or "This number takes no part in calls.",
        advice="Choose another of your numbers.",
        free_at=sender.until,
    )


def _unfit(shown: Preview) -> Refusal | None:
    missing = (compose.Problem(key, "This needs a value.") for key in shown.missing)
    wrong = (compose.Problem("values", problem) for problem in shown.problems)
    problems = (*missing, *wrong)
    return invalid(*problems) if problems else None
