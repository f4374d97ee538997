"""Owns the 20 ms beat of every simulated microphone: one timer for all of them, however many callers there are.

Microphones are spread over the 20 ms, so that a hundred callers make no burst of a hundred packets.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

Speak: TypeAlias = Callable[[], None]
"""Sends the next 20 ms of one microphone."""

_SLOT_S = 0.002
_SLOTS = 10
"""Slots of one 20 ms cycle."""
_MAX_BEHIND = 25 * _SLOTS
"""Slots made up for after the process was held up; half a second, then the microphones lost their words."""


class Pacer:
    """Calls each registered microphone every 20 ms, without drift. Runs only while there is one."""

    def __init__(self) -> None:
        self._slots: list[list[Speak]] = [[] for _ in range(_SLOTS)]
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._slot = 0
        self.latest_s = 0.0
        """How late the latest beat came, in seconds, since somebody set this to 0: what the machine held up."""

    def add(self, speak: Speak) -> None:
        """Let this microphone speak from now on."""
        min(self._slots, key=len).append(speak)
        if self._timer is None:
            self._due = self._loop.time()
            self._timer = self._loop.call_at(self._due, self._tick)

    def remove(self, speak: Speak) -> None:
        """Let this microphone fall silent. One that never spoke is fine."""
        for slot in self._slots:
            if speak in slot:
                slot.remove(speak)

    def close(self) -> None:
        """Stop the beat."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        now = self._loop.time()
        self.latest_s = max(self.latest_s, now - self._due)
        behind = int((now - self._due) / _SLOT_S)
        if behind > _MAX_BEHIND:
            self._due += (behind - _MAX_BEHIND) * _SLOT_S
        while self._due <= now:
            for speak in tuple(self._slots[self._slot]):
                speak()
            self._slot = (self._slot + 1) % _SLOTS
            self._due += _SLOT_S
        idle = not any(self._slots)
        self._timer = None if idle else self._loop.call_at(self._due, self._tick)
