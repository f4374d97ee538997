"""Owns a process that dies: a store that takes so many commits and then nothing more."""

from signaling.store.contract import Store, StoreUnavailable, Versioned


class DyingStore:
    """As the store beneath, until ``commits`` are made; the next one does not happen, nor anything after it."""

    def __init__(self, store: Store, commits: int) -> None:
        self._store = store
        self.left = commits
        self.dead = False

    async def load(self, key: str) -> Versioned | None:
        """As the contract says."""
        self._check()
        return await self._store.load(key)

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        """As the contract says."""
        self.dead |= self.left == 0
        self._check()
        self.left -= 1
        return await self._store.commit(key, version, value, ttl=ttl)

    async def keys(self, prefix: str) -> list[str]:
        """As the contract says."""
        self._check()
        return await self._store.keys(prefix)

    async def close(self) -> None:
        """Leave the store beneath open: it belongs to the test."""

    def _check(self) -> None:
        if self.dead:
            raise StoreUnavailable("the process is dead")
