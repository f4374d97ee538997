"""Owns the ringing of agents for a caller who waits: who rings, who answers first, and who does not take the call.

Several agents may ring at once. The first answer wins and all others stop in the same step; a refusal drops one agent
and leaves the others ringing. The caller's sound is touched by none of it, only by joining.
"""

from msgspec.structs import replace

from signaling.calls.call import Call, Claim, Phase
from signaling.calls.claims import claim_of, close, rung, split, taken_by
from signaling.calls.effects import Effect, OccupyAgent, ReleaseAgent, RingAgent, StopRinging
from signaling.calls.events import AgentAnswered, AgentAssigned, AgentRefused, Reason
from signaling.calls.picking_up import join_picked_up, pick_up
from signaling.calls.queueing import enter_queue, waits_on
from signaling.calls.steps import Step, deadline, ignore


def assigned(call: Call, event: AgentAssigned, now: float) -> Step:
    """The waiting room reserved an agent: ring. Agents who come later ring until the others do."""
    if claim_of(call, event.agent) is not None:
        return ignore(call, "this agent is claimed already")
    if call.phase not in (Phase.WAITING, Phase.RINGING) or taken_by(call) is not None:
        return ignore(call, "not waiting for an agent", ReleaseAgent(agent=event.agent, outcome="not_needed"))
    moved = replace(
        call,
        phase=Phase.RINGING,
        rung=(*call.rung, Claim(agent=event.agent)),
        agents_tried=(*call.agents_tried, event.agent),
        deadline=call.deadline if call.rung else deadline(now, event.ring_s, Reason.RING),
    )
    ring = RingAgent(agent=event.agent, caller=call.caller, queue=call.queue, waiting_since=call.offered_at)
    return Step(moved, (ring,))


def answered(call: Call, event: AgentAnswered, now: float) -> Step:
    """The first tab to answer wins; all others stop. From here on the waiting room offers the call to nobody."""
    claim = rung(call, event.agent)
    if claim is None:
        return ignore(call, "not ringing here")
    mine, others = split(claim, event.session)
    claim = replace(claim, answered_in=event.session, tabs=mine)
    stop = StopRinging(agent=event.agent, reason="answered_elsewhere", except_session=event.session)
    settled: tuple[Effect, ...] = (OccupyAgent(agent=event.agent), stop, *close(others))
    for other in call.rung:
        if other.agent != event.agent:
            settled = (*settled, *_let_go(other, "answered_elsewhere", "not_needed"))
    if mine and mine[0].connected:
        joined = join_picked_up(call, claim, mine[0], now)
        return joined._replace(effects=(*joined.effects, *settled))
    waits = deadline(now, call.policies.agent_media_s, Reason.AGENT_MEDIA)
    accepting = pick_up(replace(call, rung=(claim,), deadline=waits), now)
    return accepting._replace(effects=(*accepting.effects, *settled))


def refused(call: Call, event: AgentRefused) -> Step:
    """The agent does not take the call. Too late once a tab of theirs has answered."""
    claim = rung(call, event.agent)
    return ignore(call, "not ringing here") if claim is None else drop(call, claim, "refused")


def unanswered(call: Call) -> Step:
    """Nobody has answered in time: the round is over for all who ring."""
    effects = tuple(effect for claim in call.rung for effect in _let_go(claim, "no_answer", "no_answer"))
    return Step(waits_on(call), effects)


def media_missing(call: Call) -> Step:
    """The media of the agent who answered has not come up in time."""
    claim = taken_by(call)
    assert claim is not None, "only an answer waits for media"
    return drop(call, claim, "media_failed")


def drop(call: Call, claim: Claim, outcome: str) -> Step:
    """One agent does not take the call; without another one it waits on, in its old place."""
    others = tuple(other for other in call.rung if other.agent != claim.agent)
    moved = replace(call, rung=others) if others else waits_on(call)
    effects = _let_go(claim, outcome, outcome)
    if claim.answered_in is not None:
        effects = (*effects, enter_queue(call, returning=True))
    return Step(moved, effects)


def _let_go(claim: Claim, reason: str, outcome: str) -> tuple[Effect, ...]:
    return (
        StopRinging(agent=claim.agent, reason=reason),
        *close(claim.tabs),
        ReleaseAgent(agent=claim.agent, outcome=outcome),
    )
