"""Owns which core a process runs on and how much of it the process uses. Linux only, as the engine is."""

import os
import time
from pathlib import Path

_CPUCLOCK_SCHED = 2
"""The clock that counts what the scheduler gave, in nanoseconds (clock_getcpuclockid(3) of glibc)."""


def system_core() -> int:
    """The core of the system under test."""
    return min(os.sched_getaffinity(0))


def load_core() -> int:
    """The core of whatever makes the load; the same one on a machine that has only one."""
    return max(os.sched_getaffinity(0))


def pinned(core: int, *command: str) -> tuple[str, ...]:
    """The command, kept on one core with all its threads from its first instruction on."""
    return ("taskset", "--cpu-list", str(core), *command)


def cpu_s(pid: int) -> float:
    """CPU time of a process so far, in seconds: all its threads, those that have ended too.

    It contains what the kernel does for the process; on loopback that is also the delivery of what it sends, up to the
    receiver's socket. OSError if there is no such process.
    """
    return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)


def waited_s(pid: int) -> float:
    """Time in which a living thread of a process wanted to run and something else had its core, summed, in seconds.

    From the scheduler's own account (proc(5), ``schedstat``). FileNotFoundError if a thread ends meanwhile.
    """
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[1]) for task in tasks) * 1e-9
