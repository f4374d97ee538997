"""Owns the end of a call: everything is released at once, Meta is told if it was us, one record is written.

ENDED is absorbing. What still arrives for an ended call is ignored, and whatever it brings along is given back.
"""

from typing import assert_never

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, Call, CallRecord, Deadline, DialOutcome, End, Phase
from signaling.calls.claims import claims
from signaling.calls.effects import (
    AgentCallEnded,
    CloseLeg,
    Effect,
    LeaveQueue,
    ReleaseAgent,
    SendAction,
    StopRinging,
    WriteRecord,
)
from signaling.calls.events import (
    Action,
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
    MetaError,
    QueueOverflowed,
    ServerStopping,
)
from signaling.calls.hearing import talk
from signaling.calls.history import settle_offers, settle_transfer
from signaling.calls.holding import held_s
from signaling.calls.outcome import outcome_of, settle, turned_out
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore

TERMINATE_WEBHOOK_S = 2.0
"""Seconds to wait for Meta's own terminate webhook after it confirmed ours (whatsapp-calling 5.6, "End")."""

_BEFORE_ACCEPT = (Phase.OFFERED, Phase.PRE_ACCEPTING, Phase.CONNECTING)


def end(call: Call, now: float, why: End) -> Step:
    """We end the call: release everything, and tell Meta, if Meta knows of it."""
    moved = replace(
        call,
        phase=Phase.ENDING,
        end=why,
        ended_at=now,
        deadline=deadline(now, call.policies.goodbye_s, Reason.GOODBYE),
        pick_up=None,
    )
    released = _release_all(call, why)
    if call.dial is not None and not call.dial.connect_sent:
        ended = _ended(moved)
        return ended._replace(effects=(*released, *ended.effects))
    return Step(moved, (*released, *_farewell(call)))


def terminated(call: Call, event: CallTerminated, now: float) -> Step:
    """Meta says the call is over: nothing more is sent, only released and recorded."""
    if call.end is not None:
        # Who hangs up during the last words does not change why they were said.
        why = call.end
    elif event.errors or event.status == "FAILED":
        why = End(by="meta", reason="Meta ended the call", error=_first_error(event))
    elif outcome_of(call, event) in (None, DialOutcome.ANSWERED):
        why = End(by="caller", reason="hung up")
    else:
        call = turned_out(call, DialOutcome.UNANSWERED)
        why = End(by="meta", reason="nobody picked up")
    released = _release_all(call, why)
    ended = _ended(replace(call, end=why, ended_at=now), event)
    return ended._replace(effects=(*released, *ended.effects))


def step(call: Call, event: Event, now: float) -> Step:  # noqa: PLR0911 - one flat case per kind of event.
    """What may still happen to a call that is over."""
    match event:
        case AgentAssigned():
            return ignore(call, "the call is over", ReleaseAgent(agent=event.agent, outcome="not_needed"))
        case LegAnswered() | LegOffered():
            return ignore(call, "the call is over", CloseLeg(leg=event.leg))
        case CallTerminated() if call.phase is Phase.ENDING:
            return _ended(call, event)
        case ConnectConfirmed() | ConnectAnswered() | CallProgressed() if _is_nameless(call):
            return _known_too_late(call, event)
        case ActionFailed(action=Action.CONNECT, final=True) if call.phase is Phase.ENDING:
            return _ended(call)
        case ActionFailed() if call.phase is Phase.ENDING and event.action in (Action.REJECT, Action.TERMINATE):
            return _ended(call)
        case ActionConfirmed() if call.phase is Phase.ENDING and event.action in (Action.REJECT, Action.TERMINATE):
            return Step(replace(call, deadline=_sooner(call, deadline(now, TERMINATE_WEBHOOK_S, Reason.GOODBYE))))
        case DeadlinePassed(reason=Reason.GOODBYE) if call.phase is Phase.ENDING:
            return _ended(call)
        case (
            CallOffered()
            | CallDialled()
            | ConnectConfirmed()
            | ConnectAnswered()
            | CallProgressed()
            | CallTerminated()
            | LegRefused()
            | LegConnected()
            | LegFailed()
            | DigitPressed()
            | FarewellEnded()
            | LegSilent()
            | LegSpeaks()
            | LegInaudible()
            | LegAudible()
            | ActionConfirmed()
            | ActionFailed()
            | QueueOverflowed()
            | AgentMediaOffered()
            | AgentAnswered()
            | AgentRefused()
            | AgentHungUp()
            | AgentHeldCall()
            | AgentRetrievedCall()
            | AgentMuted()
            | AgentPressed()
            | AgentTransferred()
            | AgentConsulted()
            | ConsultUnavailable()
            | AgentCancelledConsult()
            | AgentMergedCall()
            | AgentCompletedTransfer()
            | AgentSessionLost()
            | DeadlinePassed()
            | ServerStopping()
        ):
            return ignore(call, "the call is over")
        case _:
            assert_never(event)


def _still_rings(call: Call) -> bool:
    """Whether accept has not been sent."""
    return call.phase in _BEFORE_ACCEPT or (call.pick_up is not None and call.pick_up.reason is Reason.PICK_UP)


def _farewell(call: Call) -> tuple[SendAction, ...]:
    """Reject before accept, terminate from accept on; nothing where Meta ends the call itself, or has not named it."""
    dial = call.dial
    if dial is None:
        action = Action.REJECT if _still_rings(call) else Action.TERMINATE
        return (SendAction(action=action, phone_number_id=call.phone_number_id),)
    if dial.wacid is None or dial.outcome is DialOutcome.REJECTED:
        return ()
    return (SendAction(action=Action.TERMINATE, phone_number_id=call.phone_number_id, wacid=dial.wacid),)


def _is_nameless(call: Call) -> bool:
    return call.phase is Phase.ENDING and call.dial is not None and call.dial.wacid is None


def _known_too_late(call: Call, event: ConnectConfirmed | ConnectAnswered | CallProgressed) -> Step:
    """Meta names a call that was given up while connect was on its way: its phone must not go on ringing."""
    assert call.dial is not None
    wacid = event.wacid if isinstance(event, ConnectConfirmed) else event.call_id
    named = replace(call, dial=replace(call.dial, wacid=wacid))
    return Step(named, _farewell(named))


def _release_all(call: Call, why: End) -> tuple[Effect, ...]:
    effects: list[Effect] = [CloseLeg(leg=CALLER_LEG)]
    effects += [CloseLeg(leg=tab.leg) for claim in claims(call) for tab in claim.tabs]
    stop = "caller_left" if why.by == "caller" else "ended"
    effects += [StopRinging(agent=claim.agent, reason=stop) for claim in call.rung]
    effects += [
        AgentCallEnded(agent=claim.agent, ended_by=why.by, reason=why.reason, error=why.error)
        for claim in (call.claim, call.consult)
        if claim is not None
    ]
    if call.dial is not None and call.answered_at is None and call.claim is not None:
        # Nothing was said that an agent would have to write down afterwards.
        effects.append(ReleaseAgent(agent=call.claim.agent, outcome="not_needed"))
    elif call.waits_since is not None:
        effects.append(LeaveQueue())
    return tuple(effects)


def _sooner(call: Call, wanted: Deadline) -> Deadline:
    """A second confirmation must not prolong the goodbye."""
    assert call.deadline is not None
    return min(call.deadline, wanted, key=lambda deadline: deadline.at)


def _first_error(event: CallTerminated | None) -> MetaError | None:
    return event.errors[0] if event is not None and event.errors else None


def _ended(call: Call, event: CallTerminated | None = None) -> Step:
    assert call.end is not None
    assert call.ended_at is not None
    left = "caller_left" if call.end.by == "caller" else "ended"
    outcome = outcome_of(call, event)
    record = CallRecord(
        call_id=call.call_id,
        phone_number_id=call.phone_number_id,
        business_number=call.business_number,
        caller=call.caller,
        queue=call.queue,
        offered_at=call.offered_at,
        accepted_at=call.accepted_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        agent=call.answered_by or (call.agents_tried[-1] if call.agents_tried else None),
        agents_tried=call.agents_tried,
        ended_by=call.end.by,
        reason=call.end.reason,
        error=call.end.error or _first_error(event),
        route=call.route.rule,
        cta_payload=call.cta_payload,
        deeplink_payload=call.deeplink_payload,
        meta_status=event.status if event else None,
        meta_duration=event.duration if event else None,
        held_s=held_s(call, call.ended_at),
        offers=settle_offers(call.offers, left, call.ended_at),
        transfers=settle_transfer(call.transfers, left, call.ended_at),
        stays=call.stays,
        alarms=talk(call.hearing, (), call.ended_at).alarms,
        direction=call.direction,
        ringing_at=call.dial.ringing_at if call.dial is not None else None,
        outcome=outcome,
        wacid=call.dial.wacid if call.dial is not None else None,
    )
    told = settle(call, outcome, record.error)
    return Step(replace(call, phase=Phase.ENDED, deadline=None, pick_up=None), (*told, WriteRecord(record=record)))
