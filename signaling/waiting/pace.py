"""Owns how quickly a queue moves, and what that means for one who waits in it. Pure; times are epoch seconds.

The history of a queue is when its latest callers got their agents. It is part of the board, so every node estimates
the same (#24).
"""

from collections.abc import Sequence

REMEMBERED = 20
"""Latest answers that count; older ones say little about the agents who are here now."""
FEWEST = 3
"""Answers before anything is estimated: a guess from fewer is worse than none."""
MEMORY_S = 3600.0
"""An answer longer ago says nothing about now."""


def answered(times: Sequence[float], now: float) -> tuple[float, ...]:
    """The history after one more caller got an agent."""
    return (*(time for time in times if time > now - MEMORY_S), now)[-REMEMBERED:]


def estimate(times: Sequence[float], place: int, now: float) -> float | None:
    """Seconds until the caller at this place gets an agent; None while too little is known.

    Each answer moves the queue by one. The time since the last one counts, so that the estimate of a queue that has
    stopped grows instead of standing still.
    """
    recent = [time for time in times if now - MEMORY_S < time <= now]
    if len(recent) < FEWEST:
        return None
    # The first answer only begins the measured time; each later one, and the one to come, ends an interval.
    mean = (now - recent[0]) / (len(recent) - 1)
    return place * mean
