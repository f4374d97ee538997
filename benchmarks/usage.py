"""Owns what a process uses between two moments: CPU of the whole and of its packet thread, and its memory."""

import time
from typing import NamedTuple

import psutil

from benchmarks.cores import cpu_s


class Usage(NamedTuple):
    """What a process has used so far."""

    at: float
    """Seconds on the monotonic clock."""
    cpu_s: float
    """All its threads."""
    threads_s: dict[int, float]
    """Each living thread, counted in ticks of 10 ms."""

    def since(self, before: "Usage") -> "Span":
        """What was used between the two."""
        seconds = self.at - before.at
        threads = {number: used - before.threads_s.get(number, 0.0) for number, used in self.threads_s.items()}
        return Span(seconds, self.cpu_s - before.cpu_s, threads)


class Span(NamedTuple):
    """What a process used in a time."""

    seconds: float
    cpu_s: float
    threads_s: dict[int, float]

    @property
    def core_percent(self) -> float:
        """Of one core."""
        return round(100 * self.cpu_s / self.seconds, 2)

    def packet_thread_percent(self, pid: int) -> float:
        """Of one core, by the busiest thread that is not asyncio's: in a server under load, the packet engine's."""
        others = [used for number, used in self.threads_s.items() if number != pid]
        return round(100 * max(others, default=0.0) / self.seconds, 2)


def usage(pid: int) -> Usage:
    """What a process has used until now."""
    threads = {thread.id: thread.user_time + thread.system_time for thread in psutil.Process(pid).threads()}
    return Usage(time.monotonic(), cpu_s(pid), threads)


def memory_bytes(pid: int) -> int:
    """Physical memory of a process (RSS)."""
    resident: int = psutil.Process(pid).memory_info().rss
    return resident
