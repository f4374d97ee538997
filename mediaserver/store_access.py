"""Owns the way to the store that a configuration chose: in memory, in a file, or in Redis."""

from pathlib import Path
from typing import NamedTuple

import structlog
from pydantic import SecretStr

from mediaserver.store_config import StoreSection
from signaling.clock import Clock
from signaling.store.contract import Store
from signaling.store.memory import MemoryStore
from signaling.store.redis import RedisStore
from signaling.store.sqlite import SqliteStore

IN_MEMORY = ":memory:"

_log = structlog.get_logger(__name__)


class StoreAccess(NamedTuple):
    """Where the records are and what opens them."""

    section: StoreSection
    password: SecretStr | None = None
    """Of Redis, if it asks for one."""

    def exists(self) -> bool:
        """Whether there is anything to read beside a server that runs. Redis is asked when it is opened."""
        return self.section.url is not None or Path(self.section.path).exists()

    async def open_to_serve(self, clock: Clock) -> Store:
        """As ``open``, and the log says what may lose records there."""
        store = await self.open(clock)
        for risk in store.risks if isinstance(store, RedisStore) else ():
            _log.warning("store_may_lose_records", risk=risk)
        return store

    async def open(self, clock: Clock) -> Store:
        """The store, which the caller closes. Raises StoreUnavailable, or NewerFile."""
        if self.section.url is not None:
            password = self.password.get_secret_value() if self.password is not None else None
            return await RedisStore.open(self.section.url, password=password)
        if self.section.path == IN_MEMORY:
            return MemoryStore(clock)
        return await SqliteStore.open(Path(self.section.path), clock)
