"""Owns the right to serve a site: one record ``node:<site>`` that its holder renews while others watch it.

Nothing in it is a time, so no two clocks are compared. Whoever wants the site watches the record for ``LAPSE_S`` by a
clock of his own; if nothing happens to it, its holder is gone, and the site is taken with the next generation. A holder
who finds another lease has been given up, for whatever reason, and must stop (#82, design rule 5).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

from signaling.pause import Pause
from signaling.store.contract import Store, StoreUnavailable, Versioned

RENEW_S = 2.0
"""From one renewal to the next, seconds."""
LAPSE_S = 6.0
"""How long a record may stay as it is before its holder counts as gone, seconds: three renewals."""
LOOK_S = 0.5
"""From one look at another's record to the next, seconds."""


class SiteTaken(Exception):
    """Another process serves this site."""


class Lease(msgspec.Struct, frozen=True):
    """Who holds a site."""

    owner: str
    """A random name of a process; empty if nobody does."""
    generation: int
    """Grows whenever the site is taken."""


_FREE = Lease("", 0)


class Tenure:
    """This process' hold on a site."""

    def __init__(self, store: Store, site: str, *, pause: Pause) -> None:
        self._store = store
        self._key = f"node:{site}"
        self._pause = pause
        self._lease = _FREE

    async def take(self) -> None:
        """Get hold of the site; a former holder is watched for LAPSE_S. Raises SiteTaken, StoreUnavailable."""
        found = await self._store.load(self._key)
        watched_s = 0.0
        while _lease(found).owner and watched_s < LAPSE_S:
            await self._pause(LOOK_S)
            watched_s += LOOK_S
            before, found = found, await self._store.load(self._key)
            if _lease(found).owner and before != found:
                raise SiteTaken("another process serves from this store, it renews its hold; stop it first")
        lease = Lease(secrets.token_hex(8), _lease(found).generation + 1)
        if not await self._store.commit(self._key, _version(found), msgspec.json.encode(lease)):
            raise SiteTaken("another process took this store to serve from at the same moment")
        self._lease = lease

    async def keep(self) -> None:
        """Renew for ever, also after a store that was away. Raises SiteTaken when another process has the site."""
        while True:
            await self._pause(RENEW_S)
            with suppress(StoreUnavailable):
                await self.renew()

    async def renew(self) -> None:
        """Show that the holder lives. Raises SiteTaken, StoreUnavailable."""
        found = await self._store.load(self._key)
        # A store that lost the record lost everything: the site is still held, by nobody else.
        if found is not None and _lease(found) != self._lease:
            raise SiteTaken("another process took over this store, because this one could not reach it for too long")
        # If somebody is faster, the next renewal sees who.
        await self._store.commit(self._key, _version(found), msgspec.json.encode(self._lease))

    async def give_back(self) -> None:
        """Let the next process begin at once. Raises StoreUnavailable."""
        found = await self._store.load(self._key)
        if _lease(found) == self._lease:
            free = Lease("", self._lease.generation)
            await self._store.commit(self._key, _version(found), msgspec.json.encode(free))


@asynccontextmanager
async def held(store: Store, site: str, *, pause: Pause) -> AsyncIterator[asyncio.Task[None]]:
    """A site that is held, and the task that holds it: it ends only by SiteTaken, and then all serving must end."""
    tenure = Tenure(store, site, pause=pause)
    await tenure.take()
    task = asyncio.create_task(tenure.keep(), name=f"node:{site}")
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        with suppress(StoreUnavailable):
            await tenure.give_back()


def _lease(record: Versioned | None) -> Lease:
    return _FREE if record is None else msgspec.json.decode(record.value, type=Lease)


def _version(record: Versioned | None) -> int:
    return 0 if record is None else record.version
