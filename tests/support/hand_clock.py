"""Owns a clock that stands still until a test moves it, and a pause that moves it instead of waiting."""

from collections.abc import Callable


class HandClock:
    """Epoch seconds at a test's command."""

    def __init__(self, now: float = 1_795_334_400.0) -> None:
        self.now = now
        self.pauses: list[float] = []
        """Every pause that was asked for, seconds."""
        self.moves_along: list[Callable[[float], None]] = []
        """What has a clock of its own and is told how far this one was moved, seconds."""

    def __call__(self) -> float:
        """The present."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        for move in self.moves_along:
            move(seconds)

    async def pause(self, seconds: float) -> None:
        """Let time pass as somebody asked."""
        self.pauses.append(seconds)
        self.advance(seconds)
