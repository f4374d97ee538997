"""Owns the way from an agent's wish to phone somebody to a call that has begun, and what becomes of its outcome.

A wish holds the agent, then the permission, then the tab, and gives back what it held when the next one refuses. It
decides nothing about permissions and nothing about calls.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import NamedTuple, Protocol, TypeAlias

import structlog
from msgspec.structs import replace

from signaling.agents.desk import DiallingTab
from signaling.agents.dialling_messages import Dial, Dialling, DialRefused
from signaling.calls.call import CallBackRequest, DialOutcome, Route
from signaling.calls.effects import SettleDial
from signaling.calls.events import CallDialled, Caller
from signaling.dialling.customer import BadCustomer, country_of, customer
from signaling.pause import Pause
from signaling.store.contract import StoreUnavailable

MAX_WISHES = 1_000
"""Wishes remembered, so that one that is repeated after a reconnect is known; minutes of a large site."""
ID_BYTES = 16
"""Random bytes of a call id of ours; Meta gets to see it and must not be able to guess another one."""

RETRY_S = 1.0
"""Pause while the store is away, seconds."""
CLOSE_S = 3.0
"""How long close lets outcomes be written, seconds; of what is cut off, the permission's lease runs out."""

_log = structlog.get_logger(__name__)


class Refused(NamedTuple):
    """Why this may not be now."""

    code: str
    reason: str
    free_at: float | None = None


class Granted(NamedTuple):
    """This may be, and a slot is taken for it."""

    warnings: tuple[str, ...] = ()
    """What a person should know all the same, in words."""


class Permissions(Protocol):
    """May we call? Implemented by ``signaling.dialling.permission.Permission``."""

    async def reserve(self, call_id: str, phone_number_id: str, who: Caller) -> Granted | Refused:
        """Take a slot for this call, or say why there is none. Raises StoreUnavailable."""

    async def settle(self, call_id: str, dial: SettleDial) -> None:
        """What became of the call. Raises StoreUnavailable. Repetition is harmless."""


class Seats(Protocol):
    """Agents as the waiting room sees them. Implemented by ``signaling.waiting.dispatcher.Dispatcher``."""

    def engage(self, call_id: str, agent: str, queue: str) -> Awaitable[bool]:
        """The agent is busy with this call, unless he has another one."""

    def release(self, call_id: str, agent: str, outcome: str) -> None:
        """Free him: ``not_needed`` leaves him as he was before."""


Start: TypeAlias = Callable[[CallDialled, Route], bool]
"""Begins a call; False if the server is stopping."""


class CallBacks(Protocol):
    """Who asked to be called back. Implemented by ``signaling.store.records.Records``."""

    async def call_back(self, call_id: str) -> CallBackRequest | None:
        """The request that the call of this id left. Raises StoreUnavailable."""

    async def called_back(self, call_id: str, by: str) -> None:
        """That request is fulfilled by another call. Raises StoreUnavailable."""


class Office(NamedTuple):
    """What an agent may phone from."""

    numbers: Mapping[str, str | None]
    """The business numbers by Meta's ids (PNID), as far as they are known; the usual one first."""
    route: Callable[[str | None], Route | None]
    """The route of a call that belongs to this queue, or to the usual one; None for an unknown queue."""


class Dials:
    """Places calls for agents (``signaling.agents.desk.Dials``) and hears how they come out (``DialsPort``)."""

    def __init__(
        self,
        office: Office,
        *,
        seats: Seats,
        permissions: Permissions,
        call_backs: CallBacks,
        start: Start,
        pause: Pause,
    ) -> None:
        self._office = office
        self._seats = seats
        self._permissions = permissions
        self._call_backs = call_backs
        self._start = start
        self._pause = pause
        self._wishes: OrderedDict[tuple[str, str], _Wish] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def dial(self, tab: DiallingTab, wish: Dial) -> None:
        """An agent wants to phone somebody. A wish that is repeated gets its answer again, and no second call."""
        key = (tab.agent, wish.request_id)
        if (known := self._wishes.get(key)) is not None:
            if known.answer is not None:
                tab.send(known.answer)
            return
        self._wishes[key] = _Wish()
        if len(self._wishes) > MAX_WISHES:
            self._wishes.popitem(last=False)
        self._do(self._fulfil(tab, wish))

    def settle(self, call_id: str, dial: SettleDial) -> None:
        """The customer was reached or not: the ledger learns it, and a request to be called back is fulfilled."""
        if dial.outcome is not DialOutcome.ANSWERED:
            self._forget_answer(call_id)
        self._do(self._settle(call_id, dial))

    async def close(self) -> None:
        """Drop wishes, and let outcomes be written for at most CLOSE_S seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSE_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _fulfil(self, tab: DiallingTab, wish: Dial) -> None:
        call_id = f"dial.{secrets.token_urlsafe(ID_BYTES)}"
        try:
            refused = await self._place(tab, wish, call_id)
        except _No as no:
            refused = no.refused
        except StoreUnavailable:
            refused = Refused("unavailable", "the server cannot look this up at the moment; try again")
        key = (tab.agent, wish.request_id)
        answer = (
            Dialling(request_id=wish.request_id, call_id=call_id, stage="connecting")
            if refused is None
            else DialRefused(
                request_id=wish.request_id, code=refused.code, reason=refused.reason, free_at=refused.free_at
            )
        )
        self._wishes[key] = _Wish(answer)
        if refused is not None:
            _log.info("dial_refused", agent=tab.agent, code=refused.code)
            tab.send(answer)

    async def _place(self, tab: DiallingTab, wish: Dial, call_id: str) -> Refused | None:
        dialled, route = await self._read(tab, wish, call_id)
        if not await self._seats.engage(call_id, tab.agent, route.queue):
            return Refused("busy", "you have another call")
        refused: Refused | None = None
        try:
            answer = await self._permissions.reserve(call_id, dialled.phone_number_id, dialled.caller)
        except StoreUnavailable:
            self._seats.release(call_id, tab.agent, "not_needed")
            raise
        if isinstance(answer, Refused):
            refused = answer
        # From here on nothing is waited for, so that a tab that is open stays so until its call knows of it.
        elif not tab.take(call_id):
            refused = Refused("busy", "this page has another call, or was closed")
        elif not self._start(replace(dialled, warnings=answer.warnings), route):
            refused = Refused("unavailable", "the server is stopping")
        if refused is not None:
            self._seats.release(call_id, tab.agent, "not_needed")
            if isinstance(answer, Granted):
                self.settle(call_id, _never_dialled(dialled))
        return refused

    async def _read(self, tab: DiallingTab, wish: Dial, call_id: str) -> tuple[CallDialled, Route]:
        """What exactly is wished. Raises _No."""
        asked = None
        if wish.call_back_id is not None:
            asked = await self._call_backs.call_back(wish.call_back_id)
            if asked is None:
                raise _No("no_call_back", "there is no such request to be called back")
        numbers = self._office.numbers
        sender = wish.from_ or (asked.phone_number_id if asked is not None else next(iter(numbers), None))
        if sender is None or sender not in numbers:
            raise _No("no_number", "this is not a number of the business to phone from")
        route = self._office.route(wish.queue or (asked.queue if asked is not None else None))
        if route is None:
            raise _No("no_queue", "there is no such queue")
        if wish.to is None and asked is not None:
            who = asked.caller
        else:
            try:
                who = customer(*((wish.to.number, wish.to.user_id) if wish.to is not None else (None, None)))
            except BadCustomer as problem:
                raise _No("bad_number", str(problem)) from problem
        dialled = CallDialled(
            call_id=call_id,
            phone_number_id=sender,
            business_number=numbers[sender],
            caller=who,
            agent=tab.agent,
            session=tab.session,
            sdp=wish.sdp,
            request_id=wish.request_id,
            country=country_of(who),
            call_back_id=wish.call_back_id,
        )
        return dialled, route

    async def _settle(self, call_id: str, dial: SettleDial) -> None:
        await self._insist(lambda: self._permissions.settle(call_id, dial))
        asked = dial.call_back_id
        if asked is not None and dial.outcome is DialOutcome.ANSWERED:
            await self._insist(lambda: self._call_backs.called_back(asked, call_id))

    def _forget_answer(self, call_id: str) -> None:
        """Whoever repeats this wish must not be told that it is still under way."""
        for key, wish in self._wishes.items():
            if isinstance(wish.answer, Dialling) and wish.answer.call_id == call_id:
                over = DialRefused(request_id=key[1], code="over", reason="this call is over")
                self._wishes[key] = _Wish(over)

    async def _insist(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await work()
            except StoreUnavailable:
                _log.warning("dial_outcome_waits_for_store")
                await self._pause(RETRY_S)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            _log.error("dial_bug", error=type(bug).__name__)


class _No(Exception):
    """The wish cannot be fulfilled as it is."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.refused = Refused(code, reason)


class _Wish(NamedTuple):
    answer: Dialling | DialRefused | None = None
    """None while it is being looked into."""


def _never_dialled(dialled: CallDialled) -> SettleDial:
    return SettleDial(phone_number_id=dialled.phone_number_id, customer=dialled.caller, outcome=DialOutcome.CANCELLED)
