"""Owns the media of agents' tabs as it comes up, and who learns of keys that caller or agent press.

Media is negotiated before it is needed, so that joining is only a switch. What is lost again is in ``leaving``.
"""

from msgspec.structs import replace

from signaling.calls import returning, ringing
from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Phase
from signaling.calls.claims import claim_of, close, split, tab_of_leg, with_claim, with_tab
from signaling.calls.effects import AnswerOffer, CloseLeg, PressKeys, SendMediaAnswer, ShowDigit, StartLeg
from signaling.calls.events import AgentMediaOffered, AgentPressed, DigitPressed, LegAnswered, LegConnected
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
    if claim in call.rung and claim.answered_in == tab.session:
        return ringing.media_up(call, claim, tab, now)
    return Step(with_claim(call, with_tab(claim, tab)))


def digit_pressed(call: Call, event: DigitPressed) -> Step:
    """The caller pressed a key: whoever talks with them sees it."""
    if call.phase is Phase.RETURNING or call.claim is None or event.leg != CALLER_LEG:
        return ignore(call, "no agent to show the digit to")
    (tab,) = call.claim.tabs
    return Step(call, (ShowDigit(agent=call.claim.agent, session=tab.session, digit=event.digit),))


def keys_pressed(call: Call, event: AgentPressed) -> Step:
    """The agent pressed keys: the caller hears them, unless they are on hold."""
    claim = claim_of(call, event.agent)
    if claim is None or call.phase not in (Phase.TALKING, Phase.MERGED):
        return ignore(call, "not in conversation with this agent")
    return Step(call, (PressKeys(leg=CALLER_LEG, keys=event.keys),))


def _wants_media(call: Call, claim: Claim, session: str) -> bool:
    """Whether the agent rings or is awaited, and no other tab of his has answered."""
    return (claim in call.rung or call.phase is Phase.RETURNING) and claim.answered_in in (None, session)


def _gone(call: Call, leg: str) -> Step:
    return ignore(call, "the tab of this leg is gone", CloseLeg(leg=leg))
