"""Owns who gets whom: which agents may serve which call, in which order they are asked, and the reservation. Pure.

The promise (#72): after ``match``, no call waits for which ``may_serve`` holds with a free agent, and none that rings
all is without a free agent who may ring, too.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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
    """Reserve an agent for every waiting call that can have one, and more agents for calls that ring all.

    Calls of higher priority come first, then the longest waiting; nobody rings as a second agent while a call waits
    for a first one. ``seed`` decides for queues that choose at random. Expects a board on which ``expire`` has run with
    the same ``now``.
    """
    free = {name for name, agent in board.agents.items() if is_free(agent)}
    if not free or not board.calls:
        return board, ()
    first = _one_each(board, free, now=now, rules=rules, seed=seed)
    board = _reserved(board, first, now=now, rules=rules)
    joining = _joining(board, free.difference(name for _, name in first), now=now, rules=rules)
    return _reserved(board, joining, now=now, rules=rules), (*first, *joining)


def waiting_line(board: Board) -> list[tuple[str, Waiting]]:
    """The calls for which nobody rings, in the order of service."""
    held = held_calls(board)
    return _by_service((call_id, call) for call_id, call in board.calls.items() if call_id not in held)


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


def order(board: Board, queue: str, names: AbstractSet[str], *, rules: Rules, seed: int) -> list[str]:
    """Free agents of a queue, the next one first."""
    key = _KEYS[rules.queue(queue).strategy]
    turn = board.turns.get(queue, "")
    members = (name for name in names if rules.serves(name, queue))
    return sorted(
        members,
        key=lambda name: (rules.agent(name).tier, *key(_Candidate(name, board.agents[name], rules, turn, seed))),
    )


def rung(agent: Agent, call_id: str, queue: str | None, *, now: float, rules: Rules) -> Agent:
    """The agent as he rings for this call, until he answers or his lease ends."""
    lease_until = now + rules.queue(queue).ring_s + LEASE_MARGIN_S
    return replace(agent, presence=Presence.RINGING, call_id=call_id, queue=queue, lease_until=lease_until)


def _one_each(board: Board, free: AbstractSet[str], *, now: float, rules: Rules, seed: int) -> list[Assignment]:
    """One agent for every waiting call that can have one."""
    left, orders = set(free), dict[str, list[str]]()
    assignments = []
    for call_id, call in waiting_line(board):
        if not left:
            break
        if call.queue not in orders:
            orders[call.queue] = order(board, call.queue, left, rules=rules, seed=seed)
        may = (
            name for name in orders[call.queue] if name in left and may_serve(board, call, name, now=now, rules=rules)
        )
        name = call.wanted if call.wanted in left and call.wanted not in call.apart else next(may, None)
        if name is not None:
            left.remove(name)
            assignments.append(Assignment(call_id, name))
    return assignments


def _joining(board: Board, free: AbstractSet[str], *, now: float, rules: Rules) -> list[Assignment]:
    """Who rings beside others: agents of the lowest tier that rings, or of a lower one. A wanted agent rings alone."""
    all_rung = {name for name, policy in rules.queues.items() if policy.strategy is Strategy.RING_ALL}
    if not free or not all_rung:
        return []
    rung: dict[str | None, list[str]] = {}
    for name, agent in board.agents.items():
        rung.setdefault(agent.call_id, []).append(name)
    left, assignments = set(free), []
    for call_id, call in _by_service(item for item in board.calls.items() if item[1].queue in all_rung):
        others = rung.get(call_id, ())
        if not others or call.wanted in others:
            continue
        tier = min(rules.agent(name).tier for name in others)
        for name in sorted(left):
            if rules.agent(name).tier <= tier and may_serve(board, call, name, now=now, rules=rules):
                left.remove(name)
                assignments.append(Assignment(call_id, name))
    return assignments


def _reserved(board: Board, assignments: Sequence[Assignment], *, now: float, rules: Rules) -> Board:
    """The board with these agents held for these calls, each until a lease ends."""
    if not assignments:
        return board
    agents, turns = dict(board.agents), dict(board.turns)
    for call_id, name in assignments:
        queue = board.calls[call_id].queue
        agents[name] = rung(agents[name], call_id, queue, now=now, rules=rules)
        turns[queue] = name
    return replace(board, agents=agents, turns=turns)


def _by_service(calls: Iterable[tuple[str, Waiting]]) -> list[tuple[str, Waiting]]:
    return sorted(calls, key=lambda item: (-item[1].priority, item[1].since, item[0]))


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
    Strategy.RING_ALL: lambda one: (one.agent.idle_since, one.name),
}
"""Each strategy is an order; the smallest is rung first."""
