"""Owns the first seconds of a call: leg, pre_accept, media up, accept. Agents have no part here.

Order (whatsapp-calling 2.1, 6.1): the SDP answer goes out in pre_accept, ICE and DTLS start with that request and not
before, accept repeats the same SDP, and only its 200 opens the sound.
"""

from msgspec.structs import replace

from hold_audio.occasions import Occasion
from signaling.calls import ending, parting
from signaling.calls.call import CALLER_LEG, Call, End, Phase, Route
from signaling.calls.effects import AnswerOffer, PlayHoldAudio, SendAction, StartLeg
from signaling.calls.events import Action, ActionConfirmed, ActionFailed, CallOffered, LegAnswered, LegRefused
from signaling.calls.history import Stay
from signaling.calls.picking_up import ask_agents, picked_up
from signaling.calls.queueing import enter_queue
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore


def begin(offer: CallOffered, *, route: Route, now: float) -> Step:
    """A new call: the media side is asked for a leg, or Meta is told at once that nobody is there."""
    call = Call(
        call_id=offer.call_id,
        phone_number_id=offer.phone_number_id,
        business_number=offer.business_number,
        caller=offer.caller,
        route=route,
        queue=route.queue,
        phase=Phase.OFFERED,
        deadline=deadline(now, route.policies.leg_answer_s, Reason.LEG_ANSWER),
        offered_at=now,
        stays=(Stay(queue=route.queue, since=now),),
        cta_payload=offer.cta_payload,
        deeplink_payload=offer.deeplink_payload,
    )
    if route.closed and not route.policies.says_closed:
        return ending.end(call, now, parting.CLOSED)
    return Step(call, (AnswerOffer(leg=CALLER_LEG, sdp=offer.sdp, whatsapp=True),))


def leg_answered(call: Call, event: LegAnswered, now: float) -> Step:
    """The SDP answer is there: send it in pre_accept, and start ICE together with it."""
    if call.phase is not Phase.OFFERED:
        return ignore(call, "the caller's leg was answered before")
    moved = replace(
        call,
        phase=Phase.PRE_ACCEPTING,
        answer_sdp=event.sdp,
        deadline=deadline(now, call.policies.pre_accept_s, Reason.PRE_ACCEPT),
    )
    return Step(moved, (_send(moved, Action.PRE_ACCEPT), StartLeg(leg=CALLER_LEG)))


def leg_refused(call: Call, event: LegRefused, now: float) -> Step:
    """The offer cannot be used now: say so in the record and reject the call at Meta."""
    if call.phase is not Phase.OFFERED:
        return ignore(call, "the caller's leg was answered before")
    return ending.end(call, now, End(by="server", reason=f"the offer was refused: {event.reason}"))


def leg_connected(call: Call, now: float) -> Step:
    """Media towards the caller is up; with pre_accept confirmed, nothing stands before accept."""
    connected = replace(call, caller_connected=True)
    if call.phase is Phase.CONNECTING:
        return prepared(connected, now)
    return Step(connected)


def action_confirmed(call: Call, event: ActionConfirmed, now: float) -> Step:
    """Meta said yes."""
    if event.action is Action.PRE_ACCEPT and call.phase is Phase.PRE_ACCEPTING:
        if call.caller_connected:
            return prepared(call, now)
        waits = deadline(now, call.policies.media_up_s, Reason.MEDIA_UP)
        return Step(replace(call, phase=Phase.CONNECTING, deadline=waits))
    if event.action is Action.ACCEPT and call.phase is Phase.ACCEPTING:
        return _accepted(call, now)
    if event.action is Action.ACCEPT and _is_accepting(call):
        return picked_up(call, now)
    return ignore(call, f"{event.action.value} was settled before")


def action_failed(call: Call, event: ActionFailed, now: float) -> Step:
    """Meta said no, or could not be reached. pre_accept is optional, so only a refusal of it ends the call."""
    if event.action is Action.PRE_ACCEPT and call.phase is Phase.PRE_ACCEPTING:
        if event.final:
            return ending.end(call, now, End(by="meta", reason="pre_accept was refused", error=event.error))
        return prepared(call, now)
    if event.action is Action.ACCEPT and _is_accepting(call):
        refused = End(by="meta", reason="accept was refused", error=event.error)
        out_of_reach = End(by="network", reason="accept did not reach Meta", error=event.error)
        return ending.end(call, now, refused if event.final else out_of_reach)
    return ignore(call, f"{event.action.value} was settled before")


def prepared(call: Call, now: float) -> Step:
    """All is ready, or takes too long, for the caller must not be lost to it: pick up now, or with an agent."""
    with_agent = call.policies.with_agent and not call.route.closed
    return ask_agents(call, now) if with_agent else _accept(call, now)


def _accept(call: Call, now: float) -> Step:
    """Send accept with the SDP of pre_accept, byte for byte."""
    moved = replace(call, phase=Phase.ACCEPTING, deadline=deadline(now, call.policies.accept_s, Reason.ACCEPT))
    return Step(moved, (_send(moved, Action.ACCEPT),))


def _accepted(call: Call, now: float) -> Step:
    call = replace(call, accepted_at=now)
    if call.route.closed:
        return parting.part(call, now, parting.CLOSED, Occasion.CLOSED)
    moved = replace(
        call,
        phase=Phase.WAITING,
        waits_since=now,
        deadline=deadline(now, call.policies.max_wait_s, Reason.MAX_WAIT),
    )
    return Step(
        moved,
        (PlayHoldAudio(leg=CALLER_LEG, queue=call.queue), enter_queue(call)),
    )


def _is_accepting(call: Call) -> bool:
    """Whether accept is on its way."""
    with_agent = call.pick_up is not None and call.pick_up.reason is Reason.ACCEPT
    return call.phase is Phase.ACCEPTING or with_agent


def _send(call: Call, action: Action) -> SendAction:
    return SendAction(action=action, phone_number_id=call.phone_number_id, sdp=call.answer_sdp)
