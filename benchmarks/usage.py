"""Owns what a server uses between two moments, and what the load and all other processes use beside it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.cores import cpu_s

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_BUSY = slice(0, 3), slice(5, 8)
"""Of the first line of /proc/stat (proc(5)): user, nice, system; irq, softirq, steal. Left out: idle and iowait."""


@dataclass(frozen=True, slots=True)
class Usage:
    """All CPU time so far, in seconds."""

    pid: int
    """Of the server."""
    at: float
    """Seconds on the monotonic clock."""
    server_s: float
    threads_s: dict[int, float]
    """The server's living threads, counted in ticks of 10 ms."""
    load_s: float
    """This process."""
    machine_s: float
    """Everything on all cores, counted in ticks of 10 ms."""


def usage(pid: int) -> Usage:
    """What has been used until now, with the server's process id."""
    threads = {thread.id: thread.user_time + thread.system_time for thread in psutil.Process(pid).threads()}
    return Usage(pid, time.monotonic(), cpu_s(pid), threads, cpu_s(os.getpid()), _machine_s())


@dataclass(frozen=True, slots=True)
class Span:
    """What was used between two moments; percentages are of one core."""

    before: Usage
    after: Usage

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.after.at - self.before.at

    @property
    def server_s(self) -> float:
        """CPU time of the whole server."""
        return self.after.server_s - self.before.server_s

    @property
    def core_percent(self) -> float:
        """The whole server."""
        return self._percent(self.server_s)

    @property
    def packet_thread_percent(self) -> float:
        """The server's busiest thread that is not asyncio's: under load, the packet engine's."""
        others = (
            used - self.before.threads_s.get(thread, 0.0)
            for thread, used in self.after.threads_s.items()
            if thread != self.after.pid
        )
        return self._percent(max(others, default=0.0))

    @property
    def load_percent(self) -> float:
        """The load, which is this process."""
        return self._percent(self._load_s)

    @property
    def others_percent(self) -> float:
        """Everything else on the machine: far from 0, the figures beside it are disturbed."""
        machine_s = self.after.machine_s - self.before.machine_s
        return max(0.0, self._percent(machine_s - self.server_s - self._load_s))

    @property
    def _load_s(self) -> float:
        return self.after.load_s - self.before.load_s

    def _percent(self, cpu_time_s: float) -> float:
        return round(100 * cpu_time_s / self.seconds, 2)


def memory_bytes(pid: int) -> int:
    """Physical memory of a process (RSS)."""
    resident: int = psutil.Process(pid).memory_info().rss
    return resident


def _machine_s() -> float:
    with Path("/proc/stat").open() as stat:
        ticks = [int(field) for field in stat.readline().split()[1:]]
    return sum(sum(ticks[part]) for part in _BUSY) / _TICKS_PER_S
