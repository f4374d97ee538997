"""Measures the waiting room: how fast callers and agents meet on a full board, over each store.

All agents talk and all callers wait. Then one agent at a time finishes and gets the next caller, which is the slowest
way there is: every meeting is a commit of the whole board. At last all agents finish at once, as after an alarm.
"""

import asyncio
import time
from typing import Annotated

import typer

from benchmarks.report import JsonPath, Keys, run
from benchmarks.spread import spread_ms
from benchmarks.stores import disk_sync_ms, stores
from signaling.calls.effects import EnterQueue
from signaling.calls.events import AgentAssigned, Caller, Event
from signaling.clock import SystemClock
from signaling.store.contract import Store
from signaling.waiting.board import Agent
from signaling.waiting.dispatcher import Dispatcher
from signaling.waiting.rules import QueuePolicy, Rules

_PATIENCE_S = 60.0
"""Longest wait for one assignment; a board that takes longer is broken."""
_FOR_EVER_S = 1e6
"""So long that no clock of the board runs out in between."""


def main(
    agents: Annotated[int, typer.Option(min=1, help="Agents, all in conversation.")] = 500,
    callers: Annotated[int, typer.Option(min=1, help="Callers that wait all the time.")] = 1000,
    meetings: Annotated[int, typer.Option(min=1, help="Meetings to measure one by one, per store.")] = 2000,
    json_path: JsonPath = None,
) -> None:
    """Let agents finish and get the next caller, over each store."""

    async def measure(_core: int | None) -> Keys:
        keys: Keys = {"agents": agents, "callers": callers, "meetings": meetings, "failures": []}
        keys["disk_sync_ms"] = disk_sync_ms()
        async with stores(SystemClock()) as opened:
            for name, store in opened.items():
                keys[name] = await _measure(store, agents=agents, callers=callers, meetings=meetings)
        return keys

    run(measure, json_path, pin=False)


class _Crowd:
    """Callers without end and the agents who serve them, over one dispatcher."""

    def __init__(self, store: Store) -> None:
        self._met: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        rules = Rules(queues={"main": QueuePolicy(max_wait_s=_FOR_EVER_S)})
        self.room = Dispatcher(store, site="benchmark", post=self._post, clock=SystemClock(), rules=rules)
        self._callers = 0

    def phone(self) -> None:
        """One more caller waits."""
        self._callers += 1
        self.room.enter(f"call-{self._callers}", EnterQueue(queue="main", since=float(self._callers), caller=Caller()))

    async def meet(self) -> tuple[str, str]:
        """The next assignment: the agent talks, and another caller takes the place in the line."""
        call_id, agent = await asyncio.wait_for(self._met.get(), _PATIENCE_S)
        self.room.occupy(call_id, agent)
        self.phone()
        return call_id, agent

    async def met(self, times: int) -> None:
        """So many assignments have been made, and nobody acts upon them."""
        for _ in range(times):
            await asyncio.wait_for(self._met.get(), _PATIENCE_S)

    def _post(self, call_id: str, event: Event) -> None:
        if isinstance(event, AgentAssigned):
            self._met.put_nowait((call_id, event.agent))


async def _measure(store: Store, *, agents: int, callers: int, meetings: int) -> Keys:
    crowd = _Crowd(store)
    await crowd.room.start(_nobody_listens)
    for _ in range(callers):
        crowd.phone()
    for number in range(agents):
        crowd.room.ready(f"agent-{number}")
    talking = [await crowd.meet() for _ in range(agents)]
    begun = time.perf_counter()
    took = []
    for number in range(meetings):
        call_id, agent = talking[number % agents]
        freed = time.perf_counter()
        crowd.room.release(call_id, agent, "finished")
        talking[number % agents] = await crowd.meet()
        took.append(time.perf_counter() - freed)
    one_by_one_s = time.perf_counter() - begun
    begun = time.perf_counter()
    for call_id, agent in talking:
        crowd.room.release(call_id, agent, "finished")
    await crowd.met(agents)
    at_once_s = time.perf_counter() - begun
    record = await store.load("board:benchmark")
    await crowd.room.close()
    return {
        "per_second_one_by_one": round(meetings / one_by_one_s),
        "meeting_ms": spread_ms(took),
        "per_second_at_once": round(agents / at_once_s),
        "record_kb": round(len(record.value) / 1024, 1) if record is not None else 0.0,
    }


def _nobody_listens(_agent: str, _state: Agent | None) -> None:
    """Presence is not measured."""


if __name__ == "__main__":
    typer.run(main)
