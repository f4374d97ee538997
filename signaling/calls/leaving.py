"""Owns what becomes of a call when an agent hangs up, or is lost with his tab or its media.

It depends on what he is to the call: one who rings, the one in conversation, or the colleague he has consulted. Whoever
hangs up leaves, and the caller is never hung up on while there is a colleague or one is being rung.
"""

from signaling.calls import consulting, ending, returning, ringing, transferring
from signaling.calls.call import Call, Claim, End, Phase
from signaling.calls.claims import WITH_A_COLLEAGUE, claim_of, drop_tab, tab_of_leg
from signaling.calls.effects import CloseLeg
from signaling.calls.events import AgentHungUp, AgentSessionLost
from signaling.calls.steps import Step, ignore


def hung_up(call: Call, event: AgentHungUp, now: float) -> Step:
    """An agent is done with the call; before his conversation has begun this is a refusal."""
    claim = claim_of(call, event.agent)
    if claim is None:
        return ignore(call, "not this agent's call")
    if claim is call.consult:
        return consulting.colleague_left(call, now, lost=False)
    if claim is not call.claim:
        return ringing.drop(call, claim, "refused", now)
    if call.phase in WITH_A_COLLEAGUE:
        return transferring.leave(call, now, by="agent", reason="you left the caller to the colleague")
    return ending.end(call, now, End(by="agent", reason="the agent hung up"))


def session_lost(call: Call, event: AgentSessionLost, now: float) -> Step:
    """A tab is gone. Ringing goes on in the agent's other tabs, unless it was the one that had answered."""
    claim = claim_of(call, event.agent)
    if claim is None:
        return ignore(call, "not this agent's call")
    if _talks(call, claim):
        if claim.answered_in != event.session:
            return ignore(call, "another tab has the conversation")
        return _lost(call, claim, now)
    if call.phase is not Phase.RETURNING and event.remaining == 0:
        return ringing.drop(call, claim, "gone", now)
    if call.phase is not Phase.RETURNING and claim.answered_in == event.session:
        return ringing.drop(call, claim, "media_failed", now)
    return drop_tab(call, claim, event.session)


def leg_lost(call: Call, leg: str, now: float) -> Step:
    """The media of a tab was refused or failed."""
    found = tab_of_leg(call, leg)
    if found is None:
        return ignore(call, "the tab of this leg is gone", CloseLeg(leg=leg))
    claim, tab = found
    if _talks(call, claim):
        return _lost(call, claim, now)
    if claim.answered_in == tab.session:
        return ringing.drop(call, claim, "media_failed", now)
    return drop_tab(call, claim, tab.session)


def _talks(call: Call, claim: Claim) -> bool:
    """Whether the agent neither rings nor is awaited."""
    return claim is call.consult or (claim is call.claim and call.phase is not Phase.RETURNING)


def _lost(call: Call, claim: Claim, now: float) -> Step:
    """Somebody who talked is lost. While all three talked, the caller goes on with the colleague."""
    if claim is call.consult:
        return consulting.colleague_left(call, now, lost=True)
    match call.phase:
        case Phase.MERGED:
            told = "your connection was lost, and the colleague has the caller"
            return transferring.leave(call, now, by="network", reason=told)
        case Phase.ASKING | Phase.CONSULTING:
            return consulting.asker_lost(call, now)
        case _:
            return returning.begin(call, claim, now)
