"""Owns waiting: for a milestone that happens once and keeps its time, and for an event or a delay."""

import asyncio
import time


class Moment:
    """One milestone on the monotonic clock."""

    def __init__(self) -> None:
        self.at: float | None = None
        """When it happened, seconds on the monotonic clock."""
        self._event = asyncio.Event()

    def happen(self, at: float | None = None) -> None:
        """It happens, now unless told otherwise; the first time counts."""
        if self.at is None:
            self.at = time.monotonic() if at is None else at
            self._event.set()

    async def wait(self, timeout_s: float) -> float:
        """Wait until it has happened and return when. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._event.wait()
        assert self.at is not None
        return self.at

    async def within(self, seconds: float) -> bool:
        """Let so much time pass, or less if it happens meanwhile; tells whether it has."""
        return await happens_within(self._event, seconds)


async def happens_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event happens within so many seconds; returns as soon as that is known."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
