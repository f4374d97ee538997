"""Owns the reading of the field ``messages``: what customers write and answer, and how our own messages fare. Pure.

Meta: Cloud API webhooks reference, *messages*; *user-call-permissions* for ``call_permission_reply``.
"""

from collections.abc import Iterator
from functools import partial

import msgspec

from signaling.calls.events import Caller
from signaling.conversations.news import (
    MessageState,
    MessageStatus,
    PermissionReply,
    Response,
    ThreadNews,
    UserMessage,
)
from signaling.whatsapp.fields.findings import Ignored, each, quotable, usable_id
from signaling.whatsapp.fields.shapes import (
    Context,
    Interactive,
    MessageItem,
    MessageStatusItem,
    MessagesValue,
    PermissionReplyItem,
    Shown,
)
from signaling.whatsapp.fields.surroundings import Surroundings, read_errors, surroundings
from signaling.whatsapp.payload import epoch, part, parts, text

FIELD = "messages"
MAX_TEXT = 4096
"""Longest text kept, in characters; WhatsApp's own limit."""
MAX_KIND = 40
"""Longest type of a message kept, in characters; Meta's have below 20."""
NOT_SAID_BY_CUSTOMERS = frozenset({"system", "request_welcome"})
"""Types by which WhatsApp speaks in a customer's place; they open no window."""


def read(raw: msgspec.Raw, where: str) -> Iterator[ThreadNews | Ignored]:
    """What the value of a change says about messages."""
    value = part(raw, MessagesValue)
    if value is None:
        yield Ignored("not a value of messages", where)
        return
    around = surroundings(value.metadata, value.contacts, value.errors)
    if around.phone_number_id is None:
        yield Ignored("no phone_number_id", where)
        return
    yield from each(parts(value.messages), f"{where}.value.messages", partial(_message, around, around.phone_number_id))
    yield from each(parts(value.statuses), f"{where}.value.statuses", partial(_status, around, around.phone_number_id))


def _message(around: Surroundings, to: str, raw: msgspec.Raw, where: str) -> Iterator[ThreadNews | Ignored]:
    item = part(raw, MessageItem)
    if item is None:
        yield Ignored("not a message", where)
        return
    message_id, sent_at = usable_id(text(item.id)), epoch(item.timestamp)
    customer, kind = around.who(item.from_, item.from_user_id), text(item.type) or "unknown"
    if message_id is None:
        yield Ignored("no usable message id", where)
    elif sent_at is None:
        yield Ignored("no usable timestamp", where)
    elif not _known(customer):
        yield Ignored("nobody is named", where)
    elif kind in NOT_SAID_BY_CUSTOMERS:
        yield Ignored(f"{quotable(kind)} is nothing a customer says", where)
    else:
        context = part(item.context, Context) or Context()
        interactive = part(item.interactive, Interactive) or Interactive()
        reply_to = usable_id(text(context.id))
        if interactive.type == "call_permission_reply":
            yield _reply(
                interactive,
                where,
                UserMessage(
                    message_id=message_id,
                    phone_number_id=to,
                    business_number=around.business_number,
                    customer=customer,
                    sent_at=sent_at,
                    kind="interactive",
                    reply_to=reply_to,
                ),
            )
            return
        shown = _shown(item, interactive, kind)
        yield UserMessage(
            message_id=message_id,
            phone_number_id=to,
            business_number=around.business_number,
            customer=customer,
            sent_at=sent_at,
            kind=kind[:MAX_KIND],
            text=shown[:MAX_TEXT] if shown else None,
            reply_to=reply_to,
        )


def _reply(interactive: Interactive, where: str, message: UserMessage) -> PermissionReply | Ignored:
    reply = part(interactive.call_permission_reply, PermissionReplyItem) or PermissionReplyItem()
    word = (text(reply.response) or "").lower()
    if word not in (Response.ACCEPT.value, Response.REJECT.value):
        return Ignored(f"{quotable(word)} is no answer to a permission request", where)
    response = Response(word)
    accepted = response is Response.ACCEPT
    expires_at = epoch(reply.expiration_timestamp) if accepted else None
    return PermissionReply(
        message_id=message.message_id,
        phone_number_id=message.phone_number_id,
        business_number=message.business_number,
        customer=message.customer,
        replied_at=message.sent_at,
        response=response,
        # Payloads before November 2025 lack is_permanent; a missing expiry alone does not mean for good.
        permanent=accepted and reply.is_permanent is True,
        expires_at=None if reply.is_permanent is True else expires_at,
        automatic=(text(reply.response_source) or "").lower() == "automatic",
        request_id=message.reply_to,
    )


def _shown(item: MessageItem, interactive: Interactive, kind: str) -> str | None:
    """What of a message can be shown as text."""
    if kind == "interactive":
        chosen = part(interactive.button_reply, Shown) or part(interactive.list_reply, Shown) or Shown()
        return text(chosen.title)
    content = {
        "text": item.text,
        "button": item.button,
        "image": item.image,
        "video": item.video,
        "document": item.document,
        "reaction": item.reaction,
        "location": item.location,
    }.get(kind)
    shown = (part(content, Shown) if content is not None else None) or Shown()
    words = (shown.body, shown.text, shown.caption, shown.emoji, shown.filename, shown.name, shown.address)
    return next((word for word in map(text, words) if word), None)


def _status(around: Surroundings, sender: str, raw: msgspec.Raw, where: str) -> Iterator[ThreadNews | Ignored]:
    item = part(raw, MessageStatusItem)
    if item is None:
        yield Ignored("not a status", where)
        return
    message_id, at = usable_id(text(item.id)), epoch(item.timestamp)
    customer = around.who(item.recipient_id, item.recipient_user_id)
    word = (text(item.status) or "").lower()
    if message_id is None:
        yield Ignored("no usable message id", where)
    elif at is None:
        yield Ignored("no usable timestamp", where)
    elif not _known(customer):
        yield Ignored("nobody is named", where)
    elif word not in {state.value for state in MessageState}:
        yield Ignored(f"{quotable(word)} is not a status of ours", where)
    else:
        yield MessageStatus(
            message_id=message_id,
            phone_number_id=sender,
            customer=customer,
            state=MessageState(word),
            at=at,
            errors=read_errors(item.errors) or (around.errors if word == MessageState.FAILED.value else ()),
            own_key=usable_id(text(item.biz_opaque_callback_data)),
        )


def _known(customer: Caller) -> bool:
    return customer.user_id is not None or customer.number is not None
