"""Owns hold: the agent steps away from a caller who hears the queue's hold audio meanwhile, and comes back.

Only the media side takes part, for Meta knows neither hold nor renegotiation (whatsapp-calling 0): the caller's
stream goes on, only its source changes.
"""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Phase
from signaling.calls.claims import conversation_of
from signaling.calls.effects import AgentHolds, HoldLeg
from signaling.calls.events import AgentHeldCall, AgentRetrievedCall
from signaling.calls.joining import join
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore


def hold(call: Call, event: AgentHeldCall, now: float) -> Step:
    """The agent puts the caller on hold."""
    claim = conversation_of(call, event.agent, Phase.TALKING)
    if claim is None:
        return ignore(call, "not in conversation with this agent")
    return put_on_hold(call, claim, now)


def put_on_hold(call: Call, claim: Claim, now: float) -> Step:
    """The caller hears hold audio from the next frame on, and the agent's tab is told so."""
    (tab,) = claim.tabs
    held = keep(replace(call, held_since=now), claim, tab)
    return held._replace(effects=(HoldLeg(leg=CALLER_LEG, queue=call.queue), *held.effects))


def keep(call: Call, claim: Claim, tab: AgentTab) -> Step:
    """The caller is on hold, and stays there: what the agent's tab has to know."""
    assert claim.joined_at is not None
    moved = replace(
        call,
        phase=Phase.HELD,
        claim=replace(claim, tabs=(tab,), answered_in=tab.session, holds=True),
        deadline=deadline(claim.joined_at, call.policies.max_call_s, Reason.MAX_CALL),
    )
    return Step(moved, (AgentHolds(agent=claim.agent, session=tab.session, joined_at=claim.joined_at),))


def retrieve(call: Call, event: AgentRetrievedCall, now: float) -> Step:
    """The agent takes the caller back."""
    claim = conversation_of(call, event.agent, Phase.HELD)
    if claim is None:
        return ignore(call, "no call of this agent is on hold")
    (tab,) = claim.tabs
    return join(off_hold(call, now), replace(claim, holds=False), tab, now)


def off_hold(call: Call, now: float) -> Call:
    """The time on hold is over, and is added up."""
    return replace(call, held_s=held_s(call, now), held_since=None)


def held_s(call: Call, now: float) -> float:
    """Seconds on hold so far."""
    return call.held_s + (now - call.held_since if call.held_since is not None else 0.0)
