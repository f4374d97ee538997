"""Owns the store on one machine: records in one SQLite file, durable at every commit.

One thread does all its work, so the event loop never waits for a disk. Several stores, in one process or in many,
may share a file. Only SQL about records lives here, no rule about calls.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TypeVar

from signaling.clock import Clock
from signaling.store.contract import StoreUnavailable, Versioned

SCHEMA_VERSION: Final = 1
"""Kept in the file's ``user_version``; 0 is an empty file."""
BUSY_S: Final = 2.0
"""How long a commit waits for another writer of the file, seconds."""
PURGED_AT_ONCE: Final = 32
"""Expired records removed with each commit, so that none outlives its time for long and no commit waits long."""

# AUTOINCREMENT never gives a number twice, not even after a record's end: a commit can trust it as a version.
_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS records (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    value BLOB NOT NULL,
    expires_at REAL
);
CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
_LIVES: Final = "(expires_at IS NULL OR expires_at > :now)"
_LOAD: Final = f"SELECT value, version FROM records WHERE key = :key AND {_LIVES}"  # noqa: S608 - Constants only.
_KEYS: Final = f"SELECT key FROM records WHERE key >= :first AND key < :after AND {_LIVES} ORDER BY key"  # noqa: S608
_WRITE: Final = "INSERT OR REPLACE INTO records (key, value, expires_at) VALUES (:key, :value, :expires_at)"
_DELETE: Final = "DELETE FROM records WHERE key = :key"
_PURGE: Final = """
DELETE FROM records WHERE version IN
    (SELECT version FROM records WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)
"""

_Result = TypeVar("_Result")


class NewerFile(Exception):
    """The file was written by a newer release; run that one, or point the store at another file."""


class SqliteStore:
    """The store contract on one file. Made by ``open``; the connection lives in the store's own thread."""

    def __init__(self, database: sqlite3.Connection, thread: ThreadPoolExecutor, clock: Clock) -> None:
        self._database = database
        self._thread = thread
        self._clock = clock

    @classmethod
    async def open(cls, path: Path, clock: Clock, *, busy_s: float = BUSY_S) -> Self:
        """Open the file, or make one that only this user may read.

        Raises NewerFile, or StoreUnavailable if the file cannot be used.
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            with _failures_named():
                database = await asyncio.get_running_loop().run_in_executor(thread, _open, path, busy_s)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(database, thread, clock)

    async def load(self, key: str) -> Versioned | None:
        """The record, or None if there is none or it has expired. Raises StoreUnavailable."""
        return await self._in_thread(lambda: self._load(key, self._clock()))

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        """Write if the record still has this version (0: if there is none). ``None`` deletes.

        A new version means that it is on the disk. Raises StoreUnavailable.
        """
        return await self._in_thread(lambda: self._commit(key, version, value, ttl))

    async def keys(self, prefix: str) -> list[str]:
        """The unexpired keys that begin with ``prefix``, sorted. Raises StoreUnavailable."""
        return await self._in_thread(lambda: self._keys(prefix))

    async def close(self) -> None:
        """Finish what was begun and close the file."""
        await self._in_thread(self._database.close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        with _failures_named():
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _load(self, key: str, now: float) -> Versioned | None:
        row = self._database.execute(_LOAD, {"key": key, "now": now}).fetchone()
        return Versioned(*row) if row else None

    def _commit(self, key: str, version: int, value: bytes | None, ttl: float | None) -> int:
        # Leaving the block commits; an exception rolls back.
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            now = self._clock()
            held = self._load(key, now)
            if version != (held.version if held else 0):
                return 0
            if value is None:
                self._database.execute(_DELETE, {"key": key})
                written: int | None = 1
            else:
                expires_at = None if ttl is None else now + ttl
                row = {"key": key, "value": value, "expires_at": expires_at}
                written = self._database.execute(_WRITE, row).lastrowid
            self._database.execute(_PURGE, {"now": now, "limit": PURGED_AT_ONCE})
        assert written is not None, "an insertion has a row"
        return written

    def _keys(self, prefix: str) -> list[str]:
        # The last code point sorts after every ASCII key.
        bounds = {"first": prefix, "after": prefix + "\U0010ffff", "now": self._clock()}
        return [key for (key,) in self._database.execute(_KEYS, bounds)]


def _open(path: Path, busy_s: float) -> sqlite3.Connection:
    path.touch(mode=0o600)
    database = sqlite3.connect(path, timeout=busy_s, isolation_level=None)
    try:
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    if schema > SCHEMA_VERSION:
        raise NewerFile(
            f"{path.name} has schema {schema}, this release knows {SCHEMA_VERSION}: run the release that wrote it"
        )
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    if schema < SCHEMA_VERSION:
        database.executescript(_SCHEMA)


@contextmanager
def _failures_named() -> Iterator[None]:
    """Locked, full, broken or gone: that passes or is repaired outside. Misuse of SQLite by us stays a bug."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError):
        raise
    except (sqlite3.DatabaseError, OSError) as error:
        raise StoreUnavailable(f"the store's file cannot be used: {error}") from error
