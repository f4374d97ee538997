"""What only a server far away can do: die, come back older, refuse, fall silent, and lose the answer to a commit."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from benchmarks.redis_process import DURABLE
from signaling.store import redis as redis_module
from signaling.store.contract import StoreUnavailable
from signaling.store.redis import CONNECTIONS, NAMESPACE, RedisStore
from tests.support.redis_server import RedisServer
from tests.support.redis_wire import RedisWire, wired

BOUND_S = 10.0
PASSWORD = "password-of-a-test-redis"


@pytest.fixture
async def store(redis_server: RedisServer) -> AsyncIterator[RedisStore]:
    opened = await RedisStore.open(redis_server.url)
    yield opened
    await opened.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RedisServer]:
    """A durable server that a test may kill."""
    with RedisServer(tmp_path, *DURABLE) as server:
        yield server


@pytest.fixture
async def wire(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[RedisWire]:
    async with wired(redis_server.socket, tmp_path / "wire.sock") as wire:
        yield wire


@pytest.fixture
async def far_store(wire: RedisWire, tmp_path: Path) -> AsyncIterator[RedisStore]:
    opened = await RedisStore.open(f"unix://{tmp_path / 'wire.sock'}")
    yield opened
    await opened.close()


async def test_a_killed_redis_is_unavailable_and_keeps_what_it_acknowledged(own: RedisServer) -> None:
    store = await RedisStore.open(own.url)
    assert await store.commit("a", 0, b"x")
    before = await store.load("a")
    own.kill()
    for question in (store.load("a"), store.commit("b", 0, b"y"), store.keys("")):
        with pytest.raises(StoreUnavailable):
            await question
    own.start()
    assert await store.load("a") == before, "an acknowledged record is lost"
    assert await store.commit("b", 0, b"y"), "the store does not recover when Redis is back"
    await store.close()


async def test_a_killed_redis_recovers_over_tcp(tmp_path: Path) -> None:
    """Production speaks TCP: the client has a path of its own for it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with RedisServer(tmp_path, *DURABLE, "--port", str(port), "--bind", "127.0.0.1") as server:
        store = await RedisStore.open(f"redis://127.0.0.1:{port}/1")
        assert await store.commit("a", 0, b"x")
        server.kill()
        with pytest.raises(StoreUnavailable) as caught:
            await store.load("a")
        assert str(port) not in str(caught.value), "an address would reach the log"
        server.start()
        assert await store.load("a"), "an acknowledged record is lost, or the store does not recover"
        asked = [asyncio.create_task(store.load("a")) for _ in range(CONNECTIONS)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        assert await store.load("b") is None, "the answer of a cancelled question is taken for another's"
        await store.close()


async def test_a_redis_that_forgot_its_scripts_is_told_again(store: RedisStore, redis_server: RedisServer) -> None:
    assert await store.commit("a", 0, b"x")
    redis_server.client.script_flush()
    assert await store.commit("b", 0, b"y"), "NOSCRIPT reached the caller"


async def test_a_lost_answer_does_not_make_a_winner_a_loser(far_store: RedisStore, wire: RedisWire) -> None:
    """A client that repeats a compare-and-set by itself is told that somebody else was faster: it was itself."""
    await far_store.commit("warm", 0, b"x")
    wire.answers_to_lose = 1
    assert await far_store.commit("a", 0, b"mine"), "the commit took effect, and its owner is told that it did not"
    held = await far_store.load("a")
    assert held is not None, "the record is missing"
    assert held.value == b"mine"
    assert held.version >> 64 == 1, "the commit was done twice"


async def test_a_lost_answer_to_a_deletion_is_said_to_be_lost(far_store: RedisStore, wire: RedisWire) -> None:
    await far_store.commit("a", 0, b"x")
    held = await far_store.load("a")
    assert held is not None
    wire.answers_to_lose = 1
    with pytest.raises(StoreUnavailable):
        await far_store.commit("a", held.version, None)
    assert await far_store.load("a") is None, "the caller can see what became of it"


async def test_every_answer_lost_is_unavailable(far_store: RedisStore, wire: RedisWire) -> None:
    await far_store.commit("warm", 0, b"x")
    wire.answers_to_lose = 2
    with pytest.raises(StoreUnavailable):
        await far_store.commit("a", 0, b"x")
    assert wire.answers_to_lose == 0, "one broken connection says nothing about Redis"


@pytest.mark.parametrize(
    "code",
    [
        "BUSY Redis is busy",
        "CLUSTERDOWN The cluster is down",
        "LOADING Redis is loading the dataset in memory",
        "MASTERDOWN Link with MASTER is down",
        "MISCONF Redis is configured to save RDB snapshots",
        "MOVED 3999 192.0.2.1:6381",
        "NOAUTH Authentication required.",
        "NOREPLICAS Not enough good replicas to write.",
        "OOM command not allowed",
        "READONLY You can't write against a read only replica.",
        "TRYAGAIN Multiple keys request during rehashing of slot",
    ],
)
async def test_what_passes_is_unavailable(far_store: RedisStore, wire: RedisWire, code: str) -> None:
    wire.refusal = f"-{code}".encode()
    with pytest.raises(StoreUnavailable) as caught:
        await far_store.commit("a", 0, b"x")
    assert "192.0.2.1" not in str(caught.value), "an address would reach the log"
    wire.refusal = b""
    assert await far_store.commit("a", 0, b"x"), "the store does not recover"


async def test_a_demoted_redis_is_unavailable_until_it_is_primary_again(own: RedisServer) -> None:
    store = await RedisStore.open(own.url)
    own.client.replicaof("127.0.0.1", "1")
    with pytest.raises(StoreUnavailable, match="ReadOnlyError"):
        await store.commit("a", 0, b"x")
    own.client.replicaof("NO", "ONE")
    assert await store.commit("a", 0, b"x"), "the store does not recover after a failover"
    await store.close()


async def test_a_full_redis_is_unavailable_and_can_be_read(own: RedisServer) -> None:
    store = await RedisStore.open(own.url)
    await store.commit("a", 0, b"x")
    own.client.config_set("maxmemory", "1mb")
    with pytest.raises(StoreUnavailable, match="OutOfMemoryError"):
        await store.commit("b", 0, b"y")
    assert await store.load("a"), "a full Redis can still be read"
    await store.close()


async def test_a_silent_redis_is_unavailable_in_time(own: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "TIMEOUT_S", 0.1)
    store = await RedisStore.open(own.url)
    own.freeze()
    with pytest.raises(StoreUnavailable):
        await asyncio.wait_for(store.load("a"), BOUND_S)
    own.thaw()
    assert await store.commit("a", 0, b"x"), "the store does not recover"
    await store.close()


async def test_an_absent_redis_is_unavailable_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await RedisStore.open(f"unix://{tmp_path / 'none.sock'}")


async def test_a_cancelled_question_does_not_answer_the_next_one(store: RedisStore) -> None:
    """An answer left on a pooled connection would be taken for that of whoever asks next."""
    for number in range(CONNECTIONS):
        await store.commit(f"k{number}", 0, str(number).encode())
    for _ in range(20):
        asked = [asyncio.create_task(store.load(f"k{number}")) for number in range(CONNECTIONS)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        held = await store.load("k7")
        assert held is not None, "somebody else's answer was taken"
        assert held.value == b"7", "somebody else's answer was taken"


async def test_a_failover_to_an_older_state_does_not_revive_a_version(
    store: RedisStore, redis_server: RedisServer
) -> None:
    """#82: replication is asynchronous. With a mere count, the lost commit and the next one would share a version."""
    await store.commit("a", 0, b"1")
    first = await store.load("a")
    as_replicated = redis_server.client.get(NAMESPACE + "a")
    assert first is not None
    assert isinstance(as_replicated, bytes)
    await store.commit("a", first.version, b"lost in the failover")
    lost = await store.load("a")
    assert lost is not None
    redis_server.client.set(NAMESPACE + "a", as_replicated)
    assert await store.commit("a", first.version, b"2"), "the replica's state is what holds now"
    assert not await store.commit("a", lost.version, b"stale"), "an owner from before the failover overwrites"


async def test_two_stores_share_a_redis(redis_server: RedisServer) -> None:
    """#82: exactly one owner, whichever connection it came through."""
    stores = [await RedisStore.open(redis_server.url) for _ in range(3)]
    for number in range(10):
        won = await asyncio.gather(
            *(store.commit(f"k{number}", 0, str(index).encode()) for index, store in enumerate(stores * 5))
        )
        assert len([version for version in won if version]) == 1, "two connections both won"
        held = await stores[0].load(f"k{number}")
        assert held is not None, "the winner's record is missing"
        assert held.value == str(won.index(max(won))).encode(), "a loser's record was kept"
    for store in stores:
        await store.close()


async def test_connections_are_bounded(store: RedisStore, redis_server: RedisServer) -> None:
    await asyncio.gather(*(store.commit(f"k{number}", 0, b"x") for number in range(500)))
    connected = redis_server.client.info("clients")["connected_clients"]
    assert connected <= CONNECTIONS + 1, "a burst of calls takes Redis' connections from everybody else"


async def test_records_of_others_are_left_alone(store: RedisStore, redis_server: RedisServer) -> None:
    redis_server.client.set("a", "of somebody else")
    assert await store.load("a") is None, "a record of somebody else is taken for ours"
    assert await store.keys("") == [], "a record of somebody else is listed"
    assert await store.commit("a", 0, b"ours")
    assert redis_server.client.get("a") == b"of somebody else", "a record of somebody else is overwritten"


async def test_a_life_is_kept_by_redis_itself(store: RedisStore, redis_server: RedisServer) -> None:
    await store.commit("a", 0, b"x", ttl=60)
    await store.commit("b", 0, b"x", ttl=0.0001)
    assert 59_000 < redis_server.client.pttl(NAMESPACE + "a") <= 60_000, "the record ends at another time"
    assert redis_server.client.pttl(NAMESPACE + "b") != -1, "a very short life became an endless one"


async def test_what_is_no_record_is_a_bug(store: RedisStore, redis_server: RedisServer) -> None:
    redis_server.client.hset(NAMESPACE + "a", "field", "value")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await store.load("a")


@pytest.mark.parametrize(
    ("options", "risks"),
    [
        (DURABLE, []),
        ((), ["appendonly is off"]),
        (("--appendonly", "yes", "--appendfsync", "everysec"), ["appendfsync is everysec"]),
        ((*DURABLE, "--maxmemory-policy", "allkeys-lru"), ["maxmemory-policy is allkeys-lru"]),
        (
            (*DURABLE, "--rename-command", "CONFIG", ""),
            ["appendfsync may not be read here; make sure that it is always"],
        ),
    ],
)
async def test_what_may_lose_records_is_known(tmp_path: Path, options: tuple[str, ...], risks: list[str]) -> None:
    with RedisServer(tmp_path, *options) as server:
        store = await RedisStore.open(server.url)
        await store.close()
    known = [risk.partition(":")[0] for risk in store.risks]
    assert known == risks, "an operator is alarmed without need, or not told"


async def test_the_password_opens_and_is_never_told(tmp_path: Path) -> None:
    with RedisServer(tmp_path, *DURABLE, "--requirepass", PASSWORD) as server:
        store = await RedisStore.open(server.url, password=PASSWORD)
        assert await store.commit("a", 0, b"x"), "the password is not used"
        await store.close()
        for wrong in (None, PASSWORD + "x"):
            with pytest.raises(StoreUnavailable) as caught:
                await RedisStore.open(server.url, password=wrong)
            assert PASSWORD not in str(caught.value), "the password would reach a log"
            assert PASSWORD not in repr(caught.value.__cause__), "the password would reach a traceback"
