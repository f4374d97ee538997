"""Memory and SQLite, driven by the same random life, never answer differently."""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from signaling.store.contract import Store, Versioned
from signaling.store.memory import MemoryStore
from signaling.store.sqlite import SqliteStore
from tests.support.hand_clock import HandClock

_Result = TypeVar("_Result")

KEYS = st.sampled_from(["a", "a:1", "a:2", "b:%", "b:_", "b:*"])
VALUES = st.none() | st.binary(max_size=4)
LIFETIMES = st.none() | st.sampled_from([1.0, 5.0, 60.0])


class TwoStores(RuleBasedStateMachine):
    """Every version that was ever seen stays in hand, so that stale commits are common."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = HandClock()
        self.sqlite: Store = self.run(self.open())
        self.memory: Store = MemoryStore(self.clock)
        self.seen: dict[str, list[tuple[int, int]]] = {}

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return self.runner.run(work)

    async def open(self) -> Store:
        return await SqliteStore.open(Path(self.folder.name) / "records.sqlite3", self.clock)

    def load(self, key: str) -> tuple[Versioned | None, Versioned | None]:
        return self.run(self.memory.load(key)), self.run(self.sqlite.load(key))

    @rule(key=KEYS, value=VALUES, ttl=LIFETIMES, data=st.data())
    def commit(self, key: str, value: bytes | None, ttl: float | None, data: st.DataObject) -> None:
        versions = data.draw(st.sampled_from([(0, 0), *self.seen.get(key, [])[-3:]]))
        answers = [
            self.run(store.commit(key, version, value, ttl=ttl))
            for store, version in zip((self.memory, self.sqlite), versions, strict=True)
        ]
        assert answers[0] == answers[1], "one store takes a commit that the other refuses"
        held = self.load(key)
        if held[0] and held[1]:
            self.seen.setdefault(key, []).append((held[0].version, held[1].version))

    @rule(seconds=st.sampled_from([0.5, 1.0, 4.0, 60.0]))
    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def restart(self) -> None:
        self.run(self.sqlite.close())
        self.sqlite = self.run(self.open())

    @rule(prefix=st.sampled_from(["", "a", "a:", "b:", "b:%", "b:_", "b:*"]))
    def list_keys(self, prefix: str) -> None:
        in_memory = self.run(self.memory.keys(prefix))
        assert in_memory == self.run(self.sqlite.keys(prefix)), "one store lists what the other does not"

    @invariant()
    def same_values(self) -> None:
        for key in self.seen:
            in_memory, in_sqlite = self.load(key)
            assert (in_memory and in_memory.value) == (in_sqlite and in_sqlite.value), "the stores disagree"

    def teardown(self) -> None:
        self.run(self.sqlite.close())
        self.run(self.memory.close())
        self.runner.close()
        self.folder.cleanup()


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
