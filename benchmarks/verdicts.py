"""Measures the permission policy: how often it can be asked whether we may call, and how often a slot can be taken.

*Alone* is every task with pairs of its own, *contended* is all tasks at one pair: there exactly one may hold the slot
at any time, and all others have to be told so. Meta is not asked: the clock stands still, so its answer stays fresh.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Annotated

import typer

from benchmarks.report import JsonPath, Keys, run
from benchmarks.stores import disk_sync_ms, stores
from policy.events import MetaAnswered, Replied
from policy.limits import META_PRESENT
from policy.records import Outcome, Snapshot, Status
from policy.verdict import Ask
from signaling.calls.events import Caller, MetaError
from signaling.pause import pause
from signaling.permissions.lookups import LookUpFailed, LookUps
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import Permissions
from signaling.store.contract import Store

_NOW = 1_795_334_400.0


class _Taken(Exception):
    """Two attempts held the one slot of a pair."""


def main(
    tasks: Annotated[int, typer.Option(min=2, help="Tasks that ask at the same time.")] = 50,
    asks: Annotated[
        int, typer.Option(min=1, help="Times that each of them asks, and takes and gives back a slot.")
    ] = 40,
    json_path: JsonPath = None,
) -> None:
    """Ask for verdicts and slots, over each store that outlives the process."""

    async def measure(_core: int | None) -> Keys:
        keys: Keys = {"tasks": tasks, "asks": asks, "failures": []}
        keys["disk_sync_ms"] = disk_sync_ms()
        async with stores(_standing) as opened:
            for name in ("sqlite", "redis"):
                keys[name] = await _measure(opened[name], tasks=tasks, asks=asks)
        return keys

    run(measure, json_path, pin=False)


class _Desk:
    """Everybody who would like to call somebody, over one store."""

    def __init__(self, store: Store) -> None:
        self._permissions = Permissions(
            store, LookUps(_NoMeta(), clock=_standing, pause=pause), META_PRESENT, clock=_standing
        )
        self._attempts = count()
        self._holders: dict[Pair, str] = {}
        self.refused = 0

    async def allow(self, pair: Pair) -> None:
        """The user has said yes, and Meta says so too."""
        await self._permissions.learn(
            pair,
            Replied(id="yes", at=_NOW - 60.0, accepted=True, permanent=True),
            MetaAnswered(snapshot=Snapshot(at=_NOW, status=Status.PERMANENT)),
        )

    async def ask(self, pair: Pair) -> None:
        """One verdict."""
        await self._permissions.verdict(pair, Ask.CALL)

    async def take(self, pair: Pair) -> None:
        """Take the slot and give it back, or be refused because somebody else holds it."""
        attempt = f"attempt-{next(self._attempts)}"
        verdict = await self._permissions.reserve_call(pair, attempt)
        if not verdict.allowed:
            self.refused += 1
            return
        if self._holders.setdefault(pair, attempt) != attempt:
            raise _Taken
        del self._holders[pair]
        await self._permissions.settle_call(pair, attempt, Outcome.RELEASED)


async def _measure(store: Store, *, tasks: int, asks: int) -> Keys:
    desk = _Desk(store)
    own = [[_pair(f"{task}.{number}") for number in range(asks)] for task in range(tasks)]
    one = [[_pair("everybody")] * asks for _ in range(tasks)]
    await asyncio.gather(*(desk.allow(pair) for pair in {pair for pairs in (*own, *one) for pair in pairs}))
    keys: Keys = {
        "verdicts_alone_per_second": await _rate(desk.ask, own),
        "verdicts_contended_per_second": await _rate(desk.ask, one),
        "slots_alone_per_second": await _rate(desk.take, own),
    }
    assert desk.refused == 0, "nobody else was at these pairs"
    keys["slots_contended_per_second"] = await _rate(desk.take, one)
    keys["slots_contended_refused"] = desk.refused
    return keys


async def _rate(act: Callable[[Pair], Awaitable[None]], pairs: list[list[Pair]]) -> int:
    async def one_task(mine: list[Pair]) -> None:
        for pair in mine:
            await act(pair)

    begun = time.perf_counter()
    await asyncio.gather(*(one_task(mine) for mine in pairs))
    return round(sum(map(len, pairs)) / (time.perf_counter() - begun))


def _pair(user: str) -> Pair:
    return Pair(phone_number_id="445566778899001", user=Caller(user_id=user), business_number="442079460018")


def _standing() -> float:
    return _NOW


class _NoMeta:
    """Meta's side, which is not asked while its last answer is fresh."""

    async def look_up(self, pair: Pair, at: float) -> Snapshot:
        """As the protocol says."""
        raise LookUpFailed(MetaError(613, f"asked about a pair at {at}"))


if __name__ == "__main__":
    typer.run(main)
