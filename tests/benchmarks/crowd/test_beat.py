"""A crowd arrives at an even pace."""

import asyncio

import pytest

from benchmarks.crowd.beat import beats


async def test_so_many_beats_come_at_the_rate() -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    times = [loop.time() - start async for _ in beats(5, 50.0)]
    assert times == pytest.approx([0.0, 0.02, 0.04, 0.06, 0.08], abs=0.1)
    assert times[-1] >= 0.08, "a beat never comes before its time"


async def test_beats_that_are_late_are_made_good_at_once() -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    numbers = []
    async for number in beats(4, 1000.0):
        numbers.append(number)
        if number == 0:
            await asyncio.wait_for(_until(start + 0.05), 5)
    assert numbers == [0, 1, 2, 3]
    assert loop.time() - start < 0.5


async def _until(at: float) -> None:
    reached = asyncio.Event()
    asyncio.get_running_loop().call_at(at, reached.set)
    await reached.wait()
