"""Owns Meta's media watchdog: it barks once when nothing came for too long (whatsapp-calling 3.7)."""

import asyncio
import time
from collections.abc import Callable

from benchmarks.simulator.ear import Ear


class MediaWatch:
    """Watches one ear from now on. Times in seconds; ``on_silence`` is told what is missing."""

    def __init__(
        self, ear: Ear, *, first_media_s: float, media_gap_s: float, on_silence: Callable[[str], None]
    ) -> None:
        self._ear = ear
        self._since = time.monotonic()
        self._first_media_s = first_media_s
        self._media_gap_s = media_gap_s
        self._on_silence = on_silence
        self._timer: asyncio.TimerHandle | None = None
        self._look()

    def cancel(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        last_at = self._ear.last_at
        if last_at is None:
            deadline, what = self._since + self._first_media_s, "no media came after accept"
        else:
            deadline, what = last_at + self._media_gap_s, "media stopped during the call"
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            self._on_silence(what)
            return
        self._timer = asyncio.get_running_loop().call_later(min(left_s, self._media_gap_s), self._look)
