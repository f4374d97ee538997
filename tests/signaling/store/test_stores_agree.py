"""Memory, SQLite and Redis, driven by the same random life, never answer differently."""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from signaling.store.contract import Store
from signaling.store.memory import MemoryStore
from signaling.store.redis import RedisStore
from signaling.store.sqlite import SqliteStore
from tests.support.hand_clock import HandClock
from tests.support.redis_server import RedisServer

_Result = TypeVar("_Result")

KEYS = st.sampled_from(["a", "a:1", "a:2", "b:%", "b:_", "b:*"])
VALUES = st.none() | st.binary(max_size=4)
MINUTE_S = 60.0
"""Real time passes for Redis too while a test runs; a minute more or less of it is never in doubt."""
LIFETIMES = st.none() | st.sampled_from([2 * MINUTE_S, 10 * MINUTE_S, 100 * MINUTE_S])
NAMES = ("memory", "sqlite", "redis")


class ThreeStores(RuleBasedStateMachine):
    """Every version that was ever seen stays in hand, so that stale commits are common."""

    redis: RedisServer

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = HandClock()
        self.clock.moves_along.append(self.redis.age)
        self.redis.client.flushall()
        self.stores: dict[str, Store] = {name: self.run(self.open(name)) for name in NAMES}
        self.seen: dict[str, list[dict[str, int]]] = {}

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return self.runner.run(work)

    async def open(self, name: str) -> Store:
        if name == "memory":
            return MemoryStore(self.clock)
        if name == "redis":
            return await RedisStore.open(self.redis.url)
        return await SqliteStore.open(Path(self.folder.name) / "records.sqlite3", self.clock)

    @rule(key=KEYS, value=VALUES, ttl=LIFETIMES, data=st.data())
    def commit(self, key: str, value: bytes | None, ttl: float | None, data: st.DataObject) -> None:
        versions = data.draw(st.sampled_from([dict.fromkeys(NAMES, 0), *self.seen.get(key, [])[-3:]]))
        answers = {
            bool(self.run(store.commit(key, versions[name], value, ttl=ttl))) for name, store in self.stores.items()
        }
        assert len(answers) == 1, "one store takes a commit that another refuses"
        held = {name: self.run(store.load(key)) for name, store in self.stores.items()}
        self.seen.setdefault(key, []).append({name: record.version for name, record in held.items() if record})
        if not self.seen[key][-1]:
            self.seen[key].pop()

    @rule(seconds=st.sampled_from([MINUTE_S, 4 * MINUTE_S, 90 * MINUTE_S]))
    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(name=st.sampled_from(["sqlite", "redis"]))
    def restart(self, name: str) -> None:
        self.run(self.stores[name].close())
        self.stores[name] = self.run(self.open(name))

    @rule(prefix=st.sampled_from(["", "a", "a:", "b:", "b:%", "b:_", "b:*"]))
    def list_keys(self, prefix: str) -> None:
        lists = [self.run(store.keys(prefix)) for store in self.stores.values()]
        assert lists[0] == lists[1] == lists[2], "one store lists what another does not"

    @invariant()
    def same_values(self) -> None:
        for key in self.seen:
            held = [self.run(store.load(key)) for store in self.stores.values()]
            assert len({record and record.value for record in held}) == 1, "the stores disagree"

    def teardown(self) -> None:
        for store in self.stores.values():
            self.run(store.close())
        self.runner.close()
        self.folder.cleanup()


def test_three_stores(redis_server: RedisServer) -> None:
    class Here(ThreeStores):
        redis = redis_server

    run_state_machine_as_test(Here, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))
