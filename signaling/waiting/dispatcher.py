"""Owns the waiting room of one site in the store: one task, one inbox, one record ``board:<site>``.

It decides nothing; ``board`` does. Requests return at once and are worked off in their order. A change is committed
first and told afterwards, so nobody is rung for a reservation that does not exist.

Nothing here is renewed while it lasts. Reservations are leases that end by themselves (#71). Conversations are not:
they live and die with this process, and ``start`` clears what a crashed run of this one-node site left, agents in
conversation included (#73, #74).
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import structlog

from signaling.calls.events import AgentAssigned
from signaling.clock import Clock
from signaling.ports import Post
from signaling.store.contract import Store, StoreUnavailable
from signaling.waiting import board
from signaling.waiting.board import Assignment, Board, Outcome, Presence
from signaling.waiting.rules import Rules

COMMIT_ATTEMPTS = 8
"""Lost races for the record before the dispatcher takes a breath; one node alone never loses one."""
RETRY_S = 0.25
"""Pause before the next attempt while the store is out of reach; callers go on hearing their music."""

PresenceListener: TypeAlias = Callable[[str, Presence], None]
"""``listener(agent, presence)``: the presence of an agent has changed."""

_Change: TypeAlias = Callable[[Board, float], Board]

_decoder = msgspec.json.Decoder(Board)
_encoder = msgspec.json.Encoder()
_log = structlog.get_logger(__name__)


class _Contended(Exception):
    """Somebody else was faster every time."""


class Dispatcher:
    """The waiting room as calls (``signaling.ports.WaitingPort``) and the agents' desk see it."""

    def __init__(self, store: Store, *, site: str, post: Post, clock: Clock, rules: Rules) -> None:
        self._store = store
        self._key = f"board:{site}"
        self._post = post
        self._clock = clock
        self._rules = rules
        self._inbox: asyncio.Queue[_Change] = asyncio.Queue()
        self._pending: list[_Change] = []
        self._wake_at: float | None = None
        self._listener: PresenceListener | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, on_presence: PresenceListener) -> asyncio.Task[None]:
        """Clear what a former run left, then serve. Raises StoreUnavailable.

        Returns the task that serves, for the owner of the process to watch: if it ends before ``close``, that is a bug.
        """
        for _ in range(COMMIT_ATTEMPTS):
            left = await self._store.load(self._key)
            if left is None or await self._store.commit(self._key, left.version, None):
                break
        else:
            raise StoreUnavailable("the waiting room's record keeps changing; does another process serve this site?")
        self._listener = on_presence
        self._task = asyncio.create_task(self._serve(), name=self._key)
        return self._task

    async def close(self) -> None:
        """Stop serving. Requests that still wait are dropped; the next ``start`` begins with an empty room."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def enter(self, call_id: str, queue: str, *, since: float) -> None:
        """Let the call wait; posts AgentAssigned each time an agent is reserved for it."""
        self._inbox.put_nowait(lambda room, _: board.enter(room, call_id, queue, since=since))

    def leave(self, call_id: str) -> None:
        """Forget the call and free whoever is reserved for it or talks with it."""
        self._inbox.put_nowait(lambda room, now: board.leave(room, call_id, now=now))

    def occupy(self, call_id: str, agent: str) -> None:
        """The reserved agent talks now; the call leaves the queue."""
        self._inbox.put_nowait(lambda room, _: board.occupy(room, call_id, agent))

    def release(self, call_id: str, agent: str, outcome: str) -> None:
        """The agent is done with the call. An unknown outcome is a bug of the caller's: ValueError, at once."""
        why = Outcome(outcome)
        rules = self._rules
        self._inbox.put_nowait(lambda room, now: board.release(room, call_id, agent, why, now=now, rules=rules))

    def ready(self, agent: str) -> None:
        """The agent takes calls."""
        self._inbox.put_nowait(lambda room, now: board.ready(room, agent, now=now))

    def away(self, agent: str) -> None:
        """The agent is signed in and takes no calls."""
        self._inbox.put_nowait(lambda room, now: board.away(room, agent, now=now))

    def gone(self, agent: str) -> None:
        """The agent has no tab left."""
        self._inbox.put_nowait(lambda room, _: board.gone(room, agent))

    async def _serve(self) -> None:
        while True:
            await self._wait()
            try:
                await self._work_off()
            except (StoreUnavailable, _Contended) as trouble:
                self._wake_at = self._clock() + RETRY_S
                _log.warning("waiting_room_behind", reason=type(trouble).__name__, pending=len(self._pending))

    async def _wait(self) -> None:
        """Wait for a request, at most until the board's next deadline, and take all there are."""
        delay = None if self._wake_at is None else max(0.0, self._wake_at - self._clock())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                self._pending.append(await self._inbox.get())
        while not self._inbox.empty():
            self._pending.append(self._inbox.get_nowait())

    async def _work_off(self) -> None:
        """Bring the record up to date with every request and every clock that ran out, in one commit."""
        for _ in range(COMMIT_ATTEMPTS):
            record = await self._store.load(self._key)
            before = _decoder.decode(record.value) if record is not None else Board()
            after, assignments = self._advance(before, self._clock())
            version = record.version if record is not None else 0
            if after == before or await self._store.commit(self._key, version, _encoder.encode(after)):
                self._pending.clear()
                self._wake_at = board.next_deadline(after)
                self._tell(before, after, assignments)
                return
        raise _Contended

    def _advance(self, room: Board, now: float) -> tuple[Board, tuple[Assignment, ...]]:
        for change in self._pending:
            room = change(room, now)
        return board.match(board.expire(room, now=now, rules=self._rules), now=now, rules=self._rules)

    def _tell(self, before: Board, after: Board, assignments: tuple[Assignment, ...]) -> None:
        assert self._listener is not None
        for agent in before.agents.keys() | after.agents.keys():
            presence = board.presence(after, agent)
            if presence is not board.presence(before, agent):
                self._listener(agent, presence)
        for call_id, agent in assignments:
            ring_s = self._rules.queue(after.calls[call_id].queue).ring_s
            self._post(call_id, AgentAssigned(agent=agent, ring_s=ring_s))
