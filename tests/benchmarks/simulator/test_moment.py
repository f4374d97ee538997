"""Milestones happen once and keep their time."""

import asyncio

import pytest

from benchmarks.simulator.moment import Moment, happens_within


async def test_a_moment_keeps_its_first_time() -> None:
    moment = Moment()
    waiting = asyncio.create_task(moment.wait(5))
    moment.happen(3.0)
    moment.happen(4.0)
    assert await waiting == 3.0


async def test_a_moment_that_never_comes_times_out() -> None:
    with pytest.raises(TimeoutError):
        await Moment().wait(0.01)


async def test_waiting_a_while_tells_whether_it_happened() -> None:
    event = asyncio.Event()
    assert not await happens_within(event, 0.01)
    event.set()
    assert await happens_within(event, 600)
    assert not await Moment().within(0.01)
