"""The stores that keep the contract. A new one is one more line in ``OPENERS``; no test changes for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from signaling.clock import Clock
from signaling.store.contract import Store
from signaling.store.memory import MemoryStore
from signaling.store.sqlite import SqliteStore
from tests.support.hand_clock import HandClock

Opener: TypeAlias = Callable[[Path, Clock], Awaitable[Store]]
"""Opens an empty store; the folder is the test's own."""


async def _memory(_folder: Path, clock: Clock) -> Store:
    return MemoryStore(clock)


async def _sqlite(folder: Path, clock: Clock) -> Store:
    return await SqliteStore.open(folder / "records.sqlite3", clock)


OPENERS: dict[str, Opener] = {"memory": _memory, "sqlite": _sqlite}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=OPENERS)
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> AsyncIterator[Store]:
    opened = await OPENERS[request.param](tmp_path, clock)
    yield opened
    await opened.close()
