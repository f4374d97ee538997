"""Owns where conversations are kept: one record each, changed by pure steps and committed if unchanged.

Older entries lie in pages that are written once and never changed. A list of days says which conversations were
touched when. No rule about messages is here.
"""

import functools
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from signaling.clock import Clock
from signaling.conversations.contact import Contact
from signaling.conversations.conversation import Conversation, Entry, conversation_id
from signaling.conversations.thread import join, turn_page
from signaling.store.contract import Store
from signaling.store.removal import remove

KEPT, PAGE, DAY = "conversation:", "conversation-page:", "conversation-day:"
LISTED_DAYS = 90
"""How far back a list of conversations looks, days; older ones are found through their customer."""

Step: TypeAlias = Callable[[Conversation], Conversation]
"""Makes a conversation new; it may run several times, and returns the very object it was given to change nothing."""


Changed: TypeAlias = Callable[[str, int], None]
"""Told the id and the revision of a conversation once it is committed; returns at once and never raises."""


class Threads:
    """Conversations in the store, which the caller closes. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, clock: Clock, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed

    async def load(self, identity: str) -> Conversation | None:
        """The conversation, or the one it has become part of; None if there is none."""
        held = await self._store.load(KEPT + identity)
        if held is None:
            return None
        conversation = msgspec.json.decode(held.value, type=Conversation)
        return conversation if conversation.moved_to is None else await self.load(conversation.moved_to)

    async def change(self, identity: str, step: Step, *, new: Conversation | None = None) -> Conversation | None:
        """Make the conversation new; without one, begin with ``new``. What is kept then; None if there is none."""
        while True:
            held = await self._store.load(KEPT + identity)
            old = msgspec.json.decode(held.value, type=Conversation) if held is not None else new
            if old is None:
                return None
            if old.moved_to is not None:
                identity = old.moved_to
                continue
            changed = step(old)
            if changed is old and held is not None:
                return old
            kept = await self._filed(changed, old)
            version = held.version if held is not None else 0
            if await self._store.commit(KEPT + identity, version, msgspec.json.encode(kept)):
                self._changed(kept.id, kept.revision)
                return kept

    async def entries_of(self, page: str) -> tuple[Entry, ...]:
        """The entries of an older page, oldest first; none if there is no such page."""
        held = await self._store.load(PAGE + page)
        return msgspec.json.decode(held.value, type=tuple[Entry, ...]) if held is not None else ()

    async def recent(self) -> AsyncIterator[Conversation]:
        """Conversations that were touched lately, last day first, each once."""
        told: set[str] = set()
        today = datetime.fromtimestamp(self._clock(), UTC)
        for back in range(LISTED_DAYS):
            prefix = f"{DAY}{today - timedelta(days=back):%Y-%m-%d}:"
            for key in await self._store.keys(prefix):
                identity = key.removeprefix(prefix)
                conversation = await self.load(identity) if identity not in told else None
                if conversation is not None and conversation.id not in told:
                    told |= {identity, conversation.id}
                    yield conversation

    async def join_all(self, contact: Contact, other: Contact) -> None:
        """Make every conversation with ``other`` part of the one with ``contact``; safe to repeat."""
        for phone_number_id in other.talks_with:
            await self._join(
                conversation_id(phone_number_id, other.id),
                Conversation(
                    id=conversation_id(phone_number_id, contact.id),
                    phone_number_id=phone_number_id,
                    customer_id=contact.id,
                ),
            )

    async def forget(self, customers: Collection[str], phone_number_ids: Collection[str]) -> int:
        """Remove every conversation between these contacts and business numbers. Returns how many there were."""
        gone = set()
        for customer in customers:
            for phone_number_id in phone_number_ids:
                identity = conversation_id(phone_number_id, customer)
                held = await self._store.load(KEPT + identity)
                if held is None:
                    continue
                # Pages are found through their conversation, so they go before it.
                for page in msgspec.json.decode(held.value, type=Conversation).pages:
                    await remove(self._store, PAGE + page)
                if await remove(self._store, KEPT + identity):
                    gone.add(identity)
        for key in await self._store.keys(DAY):
            if key.rpartition(":")[2] in gone:
                await remove(self._store, key)
        return len(gone)

    async def _join(self, identity: str, into: Conversation) -> None:
        while True:
            held = await self._store.load(KEPT + identity)
            left = msgspec.json.decode(held.value, type=Conversation) if held is not None else None
            if held is None or left is None or left.moved_to is not None:
                return
            # Joined first and left afterwards: a crash in between joins again, which changes nothing.
            await self.change(into.id, functools.partial(_with, left), new=into)
            revision = left.revision + 1
            moved = replace(left, moved_to=into.id, revision=revision, entries={}, deliveries={}, notes={}, drafts={})
            if await self._store.commit(KEPT + identity, held.version, msgspec.json.encode(moved)):
                self._changed(identity, revision)
                return

    async def _filed(self, changed: Conversation, old: Conversation) -> Conversation:
        """The record as it is to be committed, with everything written down that it will refer to."""
        turned, page = turn_page(changed)
        if page is not None:
            await self._store.commit(PAGE + page.id, 0, page.content)
        today = f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%d}"
        if today != old.listed_on:
            await self._store.commit(f"{DAY}{today}:{turned.id}", 0, b"1")
        return replace(turned, revision=max(old.revision, changed.revision) + 1, listed_on=today)


def _with(other: Conversation, conversation: Conversation) -> Conversation:
    return join(conversation, other)
