"""Owns forgetting one customer: who they are, what was written and said, every call and every wish to be called back.

What the permission policy knows stays: times of requests, answers and calls under a user id or a number, without a
name or a word. WhatsApp goes on counting these, and a customer who said no must not be asked again for having been
forgotten. Whoever is on the phone just now leaves a record when the call ends.
"""

from typing import Protocol

import msgspec

from signaling.calls.events import Caller
from signaling.conversations.contacts import Contacts
from signaling.conversations.threads import Threads
from signaling.store.records import Records


class Erased(msgspec.Struct, frozen=True):
    """How much of a customer there was."""

    contacts: int
    """More than one if the customer was first known under several names."""
    conversations: int
    calls: int
    call_backs: int


class ForgetCustomer(Protocol):
    """Forgets a customer. Implemented by ``Erasure.forget``."""

    async def __call__(self, contact: str) -> Erased:
        """What there was of this contact. Raises StoreUnavailable."""


class Erasure:
    """Forgets customers for good. Every method raises StoreUnavailable, and may then be called again.

    It looks at every contact and every call record there is, so it takes seconds on a large site; calls do not wait.
    """

    def __init__(self, contacts: Contacts, threads: Threads, records: Records) -> None:
        self._contacts = contacts
        self._threads = threads
        self._records = records

    async def forget(self, contact: str) -> Erased:
        """Forget the customer with this contact, and whoever turned out to be the same."""
        person = await self._contacts.person(contact)
        # What leads to the customer goes last: after a crash the rest is found by the same name.
        conversations = await self._threads.forget(person.contacts, person.talks_with)
        calls, call_backs = await self._records.forget(lambda caller: _is_of(caller, person.names))
        return Erased(
            contacts=await self._contacts.forget(person),
            conversations=conversations,
            calls=calls,
            call_backs=call_backs,
        )

    async def forget_named(self, name: str) -> Erased:
        """The same by a user id, or the digits of a number; calls are found that never came to be a contact, too."""
        contact = await self._contacts.named(name)
        if contact is not None:
            return await self.forget(contact)
        calls, call_backs = await self._records.forget(lambda caller: _is_of(caller, frozenset({name})))
        return Erased(contacts=0, conversations=0, calls=calls, call_backs=call_backs)


def _is_of(caller: Caller, names: frozenset[str]) -> bool:
    """A user id names one user for good; a number may have been somebody else's before."""
    known_ids = any("." in name for name in names)
    if caller.user_id is not None and known_ids:
        return caller.user_id in names
    return caller.user_id in names or caller.number in names
