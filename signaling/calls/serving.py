"""Owns what happens between a waiting caller and agents: ring, answer, join, and coming back to the queue.

At most one agent is claimed at a time. While agents come and go the caller's sound is never touched; only joining
and coming back switch it.
"""

from msgspec.structs import replace

from signaling.calls import ending, returning
from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, End, Phase
from signaling.calls.claims import IN_CONVERSATION, claim_of, close, drop_tab, split, tab_of_leg
from signaling.calls.effects import (
    AnswerOffer,
    CloseLeg,
    Effect,
    ReleaseAgent,
    RingAgent,
    SendMediaAnswer,
    ShowDigit,
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
    DigitPressed,
    LegAnswered,
    LegConnected,
    Reason,
)
from signaling.calls.joining import join
from signaling.calls.queueing import waits_on
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
    """A tab that rings, or that has come back, offers media: its leg is made now, so that joining is only a switch."""
    claim = claim_of(call, event.agent, Phase.RINGING, Phase.RETURNING)
    if claim is None or claim.answered_in not in (None, event.session):
        return ignore(call, "not ringing here")
    former, others = split(claim, event.session)
    leg = f"agent-{call.legs_made + 1}"
    tabs = (*others, AgentTab(session=event.session, leg=leg))
    moved = replace(call, legs_made=call.legs_made + 1, claim=replace(claim, tabs=tabs))
    effects: tuple[Effect, ...] = (*close(former), AnswerOffer(leg=leg, sdp=event.sdp, whatsapp=False))
    return Step(moved, effects)


def leg_answered(call: Call, event: LegAnswered) -> Step:
    """The SDP answer for a tab is there."""
    tab = tab_of_leg(call, event.leg)
    if tab is None or call.claim is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=event.leg))
    answer = SendMediaAnswer(agent=call.claim.agent, session=tab.session, sdp=event.sdp)
    return Step(call, (answer, StartLeg(leg=tab.leg)))


def leg_connected(call: Call, event: LegConnected, now: float) -> Step:
    """A tab's media is up; if its agent has answered already, join now."""
    tab = tab_of_leg(call, event.leg)
    if tab is None or call.claim is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=event.leg))
    if call.phase is Phase.RETURNING:
        return returning.back(call, call.claim, replace(tab, connected=True), now)
    _, others = split(call.claim, tab.session)
    claim = replace(call.claim, tabs=(*others, replace(tab, connected=True)))
    if call.phase is Phase.RINGING and claim.answered_in == tab.session:
        return join(call, claim, replace(tab, connected=True), now)
    return Step(replace(call, claim=claim))


def leg_lost(call: Call, leg: str, now: float) -> Step:
    """A tab's media was refused or failed."""
    tab = tab_of_leg(call, leg)
    if tab is None or call.claim is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=leg))
    if call.phase in IN_CONVERSATION:
        return returning.begin(call, call.claim, now)
    if call.claim.answered_in == tab.session:
        return release(call, outcome="media_failed")
    return drop_tab(call, call.claim, tab.session)


def answered(call: Call, event: AgentAnswered, now: float) -> Step:
    """The first tab to answer wins; all others stop ringing."""
    claim = claim_of(call, event.agent, Phase.RINGING)
    if claim is None or claim.answered_in is not None:
        return ignore(call, "not ringing here")
    mine, others = split(claim, event.session)
    claim = replace(claim, answered_in=event.session, tabs=mine)
    stop = StopRinging(agent=event.agent, reason="answered_elsewhere", except_session=event.session)
    before: tuple[Effect, ...] = (stop, *close(others))
    for tab in mine:
        if tab.connected:
            joined = join(call, claim, tab, now)
            return joined._replace(effects=(*joined.effects, *before))
    waits = deadline(now, call.policies.agent_media_s, Reason.AGENT_MEDIA)
    return Step(replace(call, claim=claim, deadline=waits), before)


def refused(call: Call, event: AgentRefused) -> Step:
    """The agent does not take the call: it waits on for the next one. Too late once a tab of theirs has answered."""
    claim = claim_of(call, event.agent, Phase.RINGING)
    if claim is None or claim.answered_in is not None:
        return ignore(call, "not ringing here")
    return release(call, outcome="refused")


def hung_up(call: Call, event: AgentHungUp, now: float) -> Step:
    """The agent ends the conversation; before it has begun this is a refusal."""
    if claim_of(call, event.agent, *IN_CONVERSATION, Phase.RETURNING) is not None:
        return ending.end(call, now, End(by="agent", reason="the agent hung up"))
    if claim_of(call, event.agent, Phase.RINGING) is not None:
        return release(call, outcome="refused")
    return ignore(call, "not this agent's call")


def session_lost(call: Call, event: AgentSessionLost, now: float) -> Step:
    """A tab is gone. Ringing moves on if it was the one that counted, or the last; a conversation awaits the agent."""
    claim = call.claim
    if claim is None or claim.agent != event.agent:
        return ignore(call, "not this agent's call")
    if call.phase in IN_CONVERSATION and claim.answered_in != event.session:
        return ignore(call, "another tab has the conversation")
    if call.phase in IN_CONVERSATION:
        return returning.begin(call, claim, now)
    if call.phase is Phase.RINGING and event.remaining == 0:
        return release(call, outcome="gone")
    if call.phase is Phase.RINGING and claim.answered_in == event.session:
        return release(call, outcome="media_failed")
    return drop_tab(call, claim, event.session)


def digit_pressed(call: Call, event: DigitPressed) -> Step:
    """The caller pressed a key: whoever talks with them sees it. While they wait, keys mean nothing yet."""
    if call.phase not in IN_CONVERSATION or call.claim is None or event.leg != CALLER_LEG:
        return ignore(call, "no agent to show the digit to")
    (tab,) = call.claim.tabs
    return Step(call, (ShowDigit(agent=call.claim.agent, session=tab.session, digit=event.digit),))


def release(call: Call, *, outcome: str) -> Step:
    """The claimed agent does not take the call; it goes on waiting in its old place."""
    assert call.claim is not None
    agent = call.claim.agent
    effects: tuple[Effect, ...] = (
        StopRinging(agent=agent, reason=outcome),
        *close(call.claim.tabs),
        ReleaseAgent(agent=agent, outcome=outcome),
    )
    return Step(waits_on(call), effects)
