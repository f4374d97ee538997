"""Owns the waiting room of one site in the store: one task, one inbox, one record ``board:<site>``.

It decides nothing; ``board``, ``matching`` and ``overflow`` do. Requests return at once and are worked off in their
order. A change is committed first and told afterwards, so nobody is rung for a reservation that does not exist.

Nothing here is renewed while it lasts. Reservations are leases that end by themselves (#71). Conversations are not:
they live and die with this process, and ``start`` clears what a crashed run of this one-node site left, agents in
conversation included (#73, #74).
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import msgspec
import structlog

from signaling.calls.effects import EnterQueue
from signaling.calls.events import AgentAssigned, ConsultUnavailable, Event, QueueOverflowed
from signaling.clock import Clock
from signaling.ports import Post
from signaling.store.contract import Store, StoreUnavailable
from signaling.tags import caller_tag
from signaling.waiting import board
from signaling.waiting.board import Agent, Board, Outcome, Waiting
from signaling.waiting.colleagues import Asked, reserve
from signaling.waiting.deadlines import next_deadline
from signaling.waiting.matching import Assignment, match
from signaling.waiting.overflow import overflow
from signaling.waiting.rules import Rules

COMMIT_ATTEMPTS = 8
"""Lost races for the record before the dispatcher takes a breath; one node alone never loses one."""
RETRY_S = 0.25
"""Pause before the next attempt while the store is out of reach; callers go on hearing their music."""

PresenceListener: TypeAlias = Callable[[str, Agent | None], None]
"""``listener(name, agent)``: what the agent is doing, until when or why, has changed; None once he is off the board."""

_News: TypeAlias = tuple[str, Event]
"""What a call has to be told, after its id."""
_Request: TypeAlias = Callable[[Board, float], tuple[Board, tuple[_News, ...]]]

encode = msgspec.msgpack.Encoder().encode
"""A board as it lies in the store. No release reads the record of another: ``start`` clears it."""
decode = msgspec.msgpack.Decoder(Board).decode
_log = structlog.get_logger(__name__)


class _Contended(Exception):
    """Somebody else was faster every time."""


class _Step(NamedTuple):
    """A change of the room on its way into the store."""

    after: Board
    encoded: bytes
    requests: int
    """How many of the waiting requests are in it."""
    news: list[tuple[str, Event]]
    """What calls are to be told once it is committed."""


class Dispatcher:
    """The waiting room as calls (``signaling.ports.WaitingPort``) and the agents' desk see it."""

    def __init__(self, store: Store, *, site: str, post: Post, clock: Clock, rules: Rules) -> None:
        self._store = store
        self._key = f"board:{site}"
        self._post = post
        self._clock = clock
        self._rules = rules
        self._inbox: asyncio.Queue[_Request] = asyncio.Queue()
        self._pending: list[_Request] = []
        self._wake_at: float | None = None
        self._engaging: dict[asyncio.Future[bool], bool] = {}
        """Who wants to phone, and whether the change that was tried last had him free."""
        self._listener: PresenceListener | None = None
        self._room = Board()
        self._version: int | None = None
        """Of the record that ``_room`` is; None if the record has to be looked at."""
        self._in_doubt: _Step | None = None
        """What may have been written or not, because the store did not answer."""
        self._task: asyncio.Task[None] | None = None

    @property
    def room(self) -> Board:
        """The room as it was when this node saw it last."""
        return self._room

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

    def enter(self, call_id: str, entry: EnterQueue) -> None:
        """Let the call wait; posts AgentAssigned each time an agent is reserved for it, or once QueueOverflowed."""
        caller, rules = caller_tag(entry.caller), self._rules

        def change(room: Board, now: float) -> Board:
            waiting = Waiting(
                queue=entry.queue,
                since=entry.since,
                entered_at=now,
                priority=entry.priority,
                skills=entry.skills,
                caller=caller,
                admitted=entry.returning,
                wanted=entry.wanted,
            )
            return board.enter(room, call_id, waiting, rules=rules)

        self._put(change)

    def leave(self, call_id: str) -> None:
        """Forget the call and free whoever is reserved for it or talks with it."""
        rules = self._rules
        self._put(lambda room, now: board.leave(room, call_id, now=now, rules=rules))

    def occupy(self, call_id: str, agent: str) -> None:
        """The reserved agent talks now; the call leaves the queue."""
        rules = self._rules
        self._put(lambda room, now: board.occupy(room, call_id, agent, now=now, rules=rules))

    def engage(self, call_id: str, agent: str, queue: str) -> asyncio.Future[bool]:
        """The agent phones somebody: whether he was free for that, as soon as it is committed."""
        held: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def change(room: Board, now: float) -> Board:
            after = board.engage(room, call_id, agent, queue)
            # A change is made anew after a lost race; what was committed is what it came to last.
            self._engaging[held] = after is not room
            return after

        self._put(change)
        return held

    def release(self, call_id: str, agent: str, outcome: str) -> None:
        """The agent is done with the call. An unknown outcome is a bug of the caller's: ValueError, at once."""
        why, rules = Outcome(outcome), self._rules
        self._put(lambda room, now: board.release(room, call_id, agent, why, now=now, rules=rules))

    def reserve(self, call_id: str, agent: str | None, queue: str | None) -> None:
        """Let this colleague, or whoever of the queue is free, ring for a consultation.

        Posts AgentAssigned or ConsultUnavailable.
        """
        rules = self._rules

        def change(room: Board, now: float) -> tuple[Board, tuple[_News, ...]]:
            asked, seed = Asked(agent, queue), secrets.randbits(32)
            room, found = reserve(room, call_id, asked, now=now, rules=rules, seed=seed)
            if isinstance(found, Assignment):
                return room, ((call_id, AgentAssigned(agent=found.agent, ring_s=rules.queue(queue).ring_s)),)
            return room, ((call_id, ConsultUnavailable(agent=agent, queue=queue, reason=found.reason)),)

        self._inbox.put_nowait(change)

    def ready(self, agent: str) -> None:
        """The agent takes calls."""
        self._put(lambda room, now: board.ready(room, agent, now=now))

    def away(self, agent: str, reason: str = "") -> None:
        """The agent is signed in and takes no calls, for this reason."""
        self._put(lambda room, now: board.away(room, agent, now=now, reason=reason))

    def gone(self, agent: str) -> None:
        """The agent has no tab left."""
        self._put(lambda room, _: board.gone(room, agent))

    def _put(self, change: Callable[[Board, float], Board]) -> None:
        """A request that concerns nobody but the board."""
        self._inbox.put_nowait(lambda room, now: (change(room, now), ()))

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
            version = await self._look_again() if self._version is None else self._version
            now = self._clock()
            after, news = self._advance(self._room, now)
            if after == self._room:
                # A call that comes in and is sent away in one step leaves the room as it was.
                self._post_all(news)
            else:
                step = _Step(after, encode(after), len(self._pending), news)
                # Until the store has answered, it is open what it holds.
                self._version, self._in_doubt = None, step
                version = await self._store.commit(self._key, version, step.encoded)
                self._in_doubt = None
                if not version:
                    continue
                self._settle(step, version)
            self._pending.clear()
            self._answer_engaging()
            self._wake_at = next_deadline(self._room, now=now, rules=self._rules)
            return
        raise _Contended

    async def _look_again(self) -> int:
        """See what the store holds, and its version."""
        record = await self._store.load(self._key)
        step, self._in_doubt = self._in_doubt, None
        version = 0 if record is None else record.version
        if step is not None and record is not None and record.value == step.encoded:
            # It was written although no answer came, and nobody has been told yet.
            self._settle(step, version)
        else:
            self._room = Board() if record is None else decode(record.value)
            self._version = version
        return version

    def _settle(self, step: _Step, version: int) -> None:
        """What was committed is the room now, and everybody is told."""
        before, self._room, self._version = self._room, step.after, version
        del self._pending[: step.requests]
        self._tell(before, step.after)
        self._answer_engaging()
        self._post_all(step.news)

    def _post_all(self, news: list[tuple[str, Event]]) -> None:
        for call_id, event in news:
            self._post(call_id, event)

    def _advance(self, room: Board, now: float) -> tuple[Board, list[_News]]:
        """The board after all requests, and what calls have to be told of it."""
        rules, before = self._rules, room
        news: list[_News] = []
        for change in self._pending:
            room, told = change(room, now)
            news += told
        room = board.expire(room, now=now, rules=rules)
        room, assignments = match(room, now=now, rules=rules, seed=secrets.randbits(32))
        room, sent_away = overflow(room, now=now, rules=rules)
        room = board.stamp(before, room, now=now)
        for call_id, agent in assignments:
            ring_s = rules.queue(room.calls[call_id].queue).ring_s
            news.append((call_id, AgentAssigned(agent=agent, ring_s=ring_s)))
        for call_id, action, reason, queue, closed in sent_away:
            news.append((call_id, QueueOverflowed(action=action, reason=reason, queue=queue, closed=closed)))
        return room, news

    def _answer_engaging(self) -> None:
        for held, free in self._engaging.items():
            if not held.done():
                held.set_result(free)
        self._engaging.clear()

    def _tell(self, before: Board, after: Board) -> None:
        assert self._listener is not None
        for name, agent in after.agents.items():
            known = before.agents.get(name)
            if known is not agent and (known is None or _shown(known) != _shown(agent)):
                self._listener(name, agent)
        for name in before.agents.keys() - after.agents.keys():
            self._listener(name, None)


def _shown(agent: Agent) -> tuple[object, ...]:
    """What listeners are told about."""
    return agent.presence, agent.wrap_up_until, agent.away_reason
