"""Owns the whole site at one moment, as supervisors see it: queues, agents and calls in progress. Pure.

Everything is read from what decides about calls, so the wallboard cannot say anything else (#78, #86).
"""

from collections.abc import Collection, Iterable
from typing import Annotated

import msgspec
from msgspec.structs import replace

from signaling.calls.call import Call, Phase
from signaling.waiting import matching
from signaling.waiting.board import Board, Presence, held_calls
from signaling.waiting.rules import Rules
from signaling.wallboard.tally import Day, Tally


class QueueNow(msgspec.Struct, frozen=True):
    """One queue, and its day so far."""

    queue: str
    waiting: Annotated[int, msgspec.Meta(description="Callers for whom nobody rings.")]
    ringing: Annotated[int, msgspec.Meta(description="Callers for whom agents are being rung.")]
    longest_since: Annotated[
        float | None, msgspec.Meta(description="Since when the longest waiting caller waits, in epoch seconds.")
    ]
    ready: Annotated[int, msgspec.Meta(description="Agents who serve the queue and can be rung now.")]
    signed_in: Annotated[int, msgspec.Meta(description="Agents who serve the queue and are signed in.")]
    answered: Annotated[int, msgspec.Meta(description="Calls of today that an agent answered.")]
    abandoned: Annotated[int, msgspec.Meta(description="Calls of today whose caller hung up before that.")]
    turned_away: Annotated[int, msgspec.Meta(description="Calls of today that we ended before that.")]
    service_level: Annotated[
        float | None, msgspec.Meta(description="Part of today's answered and abandoned calls answered in time, 0 to 1.")
    ]
    mean_wait_s: Annotated[float | None, msgspec.Meta(description="Mean wait of today's answered calls, in seconds.")]


class AgentNow(msgspec.Struct, frozen=True):
    """One agent who is signed in."""

    agent: str
    presence: Presence
    since: Annotated[float, msgspec.Meta(description="When this presence began, in epoch seconds.")]
    queue: Annotated[str, msgspec.Meta(description="Of the call the agent rings for or talks with.")] | None
    away_reason: str


class CallNow(msgspec.Struct, frozen=True):
    """One call in progress."""

    call_id: str
    customer: Annotated[str, msgspec.Meta(description="Name or number, if WhatsApp shows one.")] | None
    queue: str
    agent: Annotated[str, msgspec.Meta(description="Whom the caller talks with, or talked with last.")] | None
    phase: Phase
    began: Annotated[float, msgspec.Meta(description="When the call was offered, in epoch seconds.")]


class WallboardNow(msgspec.Struct, frozen=True):
    """The site at one moment."""

    now: Annotated[float, msgspec.Meta(description="That moment, in epoch seconds: ages are counted from here.")]
    queues: tuple[QueueNow, ...]
    agents: tuple[AgentNow, ...]
    calls: tuple[CallNow, ...]


def same(one: WallboardNow, other: WallboardNow) -> bool:
    """Whether nothing but time has passed between the two."""
    return replace(one, now=other.now) == other


def look(
    board: Board, calls: Iterable[Call], day: Day, *, rules: Rules, queues: Collection[str], now: float
) -> WallboardNow:
    """The site now. ``queues`` are shown even if nobody is in them."""
    known = dict.fromkeys((*queues, *(call.queue for call in board.calls.values())))
    return WallboardNow(
        now,
        tuple(_queue(board, rules, name, day.queues.get(name, Tally())) for name in known),
        tuple(_agent(board, name) for name in sorted(board.agents)),
        tuple(_call(call) for call in sorted(calls, key=lambda call: call.offered_at)),
    )


def _queue(board: Board, rules: Rules, name: str, tally: Tally) -> QueueNow:
    held = held_calls(board)
    calls = {call_id: call for call_id, call in board.calls.items() if call.queue == name}
    waiting = [call.since for call_id, call in calls.items() if call_id not in held]
    serving = [agent for agent_name, agent in board.agents.items() if rules.can_serve(agent_name, name, ())]
    return QueueNow(
        queue=name,
        waiting=len(waiting),
        ringing=len(calls) - len(waiting),
        longest_since=min(waiting, default=None),
        ready=sum(matching.is_free(agent) for agent in serving),
        signed_in=len(serving),
        answered=tally.answered,
        abandoned=tally.abandoned,
        turned_away=tally.turned_away,
        service_level=tally.service_level,
        mean_wait_s=tally.mean_wait_s,
    )


def _agent(board: Board, name: str) -> AgentNow:
    agent = board.agents[name]
    return AgentNow(name, agent.presence, agent.since, agent.queue, agent.away_reason)


def _call(call: Call) -> CallNow:
    return CallNow(
        call_id=call.call_id,
        customer=call.caller.name or call.caller.number or call.caller.user_id,
        queue=call.queue,
        agent=next((claim.agent for claim in (call.claim, *call.rung) if claim is not None), call.answered_by),
        phase=call.phase,
        began=call.offered_at,
    )
