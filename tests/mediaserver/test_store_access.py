"""One process serves from a store; whoever reads beside it is welcome."""

from pathlib import Path

import pytest

from mediaserver.store_access import StoreAccess
from mediaserver.store_config import StoreSection
from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.contract import StoreUnavailable
from signaling.store.lease import SiteTaken
from tests.support.redis_server import RedisServer

CLOCK = SystemClock()


@pytest.fixture(params=["file", "redis"])
def access(request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer) -> StoreAccess:
    if request.param == "redis":
        return StoreAccess(StoreSection(url=redis_server.url))
    return StoreAccess(StoreSection(path=str(tmp_path / "records.sqlite3")))


async def test_a_second_process_is_refused_and_the_next_one_begins_at_once(access: StoreAccess) -> None:
    async with access.served("here", CLOCK, pause=pause) as (store, _):
        assert await store.commit("a", 0, b"x")
        with pytest.raises(SiteTaken, match="stop it first"):
            await access.served("here", CLOCK, pause=pause).__aenter__()
        reader = await access.open(CLOCK)
        assert await reader.load("a"), "records cannot be read beside a server"
        await reader.close()
    async with access.served("here", CLOCK, pause=pause) as (store, _):
        assert await store.load("a"), "another store was opened"


async def test_memory_is_everybodys_own() -> None:
    access = StoreAccess(StoreSection(path=":memory:"))
    async with access.served("here", CLOCK, pause=pause) as one, access.served("here", CLOCK, pause=pause) as two:
        assert await one.store.commit("a", 0, b"x")
        assert await two.store.load("a") is None


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    access = StoreAccess(StoreSection(path=str(tmp_path / "none" / "records.sqlite3")))
    with pytest.raises(StoreUnavailable, match="cannot be locked: No such file"):
        await access.served("here", CLOCK, pause=pause).__aenter__()
