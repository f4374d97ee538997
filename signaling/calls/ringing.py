"""Owns the ringing of agents: for a caller who waits, or for an agent who wants to consult a colleague.

Several agents may ring at once for a caller. The first answer wins and all others stop in the same step; a refusal
drops one agent and leaves the others ringing. What the caller hears is touched by none of it, only by joining.
"""

from msgspec.structs import replace

from signaling.calls import consulting
from signaling.calls.call import AgentTab, Call, Claim, Phase
from signaling.calls.claims import claim_of, close, rung, split, stop_ringing, taken_by
from signaling.calls.effects import Effect, OccupyAgent, ReleaseAgent, RingAgent, StopRinging
from signaling.calls.events import AgentAnswered, AgentAssigned, AgentRefused
from signaling.calls.history import Offer, settle_offer, settle_offers
from signaling.calls.picking_up import join_picked_up, pick_up
from signaling.calls.queueing import enter_queue, waits_on
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore


def assigned(call: Call, event: AgentAssigned, now: float) -> Step:
    """The waiting room reserved an agent: ring. Agents who come later ring until the others do."""
    if claim_of(call, event.agent) is not None:
        return ignore(call, "this agent is claimed already")
    if not _seeks(call, event.agent):
        return ignore(call, "not waiting for an agent", ReleaseAgent(agent=event.agent, outcome="not_needed"))
    asker = call.claim.agent if call.claim is not None else None
    moved = replace(
        call,
        phase=Phase.RINGING if call.phase is Phase.WAITING else call.phase,
        rung=(*call.rung, Claim(agent=event.agent)),
        offers=(*call.offers, Offer(agent=event.agent, rung_at=now, asked_by=asker)),
        deadline=call.deadline if call.rung else deadline(now, event.ring_s, Reason.RING),
    )
    ring = RingAgent(
        agent=event.agent,
        caller=call.caller,
        queue=call.queue,
        waiting_since=call.offered_at,
        direction=call.direction,
        consult_from=asker,
        phone_number_id=call.phone_number_id,
        cta_payload=call.cta_payload,
        deeplink_payload=call.deeplink_payload,
    )
    return consulting.rings(moved, ring) if call.phase is Phase.ASKING else Step(moved, (ring,))


def answered(call: Call, event: AgentAnswered, now: float) -> Step:
    """The first tab to answer wins; all others stop. From here on the waiting room offers the call to nobody."""
    claim = rung(call, event.agent)
    if claim is None:
        return ignore(call, "not ringing here")
    mine, others = split(claim, event.session)
    claim = replace(claim, answered_in=event.session, tabs=mine)
    stop = StopRinging(agent=event.agent, reason="answered_elsewhere", except_session=event.session)
    settled: tuple[Effect, ...] = (OccupyAgent(agent=event.agent), stop, *close(others))
    offers = call.offers
    for other in call.rung:
        if other.agent != event.agent:
            settled = (*settled, *stop_ringing(other, "answered_by_colleague", "not_needed"))
            offers = settle_offer(offers, other.agent, "answered_elsewhere", now)
    taken = replace(call, rung=(claim,), offers=offers)
    if mine and mine[0].connected:
        talking = media_up(taken, claim, mine[0], now)
        return talking._replace(effects=(*talking.effects, *settled))
    waits = deadline(now, call.policies.agent_media_s, Reason.AGENT_MEDIA)
    accepting = pick_up(replace(taken, deadline=waits), now)
    return accepting._replace(effects=(*accepting.effects, *settled))


def media_up(call: Call, claim: Claim, tab: AgentTab, now: float) -> Step:
    """The tab that has answered can be heard: by the caller, or by the agent who asked for him."""
    heard = consulting.talk if call.phase is Phase.ASKING else join_picked_up
    return heard(call, claim, tab, now)


def refused(call: Call, event: AgentRefused, now: float) -> Step:
    """The agent does not take the call. Too late once a tab of theirs has answered."""
    claim = rung(call, event.agent)
    return ignore(call, "not ringing here") if claim is None else drop(call, claim, "refused", now)


def unanswered(call: Call, now: float) -> Step:
    """Nobody has answered in time: the round is over for all who ring."""
    effects = tuple(effect for claim in call.rung for effect in stop_ringing(claim, "no_answer", "no_answer"))
    return _nobody_left(replace(call, offers=settle_offers(call.offers, "no_answer", now)), "no_answer", effects, now)


def media_missing(call: Call, now: float) -> Step:
    """The media of the agent who answered has not come up in time."""
    claim = taken_by(call)
    assert claim is not None, "only an answer waits for media"
    return drop(call, claim, "media_failed", now)


def drop(call: Call, claim: Claim, outcome: str, now: float) -> Step:
    """One agent does not take the call; without another one it is again as it was before anybody was rung."""
    effects = stop_ringing(claim, outcome, outcome)
    others = tuple(other for other in call.rung if other.agent != claim.agent)
    moved = replace(call, rung=others, offers=settle_offer(call.offers, claim.agent, outcome, now))
    if others:
        return Step(moved, effects)
    if claim.answered_in is not None and call.phase is Phase.RINGING:
        # The waiting room took it off its list when the agent answered.
        effects = (*effects, enter_queue(call, returning=True))
    return _nobody_left(moved, outcome, effects, now)


def _seeks(call: Call, agent: str) -> bool:
    """Whether the call has use for this agent."""
    if call.phase is Phase.ASKING:
        return not call.rung and call.transfers[-1].to_agent in (None, agent)
    return call.phase in (Phase.WAITING, Phase.RINGING) and taken_by(call) is None


def _nobody_left(call: Call, outcome: str, effects: tuple[Effect, ...], now: float) -> Step:
    if call.phase is Phase.ASKING:
        over = consulting.missed(call, outcome, now)
        return over._replace(effects=(*effects, *over.effects))
    return Step(waits_on(call), effects)
