"""Owns which core a process runs on and how much of it the process uses. Linux only, as the engine is."""

import os
import time

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
