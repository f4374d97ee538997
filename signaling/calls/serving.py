"""Owns what reaches a call from agents' tabs and legs whatever they do there: media, lost tabs, hang-up, digits.

What it means depends on what the agent is to the call, so it is handed on: ringing is in ``ringing``, coming back in
``returning``.
"""

from msgspec.structs import replace

from signaling.calls import ending, returning, ringing
from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, End, Phase
from signaling.calls.claims import (
    IN_CONVERSATION,
    claim_of,
    close,
    conversation_of,
    drop_tab,
    split,
    tab_of_leg,
    with_claim,
    with_tab,
)
from signaling.calls.effects import AnswerOffer, CloseLeg, SendMediaAnswer, ShowDigit, StartLeg
from signaling.calls.events import (
    AgentHungUp,
    AgentMediaOffered,
    AgentSessionLost,
    DigitPressed,
    LegAnswered,
    LegConnected,
)
from signaling.calls.picking_up import join_picked_up
from signaling.calls.steps import Step, ignore


def media_offered(call: Call, event: AgentMediaOffered) -> Step:
    """A tab that rings, or that has come back, offers media: its leg is made now, so that joining is only a switch."""
    claim = claim_of(call, event.agent)
    if claim is None or not _wants_media(call, claim, event.session):
        return ignore(call, "not ringing here")
    former, _ = split(claim, event.session)
    leg = f"agent-{call.legs_made + 1}"
    moved = with_claim(call, with_tab(claim, AgentTab(session=event.session, leg=leg)))
    offer = AnswerOffer(leg=leg, sdp=event.sdp, whatsapp=False)
    return Step(replace(moved, legs_made=call.legs_made + 1), (*close(former), offer))


def leg_answered(call: Call, event: LegAnswered) -> Step:
    """The SDP answer for a tab is there."""
    found = tab_of_leg(call, event.leg)
    if found is None:
        return _gone(call, event.leg)
    claim, tab = found
    return Step(call, (SendMediaAnswer(agent=claim.agent, session=tab.session, sdp=event.sdp), StartLeg(leg=tab.leg)))


def leg_connected(call: Call, event: LegConnected, now: float) -> Step:
    """A tab's media is up; if its agent has answered already, join now."""
    found = tab_of_leg(call, event.leg)
    if found is None:
        return _gone(call, event.leg)
    claim, tab = found[0], replace(found[1], connected=True)
    if call.phase is Phase.RETURNING:
        return returning.back(call, claim, tab, now)
    if call.phase is Phase.RINGING and claim.answered_in == tab.session:
        return join_picked_up(call, claim, tab, now)
    return Step(with_claim(call, with_tab(claim, tab)))


def leg_lost(call: Call, leg: str, now: float) -> Step:
    """A tab's media was refused or failed."""
    found = tab_of_leg(call, leg)
    if found is None:
        return _gone(call, leg)
    claim, tab = found
    if call.phase in IN_CONVERSATION:
        return returning.begin(call, claim, now)
    if claim.answered_in == tab.session:
        return ringing.drop(call, claim, "media_failed")
    return drop_tab(call, claim, tab.session)


def hung_up(call: Call, event: AgentHungUp, now: float) -> Step:
    """The agent ends the conversation; before it has begun this is a refusal."""
    if conversation_of(call, event.agent, *IN_CONVERSATION, Phase.RETURNING) is not None:
        return ending.end(call, now, End(by="agent", reason="the agent hung up"))
    claim = claim_of(call, event.agent)
    return ignore(call, "not this agent's call") if claim is None else ringing.drop(call, claim, "refused")


def session_lost(call: Call, event: AgentSessionLost, now: float) -> Step:
    """A tab is gone. Ringing moves on if it was the one that counted, or the last; a conversation awaits the agent."""
    claim = claim_of(call, event.agent)
    if claim is None:
        return ignore(call, "not this agent's call")
    if call.phase in IN_CONVERSATION and claim.answered_in != event.session:
        return ignore(call, "another tab has the conversation")
    if call.phase in IN_CONVERSATION:
        return returning.begin(call, claim, now)
    if call.phase is Phase.RINGING and event.remaining == 0:
        return ringing.drop(call, claim, "gone")
    if call.phase is Phase.RINGING and claim.answered_in == event.session:
        return ringing.drop(call, claim, "media_failed")
    return drop_tab(call, claim, event.session)


def digit_pressed(call: Call, event: DigitPressed) -> Step:
    """The caller pressed a key: whoever talks with them sees it."""
    if call.phase not in IN_CONVERSATION or call.claim is None or event.leg != CALLER_LEG:
        return ignore(call, "no agent to show the digit to")
    (tab,) = call.claim.tabs
    return Step(call, (ShowDigit(agent=call.claim.agent, session=tab.session, digit=event.digit),))


def _wants_media(call: Call, claim: Claim, session: str) -> bool:
    """Whether the agent rings or is awaited, and no other tab of his has answered."""
    return call.phase in (Phase.RINGING, Phase.RETURNING) and claim.answered_in in (None, session)


def _gone(call: Call, leg: str) -> Step:
    return ignore(call, "the tab of this leg is gone", CloseLeg(leg=leg))
