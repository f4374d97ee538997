"""Owns the store that keeps nothing: records in a dictionary, for tests and for demonstrations."""

import heapq
from itertools import count
from typing import NamedTuple

from signaling.clock import Clock
from signaling.store.contract import Versioned


class _Record(NamedTuple):
    held: Versioned
    expires_at: float | None


class MemoryStore:
    """The store contract without a disk. No method waits, so every commit is atomic in its event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._by_expiry: list[tuple[float, int, str]] = []
        # One counter for all keys: a record made anew after its end never repeats an old version.
        self._versions = count(1)

    async def load(self, key: str) -> Versioned | None:
        """The record, or None if there is none or it has expired."""
        record = self._records.get(key)
        return record.held if record and self._lives(record) else None

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        """Write if the record still has this version (0: if there is none). ``None`` deletes."""
        held = await self.load(key)
        if version != (held.version if held else 0):
            return 0
        self._purge()
        self._records.pop(key, None)
        if value is None:
            return 1
        written = Versioned(value, next(self._versions))
        expires_at = None if ttl is None else self._clock() + ttl
        self._records[key] = _Record(written, expires_at)
        if expires_at is not None:
            heapq.heappush(self._by_expiry, (expires_at, written.version, key))
        return written.version

    async def keys(self, prefix: str) -> list[str]:
        """The unexpired keys that begin with ``prefix``, sorted."""
        return sorted(key for key, record in self._records.items() if key.startswith(prefix) and self._lives(record))

    async def close(self) -> None:
        """Forget everything."""
        self._records.clear()
        self._by_expiry.clear()

    def _purge(self) -> None:
        while self._by_expiry and self._by_expiry[0][0] <= self._clock():
            _, version, key = heapq.heappop(self._by_expiry)
            record = self._records.get(key)
            if record and record.held.version == version:
                del self._records[key]

    def _lives(self, record: _Record) -> bool:
        return record.expires_at is None or record.expires_at > self._clock()
