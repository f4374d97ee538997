"""Owns sending the wallboard to whoever watches it: when something has changed, and not more often than people read.

A site without watchers costs nothing. What a watcher missed does not matter, for each message is the whole board.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from signaling.pause import Pause
from signaling.wallboard.view import WallboardNow

EVERY_S = 0.5
"""Shortest time between two messages, seconds: fast enough for a wall, slow enough to read."""

Send: TypeAlias = Callable[[WallboardNow], None]
"""Puts a board on its way to one watcher; returns at once and never raises."""


class Feed:
    """Watchers of one node. ``look`` gives the site as it is now."""

    def __init__(self, look: Callable[[], WallboardNow], pause: Pause) -> None:
        self._look = look
        self._pause = pause
        self._watchers: dict[object, Send] = {}
        self._task: asyncio.Task[None] | None = None

    def watch(self, who: object, send: Send) -> None:
        """Send the board now and from now on. A second time changes only where to."""
        self._watchers[who] = send
        send(self._look())
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name="wallboard")

    def leave(self, who: object) -> None:
        """Send no more to this watcher, if it is one."""
        self._watchers.pop(who, None)
        if not self._watchers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        """Send nothing to nobody any more."""
        self._watchers.clear()
        if (task := self._task) is not None:
            self._task = None
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _serve(self) -> None:
        shown = self._look()
        while True:
            await self._pause(EVERY_S)
            board = self._look()
            if replace(board, now=shown.now) == shown:
                continue
            shown = board
            for send in tuple(self._watchers.values()):
                send(board)
