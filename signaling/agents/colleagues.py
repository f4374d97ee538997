"""Owns what an agent sees before handing a caller over: colleagues with what they do now, and queues. Pure."""

from collections.abc import Collection

from signaling.agents.sideline_messages import (
    Colleague,
    Colleagues,
    QueueNow,
)
from signaling.waiting import matching
from signaling.waiting.board import Board, held_calls
from signaling.waiting.rules import Rules


def colleagues(board: Board, rules: Rules, queues: Collection[str]) -> Colleagues:
    """Everybody who is signed in, by name, and every queue of the site."""
    return Colleagues(
        agents=tuple(
            Colleague(
                agent=name, presence=agent.presence.value, away_reason=agent.away_reason or None, since=agent.since
            )
            for name, agent in sorted(board.agents.items())
        ),
        queues=tuple(_queue(board, rules, name) for name in queues),
    )


def _queue(board: Board, rules: Rules, name: str) -> QueueNow:
    held = held_calls(board)
    return QueueNow(
        queue=name,
        waiting=sum(call.queue == name and call_id not in held for call_id, call in board.calls.items()),
        ready=sum(
            matching.is_free(agent) and rules.can_serve(agent_name, name, ())
            for agent_name, agent in board.agents.items()
        ),
    )
