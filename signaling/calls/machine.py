"""Owns how a call reacts: ``begin`` makes it, ``step`` moves it. The entrance to the call machine.

Rules of this folder: it knows no socket, no HTTP, no node, no JSON of Meta's and no clock; time comes in as ``now``.
It never raises for an event that does not fit, because every order of events is normal here (whatsapp-calling 1.3):
such an event is ignored with a reason, which the trace keeps. Setting up is in ``setup``, calls that agents place in
``dialling``, waiting in ``queueing``, keys pressed meanwhile in ``choosing``, ringing in ``ringing``, media of agents'
tabs in ``serving``, hold in ``holding``, asking a colleague in ``consulting``, handing over in ``transferring``, losing
agents in ``leaving`` and ``returning``, last words in ``parting``, who can be heard in ``one_way``, the end in
``ending``.
"""

from typing import assert_never

from signaling.calls import (
    choosing,
    consulting,
    dialling,
    ending,
    holding,
    leaving,
    one_way,
    parting,
    picking_up,
    queueing,
    returning,
    ringing,
    serving,
    setup,
    silence,
    transferring,
)
from signaling.calls.call import CALLER_LEG, Call, End, Phase, Route
from signaling.calls.events import (
    ActionConfirmed,
    ActionFailed,
    AgentAnswered,
    AgentAssigned,
    AgentCancelledConsult,
    AgentCompletedTransfer,
    AgentConsulted,
    AgentHeldCall,
    AgentHungUp,
    AgentMediaOffered,
    AgentMergedCall,
    AgentMuted,
    AgentPressed,
    AgentRefused,
    AgentRetrievedCall,
    AgentSessionLost,
    AgentTransferred,
    CallDialled,
    CallOffered,
    CallProgressed,
    CallTerminated,
    ConnectAnswered,
    ConnectConfirmed,
    ConsultUnavailable,
    DeadlinePassed,
    DigitPressed,
    Event,
    FarewellEnded,
    LegAnswered,
    LegAudible,
    LegConnected,
    LegFailed,
    LegInaudible,
    LegOffered,
    LegRefused,
    LegSilent,
    LegSpeaks,
    QueueOverflowed,
    ServerStopping,
)
from signaling.calls.queueing import settled_in
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, ignore


def begin(first: CallOffered | CallDialled, *, route: Route, now: float) -> Step:
    """A new call, from Meta's connect webhook or from an agent who dials."""
    if isinstance(first, CallDialled):
        return dialling.begin(first, route=route, now=now)
    return setup.begin(first, route=route, now=now)


def step(call: Call, event: Event, now: float) -> Step:
    """What the call becomes and what is to be done. ``now`` is in epoch seconds on the runner's clock."""
    if call.over:
        return ending.step(call, event, now)
    happened = _step(call, event, now)
    if happened.ignored is not None:
        return happened
    return one_way.watched(call.hearing, happened._replace(call=settled_in(happened.call, now)), now)


def _step(call: Call, event: Event, now: float) -> Step:  # noqa: C901, PLR0911, PLR0912 - one flat case per event.
    if call.phase in dialling.BEFORE_JOINING:
        return dialling.step(call, event, now)
    match event:
        case CallOffered():
            return ignore(call, "duplicate connect")
        case CallDialled() | ConnectConfirmed() | ConnectAnswered() | CallProgressed():
            return ignore(call, "not dialling")
        case CallTerminated():
            return ending.terminated(call, event, now)
        case ServerStopping():
            return ending.end(call, now, End(by="server", reason=event.reason))
        case LegAnswered() if event.leg == CALLER_LEG:
            return setup.leg_answered(call, event, now)
        case LegRefused() if event.leg == CALLER_LEG:
            return setup.leg_refused(call, event, now)
        case LegConnected() if event.leg == CALLER_LEG:
            return setup.leg_connected(call, now)
        case LegFailed() if event.leg == CALLER_LEG:
            return ending.end(call, now, End(by="network", reason=event.reason))
        case LegOffered():
            return ignore(call, "not dialling")
        case LegAnswered():
            return serving.leg_answered(call, event)
        case LegConnected():
            return serving.leg_connected(call, event, now)
        case LegRefused() | LegFailed():
            return leaving.leg_lost(call, event.leg, now)
        case DigitPressed() if call.phase in (Phase.WAITING, Phase.RINGING):
            return choosing.pressed(call, event, now)
        case DigitPressed():
            return serving.digit_pressed(call, event)
        case FarewellEnded():
            return parting.parted(call, now)
        case LegInaudible() | LegAudible():
            return one_way.heard(call, event, now)
        case LegSilent() | LegSpeaks() if event.leg == CALLER_LEG:
            return one_way.heard(call, event, now)
        case LegSilent():
            return silence.begin(call, event)
        case LegSpeaks():
            return silence.end(call, event)
        case ActionConfirmed():
            return setup.action_confirmed(call, event, now)
        case ActionFailed():
            return setup.action_failed(call, event, now)
        case AgentAssigned():
            return ringing.assigned(call, event, now)
        case QueueOverflowed():
            return queueing.overflowed(call, event, now)
        case AgentMediaOffered():
            return serving.media_offered(call, event)
        case AgentAnswered():
            return ringing.answered(call, event, now)
        case AgentRefused():
            return ringing.refused(call, event, now)
        case AgentHungUp():
            return leaving.hung_up(call, event, now)
        case AgentHeldCall():
            return holding.hold(call, event, now)
        case AgentRetrievedCall():
            return holding.retrieve(call, event, now)
        case AgentMuted():
            return one_way.muted(call, event, now)
        case AgentPressed():
            return serving.keys_pressed(call, event)
        case AgentTransferred():
            return transferring.transfer(call, event, now)
        case AgentConsulted():
            return consulting.begin(call, event, now)
        case ConsultUnavailable():
            return consulting.unavailable(call, event, now)
        case AgentCancelledConsult():
            return consulting.cancel(call, event, now)
        case AgentMergedCall():
            return consulting.merge(call, event, now)
        case AgentCompletedTransfer():
            return transferring.complete(call, event, now)
        case AgentSessionLost():
            return leaving.session_lost(call, event, now)
        case DeadlinePassed():
            return _deadline_passed(call, event.reason, now)
        case _:
            assert_never(event)


def _deadline_passed(call: Call, reason: Reason, now: float) -> Step:  # noqa: C901, PLR0911, PLR0912 - a case each.
    if reason not in {deadline.reason for deadline in call.deadlines}:
        return ignore(call, "this deadline was lifted")
    match reason:
        case Reason.LEG_ANSWER:
            return ending.end(call, now, End(by="server", reason="media did not answer"))
        case Reason.PRE_ACCEPT | Reason.MEDIA_UP:
            return setup.prepared(call, now)
        case Reason.ACCEPT:
            return ending.end(call, now, End(by="server", reason="accept was not confirmed"))
        case Reason.PICK_UP:
            return picking_up.pick_up(call, now)
        case Reason.MAX_WAIT:
            return ending.end(call, now, End(by="server", reason="longest wait of any call reached"))
        case Reason.RING:
            return ringing.unanswered(call, now)
        case Reason.AGENT_MEDIA:
            return ringing.media_missing(call, now)
        case Reason.RESERVE:
            return consulting.unheard(call, now)
        case Reason.RETURN:
            return returning.missed(call, now)
        case Reason.ONE_WAY:
            return one_way.due(call)
        case Reason.MAX_CALL:
            return ending.end(call, now, End(by="server", reason="longest conversation reached"))
        case Reason.FAREWELL:
            return parting.parted(call, now)
        case Reason.CONNECT | Reason.RING_TIME | Reason.GOODBYE:
            return ignore(call, "not a deadline of this phase")
        case _:
            assert_never(reason)
