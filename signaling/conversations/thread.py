"""Owns how a conversation grows: facts in, a new record out. Pure.

Every fact may be told twice and in any order, and two records of what turns out to be one customer may be joined at
any time: the outcome is the same (Meta promises neither order nor once, whatsapp-calling 1.3, #101-#103).
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from signaling.calls.events import Direction
from signaling.conversations.conversation import (
    CallMade,
    Conversation,
    Delivery,
    Entry,
    Outgoing,
    PermissionAnswer,
    UserWrote,
)
from signaling.conversations.news import MessageState, MessageStatus, PermissionReply, ThreadNews, UserMessage

MAX_ENTRIES = 400
"""Entries in the record itself, about 250 bytes each; beyond that the older half becomes a page."""
MAX_STRANGE_DELIVERIES = 100
"""Statuses kept of messages that the record does not know: ours on their way, or another program's."""

_Value = TypeVar("_Value")


class Page(NamedTuple):
    """Older entries that leave the record."""

    id: str
    """Made of what it holds: two writers never mean different pages by one id."""
    content: bytes
    """The entries, oldest first, as JSON."""


def hear(conversation: Conversation, news: ThreadNews) -> Conversation:
    """The conversation after this fact; the same object if it is known already."""
    match news:
        case UserMessage():
            entry = UserWrote(
                id=news.message_id, at=news.sent_at, kind=news.kind, text=news.text, reply_to=news.reply_to
            )
            heard = _with_entry(conversation, entry, opens_at=news.sent_at, customer_at=news.sent_at)
        case PermissionReply():
            answer = PermissionAnswer(
                id=news.message_id,
                at=news.replied_at,
                response=news.response,
                permanent=news.permanent,
                expires_at=news.expires_at,
                automatic=news.automatic,
                request_id=news.request_id,
            )
            # Meta does not say that an answer opens the window; asking Meta in vain is worse than waiting for a word.
            heard = _with_entry(conversation, answer, customer_at=None if news.automatic else news.replied_at)
        case MessageStatus():
            delivery = _delivery(news)
            known = conversation.deliveries.get(news.message_id)
            joined = delivery if known is None else _join_deliveries(known, delivery)
            if joined == known:
                return conversation
            deliveries = {**conversation.deliveries, news.message_id: joined}
            heard = replace(conversation, deliveries=_bounded(deliveries, conversation.entries))
    return heard


def add_call(conversation: Conversation, call: CallMade) -> Conversation:
    """The conversation after a call. A customer who phones, or answers, opens the window (whatsapp-calling 2.4)."""
    by_customer = call.at if call.direction is Direction.INBOUND else call.answered_at
    return _with_entry(conversation, call, opens_at=by_customer, customer_at=by_customer)


def add_outgoing(conversation: Conversation, message: Outgoing) -> Conversation:
    """The conversation with a message of ours, or with what has become of it. A draft of its id is one no more."""
    if message.id in conversation.drafts:
        drafts = {key: draft for key, draft in conversation.drafts.items() if key != message.id}
        conversation = replace(conversation, drafts=drafts)
    return _with_entry(conversation, message)


def join(conversation: Conversation, other: Conversation) -> Conversation:
    """One record of two about the same customer; it keeps the first one's name."""
    entries = _joined(conversation.entries, other.entries, _join_entries)
    drafts = {**other.drafts, **conversation.drafts}
    return replace(
        conversation,
        business_number=conversation.business_number or other.business_number,
        form=max(conversation.form, other.form, key=lambda form: (form.edited_at, msgspec.json.encode(form))),
        entries=entries,
        deliveries=_bounded(_joined(conversation.deliveries, other.deliveries, _join_deliveries), entries),
        notes=_joined(conversation.notes, other.notes, _greater),
        drafts={key: draft for key, draft in drafts.items() if key not in entries},
        opened_at=_latest(conversation.opened_at, other.opened_at),
        customer_at=_latest(conversation.customer_at, other.customer_at),
        pages=(*other.pages, *(page for page in conversation.pages if page not in other.pages)),
        paged_until=max(conversation.paged_until, other.paged_until),
    )


def turn_page(conversation: Conversation) -> tuple[Conversation, Page | None]:
    """Take the older half of a long thread out of the record."""
    if len(conversation.entries) <= MAX_ENTRIES:
        return conversation, None
    in_order = sorted(conversation.entries.values(), key=lambda entry: (entry.at, entry.id))
    older, newer = in_order[: MAX_ENTRIES // 2], in_order[MAX_ENTRIES // 2 :]
    kept = {entry.id: entry for entry in newer}
    content = msgspec.json.encode(older)
    page = Page("p" + hashlib.sha256(conversation.id.encode() + content).hexdigest()[:19], content)
    turned = replace(
        conversation,
        entries=kept,
        deliveries=_bounded(conversation.deliveries, kept),
        pages=(*conversation.pages, page.id),
        paged_until=older[-1].at,
    )
    return turned, page


def _with_entry(
    conversation: Conversation, entry: Entry, *, opens_at: float | None = None, customer_at: float | None = None
) -> Conversation:
    known = conversation.entries.get(entry.id)
    joined = entry if known is None else _join_entries(known, entry)
    if joined == known or (known is None and _told_at(entry) <= conversation.paged_until):
        return conversation
    return replace(
        conversation,
        entries={**conversation.entries, entry.id: joined},
        opened_at=_latest(conversation.opened_at, opens_at),
        customer_at=_latest(conversation.customer_at, customer_at),
    )


def _told_at(entry: Entry) -> float:
    """When this was news. What we send ourselves is told once, and is always news."""
    if isinstance(entry, Outgoing):
        return math.inf
    return entry.ended_at if isinstance(entry, CallMade) else entry.at


def _join_entries(known: Entry, other: Entry) -> Entry:
    if isinstance(known, Outgoing) and isinstance(other, Outgoing):
        # What Meta has said of a message of ours is never unsaid.
        greater, lesser = sorted((known, other), key=msgspec.json.encode, reverse=True)
        return replace(
            greater,
            message_id=greater.message_id or lesser.message_id,
            refused=None if greater.message_id or lesser.message_id else greater.refused or lesser.refused,
        )
    return _greater(known, other)


def _delivery(status: MessageStatus) -> Delivery:
    match status.state:
        case MessageState.SENT:
            return Delivery(sent_at=status.at, own_key=status.own_key)
        case MessageState.DELIVERED:
            return Delivery(delivered_at=status.at, own_key=status.own_key)
        case MessageState.READ:
            return Delivery(read_at=status.at, own_key=status.own_key)
        case MessageState.FAILED:
            return Delivery(failed_at=status.at, errors=status.errors, own_key=status.own_key)


def _join_deliveries(known: Delivery, other: Delivery) -> Delivery:
    return Delivery(
        sent_at=_earliest(known.sent_at, other.sent_at),
        delivered_at=_earliest(known.delivered_at, other.delivered_at),
        read_at=_earliest(known.read_at, other.read_at),
        failed_at=_earliest(known.failed_at, other.failed_at),
        errors=max(known.errors, other.errors, key=lambda errors: [(error.code, error.text) for error in errors]),
        own_key=max(known.own_key or "", other.own_key or "") or None,
    )


def _bounded(deliveries: Mapping[str, Delivery], entries: Mapping[str, Entry]) -> Mapping[str, Delivery]:
    """Only so many statuses of messages that are not in the thread, the youngest."""
    if len(deliveries) <= MAX_STRANGE_DELIVERIES:
        return deliveries
    ours = {entry.message_id for entry in entries.values() if isinstance(entry, Outgoing)}
    strange = [key for key, delivery in deliveries.items() if key not in ours and delivery.own_key not in entries]
    strange.sort(key=lambda key: (_youngest(deliveries[key]), key))
    dropped = set(strange[: max(0, len(strange) - MAX_STRANGE_DELIVERIES)])
    return {key: delivery for key, delivery in deliveries.items() if key not in dropped}


def _youngest(delivery: Delivery) -> float:
    return max(at or 0.0 for at in (delivery.sent_at, delivery.delivered_at, delivery.read_at, delivery.failed_at))


def _joined(
    known: Mapping[str, _Value], other: Mapping[str, _Value], join_two: Callable[[_Value, _Value], _Value]
) -> dict[str, _Value]:
    both = {**other, **known}
    return {
        key: join_two(known[key], other[key]) if key in known and key in other else value for key, value in both.items()
    }


def _greater(known: _Value, other: _Value) -> _Value:
    """One of two tellings of the same fact, whichever came first."""
    return max(known, other, key=msgspec.json.encode)


def _earliest(*times: float | None) -> float | None:
    return min((at for at in times if at is not None), default=None)


def _latest(*times: float | None) -> float | None:
    return max((at for at in times if at is not None), default=None)
