"""Owns a call that an agent places, until customer and agent are joined: legs, connect, the ringing phone, picking up.

The agent's media comes up first, so that no phone rings for somebody who could not be heard. Meta's webhooks and its
answer to connect come in any order (whatsapp-calling 1.3). The customer is sent nothing before ACCEPTED (#7, #49), and
a tab that is lost before they are joined gives the call up. From then on the call is like any other.
"""

from typing import assert_never

from msgspec.structs import replace

from signaling.calls import ending, one_way, serving
from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Dial, DialOutcome, End, Phase, Route
from signaling.calls.claims import with_claim, with_tab
from signaling.calls.effects import (
    AnswerOffer,
    CloseLeg,
    Connect,
    Effect,
    MakeOffer,
    PlayRingback,
    ReleaseAgent,
    ShowDialling,
    TakeAnswer,
)
from signaling.calls.events import (
    Action,
    ActionFailed,
    AgentAssigned,
    AgentHungUp,
    AgentRefused,
    AgentSessionLost,
    CallDialled,
    CallProgressed,
    CallStatus,
    CallTerminated,
    ConnectAnswered,
    ConnectConfirmed,
    DeadlinePassed,
    Event,
    LegAnswered,
    LegAudible,
    LegConnected,
    LegFailed,
    LegInaudible,
    LegOffered,
    LegRefused,
    LegSilent,
    LegSpeaks,
    ServerStopping,
)
from signaling.calls.joining import join
from signaling.calls.outcome import settle, turned_out
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore

BEFORE_JOINING = (Phase.DIALLING, Phase.PICKED_UP)
AGENT_LEG = "agent-1"


def begin(dialled: CallDialled, *, route: Route, now: float) -> Step:
    """An agent dials: his leg and the customer's are made, and he hears it ring from now on."""
    tab = AgentTab(session=dialled.session, leg=AGENT_LEG)
    call = Call(
        call_id=dialled.call_id,
        phone_number_id=dialled.phone_number_id,
        business_number=dialled.business_number,
        caller=dialled.caller,
        route=route,
        queue=route.queue,
        phase=Phase.DIALLING,
        deadline=deadline(now, route.policies.agent_media_s, Reason.AGENT_MEDIA),
        offered_at=now,
        claim=Claim(agent=dialled.agent, tabs=(tab,), answered_in=dialled.session),
        legs_made=1,
        dial=Dial(request_id=dialled.request_id, country=dialled.country, call_back_id=dialled.call_back_id),
    )
    effects: tuple[Effect, ...] = (
        replace(_show(call, "connecting"), warnings=dialled.warnings),
        AnswerOffer(leg=AGENT_LEG, sdp=dialled.sdp, whatsapp=False),
        PlayRingback(leg=AGENT_LEG, country=dialled.country),
        MakeOffer(leg=CALLER_LEG),
    )
    return Step(call, effects)


def step(call: Call, event: Event, now: float) -> Step:  # noqa: C901, PLR0911, PLR0912 - one flat case per event.
    """What the call becomes before customer and agent are joined."""
    match event:
        case CallTerminated():
            return ending.terminated(_placed(call, event.call_id, now), event, now)
        case ServerStopping():
            return ending.end(call, now, End(by="server", reason=event.reason))
        case DeadlinePassed():
            return _deadline_passed(call, event.reason, now)
        case LegOffered():
            return _offer_made(call, event, now)
        case LegAnswered():
            return serving.leg_answered(call, event)
        case LegConnected() if event.leg == CALLER_LEG:
            return _join_if_up(replace(call, caller_connected=True), now)
        case LegConnected():
            return _agent_connected(call, event.leg, now)
        case LegRefused() | LegFailed() if event.leg == CALLER_LEG:
            by = "network" if isinstance(event, LegFailed) else "server"
            return ending.end(call, now, End(by=by, reason=f"the customer's media: {event.reason}"))
        case LegRefused() | LegFailed() if event.leg == AGENT_LEG:
            return _agent_lost(call, event, now)
        case ConnectConfirmed():
            placed = _placed(call, event.wacid, now)
            return Step(placed) if placed is not call else ignore(call, "Meta has told of the call before")
        case ConnectAnswered():
            return _connect_answered(_placed(call, event.call_id, now), event)
        case CallProgressed():
            return _progressed(_placed(call, event.call_id, now), event.status, now)
        case ActionFailed(action=Action.CONNECT):
            return _connect_failed(call, event, now)
        case AgentHungUp() | AgentRefused() if _dials(call, event.agent):
            return _give_up(call, now, "the agent hung up")
        case AgentSessionLost() if _dials(call, event.agent, event.session):
            return _give_up(call, now, "the agent's page was closed")
        case LegInaudible() | LegAudible():
            return one_way.heard(call, event, now)
        case LegSilent() | LegSpeaks() if event.leg == CALLER_LEG:
            return one_way.heard(call, event, now)
        case AgentAssigned() if not _dials(call, event.agent):
            return ignore(call, "still dialling", ReleaseAgent(agent=event.agent, outcome="not_needed"))
        case _:
            return ignore(call, "still dialling")


def _offer_made(call: Call, event: LegOffered, now: float) -> Step:
    assert call.dial is not None
    if call.dial.offer_sdp is not None:
        return ignore(call, "the offer was made before")
    return _connect_if_ready(replace(call, dial=replace(call.dial, offer_sdp=event.sdp)), now)


def _agent_connected(call: Call, leg: str, now: float) -> Step:
    claim, tab = _talking(call)
    if tab.leg != leg:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=leg))
    connected = with_claim(call, with_tab(claim, replace(tab, connected=True)))
    return _join_if_up(connected, now) if call.phase is Phase.PICKED_UP else _connect_if_ready(connected, now)


def _connect_if_ready(call: Call, now: float) -> Step:
    """Send connect once the agent can be heard and our offer is there."""
    _, tab = _talking(call)
    assert call.dial is not None
    if call.dial.offer_sdp is None or call.dial.connect_sent or not tab.connected:
        return Step(call)
    moved = replace(
        call,
        dial=replace(call.dial, connect_sent=True),
        deadline=deadline(now, call.policies.connect_s, Reason.CONNECT),
    )
    connect = Connect(phone_number_id=call.phone_number_id, customer=call.caller, sdp=call.dial.offer_sdp)
    return Step(moved, (connect,))


def _placed(call: Call, wacid: str, now: float) -> Call:
    """Meta has the call, whoever said so first: from now on the customer may take his time."""
    assert call.dial is not None
    if call.dial.wacid is not None:
        return call
    placed = replace(call, dial=replace(call.dial, wacid=wacid, connect_sent=True))
    return _let_ring(placed, now) if call.phase is Phase.DIALLING else placed


def _let_ring(call: Call, now: float) -> Call:
    return replace(call, deadline=deadline(now, call.policies.ring_time_s, Reason.RING_TIME))


def _connect_answered(call: Call, event: ConnectAnswered) -> Step:
    """Meta's SDP answer: media comes up while the phone still rings, and stays silent."""
    assert call.dial is not None
    if call.dial.answer_taken:
        return ignore(call, "the answer was taken before")
    moved = replace(call, dial=replace(call.dial, answer_taken=True))
    return Step(moved, (TakeAnswer(leg=CALLER_LEG, sdp=event.sdp),))


def _progressed(call: Call, status: CallStatus, now: float) -> Step:
    assert call.dial is not None
    if call.phase is not Phase.DIALLING:
        return ignore(call, "picked up before")
    match status:
        case CallStatus.RINGING if call.dial.ringing_at is not None:
            return ignore(call, "ringing already")
        case CallStatus.RINGING:
            ringing = replace(call, dial=replace(call.dial, ringing_at=now))
            return Step(_let_ring(ringing, now), (_show(ringing, "ringing"),))
        case CallStatus.REJECTED:
            return ending.end(
                turned_out(call, DialOutcome.REJECTED), now, End(by="caller", reason="the customer declined")
            )
        case CallStatus.ACCEPTED:
            return _picked_up(call, now)
        case _:
            assert_never(status)


def _picked_up(call: Call, now: float) -> Step:
    """The attempt has succeeded, whatever becomes of the conversation."""
    assert call.dial is not None
    told = settle(call, DialOutcome.ANSWERED)
    moved = replace(
        call,
        phase=Phase.PICKED_UP,
        dial=replace(call.dial, outcome=DialOutcome.ANSWERED, settled=True),
        accepted_at=now,
        waits_since=now,
        deadline=deadline(now, call.policies.picked_up_media_s, Reason.MEDIA_UP),
    )
    joined = _join_if_up(moved, now)
    return joined._replace(effects=(*joined.effects, *told))


def _join_if_up(call: Call, now: float) -> Step:
    claim, tab = _talking(call)
    if call.phase is Phase.PICKED_UP and call.caller_connected and tab.connected:
        return join(call, claim, tab, now)
    return Step(call)


def _connect_failed(call: Call, event: ActionFailed, now: float) -> Step:
    """Meta refused, or said nothing: then its webhooks may still tell of a phone that rings."""
    assert call.dial is not None
    if call.dial.wacid is not None:
        return ignore(call, "Meta has told of the call before")
    if not event.final:
        return Step(call)
    by = "network" if event.error.code == 0 else "meta"
    nothing_there = replace(call, dial=replace(call.dial, connect_sent=False))
    return ending.end(nothing_there, now, End(by=by, reason="the call could not be placed", error=event.error))


def _agent_lost(call: Call, event: LegRefused | LegFailed, now: float) -> Step:
    """A page that is closed says so by its media first. The phone that rings is given up, as by its agent."""
    assert call.dial is not None
    given_up = turned_out(call, DialOutcome.CANCELLED) if call.dial.connect_sent else call
    return ending.end(given_up, now, End(by="network", reason=f"the agent's media: {event.reason}"))


def _give_up(call: Call, now: float, reason: str) -> Step:
    return ending.end(turned_out(call, DialOutcome.CANCELLED), now, End(by="agent", reason=reason))


def _deadline_passed(call: Call, reason: Reason, now: float) -> Step:
    if call.deadline is None or call.deadline.reason is not reason:
        return ignore(call, "this deadline was lifted")
    if reason is Reason.RING_TIME:
        nobody = turned_out(call, DialOutcome.UNANSWERED)
        return ending.end(nobody, now, End(by="server", reason="nobody picked up"))
    words = {
        Reason.AGENT_MEDIA: "the agent's media did not come up",
        Reason.CONNECT: "Meta did not answer connect",
        Reason.MEDIA_UP: "the customer's media did not come up",
    }
    return ending.end(call, now, End(by="network", reason=words[reason]))


def _talking(call: Call) -> tuple[Claim, AgentTab]:
    """The agent who dials, and his tab."""
    assert call.claim is not None
    (tab,) = call.claim.tabs
    return call.claim, tab


def _dials(call: Call, agent: str, session: str | None = None) -> bool:
    claim, tab = _talking(call)
    return claim.agent == agent and session in (None, tab.session)


def _show(call: Call, stage: str) -> ShowDialling:
    claim, tab = _talking(call)
    assert call.dial is not None
    return ShowDialling(agent=claim.agent, session=tab.session, request_id=call.dial.request_id, stage=stage)
