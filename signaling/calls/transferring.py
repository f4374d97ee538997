"""Owns handing over: an agent leaves the caller to a queue, to a colleague, or to the colleague he has consulted.

Blind, the caller hears what the new queue plays to those who wait (#18). The place in the line counts from the offer,
so being handed over costs nothing, and a colleague who is not free, refuses or does not answer leaves the call to the
queue. After a consultation the caller hears the colleague from the next frame on, and no music (#115); while the
colleague still rings, handing over is blind, and he rings on for the caller.
"""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, Call, Phase
from signaling.calls.claims import IN_CONVERSATION, WITH_A_COLLEAGUE, close, conversation_of, taken_by
from signaling.calls.effects import AgentCallEnded, AgentHandedOver, Effect, PlayHoldAudio, ReleaseAgent
from signaling.calls.events import AgentCompletedTransfer, AgentTransferred
from signaling.calls.history import Transfer, settle_transfer
from signaling.calls.holding import off_hold
from signaling.calls.joining import join
from signaling.calls.queueing import back_to_queue, enter_queue
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore


def transfer(call: Call, event: AgentTransferred, now: float) -> Step:
    """The agent hands the caller over without a word, from the conversation or from hold."""
    claim = conversation_of(call, event.agent, *IN_CONVERSATION)
    if claim is None:
        return ignore(call, "not in conversation with this agent")
    done = Transfer(
        kind="blind",
        agent=event.agent,
        asked_at=now,
        to_agent=event.to_agent,
        to_queue=event.queue,
        until=now,
        outcome="completed",
    )
    moved = replace(call, queue=event.queue or call.queue, transfers=(*call.transfers, done))
    told = AgentCallEnded(agent=event.agent, ended_by="agent", reason="transferred")
    return back_to_queue(moved, claim, now, "finished", told, wanted=event.to_agent)


def complete(call: Call, event: AgentCompletedTransfer, now: float) -> Step:
    """The agent leaves his caller to the colleague."""
    if conversation_of(call, event.agent, *WITH_A_COLLEAGUE) is None:
        return ignore(call, "no colleague is asked")
    return leave(call, now, by="agent", reason="transferred")


def leave(call: Call, now: float, *, by: str, reason: str) -> Step:
    """The agent is out of the call, and whoever is left stays together. ``by`` and ``reason`` tell him why."""
    assert call.claim is not None
    left = _to_the_colleague(call, now) if call.consult is not None else _to_whoever_rings(call, now)
    out: tuple[Effect, ...] = (
        *close(call.claim.tabs),
        AgentCallEnded(agent=call.claim.agent, ended_by=by, reason=reason),
        ReleaseAgent(agent=call.claim.agent, outcome="finished"),
    )
    return left._replace(effects=(*left.effects, *out))


def _to_the_colleague(call: Call, now: float) -> Step:
    """Caller and colleague hear each other."""
    assert call.consult is not None
    (tab,) = call.consult.tabs
    moved = replace(_settled(call, "completed", now), claim=None, consult=None)
    joined = join(moved, replace(call.consult, joined_at=None), tab, now)
    told = AgentHandedOver(
        agent=call.consult.agent, session=tab.session, caller=call.caller, queue=moved.queue, joined_at=now
    )
    return joined._replace(effects=(*joined.effects, told))


def _to_whoever_rings(call: Call, now: float) -> Step:
    """The caller waits for the colleague, who rings on for him; or, if nobody rings yet, for whoever is asked first."""
    wanted = call.transfers[-1].to_agent
    moved = replace(_settled(call, "handed_over", now), claim=None, waits_since=now)
    effects: tuple[Effect, ...] = (PlayHoldAudio(leg=CALLER_LEG, queue=moved.queue),)
    if taken_by(call) is None:
        effects = (*effects, enter_queue(moved, returning=True, wanted=wanted))
    if not call.rung:
        waits = deadline(now, call.policies.max_wait_s, Reason.MAX_WAIT)
        return Step(replace(moved, phase=Phase.WAITING, deadline=waits), effects)
    told = (
        AgentHandedOver(agent=claim.agent, session=None, caller=call.caller, queue=moved.queue, joined_at=None)
        for claim in call.rung
    )
    return Step(replace(moved, phase=Phase.RINGING), (*effects, *told))


def _settled(call: Call, outcome: str, now: float) -> Call:
    """The caller is off hold and belongs to the queue in which the colleague was found."""
    return replace(
        off_hold(call, now),
        queue=call.transfers[-1].to_queue or call.queue,
        transfers=settle_transfer(call.transfers, outcome, now),
    )
