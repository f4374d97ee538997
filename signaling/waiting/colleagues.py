"""Owns the reservation of a colleague whom an agent wants to ask while he has a caller. Pure.

Nobody has to wait in a queue for it: either the colleague can be rung now, or the agent is told why not.
"""

from typing import NamedTuple

from msgspec.structs import replace

from signaling.waiting.board import Board, Presence, presence
from signaling.waiting.matching import Assignment, is_free, order, rung
from signaling.waiting.rules import Rules


class Asked(NamedTuple):
    """Who is asked for: an agent by name, or whoever of a queue is next by its strategy."""

    agent: str | None = None
    queue: str | None = None


class Unavailable(NamedTuple):
    """Nobody could be reserved."""

    reason: str
    """In words for the agent who asks."""


NOBODY_FREE = "no agent of that queue is free"

_WHY_NOT = {
    Presence.RINGING: "the colleague is being rung already",
    Presence.BUSY: "the colleague is in a conversation",
    Presence.WRAP_UP: "the colleague is finishing a conversation",
    Presence.AWAY: "the colleague is away",
    Presence.OFFLINE: "the colleague is not signed in",
}


def reserve(
    board: Board, call_id: str, asked: Asked, *, now: float, rules: Rules, seed: int = 0
) -> tuple[Board, Assignment | Unavailable]:
    """Let a colleague ring for the call. A pause after a refusal keeps nobody from being asked by name."""
    name = asked.agent if asked.agent is not None else _next_of(board, asked.queue, rules=rules, seed=seed)
    if name is None:
        return board, Unavailable(NOBODY_FREE)
    if presence(board, name) is not Presence.READY:
        return board, Unavailable(_WHY_NOT[presence(board, name)])
    agent = rung(board.agents[name], call_id, asked.queue, now=now, rules=rules)
    return replace(board, agents={**board.agents, name: agent}), Assignment(call_id, name)


def _next_of(board: Board, queue: str | None, *, rules: Rules, seed: int) -> str | None:
    if queue is None:
        return None
    free = {name for name, agent in board.agents.items() if is_free(agent) and rules.can_serve(name, queue, ())}
    return next(iter(order(board, queue, free, rules=rules, seed=seed)), None)
