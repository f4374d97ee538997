"""Owns reading records beside a server that runs: the store is opened, asked once, and closed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mediaserver.store_access import StoreAccess
from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.records import Records

T = TypeVar("T")


def ask(access: StoreAccess, question: Callable[[Records], Awaitable[list[T]]]) -> list[T]:
    """What the records of this store answer; nothing if it does not exist yet. Raises NewerFile, StoreUnavailable."""
    return asyncio.run(_ask(access, question)) if access.exists() else []


async def _ask(access: StoreAccess, question: Callable[[Records], Awaitable[list[T]]]) -> list[T]:
    store = await access.open(SystemClock())
    try:
        return await question(Records(store, pause=pause))
    finally:
        await store.close()
