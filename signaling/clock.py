"""Owns the one reading of time in signalling: epoch seconds that never run backwards."""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Epoch seconds; tests bring their own."""

    def __call__(self) -> float:
        """The present, in epoch seconds."""


class SystemClock:
    """Wall-clock time at the start of the process, carried on by a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset = time.time() - monotonic()

    def __call__(self) -> float:
        """The present, in epoch seconds; a step of the wall clock does not show here."""
        return self._offset + self._monotonic()
