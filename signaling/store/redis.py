"""Owns the store that many machines may share: records in one Redis 7 or newer (or Valkey), each a string of its own.

A value begins with the 16 bytes of its version: 8 that count the commits of this life of the record, and 8 random ones.
So a version is never used twice, whatever happens to the record or to Redis: one that was deleted, has expired or fell
back to an older state at a failover counts the same numbers again, but with other random bytes (a chance of 2^-64 to
meet an old version). That needs no clock and no tombstone. The random bytes also tell a commit whose answer was lost
from the commit of somebody else.

Only the comparison runs inside Redis, on one key, so it is safe on a cluster's shard too; ``keys`` sees one shard only.
Nothing that was acknowledged is lost if Redis runs with ``appendonly yes``, ``appendfsync always`` and
``maxmemory-policy noeviction``; ``risks`` names anything less. A failover to a replica may still lose the last commits.
"""

import math
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Self, TypeVar

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from signaling.store.contract import StoreUnavailable, Versioned

NAMESPACE: Final = "ringbridge:"
"""Before every key, so that others may use the same Redis."""
CONNECTIONS: Final = 32
"""Most connections of one store; who finds all of them busy waits for one."""
TIMEOUT_S: Final = 2.0
"""Longest wait for a free connection, for connecting and for an answer, seconds each."""
OLDEST: Final = 7
"""Oldest major version of Redis; earlier ones hide the reason when a script may not write."""
_PAGE: Final = 1000
"""Keys that one SCAN looks at; Redis serves others in between."""
_STAMP_BYTES: Final = 16
_RANDOM_BITS: Final = 64

# ARGV: the stamp the record must have ('' for none), the new record ('' deletes), its life in ms ('' for ever).
_COMMIT: Final = """
local held = redis.call('GETRANGE', KEYS[1], 0, 15)
if held ~= ARGV[1] then
    -- The same commit again, because its answer was lost.
    if held ~= '' and held == string.sub(ARGV[2], 1, 16) then return 1 end
    return 0
end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""
_PASSING: Final = frozenset({"BUSY", "MISCONF", "NOAUTH", "NOREPLICAS"})
"""Codes of refusals that an operator or time removes, where the client has no class for them."""

_Result = TypeVar("_Result")


class RedisStore:
    """The store contract on Redis. Made by ``open``. Records expire by Redis' own clock."""

    def __init__(self, redis: Redis, risks: tuple[str, ...]) -> None:
        self.risks = risks
        """What of this Redis' configuration breaks the promise that nothing acknowledged is lost, a sentence each."""
        self._redis = redis
        self._script = redis.register_script(_COMMIT)

    @classmethod
    async def open(cls, url: str, *, password: str | None = None) -> Self:
        """Connect to ``redis://``, ``rediss://`` or ``unix://``.

        Raises ValueError for another URL, StoreUnavailable if Redis cannot be used.
        """
        pool = BlockingConnectionPool.from_url(
            url,
            password=password,
            max_connections=CONNECTIONS,
            timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            # What may be done twice is for this store to know.
            retry=Retry(NoBackoff(), 0),
            # With them the client would wait longer than TIMEOUT_S, and use connections on which something was left.
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        redis = Redis.from_pool(pool)
        try:
            with _failures_named():
                return cls(redis, tuple(await _risks(redis)))
        except BaseException:
            await redis.aclose()
            raise

    async def load(self, key: str) -> Versioned | None:
        """The record, or None if there is none or it has expired. Raises StoreUnavailable."""
        record = await _twice(lambda: self._redis.get(NAMESPACE + key))
        if record is None:
            return None
        assert isinstance(record, bytes), "the connection decodes nothing"
        return Versioned(record[_STAMP_BYTES:], int.from_bytes(record[:_STAMP_BYTES], "big"))

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        """Write if the record still has this version (0: if there is none). ``None`` deletes.

        Raises StoreUnavailable, and then it may have been written or not.
        """
        held = _stamp(version) if version else b""
        if value is None:
            # Whether a deletion whose answer was lost was this one or another's cannot be told: it is not repeated.
            with _failures_named():
                return int(await self._script([NAMESPACE + key], [held, b"", b""]))
        written = _next(version)
        record = _stamp(written) + value
        # A life shorter than Redis' unit is rounded up.
        life_ms = b"" if ttl is None else max(1, math.ceil(ttl * 1000))
        done = await _twice(lambda: self._script([NAMESPACE + key], [held, record, life_ms]))
        return written if done else 0

    async def keys(self, prefix: str) -> list[str]:
        """The unexpired keys that begin with ``prefix``, sorted. Raises StoreUnavailable.

        It walks over every key of the database, ``_PAGE`` at a time, and holds those it found in memory.
        """
        pattern = NAMESPACE + re.sub(r"([\\*?\[\]])", r"\\\1", prefix) + "*"
        found: set[str] = set()
        cursor, more = 0, True
        while more:
            cursor, page = await _twice(partial(self._redis.scan, cursor, pattern, _PAGE))
            found.update(str(key, "ascii")[len(NAMESPACE) :] for key in page if isinstance(key, bytes))
            more = cursor != 0
        return sorted(found)

    async def close(self) -> None:
        """Close every connection."""
        await self._redis.aclose()


def _stamp(version: int) -> bytes:
    return version.to_bytes(_STAMP_BYTES, "big")


def _next(version: int) -> int:
    return ((version >> _RANDOM_BITS) + 1) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


async def _risks(redis: Redis) -> list[str]:
    about: dict[str, Any] = await redis.info()
    if int(about["redis_version"].split(".")[0]) < OLDEST:
        raise StoreUnavailable(f"the store needs Redis {OLDEST} or newer, this is {about['redis_version']}")
    risks = []
    if not about["aof_enabled"]:
        risks.append("appendonly is off: a crash of Redis loses records; set appendonly yes and appendfsync always")
    else:
        try:
            fsync = (await redis.config_get("appendfsync")).get("appendfsync")
        except exceptions.ResponseError:
            risks.append("appendfsync may not be read here; make sure that it is always")
        else:
            if fsync != "always":
                risks.append(f"appendfsync is {fsync}: a power cut loses the last records; set it to always")
    if about["maxmemory_policy"] != "noeviction":
        risks.append(f"maxmemory-policy is {about['maxmemory_policy']}: Redis may drop records; set it to noeviction")
    return risks


async def _twice(ask: Callable[[], Awaitable[_Result]]) -> _Result:
    """Ask once more if the connection broke or nobody answered; only for what may be done twice."""
    with _failures_named():
        try:
            return await ask()
        except (exceptions.ConnectionError, exceptions.TimeoutError):
            return await ask()


@contextmanager
def _failures_named() -> Iterator[None]:
    """Away, loading, demoted, full: that passes or is repaired outside. Misuse of Redis by us stays a bug.

    The text names no address: it may be logged.
    """
    try:
        yield
    except (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.InvalidResponse, OSError) as error:
        raise StoreUnavailable(f"Redis cannot be reached ({type(error).__name__})") from error
    except (
        exceptions.ReadOnlyError,
        exceptions.OutOfMemoryError,
        exceptions.ClusterError,
        exceptions.AskError,
        exceptions.TryAgainError,
    ) as error:
        raise StoreUnavailable(f"Redis does not take records now ({type(error).__name__})") from error
    except exceptions.ResponseError as error:
        code = str(error).partition(" ")[0]
        if code not in _PASSING:
            raise
        raise StoreUnavailable(f"Redis does not take records now ({code})") from error
