"""Owns the set of living calls: starts a runner for each offer, hands events to it, and sees all of them out.

It knows which calls exist, never what state they are in.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Protocol

import structlog

from signaling.aliases import Aliases, News
from signaling.calls.call import Call, CallRecord, Phase, Route
from signaling.calls.events import (
    Action,
    CallDialled,
    CallOffered,
    CallTerminated,
    ConnectAnswered,
    ConnectConfirmed,
    Direction,
    Event,
    ServerStopping,
)
from signaling.clock import Clock
from signaling.ports import Ports
from signaling.runner import Runner
from signaling.tags import call_tag
from signaling.trace import Trace, TraceFolder

log = structlog.get_logger(__name__)

STALE_OFFER_S = 60.0
"""Age in seconds from which a connect webhook is a missed call: Meta's user has given up (whatsapp-calling 1.3)."""


class EndedCalls(Protocol):
    """What the supervisor asks of the records. Implemented by ``signaling.store.records.Records``."""

    async def ended(self, call_id: str) -> bool:
        """Whether the call is over, or was terminated before it was offered."""

    async def tombstone(self, call_id: str) -> None:
        """Remember that this call is over although it never lived here."""

    async def live(self) -> list[Call]:
        """The calls that a former process left alive."""


class Totals:
    """What happened since the start, for metrics and tests."""

    def __init__(self) -> None:
        self.started = 0
        self.ended = 0
        self.bugs = 0
        """Must stay 0."""
        self.ignored: Counter[str] = Counter()


class Supervisor:
    """All living calls of this node."""

    def __init__(
        self,
        ports: Ports,
        ended: EndedCalls,
        clock: Clock,
        *,
        route: Callable[[CallOffered], Route],
        traces: TraceFolder,
    ) -> None:
        self._ports = ports
        self._ended = ended
        self._clock = clock
        self._route = route
        self._traces = traces
        self._runners: dict[str, Runner] = {}
        self._aliases = Aliases()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._draining = False
        self.totals = Totals()

    def calls(self) -> list[Call]:
        """Every call of this node as it stands, those that end just now included."""
        return [runner.call for runner in self._runners.values() if runner.call is not None]

    def phases(self) -> Counter[Phase]:
        """How many calls stand where."""
        return Counter(call.phase for call in self.calls())

    def post(self, call_id: str, event: Event) -> None:
        """Hand an event to a call. A call that is gone needs no event any more."""
        runner = self._runners.get(call_id)
        if runner is not None:
            runner.post(event)
        else:
            self.totals.ignored["no such call"] += 1
        if isinstance(event, ConnectConfirmed):
            self._learn(event.wacid, call_id)

    async def deliver(self, events: tuple[CallOffered | News, ...]) -> None:
        """Take the events of one webhook, in order. Raises StoreUnavailable if it cannot be known what is over."""
        for event in events:
            if event.call_id in self._runners:
                self.post(event.call_id, event)
            elif isinstance(event, CallOffered):
                await self._take_offer(event)
            else:
                await self._take_news(event)

    def dial(self, dialled: CallDialled, route: Route) -> bool:
        """Start a call that an agent places. False if the server is stopping."""
        if not self._draining:
            self._start(dialled, route)
        return not self._draining

    async def recover(self) -> None:
        """End, at Meta and in the records, what a former process left alive."""
        for call in await self._ended.live():
            if call.call_id not in self._runners:
                if call.dial is not None and call.dial.wacid is not None:
                    self._learn(call.dial.wacid, call.call_id)
                runner = self._runner(call.call_id, Trace(call.call_id, call.route))
                self._own(call.call_id, runner.resume_to_end(call))

    async def close(self, grace_s: float) -> None:
        """Take no new calls, end the living ones, and wait for them at most ``grace_s`` seconds."""
        self._draining = True
        for runner in self._runners.values():
            runner.post(ServerStopping(reason="the server is stopping"))
        try:
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        except TimeoutError:
            log.warning("calls outlived the grace", calls=len(self._tasks))
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_offer(self, offer: CallOffered) -> None:
        if await self._ended.ended(offer.call_id):
            self.totals.ignored["connect of an ended call"] += 1
        elif offer.call_id in self._runners:
            self.post(offer.call_id, offer)
        else:
            self._offer(offer)

    async def _take_news(self, news: News) -> None:
        """News of a call that Meta names by an id of its own; perhaps we know it, or will in a moment."""
        call_id = self._aliases.call_of(news.call_id)
        if call_id is None and news.callback_data in self._runners:
            call_id = news.callback_data
            self._learn(news.call_id, call_id)
        if call_id is not None:
            self.post(call_id, news)
        elif isinstance(news, ConnectAnswered) and await self._was_given_up(news):
            self._end_at_meta(news)
        else:
            # Parked before anything is waited for: its id may become known meanwhile.
            if not isinstance(news, CallTerminated) or news.direction is not Direction.INBOUND:
                self._aliases.park(news, self._clock())
            if isinstance(news, CallTerminated):
                await self._ended.tombstone(news.call_id)

    async def _was_given_up(self, answered: ConnectAnswered) -> bool:
        """Whether connect made this call after all, when we had stopped waiting for an answer to it."""
        return answered.callback_data is not None and await self._ended.ended(answered.callback_data)

    def _end_at_meta(self, answered: ConnectAnswered) -> None:
        """A phone that rings for nobody must not go on."""
        if answered.phone_number_id is not None and answered.callback_data is not None:
            self._learn(answered.call_id, answered.callback_data)
            self._ports.whatsapp.send(
                answered.callback_data,
                Action.TERMINATE,
                phone_number_id=answered.phone_number_id,
                sdp=None,
                wacid=answered.call_id,
            )

    def _learn(self, wacid: str, call_id: str) -> None:
        for news in self._aliases.learn(wacid, call_id, self._clock()):
            self.post(call_id, news)

    def _offer(self, offer: CallOffered) -> None:
        route = self._route(offer)
        age = self._clock() - offer.offered_at
        if age > STALE_OFFER_S:
            log.warning("offer came too late", call=call_tag(offer.call_id), age_s=round(age))
            self.totals.ignored["stale connect"] += 1
            self._ports.records.write(self._missed(offer, route))
            return
        runner = self._start(offer, route)
        if self._draining:
            runner.post(ServerStopping(reason="the server is stopping"))

    def _start(self, first: CallOffered | CallDialled, route: Route) -> Runner:
        trace = Trace(first.call_id, route)
        runner = self._runner(first.call_id, trace)
        self._own(first.call_id, self._run_traced(runner, trace, first, route))
        return runner

    async def _run_traced(self, runner: Runner, trace: Trace, first: CallOffered | CallDialled, route: Route) -> None:
        await runner.run(first, route)
        await asyncio.to_thread(self._traces.write, trace)

    def _missed(self, offer: CallOffered, route: Route) -> CallRecord:
        return CallRecord(
            call_id=offer.call_id,
            phone_number_id=offer.phone_number_id,
            business_number=offer.business_number,
            caller=offer.caller,
            queue=route.queue,
            offered_at=offer.offered_at,
            accepted_at=None,
            answered_at=None,
            ended_at=self._clock(),
            agent=None,
            agents_tried=(),
            ended_by="server",
            reason="the offer came too late",
            error=None,
            route=route.rule,
            cta_payload=offer.cta_payload,
            deeplink_payload=offer.deeplink_payload,
        )

    def _runner(self, call_id: str, trace: Trace) -> Runner:
        runner = Runner(self._ports, self._clock, trace, self._count_bug)
        self._runners[call_id] = runner
        return runner

    def _own(self, call_id: str, life: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(life, name=f"call {call_tag(call_id)}")
        self.totals.started += 1
        self._tasks.add(task)
        self._idle.clear()
        task.add_done_callback(lambda done: self._forget(call_id, done))

    def _forget(self, call_id: str, task: asyncio.Task[None]) -> None:
        self._runners.pop(call_id, None)
        self._tasks.discard(task)
        self.totals.ended += 1
        if not self._tasks:
            self._idle.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("call task failed", call=call_tag(call_id), exc_info=error)

    def _count_bug(self) -> None:
        self.totals.bugs += 1
