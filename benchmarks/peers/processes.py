"""Owns child processes on one core: their start, their life and their end. Does not know what they do."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec

from benchmarks.cores import pinned

_STOP_S = 10.0
"""Longest wait for a process to end by itself."""
_LONGEST_LINE = 1 << 24
"""Bytes; a thousand calls fit."""

ReplyT = TypeVar("ReplyT")


class Ended(Exception):
    """A process ended before its time."""


class PinnedProcess:
    """A process that stays on one core."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number at the kernel."""
        return self._process.pid

    async def alive_for(self, seconds: float) -> None:
        """Wait so long. Raises Ended if the process ends before."""
        try:
            code = await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return
        raise Ended(f"the process ended with code {code}")

    async def stop(self) -> None:
        """Ask it to end, and make it end."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


class Worker(PinnedProcess):
    """One of our own modules as a process, which answers requests: one JSON line each, in and out."""

    async def ask(self, request: msgspec.Struct, reply: type[ReplyT]) -> ReplyT:
        """Send a request and wait for its answer. Raises Ended if the process ends instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(request) + b"\n")
        await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise Ended("the process ended instead of answering; what it printed stands above")
        return msgspec.json.decode(line, type=reply)


@asynccontextmanager
async def worker(module: str, *, core: int) -> AsyncIterator[Worker]:
    """Run ``python -m module`` on this core until the end of the block."""
    command = pinned(core, sys.executable, "-m", module)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_LINE
    )
    running = Worker(process)
    try:
        yield running
    finally:
        await running.stop()


@asynccontextmanager
async def daemon(*command: str, core: int, log: int) -> AsyncIterator[PinnedProcess]:
    """Run a foreign program on this core until the end of the block; it prints into the file descriptor ``log``."""
    process = await asyncio.create_subprocess_exec(
        *pinned(core, *command), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
    )
    running = PinnedProcess(process)
    try:
        yield running
    finally:
        await running.stop()
