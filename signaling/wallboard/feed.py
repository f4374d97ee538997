"""Owns sending a picture of the site to whoever watches it: when it has changed, and not more often than people read.

A picture without watchers costs nothing. What a watcher missed does not matter, for each message is the whole picture.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Generic, TypeVar

from signaling.pause import Pause

EVERY_S = 0.5
"""Shortest time between two messages, seconds: fast enough for a wall, slow enough to read."""

Picture = TypeVar("Picture")


class Feed(Generic[Picture]):
    """Watchers of one picture on one node.

    ``look`` gives the picture as it is now; ``same`` says whether two of them tell a person the same.
    """

    def __init__(self, look: Callable[[], Picture], same: Callable[[Picture, Picture], bool], pause: Pause) -> None:
        self._look = look
        self._same = same
        self._pause = pause
        self._watchers: dict[object, Callable[[Picture], None]] = {}
        self._task: asyncio.Task[None] | None = None

    def watch(self, who: object, send: Callable[[Picture], None]) -> None:
        """Send the picture now and from now on; ``send`` returns at once and never raises.

        A second time changes only where to.
        """
        self._watchers[who] = send
        send(self._look())
        if self._task is None:
            self._task = asyncio.create_task(self._serve(), name="feed")

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
            picture = self._look()
            if self._same(picture, shown):
                continue
            shown = picture
            for send in tuple(self._watchers.values()):
                send(picture)
