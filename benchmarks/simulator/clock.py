"""Owns time as the simulated Meta reads it: epoch seconds that a test may push weeks ahead."""

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Epoch seconds."""


class TravellingClock:
    """The present, plus however far it was moved. Ring times and watchdogs do not follow: they run in real time."""

    def __init__(self, clock: Clock = time.time) -> None:
        self._clock = clock
        self._ahead_s = 0.0

    def __call__(self) -> float:
        """Epoch seconds."""
        return self._clock() + self._ahead_s

    def travel(self, seconds: float) -> None:
        """Let so much time have passed."""
        self._ahead_s += seconds
