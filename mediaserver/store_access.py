"""Owns the way to the store that a configuration chose (memory, a file, Redis), and that one process serves from it.

Conversations live and die with their process, so two processes that serve from the same records would end each other's
calls. The kernel frees a file's lock the moment its process is gone; a hold on Redis has to be seen to lapse.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import structlog
from pydantic import SecretStr

from mediaserver.store_config import StoreSection
from signaling.clock import Clock
from signaling.pause import Pause
from signaling.store.contract import Store, StoreUnavailable
from signaling.store.lease import SiteTaken, held
from signaling.store.memory import MemoryStore
from signaling.store.redis import RedisStore
from signaling.store.sqlite import SqliteStore

IN_MEMORY = ":memory:"

_log = structlog.get_logger(__name__)


class Served(NamedTuple):
    """A store that nobody else serves from."""

    store: Store
    hold: asyncio.Task[None] | None
    """Ends, by SiteTaken, if another process took over; None where that cannot happen."""


class StoreAccess(NamedTuple):
    """Where the records are and what opens them."""

    section: StoreSection
    password: SecretStr | None = None
    """Of Redis, if it asks for one."""

    def exists(self) -> bool:
        """Whether there is anything to read beside a server that runs. Redis is asked when it is opened."""
        return self.section.url is not None or Path(self.section.path).exists()

    async def open(self, clock: Clock) -> Store:
        """The store, for reading beside a server; the caller closes it. Raises StoreUnavailable, NewerFile."""
        if self.section.url is not None:
            return await self._redis(self.section.url)
        if self.section.path == IN_MEMORY:
            return MemoryStore(clock)
        return await SqliteStore.open(Path(self.section.path), clock)

    @asynccontextmanager
    async def served(self, site: str, clock: Clock, *, pause: Pause) -> AsyncIterator[Served]:
        """The store, for the one process that serves. Raises SiteTaken, StoreUnavailable, NewerFile."""
        if self.section.url is not None:
            redis = await self._redis(self.section.url)
            for risk in redis.risks:
                _log.warning("store_may_lose_records", risk=risk)
            async with _closing(redis), held(redis, site, pause=pause) as hold:
                yield Served(redis, hold)
        elif self.section.path == IN_MEMORY:
            yield Served(MemoryStore(clock), None)
        else:
            with _locked(Path(f"{self.section.path}.lock")):
                async with _closing(await SqliteStore.open(Path(self.section.path), clock)) as store:
                    yield Served(store, None)

    async def _redis(self, url: str) -> RedisStore:
        password = self.password.get_secret_value() if self.password is not None else None
        return await RedisStore.open(url, password=password)


@asynccontextmanager
async def _closing(store: Store) -> AsyncIterator[Store]:
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock beside the records; SQLite's own locks in their file would be lost with any descriptor of ours."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("ab"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SiteTaken("another process serves from this store; stop it first") from error
        except OSError as error:
            raise StoreUnavailable(f"the store cannot be locked: {error.strerror}") from error
        yield
