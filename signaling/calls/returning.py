"""Owns the few seconds after an agent was lost in mid-conversation: page reloaded, browser crashed, network changed.

The caller hears hold audio at once and the agent stays claimed. Whichever of the agent's tabs has its media up first
goes on with the conversation; nobody has to press Answer. If none does in time, the call is at the front of its queue.
WhatsApp's side is never touched.
"""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Phase
from signaling.calls.claims import close, split
from signaling.calls.effects import AgentAwaited, AgentCallEnded, HoldLeg, StopRinging
from signaling.calls.holding import keep
from signaling.calls.joining import join
from signaling.calls.queueing import back_to_queue
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline


def begin(call: Call, claim: Claim, now: float) -> Step:
    """The agent is lost: hold audio, and wait for the agent to come back."""
    assert claim.answered_in is not None, "only a tab in conversation can be lost to it"
    assert claim.joined_at is not None
    moved = replace(
        call,
        phase=Phase.RETURNING,
        claim=replace(claim, tabs=(), answered_in=None),
        deadline=deadline(now, call.policies.return_s, Reason.RETURN),
    )
    awaited = AgentAwaited(
        agent=claim.agent,
        lost_session=claim.answered_in,
        caller=call.caller,
        queue=call.queue,
        joined_at=claim.joined_at,
        direction=call.direction,
    )
    return Step(moved, (HoldLeg(leg=CALLER_LEG, queue=call.queue), *close(claim.tabs), awaited))


def back(call: Call, claim: Claim, tab: AgentTab, now: float) -> Step:
    """The media of a returned tab is up: go on where the conversation broke off, on hold if it was."""
    _, others = split(claim, tab.session)
    joined = keep(call, claim, tab) if claim.holds else join(call, claim, tab, now)
    stop = StopRinging(agent=claim.agent, reason="answered_elsewhere", except_session=tab.session)
    return joined._replace(effects=(*joined.effects, stop, *close(others)))


def missed(call: Call, now: float) -> Step:
    """The agent did not come back in time: the next agent, this one included, gets the call."""
    assert call.claim is not None
    agent = call.claim.agent
    told = AgentCallEnded(agent=agent, ended_by="network", reason="you were not back in time")
    # Whoever came back and got no media up is not rung for this very call at once.
    return back_to_queue(call, call.claim, now, "media_failed" if call.claim.tabs else "gone", told)
