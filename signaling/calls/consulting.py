"""Owns the consultation: an agent asks a colleague about a caller who is on hold, and may let them all hear each other.

The caller hears hold audio before anybody rings (#116), and until the agents merge the call, leave it to the colleague
(``transferring``) or go apart. However the colleague gets out of it, the agent is back where he was: alone with his
caller, who is on hold unless they had been merged (#114).
"""

from msgspec.structs import replace

from signaling.calls import returning
from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Phase
from signaling.calls.claims import IN_CONVERSATION, WITH_A_COLLEAGUE, close, conversation_of, stop_ringing
from signaling.calls.effects import (
    AgentCallEnded,
    AgentConsultEnded,
    AgentConsults,
    AgentJoined,
    Effect,
    JoinLegs,
    PlayRingback,
    ReleaseAgent,
    ReserveAgent,
    RingAgent,
)
from signaling.calls.events import AgentCancelledConsult, AgentConsulted, AgentMergedCall, ConsultUnavailable
from signaling.calls.history import Transfer, settle_offer, settle_offers, settle_transfer
from signaling.calls.holding import keep, off_hold, put_on_hold
from signaling.calls.joining import join
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore

_MISSED = {
    "refused": "the colleague declined",
    "no_answer": "the colleague did not answer",
    "gone": "the colleague is not signed in any more",
    "media_failed": "the colleague's browser could not take the call",
}
"""Why a colleague who was rung did not come, in words for the agent."""


def begin(call: Call, event: AgentConsulted, now: float) -> Step:
    """The agent wants to ask a colleague: the caller is on hold before anybody is looked for."""
    claim = conversation_of(call, event.agent, *IN_CONVERSATION)
    if claim is None:
        return ignore(call, "not in conversation with this agent")
    held = put_on_hold(call, claim, now) if call.phase is Phase.TALKING else Step(call)
    asked = Transfer(kind="attended", agent=event.agent, asked_at=now, to_agent=event.to_agent, to_queue=event.queue)
    moved = replace(
        held.call,
        phase=Phase.ASKING,
        transfers=(*call.transfers, asked),
        deadline=deadline(now, call.policies.reserve_s, Reason.RESERVE),
    )
    return Step(moved, (*held.effects, ReserveAgent(agent=event.to_agent, queue=event.queue)))


def rings(call: Call, ring: RingAgent) -> Step:
    """A colleague is reserved: his tabs ring, and the agent learns whose and hears it."""
    *before, asked = call.transfers
    moved = replace(call, transfers=(*before, replace(asked, to_agent=ring.agent)))
    ringback = PlayRingback(leg=tab_of_agent(call).leg, country=None)
    return Step(moved, (ring, ringback, _stage(call, "ringing", ring.agent)))


def unavailable(call: Call, event: ConsultUnavailable, now: float) -> Step:
    """Nobody can be reserved."""
    asked = (call.transfers[-1].to_agent, call.transfers[-1].to_queue) if call.phase is Phase.ASKING else None
    if call.rung or asked != (event.agent, event.queue):
        return ignore(call, "nobody is looked for")
    return _alone(call, "unavailable", event.reason, now)


def unheard(call: Call, now: float) -> Step:
    """The waiting room has not said in time whether there is somebody."""
    return _alone(call, "unavailable", "no colleague could be reached", now)


def missed(call: Call, outcome: str, now: float) -> Step:
    """The colleague who was rung is not coming. His tabs have been told."""
    return _alone(call, outcome, _MISSED[outcome], now)


def talk(call: Call, claim: Claim, tab: AgentTab, now: float) -> Step:
    """Agent and colleague hear each other; the caller goes on hearing hold audio."""
    assert call.claim is not None
    assert call.claim.joined_at is not None
    asker = tab_of_agent(call)
    moved = replace(
        call,
        phase=Phase.CONSULTING,
        rung=(),
        consult=replace(claim, tabs=(tab,), answered_in=tab.session, joined_at=now),
        offers=settle_offer(call.offers, claim.agent, "answered", now),
        deadline=deadline(call.claim.joined_at, call.policies.max_call_s, Reason.MAX_CALL),
    )
    effects: tuple[Effect, ...] = (
        JoinLegs(legs=(asker.leg, tab.leg)),
        AgentJoined(agent=claim.agent, session=tab.session, joined_at=now),
        _stage(call, "talking", claim.agent),
    )
    return Step(moved, effects)


def merge(call: Call, event: AgentMergedCall, now: float) -> Step:
    """All three hear each other."""
    claim, consult = conversation_of(call, event.agent, Phase.CONSULTING), call.consult
    if claim is None or consult is None:
        return ignore(call, "no colleague to merge with")
    mine, (theirs,) = tab_of_agent(call), consult.tabs
    moved = replace(off_hold(call, now), phase=Phase.MERGED, claim=replace(claim, holds=False))
    effects: tuple[Effect, ...] = (
        JoinLegs(legs=(CALLER_LEG, mine.leg, theirs.leg)),
        _stage(call, "merged", consult.agent),
        AgentConsults(agent=consult.agent, session=theirs.session, stage="merged", colleague=claim.agent),
    )
    return Step(moved, effects)


def cancel(call: Call, event: AgentCancelledConsult, now: float) -> Step:
    """The agent wants to be alone with his caller again."""
    if conversation_of(call, event.agent, *WITH_A_COLLEAGUE) is None:
        return ignore(call, "no colleague is asked")
    sent_off = _sent_off(call, by="agent", reason="the consultation is over")
    alone = _alone(replace(call, offers=settle_offers(call.offers, "cancelled", now)), "cancelled", "cancelled", now)
    return alone._replace(effects=(*alone.effects, *sent_off))


def colleague_left(call: Call, now: float, *, lost: bool) -> Step:
    """The colleague has hung up, or his tab or its media is lost."""
    by, told = ("network", "the colleague's connection was lost") if lost else ("agent", "the colleague hung up")
    sent_off = _sent_off(call, by=by, reason="your connection was lost" if lost else "you hung up")
    alone = _alone(call, "colleague_left", told, now)
    return alone._replace(effects=(*alone.effects, *sent_off))


def asker_lost(call: Call, now: float) -> Step:
    """The agent is lost before the call was merged: the colleague is let go, and the agent may come back to his caller.

    The caller was on hold and stays so, until the agent who is back retrieves him.
    """
    assert call.claim is not None
    sent_off = _sent_off(call, by="network", reason="the agent who asked you was lost")
    apart = replace(
        call,
        rung=(),
        consult=None,
        offers=settle_offers(call.offers, "cancelled", now),
        transfers=settle_transfer(call.transfers, "agent_lost", now),
    )
    lost = returning.begin(apart, call.claim, now)
    return lost._replace(effects=(*lost.effects, *sent_off))


def tab_of_agent(call: Call) -> AgentTab:
    """The one tab of the agent in conversation."""
    assert call.claim is not None
    (tab,) = call.claim.tabs
    return tab


def _alone(call: Call, outcome: str, told: str, now: float) -> Step:
    """The agent is alone with his caller; ``told`` says why."""
    assert call.claim is not None
    tab = tab_of_agent(call)
    moved = replace(call, rung=(), consult=None, transfers=settle_transfer(call.transfers, outcome, now))
    together = call.phase is Phase.MERGED
    alone = join(moved, call.claim, tab, now) if together else keep(moved, call.claim, tab)
    ended = AgentConsultEnded(agent=call.claim.agent, session=tab.session, outcome=outcome, reason=told)
    quiet = () if together else (JoinLegs(legs=(tab.leg,)),)
    return alone._replace(effects=(*quiet, *alone.effects[:-1], ended, *alone.effects[-1:]))


def _sent_off(call: Call, *, by: str, reason: str) -> tuple[Effect, ...]:
    """The colleague is done with the call, whether he still rings or talks."""
    effects = tuple(effect for claim in call.rung for effect in stop_ringing(claim, "cancelled", "not_needed"))
    if call.consult is None:
        return effects
    return (
        *effects,
        *close(call.consult.tabs),
        AgentCallEnded(agent=call.consult.agent, ended_by=by, reason=reason),
        ReleaseAgent(agent=call.consult.agent, outcome="finished"),
    )


def _stage(call: Call, stage: str, colleague: str) -> AgentConsults:
    assert call.claim is not None
    return AgentConsults(agent=call.claim.agent, session=tab_of_agent(call).session, stage=stage, colleague=colleague)
