"""Who watches is told what changes, not more often than people read, and nobody pays for a wallboard nobody watches."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from signaling.wallboard.feed import EVERY_S, Feed
from signaling.wallboard.view import QueueNow, WallboardNow, same

EMPTY = WallboardNow(0.0, (), (), ())
QUEUE = QueueNow("sales", 1, 0, None, 0, 0, 0, 0, 0, None, None)


class Site:
    """A site that changes at a test's word, and a pause that ends at it."""

    def __init__(self) -> None:
        self.board = EMPTY
        self.looks = 0
        self.pauses: asyncio.Queue[float] = asyncio.Queue()
        self.go_on = asyncio.Semaphore(0)
        self.feed = Feed(self.look, same, self.pause)

    def look(self) -> WallboardNow:
        self.looks += 1
        return self.board

    async def pause(self, seconds: float) -> None:
        self.pauses.put_nowait(seconds)
        await self.go_on.acquire()

    async def tick(self) -> None:
        """One round of the feed."""
        self.go_on.release()
        assert await asyncio.wait_for(self.pauses.get(), 5) == EVERY_S


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    yield site
    await site.feed.close()


async def test_a_watcher_sees_the_board_at_once_and_every_change_after(site: Site) -> None:
    seen: list[WallboardNow] = []
    site.feed.watch("sue", seen.append)
    assert seen == [EMPTY]
    await asyncio.wait_for(site.pauses.get(), 5)
    site.board = replace(EMPTY, now=1.0, queues=(QUEUE,))
    await site.tick()
    assert seen == [EMPTY, site.board]


async def test_time_alone_is_no_news(site: Site) -> None:
    seen: list[WallboardNow] = []
    site.feed.watch("sue", seen.append)
    await asyncio.wait_for(site.pauses.get(), 5)
    site.board = replace(EMPTY, now=1.0)
    await site.tick()
    assert seen == [EMPTY], "every page would redraw twice a second for nothing"


async def test_nobody_watching_costs_nothing(site: Site) -> None:
    site.feed.watch("sue", lambda _: None)
    await asyncio.wait_for(site.pauses.get(), 5)
    site.feed.leave("sue")
    site.feed.leave("sue")
    assert [
        task.get_name() for task in asyncio.all_tasks() if task.get_name() == "feed" and not task.cancelling()
    ] == []
