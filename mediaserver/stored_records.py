"""Owns reading records beside a server that runs: the store is opened, asked once, and closed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.records import Records
from signaling.store.sqlite import SqliteStore

T = TypeVar("T")


def ask(path: Path, question: Callable[[Records], Awaitable[list[T]]]) -> list[T]:
    """What the records of this store answer; nothing if it does not exist yet. Raises NewerFile, StoreUnavailable."""
    return asyncio.run(_ask(path, question)) if path.exists() else []


async def _ask(path: Path, question: Callable[[Records], Awaitable[list[T]]]) -> list[T]:
    store = await SqliteStore.open(path, SystemClock())
    try:
        return await question(Records(store, pause=pause))
    finally:
        await store.close()
