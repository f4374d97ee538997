"""The stores that keep the contract. A new one is one more line in ``OPENERS``; no test changes for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from signaling.store.contract import Store
from signaling.store.memory import MemoryStore
from signaling.store.redis import RedisStore
from signaling.store.sqlite import SqliteStore
from tests.support.hand_clock import HandClock
from tests.support.redis_server import RedisServer

Opener: TypeAlias = Callable[[Path, HandClock, RedisServer], Awaitable[Store]]
"""Opens an empty store; the folder and what is in Redis are the test's own."""


async def _memory(_folder: Path, clock: HandClock, _redis: RedisServer) -> Store:
    return MemoryStore(clock)


async def _sqlite(folder: Path, clock: HandClock, _redis: RedisServer) -> Store:
    return await SqliteStore.open(folder / "records.sqlite3", clock)


async def _redis(_folder: Path, clock: HandClock, redis: RedisServer) -> Store:
    clock.moves_along.append(redis.age)
    return await RedisStore.open(redis.url)


OPENERS: dict[str, Opener] = {"memory": _memory, "sqlite": _sqlite, "redis": _redis}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=OPENERS)
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock, redis_server: RedisServer
) -> AsyncIterator[Store]:
    opened = await OPENERS[request.param](tmp_path, clock, redis_server)
    yield opened
    await opened.close()
