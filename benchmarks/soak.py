"""Lets calls come and go for a long time, and measures what a server keeps of them: memory, descriptors, tasks, legs.

The lessons behind it: memory that grows by the call (#54), streams that die under uvloop after minutes (#60).
Every call is whole: webhook, hold audio, an agent's browser, a conversation, a hang-up. Nothing of it may stay.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, NamedTuple

import numpy as np
import psutil
import typer

from benchmarks.crowd.beat import beats, let_pass
from benchmarks.crowd.calls import hang_up
from benchmarks.crowd.natives import Natives
from benchmarks.crowd.site import Site, metrics, own_site
from benchmarks.report import JsonPath, Keys, Pin, run
from benchmarks.server_process import ServerProcess
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.call import SimulatedCall

_AGENTS = 12
_PATIENCE_S = 60.0
"""Longest wait for one step; far above what any step takes, so that a stuck one shows as a failure."""
_LOOK_EVERY_S = 5.0
_SETTLING = 0.3
"""Share of the time at the beginning in which caches fill and allocators find their size; the slope is taken after."""
_POOLED = 16
"""Idle connections, each with a task, that both sides keep alive for the next request; a leak is one for every call."""
_MUST_BE_0 = ("ringbridge_legs", "ringbridge_call_bugs_total", "ringbridge_rtp_discontinuities_total")


class Look(NamedTuple):
    """The server at one moment."""

    at: float
    calls: int
    """That had come and gone until then."""
    memory: int
    """Bytes of physical memory (RSS)."""
    descriptors: int
    tasks: int


def main(
    seconds: Annotated[float, typer.Option(min=1, max=7200, help="How long calls come and go.")] = 600.0,
    rate: Annotated[float, typer.Option(min=0.1, max=50, help="Calls per second.")] = 3.0,
    talk: Annotated[float, typer.Option(min=0.1, help="Length of a conversation, in seconds.")] = 2.0,
    json_path: JsonPath = None,
    pin: Pin = True,
) -> None:
    """Let calls come and go at a server of its own; fails if it keeps anything of them."""

    async def measure(core: int | None) -> Keys:
        async with own_site({}, core) as (site, server):
            return await _measure(site, server, seconds=seconds, rate=rate, talk_s=talk)

    run(measure, json_path, pin=pin)


async def _measure(site: Site, server: ServerProcess, *, seconds: float, rate: float, talk_s: float) -> Keys:
    natives = Natives(site.lines)
    agents = await site.sign_in(_AGENTS, natives.make_browser)
    soak = _Soak(site, server, talk_s)
    idle = await soak.look()
    async with soak.serving(agents), soak.watching():
        async for _ in beats(round(seconds * rate), rate):
            soak.phone()
        await soak.all_gone()
    await hang_up(site, server.url, [])
    final = await soak.look()
    counted = await metrics(server.url)
    settled = [look for look in soak.looks if look.at - soak.looks[0].at >= _SETTLING * seconds]
    per_call, per_minute = slopes(settled or soak.looks)
    failures = [f"{kept} {what} too many at the end" for what, kept in _kept(idle, final).items() if kept > _POOLED]
    failures += [f"{name} is {counted[name]:g}" for name in _MUST_BE_0 if counted[name]]
    return {
        "calls": soak.gone,
        "seconds": round(seconds, 1),
        "memory_mb_begin": round(soak.looks[0].memory / 2**20, 2),
        "memory_mb_settled": round((settled or soak.looks)[0].memory / 2**20, 2),
        "memory_mb_end": round(final.memory / 2**20, 2),
        "memory_kb_per_call": round(per_call / 1024, 3),
        "memory_kb_per_minute": round(per_minute / 1024, 1),
        "descriptors": [idle.descriptors, final.descriptors],
        "tasks": [idle.tasks, final.tasks],
        "failures": failures + soak.failures,
    }


class _Soak:
    """Calls that come and go, and what is seen of the server meanwhile."""

    def __init__(self, site: Site, server: ServerProcess, talk_s: float) -> None:
        self.gone = 0
        self.failures: list[str] = []
        self.looks: list[Look] = []
        self._site = site
        self._server = server
        self._process = psutil.Process(server.pid)
        self._talk_s = talk_s
        self._callers: set[asyncio.Task[None]] = set()
        self._calls: dict[str, SimulatedCall] = {}

    async def look(self) -> Look:
        """Look at the server now."""
        tasks = int((await metrics(self._server.url))["ringbridge_tasks"])
        memory = self._process.memory_info().rss
        return Look(time.monotonic(), self.gone, memory, self._process.num_fds(), tasks)

    def phone(self) -> None:
        """One more caller."""
        call = self._site.cloud.place_call(phone=Natives(self._site.lines).make_caller())
        self._calls[call.call_id] = call
        task = asyncio.create_task(self._live(call))
        self._callers.add(task)
        task.add_done_callback(self._callers.discard)

    async def all_gone(self) -> None:
        """Wait until every caller has hung up."""
        await asyncio.gather(*self._callers)

    @asynccontextmanager
    async def serving(self, agents: list[ScriptedAgent]) -> AsyncIterator[None]:
        """The agents take whatever rings."""
        tasks = [asyncio.create_task(self._serve(agent)) for agent in agents]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look at the server every few seconds."""
        self.looks.append(await self.look())
        task = asyncio.create_task(self._watch())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.looks.append(await self.look())

    async def _watch(self) -> None:
        while True:
            await let_pass(_LOOK_EVERY_S)
            self.looks.append(await self.look())

    async def _live(self, call: SimulatedCall) -> None:
        try:
            await call.ended.wait(_PATIENCE_S)
        except TimeoutError:
            self.failures.append("a call was never taken and ended")
            call.hang_up()
        del self._calls[call.call_id]
        self.gone += 1

    async def _serve(self, agent: ScriptedAgent) -> None:
        while True:
            ring: AgentCall = await agent.next_ring(3600.0)
            if await ring.media_up.within(_PATIENCE_S):
                await ring.answer()
                await ring.joined.within(_PATIENCE_S)
                await let_pass(self._talk_s)
            if ring.call_id in self._calls:
                self._calls[ring.call_id].hang_up()
            agent.calls.remove(ring)


def slopes(looks: list[Look]) -> tuple[float, float]:
    """Bytes gained per call and per minute, by least squares; 0 for fewer than two looks."""
    if len(looks) < 2:
        return 0.0, 0.0
    memory = np.array([look.memory for look in looks], dtype=np.float64)
    calls = np.array([look.calls for look in looks], dtype=np.float64)
    minutes = np.array([look.at for look in looks], dtype=np.float64) / 60
    per_call = float(np.polyfit(calls, memory, 1)[0]) if np.ptp(calls) else 0.0
    return per_call, float(np.polyfit(minutes - minutes[0], memory, 1)[0])


def _kept(idle: Look, final: Look) -> dict[str, int]:
    return {
        "descriptors": final.descriptors - idle.descriptors,
        "tasks": final.tasks - idle.tasks,
    }


if __name__ == "__main__":
    typer.run(main)
