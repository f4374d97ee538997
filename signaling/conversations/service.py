"""Owns what agents and programs may do with conversations: read, list and open them, fill in forms, note and draft.

What is written to customers goes through ``requests``. Every refusal is a value with a reason (``Refusal``); the only
exception for trouble outside is StoreUnavailable.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from signaling.calls.events import Caller
from signaling.clock import Clock
from signaling.conversations import compose, view
from signaling.conversations.compose import Problem
from signaling.conversations.contact import Contact
from signaling.conversations.contacts import Contacts
from signaling.conversations.conversation import (
    Conversation,
    Draft,
    Form,
    Note,
    Priority,
    Status,
    conversation_id,
)
from signaling.conversations.refusal import Refusal, invalid, not_found
from signaling.conversations.senders import Senders
from signaling.conversations.threads import Threads

MAX_LISTED = 200
"""Conversations in one answer."""

_Edit: TypeAlias = Callable[[Conversation], Conversation | Refusal]


class FormChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to fill in anew; None leaves a field as it is, an empty text empties it."""

    topic: str | None = None
    tags: tuple[str, ...] | None = None
    priority: Priority | None = None
    status: Status | None = None
    queue: str | None = None
    agent: str | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations to list; None is no condition."""

    status: Status | None = None
    queue: str | None = None
    agent: str | None = None
    tag: str | None = None
    phone_number_id: str | None = None
    limit: int = 50


class Conversations:
    """The conversations of a site."""

    def __init__(self, threads: Threads, contacts: Contacts, senders: Senders, clock: Clock) -> None:
        self._threads = threads
        self._contacts = contacts
        self._senders = senders
        self._clock = clock

    async def thread(self, identity: str) -> view.Thread | None:
        """A conversation; one that has become part of another is shown as that."""
        conversation = await self._threads.load(identity)
        return await self._shown(conversation) if conversation is not None else None

    async def older(self, identity: str, page: str) -> tuple[view.EntryView, ...] | None:
        """The entries of an older page, oldest first."""
        conversation = await self._threads.load(identity)
        if conversation is None or page not in conversation.pages:
            return None
        return view.entry_views(await self._threads.entries_of(page), conversation, self._clock())

    async def with_customer(self, phone_number_id: str, customer: Caller) -> view.Thread | None:
        """The conversation between this number and this customer, if there is one."""
        contact = await self._contacts.known(customer)
        return await self.thread(conversation_id(phone_number_id, contact.id)) if contact is not None else None

    async def recent(self, listing: Listing) -> list[view.Summary]:
        """Conversations that were touched lately, newest first."""
        found: list[view.Summary] = []
        async for conversation in self._threads.recent():
            if _listed(conversation, listing):
                found.append(view.summary(conversation, await self._contact(conversation), self._clock()))
            if len(found) >= min(listing.limit, MAX_LISTED):
                break
        return sorted(found, key=lambda one: (-(one.last_at or 0.0), one.id))

    async def open(self, phone_number_id: str, customer: Caller, form: FormChange) -> view.Thread | Refusal:
        """The conversation between this number and this customer: the one there is, or a new one."""
        sender = await self._senders.get(phone_number_id)
        if sender is None:
            return not_found("business number")
        if customer.user_id is None and customer.number is None:
            return invalid(Problem("customer", "Give a phone number or a user id."))
        filled = self._filled(Form(), form)
        if isinstance(filled, Refusal):
            return filled
        contact = await self._contacts.meet(customer, None, talks_with=phone_number_id)
        begun = Conversation(
            id=conversation_id(phone_number_id, contact.id),
            phone_number_id=phone_number_id,
            customer_id=contact.id,
            business_number=sender.number,
            form=filled,
        )
        kept = await self._threads.change(begun.id, lambda conversation: conversation, new=begun)
        assert kept is not None, "there is a conversation to begin with"
        return await self._shown(kept)

    async def fill_in(self, identity: str, change: FormChange) -> view.Thread | Refusal:
        """Fill in the form; what nobody mentions stays."""

        def edit(conversation: Conversation) -> Conversation | Refusal:
            # The status that is shown is the one that is edited: a customer who came back has opened it again.
            shown = replace(conversation.form, status=view.status(conversation))
            form = self._filled(shown, change)
            return form if isinstance(form, Refusal) else replace(conversation, form=form)

        return await self._edit(identity, edit)

    async def note(self, identity: str, note: str, *, by: str, text: str) -> view.Thread | Refusal:
        """Write a note, or change one's own: ``note`` is its id, chosen by whoever writes it first."""

        def edit(conversation: Conversation) -> Conversation | Refusal:
            known = conversation.notes.get(note)
            if known is not None and known.by != by:
                return Refusal(code="not_yours", reason=f"This note is {known.by}'s.", advice="Write one of your own.")
            if known is not None and known.text == text:
                return conversation
            now = self._clock()
            written = (
                Note(id=note, by=by, at=now, text=text) if known is None else replace(known, text=text, edited_at=now)
            )
            return replace(conversation, notes={**conversation.notes, note: written})

        problems = (*compose.key_problems(note), *compose.note_problems(text))
        return invalid(*problems) if problems else await self._edit(identity, edit)

    async def drop_note(self, identity: str, note: str, *, by: str) -> view.Thread | Refusal:
        """Take back one's own note."""

        def edit(conversation: Conversation) -> Conversation | Refusal:
            known = conversation.notes.get(note)
            if known is None:
                return conversation
            if known.by != by:
                return Refusal(code="not_yours", reason=f"This note is {known.by}'s.", advice="Ask its author.")
            return replace(conversation, notes={key: kept for key, kept in conversation.notes.items() if key != note})

        return await self._edit(identity, edit)

    async def save_draft(self, identity: str, draft: Draft) -> view.Thread | Refusal:
        """Keep a call-button message that is not finished; its time is set here. It may break every limit but size."""

        def edit(conversation: Conversation) -> Conversation | Refusal:
            if draft.id in conversation.entries:
                return Refusal(code="sent_already", reason="This message has been sent.", advice="Write a new one.")
            known = conversation.drafts.get(draft.id)
            kept = replace(draft, at=self._clock())
            if known is not None and replace(known, at=kept.at) == kept:
                return conversation
            return replace(conversation, drafts={**conversation.drafts, draft.id: kept})

        problems = (*compose.key_problems(draft.id), *compose.draft_problems(draft))
        return invalid(*problems) if problems else await self._edit(identity, edit)

    async def drop_draft(self, identity: str, draft: str) -> view.Thread | Refusal:
        """Delete a draft; what is sent stays."""

        def edit(conversation: Conversation) -> Conversation:
            if draft not in conversation.drafts:
                return conversation
            return replace(
                conversation, drafts={key: kept for key, kept in conversation.drafts.items() if key != draft}
            )

        return await self._edit(identity, edit)

    def _filled(self, form: Form, change: FormChange) -> Form | Refusal:
        tags = form.tags if change.tags is None else tuple(dict.fromkeys(tag.strip() for tag in change.tags))
        topic = form.topic if change.topic is None else change.topic.strip()
        problems = compose.form_problems(topic=topic, tags=tags)
        if problems:
            return invalid(*problems)
        return Form(
            topic=topic,
            tags=tags,
            priority=form.priority if change.priority is None else change.priority,
            status=form.status if change.status is None else change.status,
            queue=form.queue if change.queue is None else change.queue or None,
            agent=form.agent if change.agent is None else change.agent or None,
            edited_at=self._clock(),
        )

    async def _edit(self, identity: str, edit: _Edit) -> view.Thread | Refusal:
        refused: list[Refusal] = []

        def step(conversation: Conversation) -> Conversation:
            edited = edit(conversation)
            refused[:] = [edited] if isinstance(edited, Refusal) else []
            return conversation if isinstance(edited, Refusal) else edited

        kept = await self._threads.change(identity, step)
        if refused:
            return refused[0]
        return await self._shown(kept) if kept is not None else not_found("conversation")

    async def _shown(self, conversation: Conversation) -> view.Thread:
        return view.thread(conversation, await self._contact(conversation), self._clock())

    async def _contact(self, conversation: Conversation) -> Contact:
        return await self._contacts.load(conversation.customer_id) or Contact(id=conversation.customer_id)


def _listed(conversation: Conversation, listing: Listing) -> bool:
    form = conversation.form
    return (
        listing.status in (None, view.status(conversation))
        and listing.queue in (None, form.queue)
        and listing.agent in (None, form.agent)
        and (listing.tag is None or listing.tag in form.tags)
        and listing.phone_number_id in (None, conversation.phone_number_id)
    )
