"""Owns what a person or a program sees of a conversation: entries in order, each with what has become of it. Pure."""

import enum
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from signaling.calls.events import Direction
from signaling.conversations.contact import Contact
from signaling.conversations.conversation import (
    CallButton,
    CallMade,
    Conversation,
    Delivery,
    Draft,
    Entry,
    Form,
    Note,
    Outcome,
    Outgoing,
    PermissionAnswer,
    PermissionRequest,
    Status,
    TemplateUse,
    UserWrote,
)
from signaling.conversations.news import Response
from signaling.conversations.window import open_until
from signaling.whatsapp.advice import Explained, explain

PATIENCE_S = 30.0
"""How long Meta may take to answer a message of ours before we say that we do not know, seconds."""


class SendState(enum.Enum):
    """How far a message of ours has come."""

    SENDING = "sending"
    UNSETTLED = "unsettled"
    """Meta's answer was lost: it may have been sent or not. A status of Meta's settles it if it was."""
    REFUSED = "refused"
    """Meta did not take it."""
    ACCEPTED = "accepted"
    """Meta has taken it."""
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    """Meta took it and could not deliver it."""


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of a message of ours; times are epoch seconds."""

    state: SendState
    sent_at: float | None = None
    delivered_at: float | None = None
    read_at: float | None = None
    failed_at: float | None = None
    failures: tuple[Explained, ...] = ()
    """Why it was refused or failed, and what to do."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer said to a request, last."""

    response: Response
    at: float
    permanent: bool
    expires_at: float | None


class _View(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Common shape: ``kind`` names the entry."""

    id: str
    at: float


class PermissionRequestView(_View, frozen=True, tag="permission_request"):
    """We asked for permission to call."""

    by: str
    text: str
    template: TemplateUse | None
    sending: Sending
    answer: Answer | None


class CallButtonView(_View, frozen=True, tag="call_button"):
    """We sent a button by which the customer phones us."""

    by: str
    text: str
    label: str
    payload: str | None
    works_until: float
    template: TemplateUse | None
    sending: Sending


class UserMessageView(_View, frozen=True, tag="user_message"):
    """The customer wrote."""

    type: str
    """Meta's type of the message."""
    text: str | None
    reply_to: str | None
    """The entry that is answered, ours or the customer's, if it is in the thread."""


class PermissionAnswerView(_View, frozen=True, tag="permission_answer"):
    """Calls were allowed or refused."""

    response: Response
    permanent: bool
    expires_at: float | None
    automatic: bool
    request: str | None
    """The entry of the request that was answered, if it is in the thread."""


class CallView(_View, frozen=True, tag="call"):
    """A call that is over."""

    direction: Direction
    outcome: Outcome
    answered_at: float | None
    ended_at: float
    duration_s: float
    """Of the conversation, seconds; 0 if there was none."""
    agent: str | None
    reason: str
    payloads: tuple[str, ...]


EntryView: TypeAlias = PermissionRequestView | CallButtonView | UserMessageView | PermissionAnswerView | CallView


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list of conversations."""

    id: str
    revision: int
    """Grows with everything that happens."""
    phone_number_id: str
    business_number: str | None
    contact: Contact
    form: Form
    """With the status as it is now."""
    last_at: float | None
    """When anything last happened, epoch seconds."""
    window_until: float | None
    """Until when free-form messages may be sent; None if they may not."""


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A whole conversation, but for older pages."""

    summary: Summary
    entries: tuple[EntryView, ...]
    """Oldest first."""
    notes: tuple[Note, ...]
    drafts: tuple[Draft, ...]
    older_pages: tuple[str, ...]
    """Ids of pages that hold what came before, oldest first."""


def summary(conversation: Conversation, contact: Contact, now: float) -> Summary:
    """What a list shows of a conversation."""
    times = [entry.at for entry in conversation.entries.values()]
    return Summary(
        id=conversation.id,
        revision=conversation.revision,
        phone_number_id=conversation.phone_number_id,
        business_number=conversation.business_number,
        contact=contact,
        form=msgspec.structs.replace(conversation.form, status=status(conversation)),
        last_at=max(times, default=None),
        window_until=open_until(conversation.opened_at, now),
    )


def thread(conversation: Conversation, contact: Contact, now: float) -> Thread:
    """All that the record of a conversation tells."""
    return Thread(
        summary=summary(conversation, contact, now),
        entries=entry_views(conversation.entries.values(), conversation, now),
        notes=tuple(sorted(conversation.notes.values(), key=lambda note: (note.at, note.id))),
        drafts=tuple(sorted(conversation.drafts.values(), key=lambda draft: (draft.at, draft.id))),
        older_pages=conversation.pages,
    )


def status(conversation: Conversation) -> Status:
    """The status agents gave, or open if the customer has come back since."""
    back = conversation.customer_at is not None and conversation.customer_at > conversation.form.edited_at
    return Status.OPEN if back else conversation.form.status


def entry_views(entries: Iterable[Entry], conversation: Conversation, now: float) -> tuple[EntryView, ...]:
    """Entries in order as they are shown; the conversation tells how messages fared."""
    return tuple(_view(entry, conversation, now) for entry in sorted(entries, key=_place))


def _place(entry: Entry) -> tuple[int, bool, float, str]:
    """Meta's times are whole seconds and ours are not: within a second, an answer comes after what it answers."""
    return (int(entry.at), isinstance(entry, PermissionAnswer), entry.at, entry.id)


def _view(entry: Entry, conversation: Conversation, now: float) -> EntryView:
    match entry:
        case PermissionRequest():
            return PermissionRequestView(
                id=entry.id,
                at=entry.at,
                by=entry.by,
                text=entry.text,
                template=entry.template,
                sending=sending(entry, conversation, now),
                answer=answer_to(entry, conversation),
            )
        case CallButton():
            return CallButtonView(
                id=entry.id,
                at=entry.at,
                by=entry.by,
                text=entry.text,
                label=entry.label,
                payload=entry.payload,
                works_until=entry.at + entry.ttl_minutes * 60,
                template=entry.template,
                sending=sending(entry, conversation, now),
            )
        case UserWrote():
            reply_to = _entry_of(entry.reply_to, conversation)
            return UserMessageView(id=entry.id, at=entry.at, type=entry.kind, text=entry.text, reply_to=reply_to)
        case PermissionAnswer():
            return PermissionAnswerView(
                id=entry.id,
                at=entry.at,
                response=entry.response,
                permanent=entry.permanent,
                expires_at=entry.expires_at,
                automatic=entry.automatic,
                request=_entry_of(entry.request_id, conversation),
            )
        case CallMade():
            return CallView(
                id=entry.id,
                at=entry.at,
                direction=entry.direction,
                outcome=entry.outcome,
                answered_at=entry.answered_at,
                ended_at=entry.ended_at,
                duration_s=entry.ended_at - entry.answered_at if entry.answered_at is not None else 0.0,
                agent=entry.agent,
                reason=entry.reason,
                payloads=entry.payloads,
            )


def sending(message: Outgoing, conversation: Conversation, now: float) -> Sending:
    """What has become of a message of ours."""
    _, delivery = delivery_of(message, conversation)
    if delivery is not None:
        reached = (
            (delivery.read_at, SendState.READ),
            (delivery.delivered_at, SendState.DELIVERED),
            (delivery.failed_at, SendState.FAILED),
        )
        return Sending(
            state=next((state for at, state in reached if at is not None), SendState.SENT),
            sent_at=delivery.sent_at,
            delivered_at=delivery.delivered_at,
            read_at=delivery.read_at,
            failed_at=delivery.failed_at,
            failures=tuple(map(explain, delivery.errors)),
        )
    if message.message_id is not None:
        return Sending(state=SendState.ACCEPTED)
    if message.refused is not None:
        return Sending(state=SendState.REFUSED, failures=(explain(message.refused),))
    return Sending(state=SendState.SENDING if now < message.at + PATIENCE_S else SendState.UNSETTLED)


def delivery_of(message: Outgoing, conversation: Conversation) -> tuple[str | None, Delivery | None]:
    """Meta's id of a message and what it reported, also if the answer that named the id was lost."""
    if message.message_id is not None:
        return message.message_id, conversation.deliveries.get(message.message_id)
    for message_id, delivery in conversation.deliveries.items():
        if delivery.own_key == message.id:
            return message_id, delivery
    return None, None


def answer_to(request: PermissionRequest, conversation: Conversation) -> Answer | None:
    """The latest answer to this request; a request may be answered anew while it lives."""
    message_id, _ = delivery_of(request, conversation)
    answers = [
        entry
        for entry in conversation.entries.values()
        if isinstance(entry, PermissionAnswer) and message_id is not None and entry.request_id == message_id
    ]
    if not answers:
        return None
    last = max(answers, key=lambda answer: (answer.at, answer.id))
    return Answer(response=last.response, at=last.at, permanent=last.permanent, expires_at=last.expires_at)


def _entry_of(message_id: str | None, conversation: Conversation) -> str | None:
    """The entry with this id of Meta's."""
    if message_id is None or message_id in conversation.entries:
        return message_id
    outgoing = (entry for entry in conversation.entries.values() if isinstance(entry, Outgoing))
    return next((entry.id for entry in outgoing if delivery_of(entry, conversation)[0] == message_id), None)
