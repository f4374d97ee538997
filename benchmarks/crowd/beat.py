"""Owns the even pace at which a crowd arrives."""

import asyncio
from collections.abc import AsyncIterator

from benchmarks.simulator.moment import happens_within


async def beats(count: int, rate: float) -> AsyncIterator[int]:
    """The numbers up to ``count``, ``rate`` of them a second; whoever is late catches up."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    never = asyncio.Event()
    for number in range(count):
        left_s = start + number / rate - loop.time()
        if left_s > 0:
            await happens_within(never, left_s)
        yield number


async def let_pass(seconds: float) -> None:
    """Let so much time pass."""
    await happens_within(asyncio.Event(), seconds)
