"""Owns how Meta is asked about permissions: no more often than Meta likes, and never to a person's harm.

One look-up at a time for each pair, at most RATE_PER_S for each business number and process, none while Meta says that
it is too much (error 613), and none for a while for a number that cannot be asked at all (#108). Whoever gets no answer
goes by the ledger alone.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from policy.events import MetaAnswered, MetaRefused
from policy.meta import NOT_AVAILABLE_CODES
from policy.records import Snapshot
from signaling.calls.events import MetaError
from signaling.clock import Clock
from signaling.pause import Pause
from signaling.permissions.pair import Pair

RATE_PER_S: Final = 5.0
"""Look-ups per second and business number: the lower of the two figures Meta gives (whatsapp-calling 2.2)."""
LONGEST_LINE_S: Final = 2.0
"""Longest wait for a turn, seconds; who would wait longer goes by the ledger alone."""
FIRST_BACK_OFF_S: Final = 4.0
LONGEST_BACK_OFF_S: Final = 120.0
"""Pause after error 613, seconds: doubled each time until an answer comes."""
NOT_ENROLLED_S: Final = 600.0
"""How long a number that cannot be asked is left alone, seconds."""
TOO_MANY: Final = (613, 4, 80007)
"""Codes of too many look-ups, or of too many requests of any kind."""
NOT_ENROLLED: Final = (10, 200, 131055, *NOT_AVAILABLE_CODES)
"""Codes for a number that is not enabled for calls, or for which the token has no permission (#108)."""
INVALID_PARAMETER: Final = 100
_FIELD: Final = "call_permissions"
"""What Meta names in the text of error 100 if the number has no such field; else the user is what it does not know."""
_NOT_ENABLED: Final = NOT_AVAILABLE_CODES[0]

_log = structlog.get_logger(__name__)


class LookUpFailed(Exception):
    """Meta refused, or could not be reached; ``error`` says which."""

    def __init__(self, error: MetaError) -> None:
        super().__init__(error.text)
        self.error = error


class CallPermissions(Protocol):
    """Meta's side."""

    async def look_up(self, pair: Pair, at: float) -> Snapshot:
        """``GET call_permissions``, taken at this time. Raises LookUpFailed."""


@dataclass(slots=True)
class _Line:
    """How one business number stands."""

    next_at: float = 0.0
    """When the next look-up may begin."""
    back_off_s: float = 0.0
    refusal: MetaRefused | None = None
    """Why the number cannot be asked until ``refusal.until``."""


class LookUps:
    """Look-ups for all pairs of a process. Given: Meta's side, which the caller closes."""

    def __init__(self, meta: CallPermissions, *, clock: Clock, pause: Pause) -> None:
        self._meta = meta
        self._clock = clock
        self._pause = pause
        self._lines: dict[str, _Line] = {}
        self._running: dict[tuple[str | None, ...], asyncio.Task[MetaAnswered | MetaRefused | None]] = {}

    async def ask(self, pair: Pair) -> MetaAnswered | MetaRefused | None:
        """What Meta says of the pair, for its ledger; None if Meta cannot be asked just now."""
        whose = (pair.id_key, pair.number_key)
        running = self._running.get(whose)
        if running is None:
            running = asyncio.create_task(self._ask(pair))
            self._running[whose] = running
            running.add_done_callback(lambda _: self._running.pop(whose))
        # Whoever gives up waiting leaves the look-up to those who wait with him.
        return await asyncio.shield(running)

    async def close(self) -> None:
        """End what is on its way."""
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _ask(self, pair: Pair) -> MetaAnswered | MetaRefused | None:
        line = self._lines.setdefault(pair.phone_number_id, _Line())
        now = self._clock()
        if line.refusal is not None and line.refusal.until is not None and now < line.refusal.until:
            return line.refusal
        turn_at = max(now, line.next_at)
        if turn_at > now + LONGEST_LINE_S:
            return None
        line.next_at = turn_at + 1 / RATE_PER_S
        if turn_at > now:
            await self._pause(turn_at - now)
        try:
            snapshot = await self._meta.look_up(pair, self._clock())
        except LookUpFailed as failed:
            return self._failed(line, failed.error)
        line.back_off_s, line.refusal = 0.0, None
        return MetaAnswered(snapshot=snapshot)

    def _failed(self, line: _Line, error: MetaError) -> MetaAnswered | MetaRefused | None:
        now = self._clock()
        _log.warning("permission_look_up_failed", code=error.code)
        if error.code in NOT_ENROLLED or (error.code == INVALID_PARAMETER and _FIELD in error.text):
            line.refusal = MetaRefused(code=_NOT_ENABLED, at=now, until=now + NOT_ENROLLED_S)
            return line.refusal
        if error.code in TOO_MANY:
            line.back_off_s = min(max(FIRST_BACK_OFF_S, 2 * line.back_off_s), LONGEST_BACK_OFF_S)
            line.next_at = max(line.next_at, now + line.back_off_s)
        return None
