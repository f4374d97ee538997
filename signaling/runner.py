"""Owns the task of one call: inbox in, effects out. The only holder of that call's state.

It decides nothing; ``machine`` does. A bug ends this call, never the server: this file has the one broad ``except``.
"""

import asyncio
from collections.abc import Callable
from typing import assert_never

import structlog

from hold_audio.occasions import Occasion
from signaling.calls import ending, machine
from signaling.calls.call import Call, End, Phase, Route
from signaling.calls.effects import (
    AgentAwaited,
    AgentCallEnded,
    AgentConsultEnded,
    AgentConsults,
    AgentHandedOver,
    AgentHolds,
    AgentJoined,
    AnswerOffer,
    AskCallBack,
    AudioAlarm,
    CloseLeg,
    Connect,
    Effect,
    EnterQueue,
    HoldLeg,
    JoinLegs,
    LeaveQueue,
    MakeOffer,
    OccupyAgent,
    PlayHoldAudio,
    PlayRingback,
    PressKeys,
    ReleaseAgent,
    ReserveAgent,
    RingAgent,
    Say,
    SendAction,
    SendMediaAnswer,
    SettleDial,
    ShowDialling,
    ShowDigit,
    StartLeg,
    StopRinging,
    TakeAnswer,
    WriteRecord,
)
from signaling.calls.events import CallDialled, CallOffered, DeadlinePassed, Event, ServerStopping
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step
from signaling.clock import Clock
from signaling.ports import Ports
from signaling.trace import Trace

log = structlog.get_logger(__name__)


class Runner:
    """One call, from its first event to ENDED."""

    def __init__(self, ports: Ports, clock: Clock, trace: Trace, on_bug: Callable[[], None]) -> None:
        self._ports = ports
        self._clock = clock
        self._trace = trace
        self._on_bug = on_bug
        self._inbox: asyncio.Queue[Event] = asyncio.Queue()
        self._log = log.bind(call=trace.tag)
        self._call: Call | None = None

    @property
    def call(self) -> Call | None:
        """The call as it stands; None before its first step."""
        return self._call

    def post(self, event: Event) -> None:
        """Put an event into the inbox. Never blocks."""
        self._inbox.put_nowait(event)

    async def run(self, first: CallOffered | CallDialled, route: Route) -> None:
        """Live through a new call. Returns when it is ENDED."""
        await self._live(first, lambda now: machine.begin(first, route=route, now=now))

    async def resume_to_end(self, call: Call) -> None:
        """End a call that a former process left alive: its media is gone, so Meta and the record are told."""
        self._call = call
        event = ServerStopping(reason="the server restarted")
        await self._live(event, lambda now: machine.step(call, event, now))

    async def _live(self, event: Event, first: Callable[[float], Step]) -> None:
        try:
            now = self._clock()
            call = self._take(event, first(now), now)
            while call.phase is not Phase.ENDED:
                event = await self._next(call)
                now = self._clock()
                call = self._take(event, machine.step(call, event, now), now)
        except Exception:  # noqa: BLE001 - a bug of ours ends its call, not the server.
            self._log.exception("bug in a call")
            self._on_bug()
            self._abandon()

    async def _next(self, call: Call) -> Event:
        deadline = call.next_deadline
        assert deadline is not None, "a living call always has a deadline"
        try:
            async with asyncio.timeout(max(0.0, deadline.at - self._clock())):
                return await self._inbox.get()
        except TimeoutError:
            return DeadlinePassed(reason=deadline.reason)

    def _take(self, event: Event, step: Step, now: float) -> Call:
        former, self._call = self._call, step.call
        self._trace.add(now, event, step)
        for effect in step.effects:
            self._perform(step.call.call_id, effect)
        if step.ignored is not None:
            self._log.debug("event ignored", kind=type(event).__name__, why=step.ignored)
        if former is None or former.phase is not step.call.phase:
            self._log.info("call moved", phase=step.call.phase.value, by=type(event).__name__)
        if former is None or _worth_saving(former, step.call):
            self._ports.records.save(step.call)
        return step.call

    def _perform(self, call_id: str, effect: Effect) -> None:  # noqa: C901, PLR0912, PLR0915 - one flat case per effect.
        legs, media, whatsapp, waiting, agents, records, dials = self._ports
        match effect:
            case AnswerOffer():
                legs.answer(call_id, effect.leg, effect.sdp, whatsapp=effect.whatsapp)
            case StartLeg():
                legs.start(call_id, effect.leg)
            case PlayHoldAudio():
                media.play(call_id, effect.leg, effect.queue, Occasion.WAIT)
            case HoldLeg():
                media.play(call_id, effect.leg, effect.queue, Occasion.HOLD)
            case Say():
                media.play(call_id, effect.leg, effect.queue, effect.occasion)
            case JoinLegs():
                media.join(call_id, effect.legs)
            case PressKeys():
                media.press(call_id, effect.leg, effect.keys)
            case CloseLeg():
                legs.close(call_id, effect.leg)
            case SendAction():
                whatsapp.send(
                    call_id,
                    effect.action,
                    phone_number_id=effect.phone_number_id,
                    sdp=effect.sdp,
                    wacid=effect.wacid,
                )
            case Connect():
                whatsapp.connect(call_id, effect)
            case MakeOffer():
                legs.offer(call_id, effect.leg)
            case TakeAnswer():
                legs.take_answer(call_id, effect.leg, effect.sdp)
            case PlayRingback():
                media.ring_back(call_id, effect.leg, effect.country)
            case SettleDial():
                dials.settle(call_id, effect)
            case EnterQueue():
                waiting.enter(call_id, effect)
            case LeaveQueue():
                waiting.leave(call_id)
            case ReserveAgent():
                waiting.reserve(call_id, effect.agent, effect.queue)
            case OccupyAgent():
                waiting.occupy(call_id, effect.agent)
            case ReleaseAgent():
                waiting.release(call_id, effect.agent, effect.outcome)
            case RingAgent():
                agents.ring(call_id, effect)
            case SendMediaAnswer():
                agents.media_answer(call_id, effect.agent, effect.session, effect.sdp)
            case StopRinging():
                agents.stop_ringing(call_id, effect)
            case (
                ShowDialling()
                | AgentJoined()
                | AgentHolds()
                | AgentAwaited()
                | AgentConsults()
                | AgentConsultEnded()
                | AgentHandedOver()
                | ShowDigit()
                | AudioAlarm()
                | AgentCallEnded()
            ):
                agents.tell(call_id, effect)
            case AskCallBack():
                records.ask_call_back(effect.request)
            case WriteRecord():
                records.write(effect.record)
            case _:
                assert_never(effect)

    def _abandon(self) -> None:
        """After a bug: release what the call held, tell Meta, write the record."""
        call = self._call
        if call is None or call.phase is Phase.ENDED:
            return
        now = self._clock()
        ended = ending.end(call, now, End(by="server", reason="internal error"))
        closed = ending.step(ended.call, DeadlinePassed(reason=Reason.GOODBYE), now)
        self._call = closed.call
        for effect in (*ended.effects, *closed.effects):
            self._perform(call.call_id, effect)


def _worth_saving(former: Call, call: Call) -> bool:
    """Whether a crash from here on would have to be cleaned up after in another way than before."""
    return not call.over and (former.phase is not call.phase or former.dial != call.dial)
