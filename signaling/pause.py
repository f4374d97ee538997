"""Owns the one wait for time to pass: the pause before another attempt. Nothing else in signalling sleeps."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Pause: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits so many seconds; tests bring their own, which do not."""


async def pause(seconds: float) -> None:
    """Let so many seconds pass."""
    await asyncio.sleep(seconds)  # noqa: TID251 - A back-off has nothing to wait for but time.
