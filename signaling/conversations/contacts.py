"""Owns who is who: contacts in the store, found by user id, by number, and by the beginning of a name or a number.

A user id (BSUID) and a number that turn out to be one user become one contact, and so do their conversations
(#104, #105). Every step may be cut off and is done again by the next message of that customer.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from signaling.calls.events import Caller
from signaling.conversations.contact import (
    Contact,
    absorb,
    contact_id,
    folded,
    name_starts,
    number_starts,
    same_user,
    seen,
    talking,
)
from signaling.conversations.numbers import national_part
from signaling.store.contract import Store
from signaling.store.removal import remove

KEPT, ALIAS, NAME, NUMBER = "contact:", "contact-alias:", "contact-name:", "contact-number:"
INDEXED_BYTES = 40
"""So many bytes of a name find it."""

Joined: TypeAlias = Callable[[Contact, Contact], Awaitable[None]]
"""Told that the second contact is the first one, before anything says so to others; may be told again."""


class Person(NamedTuple):
    """Everything by which one customer is known."""

    contacts: frozenset[str]
    """Ids: the contact, and those that turned out to be it."""
    names: frozenset[str]
    """User ids and numbers that lead there."""
    talks_with: frozenset[str]
    """Business numbers (PNID) with which there are, or were, conversations."""


class Contacts:
    """All customers. Given: the store, which the caller closes. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, joined: Joined) -> None:
        self._store = store
        self._joined = joined

    async def load(self, identity: str) -> Contact | None:
        """The contact with this id, or the one it turned out to be."""
        held = await self._store.load(KEPT + identity)
        if held is None:
            return None
        contact = msgspec.json.decode(held.value, type=Contact)
        return contact if contact.moved_to is None else await self.load(contact.moved_to)

    async def known(self, customer: Caller) -> Contact | None:
        """The contact of this customer, if there is one."""
        for name in (customer.user_id, customer.number):
            if name is not None and (identity := await self._alias(name)) is not None:
                return await self.load(identity)
        return None

    async def meet(self, customer: Caller, at: float | None, *, talks_with: str | None = None) -> Contact:
        """The contact of a customer who is named; a new one if need be.

        ``at`` is when the customer was there, ``talks_with`` a business number (PNID) with which there will be a
        conversation.
        """
        identity = await self._identity(customer)
        for name in (customer.user_id, customer.number):
            if name is not None:
                await self._point(name, identity)
        return await self._change(identity, lambda contact: talking(seen(contact, customer, at), talks_with))

    async def edit(self, identity: str, *, name: str | None, language: str | None) -> Contact:
        """Write down what an agent knows; None leaves it as it is."""

        def step(contact: Contact) -> Contact:
            named = contact if name is None else replace(contact, name=name or None, entered=bool(name))
            return named if language is None else replace(named, language=language or None)

        return await self._change(identity, step)

    async def named(self, name: str) -> str | None:
        """The id of the contact to which this user id or number leads."""
        return await self._alias(name)

    async def person(self, identity: str) -> Person:
        """Who this is under any name. Looks at every contact there is."""
        known: dict[str, Contact] = {}
        for key in await self._store.keys(KEPT):
            if (held := await self._store.load(key)) is not None:
                known[key.removeprefix(KEPT)] = msgspec.json.decode(held.value, type=Contact)
        home = _home(known, identity)
        same = {home, identity, *(other for other in known if _home(known, other) == home)}
        names = set()
        for key in await self._store.keys(ALIAS):
            if await self._alias(key.removeprefix(ALIAS)) in same:
                names.add(key.removeprefix(ALIAS))
        talks_with = frozenset(number for other in same & known.keys() for number in known[other].talks_with)
        return Person(frozenset(same), frozenset(names), talks_with)

    async def forget(self, person: Person) -> int:
        """Remove all that is kept of a person, what leads there last. Returns how many contacts there were."""
        for prefix in (NAME, NUMBER):
            for key in await self._store.keys(prefix):
                if key.rpartition(":")[2] in person.contacts:
                    await remove(self._store, key)
        gone = [await remove(self._store, KEPT + identity) for identity in sorted(person.contacts)]
        for name in person.names:
            await remove(self._store, ALIAS + name)
        return sum(gone)

    async def find(self, query: str, limit: int) -> list[Contact]:
        """Contacts whose number, name, or a word of it begins like this, or who have this user id; by name."""
        wanted = folded(query)
        digits = "".join(letter for letter in query if letter.isdecimal()).lstrip("0")
        found: dict[str, Contact] = {}
        if (alias := await self._alias(query.strip())) is not None and (contact := await self.load(alias)) is not None:
            found[contact.id] = contact
        if digits and not any(letter.isalpha() for letter in query):
            for prefix in (f"{ALIAS}{digits}", f"{NUMBER}{digits}"):
                await self._collect(found, prefix, limit, lambda one: _any(number_starts(one), digits))
        else:
            await self._collect(found, NAME + _key(wanted), limit, lambda one: _any(name_starts(one), wanted))
        return sorted(found.values(), key=lambda one: (folded(one.name or ""), one.id))[:limit]

    async def _collect(
        self, found: dict[str, Contact], prefix: str, limit: int, fits: Callable[[Contact], bool]
    ) -> None:
        for key in await self._store.keys(prefix):
            end = key.rpartition(":")[2]
            contact = await (self._contact_of(end) if key.startswith(ALIAS) else self.load(end))
            # An index may be older than the contact: what was found by an old name does not fit any more.
            if contact is not None and fits(contact):
                found[contact.id] = contact
            if len(found) >= limit:
                return

    async def _identity(self, customer: Caller) -> str:
        """The id of the contact that this customer is, once everything that was known apart is joined."""
        user_id, number = customer.user_id, customer.number
        assert user_id or number, "somebody is named"
        by_user = await self._contact_of(user_id)
        by_number = await self._contact_of(number)
        if user_id is None:
            return by_number.id if by_number is not None else contact_id(number or "")
        if by_number is not None and not same_user(by_number, Contact(id="", user_id=user_id)):
            # The number has passed to another user; who had it before keeps everything but the number.
            await self._change(by_number.id, lambda kept: replace(kept, number=None) if kept.number == number else kept)
            by_number = None
        if by_user is None:
            return by_number.id if by_number is not None else contact_id(user_id)
        if by_number is not None and by_number.id != by_user.id:
            await self._join(by_user, by_number)
        return by_user.id

    async def _join(self, contact: Contact, other: Contact) -> None:
        await self._joined(contact, other)
        await self._change(contact.id, lambda kept: absorb(kept, other))
        await self._change(other.id, lambda kept: replace(kept, moved_to=contact.id))

    async def _change(self, identity: str, step: Callable[[Contact], Contact]) -> Contact:
        while True:
            held = await self._store.load(KEPT + identity)
            old = msgspec.json.decode(held.value, type=Contact) if held is not None else Contact(id=identity)
            if old.moved_to is not None:
                identity = old.moved_to
                continue
            new = step(old)
            if new == old and held is not None:
                return old
            # What finds a contact is there before the contact says so, and goes after it.
            wanted, stale = _index(new), _index(old) - _index(new)
            for key in wanted - (_index(old) if held is not None else set()):
                await self._store.commit(key, 0, b"1")
            if await self._store.commit(KEPT + identity, held.version if held is not None else 0, _encode(new)):
                for key in stale:
                    await remove(self._store, key)
                return new

    async def _contact_of(self, name: str | None) -> Contact | None:
        identity = await self._alias(name) if name is not None else None
        if identity is None:
            return None
        # A crash may have left an alias of a contact that was never written.
        return await self.load(identity) or Contact(id=identity)

    async def _alias(self, name: str) -> str | None:
        held = await self._store.load(ALIAS + name) if name.isascii() and name else None
        return held.value.decode() if held is not None else None

    async def _point(self, name: str, identity: str) -> None:
        while True:
            held = await self._store.load(ALIAS + name)
            if held is not None and held.value == identity.encode():
                return
            if await self._store.commit(ALIAS + name, held.version if held is not None else 0, identity.encode()):
                return


def _home(known: Mapping[str, Contact], identity: str) -> str:
    """Where a contact has moved to at last, whether that is still there or not."""
    while identity in known and (moved_to := known[identity].moved_to) is not None:
        identity = moved_to
    return identity


def _index(contact: Contact) -> set[str]:
    if contact.moved_to is not None:
        return set()
    names = (f"{NAME}{_key(start)}:{contact.id}" for start in name_starts(contact))
    # The whole number is an alias, by which it is found as well.
    national = national_part(contact.number) if contact.number is not None else None
    return {*names, *((f"{NUMBER}{national}:{contact.id}",) if national is not None else ())}


def _key(text: str) -> str:
    """Text of any script as ASCII that keeps what begins alike together."""
    return text.encode()[:INDEXED_BYTES].hex()


def _any(starts: Iterable[str], wanted: str) -> bool:
    return any(start.startswith(wanted) for start in starts)


def _encode(contact: Contact) -> bytes:
    return msgspec.json.encode(contact)
