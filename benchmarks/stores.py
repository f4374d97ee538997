"""Owns the stores that benchmarks compare: in memory, in a file and in a Redis of their own, the last two durable."""

import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.redis_process import DURABLE, RedisProcess
from benchmarks.spread import spread_ms
from signaling.clock import Clock
from signaling.store.contract import Store
from signaling.store.memory import MemoryStore
from signaling.store.redis import RedisStore
from signaling.store.sqlite import SqliteStore

_SYNCS = 200


def disk_sync_ms() -> dict[str, float | None]:
    """How long the disk beneath the stores takes to make 4 KB durable: no durable commit can be faster."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
    return spread_ms(took)


@asynccontextmanager
async def stores(clock: Clock) -> AsyncIterator[dict[str, Store]]:
    """Empty stores by name, in a folder that goes with them. Raises FileNotFoundError without redis-server."""
    with tempfile.TemporaryDirectory(prefix="ringbridge-") as name:
        folder = Path(name)
        with RedisProcess(folder, *DURABLE) as redis:
            opened: dict[str, Store] = {
                "memory": MemoryStore(clock),
                "sqlite": await SqliteStore.open(folder / "records.sqlite3", clock),
                "redis": await RedisStore.open(redis.url),
            }
            yield opened
            for store in opened.values():
                await store.close()
