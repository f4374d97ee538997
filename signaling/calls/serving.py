"""Owns what happens between a waiting caller and agents: ring, answer, join, and coming back to the queue.

At most one agent is claimed at a time. While agents come and go the caller's sound is never touched; only joining
and coming back switch it.
"""

from msgspec.structs import replace

from signaling.calls import ending
from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Deadline, End, Phase
from signaling.calls.effects import (
    AgentCallEnded,
    AgentJoined,
    AnswerOffer,
    CloseLeg,
    Effect,
    EnterQueue,
    JoinLegs,
    OccupyAgent,
    PlayHoldAudio,
    ReleaseAgent,
    RingAgent,
    SendMediaAnswer,
    StartLeg,
    StopRinging,
)
from signaling.calls.events import (
    AgentAnswered,
    AgentAssigned,
    AgentHungUp,
    AgentMediaOffered,
    AgentRefused,
    AgentSessionLost,
    LegAnswered,
    LegConnected,
    Reason,
)
from signaling.calls.steps import Step, deadline, ignore


def assigned(call: Call, event: AgentAssigned, now: float) -> Step:
    """The waiting room reserved an agent: ring."""
    if call.claim is not None and call.claim.agent == event.agent:
        return ignore(call, "this agent is claimed already")
    if call.phase is not Phase.WAITING:
        return ignore(call, "not waiting for an agent", ReleaseAgent(agent=event.agent, outcome="not_needed"))
    moved = replace(
        call,
        phase=Phase.RINGING,
        claim=Claim(agent=event.agent),
        agents_tried=(*call.agents_tried, event.agent),
        deadline=deadline(now, event.ring_s, Reason.RING),
    )
    ring = RingAgent(agent=event.agent, caller=call.caller, queue=call.queue, waiting_since=call.offered_at)
    return Step(moved, (ring,))


def media_offered(call: Call, event: AgentMediaOffered) -> Step:
    """A ringing tab offers media: its leg is made now, so that Answer is only a switch."""
    claim = _claim_of(call, event.agent, Phase.RINGING)
    if claim is None or claim.answered_in not in (None, event.session):
        return ignore(call, "not ringing here")
    former, others = _split(claim, event.session)
    leg = f"agent-{call.legs_made + 1}"
    tabs = (*others, AgentTab(session=event.session, leg=leg))
    moved = replace(call, legs_made=call.legs_made + 1, claim=replace(claim, tabs=tabs))
    effects: tuple[Effect, ...] = (*_close(former), AnswerOffer(leg=leg, sdp=event.sdp, whatsapp=False))
    return Step(moved, effects)


def leg_answered(call: Call, event: LegAnswered) -> Step:
    """The SDP answer for a tab is there."""
    tab = _tab_of_leg(call, event.leg)
    if tab is None or call.claim is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=event.leg))
    answer = SendMediaAnswer(agent=call.claim.agent, session=tab.session, sdp=event.sdp)
    return Step(call, (answer, StartLeg(leg=tab.leg)))


def leg_connected(call: Call, event: LegConnected, now: float) -> Step:
    """A tab's media is up; if its agent has answered already, join now."""
    tab = _tab_of_leg(call, event.leg)
    if tab is None or call.claim is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=event.leg))
    _, others = _split(call.claim, tab.session)
    claim = replace(call.claim, tabs=(*others, replace(tab, connected=True)))
    moved = replace(call, claim=claim)
    if call.phase is Phase.RINGING and claim.answered_in == tab.session:
        return _join(moved, claim, now)
    return Step(moved)


def leg_lost(call: Call, leg: str, now: float) -> Step:
    """A tab's media was refused or failed."""
    tab = _tab_of_leg(call, leg)
    if tab is None or call.claim is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=leg))
    if call.phase is Phase.TALKING:
        told = AgentCallEnded(agent=call.claim.agent, ended_by="network", reason="your media connection was lost")
        return _back_to_queue(call, call.claim, now, "media_failed", told)
    if call.claim.answered_in == tab.session:
        return release(call, outcome="media_failed")
    return _drop_tab(call, call.claim, tab.session)


def answered(call: Call, event: AgentAnswered, now: float) -> Step:
    """The first tab to answer wins; all others stop ringing."""
    claim = _claim_of(call, event.agent, Phase.RINGING)
    if claim is None or claim.answered_in is not None:
        return ignore(call, "not ringing here")
    mine, others = _split(claim, event.session)
    claim = replace(claim, answered_in=event.session, tabs=mine)
    stop = StopRinging(agent=event.agent, reason="answered_elsewhere", except_session=event.session)
    before: tuple[Effect, ...] = (stop, *_close(others))
    if any(tab.connected for tab in mine):
        joined = _join(replace(call, claim=claim), claim, now)
        return joined._replace(effects=(*joined.effects, *before))
    waits = deadline(now, call.policies.agent_media_s, Reason.AGENT_MEDIA)
    return Step(replace(call, claim=claim, deadline=waits), before)


def refused(call: Call, event: AgentRefused) -> Step:
    """The agent does not take the call: it waits on for the next one. Too late once a tab of theirs has answered."""
    claim = _claim_of(call, event.agent, Phase.RINGING)
    if claim is None or claim.answered_in is not None:
        return ignore(call, "not ringing here")
    return release(call, outcome="refused")


def hung_up(call: Call, event: AgentHungUp, now: float) -> Step:
    """The agent ends the conversation; before it has begun this is a refusal."""
    if _claim_of(call, event.agent, Phase.TALKING) is not None:
        return ending.end(call, now, End(by="agent", reason="the agent hung up"))
    if _claim_of(call, event.agent, Phase.RINGING) is not None:
        return release(call, outcome="refused")
    return ignore(call, "not this agent's call")


def session_lost(call: Call, event: AgentSessionLost, now: float) -> Step:
    """A tab is gone. The call moves on if it was the one that counted, or the last."""
    claim = call.claim
    if claim is None or claim.agent != event.agent:
        return ignore(call, "not this agent's call")
    if call.phase is Phase.TALKING:
        if claim.answered_in != event.session:
            return ignore(call, "another tab has the conversation")
        return _back_to_queue(call, claim, now, "gone" if event.remaining == 0 else "media_failed")
    if event.remaining == 0:
        return release(call, outcome="gone")
    if claim.answered_in == event.session:
        return release(call, outcome="media_failed")
    return _drop_tab(call, claim, event.session)


def release(call: Call, *, outcome: str) -> Step:
    """The claimed agent does not take the call; it goes on waiting in its old place."""
    assert call.claim is not None
    agent = call.claim.agent
    effects: tuple[Effect, ...] = (
        StopRinging(agent=agent, reason=outcome),
        *_close(call.claim.tabs),
        ReleaseAgent(agent=agent, outcome=outcome),
    )
    return Step(_waiting_again(call), effects)


def _join(call: Call, claim: Claim, now: float) -> Step:
    (tab,) = claim.tabs
    moved = replace(
        call,
        phase=Phase.TALKING,
        answered_at=now if call.answered_at is None else call.answered_at,
        answered_by=claim.agent,
        deadline=deadline(now, call.policies.max_call_s, Reason.MAX_CALL),
    )
    return Step(
        moved,
        (
            JoinLegs(leg=CALLER_LEG, other=tab.leg),
            AgentJoined(agent=claim.agent, session=tab.session),
            OccupyAgent(agent=claim.agent),
        ),
    )


def _back_to_queue(call: Call, claim: Claim, now: float, outcome: str, *told: Effect) -> Step:
    """The agent was lost in mid-conversation: hold audio at once, the old place at the front, a wait of full length."""
    effects: tuple[Effect, ...] = (
        PlayHoldAudio(leg=CALLER_LEG, queue=call.queue),
        *_close(claim.tabs),
        *told,
        ReleaseAgent(agent=claim.agent, outcome=outcome),
        EnterQueue(queue=call.queue, since=call.offered_at),
    )
    return Step(_waiting_again(replace(call, waits_since=now)), effects)


def _waiting_again(call: Call) -> Call:
    assert call.waits_since is not None
    ends = Deadline(call.waits_since + call.policies.max_wait_s, Reason.MAX_WAIT)
    return replace(call, phase=Phase.WAITING, claim=None, deadline=ends)


def _drop_tab(call: Call, claim: Claim, session: str) -> Step:
    gone, others = _split(claim, session)
    return Step(replace(call, claim=replace(claim, tabs=others)), _close(gone))


def _claim_of(call: Call, agent: str, phase: Phase) -> Claim | None:
    claim = call.claim
    return claim if claim is not None and claim.agent == agent and call.phase is phase else None


def _tab_of_leg(call: Call, leg: str) -> AgentTab | None:
    tabs = call.claim.tabs if call.claim is not None else ()
    return next((tab for tab in tabs if tab.leg == leg), None)


def _split(claim: Claim, session: str) -> tuple[tuple[AgentTab, ...], tuple[AgentTab, ...]]:
    mine = tuple(tab for tab in claim.tabs if tab.session == session)
    return mine, tuple(tab for tab in claim.tabs if tab.session != session)


def _close(tabs: tuple[AgentTab, ...]) -> tuple[CloseLeg, ...]:
    return tuple(CloseLeg(leg=tab.leg) for tab in tabs)
