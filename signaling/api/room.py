"""Owns the operations about the waiting room as it is now: queues with their callers, and agents.

A caller shows here by when he came and what he needs, never by who he is.
"""

from collections.abc import Callable, Collection
from typing import Annotated

import msgspec

from signaling.api.operation import STAFF, AnyOperation, Asked, Nothing, Operation
from signaling.waiting import matching
from signaling.waiting.board import Board, Presence, held_calls
from signaling.waiting.rules import Rules


class QueueNow(msgspec.Struct, frozen=True):
    """One queue."""

    queue: str
    waiting: Annotated[int, msgspec.Meta(description="Callers for whom nobody rings.")]
    ringing: Annotated[int, msgspec.Meta(description="Callers for whom agents are being rung.")]
    longest_since: Annotated[
        float | None, msgspec.Meta(description="Since when the longest waiting caller waits, in epoch seconds.")
    ]
    ready: Annotated[int, msgspec.Meta(description="Agents who serve the queue and can be rung now.")]
    signed_in: Annotated[int, msgspec.Meta(description="Agents who serve the queue and are signed in.")]


class AgentNow(msgspec.Struct, frozen=True):
    """One agent who is signed in."""

    agent: str
    presence: Presence
    since: Annotated[float, msgspec.Meta(description="When the agent's last conversation ended, in epoch seconds.")]
    queue: Annotated[str | None, msgspec.Meta(description="Of the call the agent rings for or talks with.")]
    away_reason: str


class RoomNow(msgspec.Struct, frozen=True):
    """The waiting room of the site."""

    queues: list[QueueNow]
    agents: list[AgentNow]


def room_now(board: Board, rules: Rules, queues: Collection[str]) -> RoomNow:
    """What the board says. ``queues`` are shown even if nobody is in them."""
    known = dict.fromkeys((*queues, *(call.queue for call in board.calls.values())))
    agents = [
        AgentNow(name, agent.presence, agent.idle_since, agent.queue, agent.away_reason)
        for name, agent in sorted(board.agents.items())
    ]
    return RoomNow([_queue(board, rules, name) for name in known], agents)


def operations(room: Callable[[], Board], rules: Rules, queues: Collection[str]) -> tuple[AnyOperation, ...]:
    """The operations, on the room as ``room`` gives it."""

    async def now(_: Asked[Nothing, Nothing]) -> RoomNow:
        return room_now(room(), rules, queues)

    return (
        Operation(
            method="GET",
            path="/room",
            summary="Queues and agents as they are now",
            tag="waiting room",
            query=Nothing,
            body=Nothing,
            answer=RoomNow,
            handle=now,
            roles=STAFF,
        ),
    )


def _queue(board: Board, rules: Rules, name: str) -> QueueNow:
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
    )
