"""Owns traffic: calls that come at a rate, find an agent, last a while and end, and the count of how they fare."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from benchmarks.crowd.beat import beats
from benchmarks.crowd.natives import Natives
from benchmarks.crowd.site import Site
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.moment import Moment

_STEP_S = 15.0
"""Longest wait for one step of the set-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much traffic."""

    calls: int
    rate: float
    """Calls per second."""
    agents: int
    """Without any, callers hear hold audio instead of talking."""
    talk_s: float
    queue_s: float
    """Longest wait for an agent; a caller who waited so long gives up, which counts as a failure."""
    listen: int
    """Every so-manieth caller is heard packet by packet."""


class Traffic:
    """The calls of one plan. ``run`` once; what it counts may be watched meanwhile."""

    def __init__(self, site: Site, plan: Plan) -> None:
        self.calls: list[SimulatedCall] = []
        self.failures: Counter[str] = Counter()
        self.talking = 0
        self.ended = 0
        self._site = site
        self._natives = Natives(site.lines)
        self._plan = plan
        self._joined: dict[str, Moment] = {}

    @property
    def accepted(self) -> int:
        """Calls that were answered."""
        return sum(call.accepted.at is not None for call in self.calls)

    async def run(self) -> None:
        """All calls, from the first webhook to the last hang-up."""
        agents = await self._site.sign_in(self._plan.agents, self._natives.make_browser)
        serving = [asyncio.create_task(self._serve(agent)) for agent in agents]
        try:
            async with asyncio.TaskGroup() as calls:
                async for number in beats(self._plan.calls, self._plan.rate):
                    calls.create_task(self._call(heard=number % self._plan.listen == 0))
            await self._site.cloud.settled()
        finally:
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    async def _call(self, *, heard: bool) -> None:
        call = self._site.cloud.place_call(phone=None if heard else self._natives.make_caller())
        self._joined[call.call_id] = Moment()
        self.calls.append(call)
        step = "was not accepted in time"
        try:
            await call.accepted.wait(_STEP_S)
            if self._plan.agents:
                step = "found no agent in time"
                await self._joined[call.call_id].wait(self._plan.queue_s)
            self.talking += 1
            if await call.ended.within(self._plan.talk_s):
                self.failures[f"was ended by the {call.ended_by}"] += 1
            self.talking -= 1
        except TimeoutError:
            self.failures[step] += 1
        call.hang_up()
        self.ended += 1

    async def _serve(self, agent: ScriptedAgent) -> None:
        while True:
            ring = await agent.next_ring(self._plan.queue_s + self._plan.calls / self._plan.rate)
            try:
                await self._talk(ring)
            except TimeoutError:
                self.failures["was not joined with its agent"] += 1

    async def _talk(self, ring: AgentCall) -> None:
        await ring.media_up.wait(_STEP_S)
        await ring.answer()
        await ring.joined.wait(_STEP_S)
        self._joined[ring.call_id].happen()
        await ring.ended.wait(self._plan.talk_s + _STEP_S)
