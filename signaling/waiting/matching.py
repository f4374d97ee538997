"""Owns who gets whom: which agents may serve which call, in which order they are asked, and the reservation. Pure.

The promise (#72): after ``match``, no call waits for which ``may_serve`` holds with a free agent.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from signaling.waiting.board import Agent, Board, Presence, Waiting, held_calls
from signaling.waiting.rules import Rules, Strategy

LEASE_MARGIN_S = 15.0
"""Lease of a reservation beyond the ring time: an agent's media may take 10 s after Answer
(``Policies.agent_media_s``), and a busy event loop gets the rest."""

_AT_WORK = frozenset({Presence.READY, Presence.RINGING, Presence.BUSY, Presence.WRAP_UP})


class Assignment(NamedTuple):
    """This agent was reserved for this call."""

    call_id: str
    agent: str


_Key: TypeAlias = tuple[float | int | str | bool, ...]


def match(board: Board, *, now: float, rules: Rules, seed: int = 0) -> tuple[Board, tuple[Assignment, ...]]:
    """Reserve an agent for every waiting call that can have one.

    Calls of higher priority come first, then the longest waiting. ``seed`` decides for queues that choose at random.
    Expects a board on which ``expire`` has run with the same ``now``.
    """
    free = {name for name, agent in board.agents.items() if is_free(agent)}
    if not free or not board.calls:
        return board, ()
    agents, turns = dict(board.agents), dict(board.turns)
    orders: dict[str, list[str]] = {}
    assignments = []
    for call_id, call in waiting_line(board):
        if not free:
            break
        if call.queue not in orders:
            orders[call.queue] = _order(board, call.queue, free, rules=rules, seed=seed)
        may = (
            name for name in orders[call.queue] if name in free and may_serve(board, call, name, now=now, rules=rules)
        )
        name = call.wanted if call.wanted in free and call.wanted not in call.apart else next(may, None)
        if name is None:
            continue
        free.remove(name)
        agents[name] = replace(
            agents[name],
            presence=Presence.RINGING,
            call_id=call_id,
            queue=call.queue,
            lease_until=now + rules.queue(call.queue).ring_s + LEASE_MARGIN_S,
        )
        turns[call.queue] = name
        assignments.append(Assignment(call_id, name))
    return replace(board, agents=agents, turns=turns), tuple(assignments)


def waiting_line(board: Board) -> list[tuple[str, Waiting]]:
    """The calls for which nobody rings, in the order of service."""
    held = held_calls(board)
    line = [(call_id, call) for call_id, call in board.calls.items() if call_id not in held]
    return sorted(line, key=lambda item: (-item[1].priority, item[1].since, item[0]))


def is_free(agent: Agent) -> bool:
    """Whether the agent can be rung at all."""
    return agent.presence is Presence.READY and agent.paused_until is None


def may_serve(board: Board, call: Waiting, name: str, *, now: float, rules: Rules) -> bool:
    """Whether this agent, if he is free, may have this call now."""
    return (
        name not in call.apart
        and rules.can_serve(name, call.queue, call.skills)
        and waits_for(board, call, now=now, rules=rules) in (None, name)
    )


def waits_for(board: Board, call: Waiting, *, now: float, rules: Rules) -> str | None:
    """The one agent this call is kept for: the caller's last one, while he is at work and his time is not over."""
    name = call.favourite
    if name is None or now >= sticky_until(call, rules) or name in call.apart:
        return None
    agent = board.agents.get(name)
    at_work = agent is not None and agent.presence in _AT_WORK
    return name if at_work and rules.can_serve(name, call.queue, call.skills) else None


def sticky_until(call: Waiting, rules: Rules) -> float:
    """Until when the caller's last agent comes before all others."""
    return call.entered_at + rules.queue(call.queue).sticky_s


def _order(board: Board, queue: str, names: set[str], *, rules: Rules, seed: int) -> list[str]:
    """Free agents of a queue, the next one first."""
    key = _KEYS[rules.queue(queue).strategy]
    turn = board.turns.get(queue, "")
    members = (name for name in names if rules.serves(name, queue))
    return sorted(
        members,
        key=lambda name: (rules.agent(name).tier, *key(_Candidate(name, board.agents[name], rules, turn, seed))),
    )


class _Candidate(NamedTuple):
    """An agent, and what a strategy may look at."""

    name: str
    agent: Agent
    rules: Rules
    turn: str
    """Who was rung last for the queue."""
    seed: int


_KEYS: Mapping[Strategy, Callable[[_Candidate], _Key]] = {
    Strategy.LONGEST_IDLE: lambda one: (one.agent.idle_since, one.name),
    Strategy.ROUND_ROBIN: lambda one: (one.name <= one.turn, one.name),
    Strategy.FEWEST_CALLS: lambda one: (one.agent.conversations, one.agent.idle_since, one.name),
    Strategy.RANDOM: lambda one: (zlib.crc32(f"{one.seed}:{one.name}".encode()), one.name),
    Strategy.TOP_DOWN: lambda one: (one.rules.agent(one.name).position, one.name),
}
"""Each strategy is an order; the smallest is rung first."""
