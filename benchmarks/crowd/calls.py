"""Owns how a crowd gets into its calls: callers who wait, and callers who talk with an agent."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeAlias, TypeVar

from benchmarks.crowd.beat import beats
from benchmarks.crowd.site import Site, metrics
from benchmarks.simulator.agent import AgentCall, MakeBrowser, ScriptedAgent
from benchmarks.simulator.call import Phone, SimulatedCall

_PATIENCE_S = 30.0
"""Longest wait for any one step of a call."""

_LOOK_EVERY_S = 0.2
_ENDING_LOOKS = 100

MakePhone: TypeAlias = Callable[[], Phone | None]
"""Gives one more caller's phone, or None for the simulator's own."""
T = TypeVar("T")


class Crowd(NamedTuple):
    """What became of a number of calls."""

    calls: list[SimulatedCall]
    """Those that came as far as they should."""
    rings: list[AgentCall]
    """The agents' sides, if they should talk."""
    failures: list[str]
    """Why the others did not."""


async def gather_waiting(site: Site, count: int, rate: float, make_phone: MakePhone) -> Crowd:
    """So many callers phone, ``rate`` a second, and wait. Returns once all hear that they do."""
    tasks = [
        asyncio.create_task(_accepted(site.cloud.place_call(phone=make_phone()))) async for _ in beats(count, rate)
    ]
    calls, failures = await _settled(tasks)
    return Crowd(calls, [], failures)


async def gather_talking(
    site: Site, count: int, rate: float, make_phone: MakePhone, make_browser: MakeBrowser
) -> Crowd:
    """So many callers phone, ``rate`` a second, and talk with as many agents. Returns once all do."""
    agents = await site.sign_in(count, make_browser)
    talking = [asyncio.create_task(_talk(agent, _PATIENCE_S + count / rate)) for agent in agents]
    waiting = await gather_waiting(site, count, rate, make_phone)
    rings, failures = await _settled(talking)
    return Crowd(waiting.calls, rings, waiting.failures + failures)


async def hang_up(site: Site, url: str, calls: Iterable[SimulatedCall]) -> None:
    """All these callers hang up. Returns once the server at ``url`` has no media leg left, or after a while."""
    for call in calls:
        call.hang_up()
    await site.cloud.settled()
    async for _ in beats(_ENDING_LOOKS, 1 / _LOOK_EVERY_S):
        if (await metrics(url))["ringbridge_legs"] == 0:
            return


async def _accepted(call: SimulatedCall) -> SimulatedCall:
    async with _reaching("accept"):
        await call.accepted.wait(_PATIENCE_S)
    return call


async def _talk(agent: ScriptedAgent, patience_s: float) -> AgentCall:
    async with _reaching("an agent's ring"):
        ring = await agent.next_ring(patience_s)
    async with _reaching("the agent's media"):
        await ring.media_up.wait(_PATIENCE_S)
    async with _reaching("the join"):
        await ring.answer()
        await ring.joined.wait(_PATIENCE_S)
    return ring


class _Stuck(Exception):
    """A call did not reach its next step in time."""


@asynccontextmanager
async def _reaching(step: str) -> AsyncIterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise _Stuck(f"did not reach {step}") from error


async def _settled(tasks: Iterable[asyncio.Task[T]]) -> tuple[list[T], list[str]]:
    """What came of the tasks: results, and how many failed for which reason."""
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    results: list[T] = []
    failures: Counter[str] = Counter()
    for outcome in outcomes:
        if isinstance(outcome, _Stuck):
            failures[str(outcome)] += 1
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            results.append(outcome)
    return results, [f"{count} {why}" for why, count in failures.items()]
