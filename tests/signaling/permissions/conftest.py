"""The shell of the policy over every store that keeps the contract, with a Meta out of reach until it is told."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from policy.limits import DEFAULT, Limits
from signaling.permissions.lookups import LookUps
from signaling.permissions.permissions import Permissions
from signaling.store.contract import Store
from tests.signaling.permissions.meta import ScriptedMeta
from tests.signaling.store.conftest import OPENERS
from tests.support.hand_clock import HandClock
from tests.support.redis_server import RedisServer

Node: TypeAlias = Callable[..., Permissions]
"""One more process over the same store; ``store`` and ``limits`` may be given."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def meta() -> ScriptedMeta:
    return ScriptedMeta()


@pytest.fixture(params=OPENERS)
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock, redis_server: RedisServer
) -> AsyncIterator[Store]:
    opened = await OPENERS[request.param](tmp_path, clock, redis_server)
    yield opened
    await opened.close()


@pytest.fixture
def node(store: Store, clock: HandClock, meta: ScriptedMeta) -> Node:
    beneath = store

    def start(
        *, store: Store = beneath, limits: Limits = DEFAULT, numbers: Mapping[str, str | None] | None = None
    ) -> Permissions:
        look_ups = LookUps(meta, clock=clock, pause=clock.pause)
        return Permissions(store, look_ups, limits, clock=clock, numbers=numbers)

    return start


@pytest.fixture
def permissions(node: Node) -> Permissions:
    return node()
