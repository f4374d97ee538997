"""Owns the store contract: versioned records and one writing verb, commit-if-unchanged.

Business rules never live in a store; they load a record, decide, and commit if nobody was faster.
"""

from typing import NamedTuple, Protocol


class Versioned(NamedTuple):
    """A record as it was read."""

    value: bytes
    version: int
    """At least 1; grows with every commit, and no commit of the key ever has it again, not even after a deletion."""


class StoreUnavailable(Exception):
    """The store cannot be reached or written just now; try again later.

    After a commit it is open whether the record was written: load it and see.
    """


class Store(Protocol):
    """Keys are short ASCII strings with ``:`` between their parts; values are opaque bytes."""

    async def load(self, key: str) -> Versioned | None:
        """The record, or None if there is none or it has expired."""

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        """Write if the record still has this version (0: if there is none). ``None`` deletes.

        ``ttl`` is in seconds from now; without it the record stays. Returns the record's new version, and then it is
        durable; or 0, and then somebody else was faster and nothing was written. A deletion returns 1 for done.
        """

    async def keys(self, prefix: str) -> list[str]:
        """The unexpired keys that begin with ``prefix``, sorted. For recovery and reports, not for hot paths."""

    async def close(self) -> None:
        """Release what the store holds; it cannot be used afterwards."""
