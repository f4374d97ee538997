"""Owns a store that can be switched off, and a pause that waits for a test to let it go on."""

import asyncio

from signaling.store.contract import Store, StoreUnavailable, Versioned


class FailingStore:
    """A store as any other while ``away`` is False; raises StoreUnavailable while it is True."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False
        self.refused = 0
        """Requests that came while it was away."""
        self.answers_to_lose = 0
        """So many commits take effect and are answered by StoreUnavailable all the same."""
        self._writes_left: int | None = None

    def away_after(self, writes: int | None) -> None:
        """Be away once so many writes were done, as after a crash; None is never."""
        self.away, self._writes_left = False, writes

    async def load(self, key: str) -> Versioned | None:
        """As the contract says."""
        self._check()
        return await self._store.load(key)

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        """As the contract says."""
        if self._writes_left is not None:
            self.away = self._writes_left == 0
            self._writes_left -= 1
        self._check()
        committed = await self._store.commit(key, version, value, ttl=ttl)
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise StoreUnavailable("the answer was lost by a test")
        return committed

    async def keys(self, prefix: str) -> list[str]:
        """As the contract says."""
        self._check()
        return await self._store.keys(prefix)

    async def close(self) -> None:
        """Leave the store beneath open: it belongs to the test."""

    def _check(self) -> None:
        if self.away:
            self.refused += 1
            raise StoreUnavailable("switched off by a test")


class HeldPause:
    """A Pause that ends when the test says so."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._go_on = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        """Wait for the test."""
        self._go_on.clear()
        self._reached.set()
        await self._go_on.wait()

    async def reached(self) -> None:
        """Wait until somebody pauses."""
        await asyncio.wait_for(self._reached.wait(), 5)

    def release(self) -> None:
        """Let whoever pauses go on."""
        self._reached.clear()
        self._go_on.set()
