"""Owns Ringbridge's engine as a relay: the process that runs it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from benchmarks.peers.processes import Worker, worker
from benchmarks.peers.relay_process import Bridge, End, Join
from benchmarks.peers.sides import Call

VERSION = f"Ringbridge {version('ringbridge')}"


class Ringbridge:
    """A running engine."""

    def __init__(self, process: Worker) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    async def alive_for(self, seconds: float) -> None:
        """Wait so long. Raises Ended if the process ends before."""
        await self._process.alive_for(seconds)

    async def bridge(self, calls: Sequence[Call]) -> list[Call]:
        """Add a leg for each party."""
        return await self._process.ask(Bridge(list(calls)), list[Call])

    async def join(self) -> None:
        """Let the legs listen to each other."""
        await self._process.ask(Join(), bool)

    async def end(self) -> int:
        """End all calls; returns the comfort frames sent before their parties spoke and after they fell silent."""
        return await self._process.ask(End(), int)


@asynccontextmanager
async def ringbridge(*, core: int) -> AsyncIterator[Ringbridge]:
    """Run the engine until the end of the block."""
    async with worker("benchmarks.peers.relay_process", core=core) as process:
        yield Ringbridge(process)
