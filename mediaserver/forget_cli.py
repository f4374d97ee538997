"""Owns ``ringbridge forget``: one customer is erased from the records, also beside a server that runs."""

import asyncio

from mediaserver.store_access import StoreAccess
from signaling.clock import SystemClock
from signaling.conversations.contacts import Contacts
from signaling.conversations.threads import Threads
from signaling.erasure import Erased, Erasure
from signaling.pause import pause
from signaling.store.records import Records

NOTHING = Erased(contacts=0, conversations=0, calls=0, call_backs=0)


def forget(access: StoreAccess, user: str) -> Erased:
    """Forget the user with this id (``GB.1203…``) or number. Raises NewerFile, StoreUnavailable."""
    name = user if "." in user else "".join(filter(str.isdigit, user))
    return asyncio.run(_forget(access, name)) if name and access.exists() else NOTHING


def as_text(erased: Erased) -> str:
    """What there was, for a person to read."""
    if erased == NOTHING:
        return "Nothing is known of this customer."
    return (
        f"Forgotten: contacts {erased.contacts}, conversations {erased.conversations}, calls {erased.calls}, "
        f"requests to be called back {erased.call_backs}. Times that the permission policy counts are kept."
    )


async def _forget(access: StoreAccess, name: str) -> Erased:
    clock = SystemClock()
    store = await access.open(clock)
    try:
        # Pages that show the customer are the server's; they find nothing when they ask again.
        threads = Threads(store, clock, lambda conversation, revision: None)
        return await Erasure(Contacts(store, threads.join_all), threads, Records(store, pause=pause)).forget_named(name)
    finally:
        await store.close()
