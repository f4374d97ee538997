"""Owns the waiting room of a site as one record: which calls wait, which agents serve, and who gets whom.

Pure: every change is a function from board to board, time comes in as ``now`` (epoch seconds), nothing is posted
or stored here. Who rings for a call is written down once, at the agent, so the two sides cannot disagree. Changes
that name an unknown call or agent leave the board as it is, because messages cross each other.
"""

import enum
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from signaling.waiting.rules import Rules

LEASE_MARGIN_S = 15.0
"""Lease of a reservation beyond the ring time: an agent's media may take 10 s after Answer
(``Policies.agent_media_s``), and a busy event loop gets the rest."""


class Presence(enum.Enum):
    """What an agent is doing, in the words of the agent protocol."""

    READY = "ready"
    RINGING = "ringing"
    """Reserved for a call until ``Agent.lease_until``."""
    BUSY = "busy"
    AWAY = "away"


class Afterwards(enum.Enum):
    """What becomes of an agent who is released."""

    READY = "ready"
    AWAY = "away"
    GONE = "gone"
    """The last tab closed meanwhile; he is forgotten unless he comes back first."""


class Outcome(enum.Enum):
    """Why an agent is released (``ReleaseAgent.outcome``)."""

    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    MEDIA_FAILED = "media_failed"
    GONE = "gone"
    """No tab is left; whether he is forgotten is for ``Agent.afterwards`` to say, for he may be back already."""
    NOT_NEEDED = "not_needed"
    FINISHED = "finished"


_PAUSES = {Outcome.REFUSED, Outcome.NO_ANSWER, Outcome.MEDIA_FAILED}
_KEEPS_APART = _PAUSES | {Outcome.NOT_NEEDED}
"""NOT_NEEDED counts too: a call that declines an agent would otherwise be given him again at once, for ever (#81)."""


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who is signed in, or still held by a call."""

    presence: Presence
    idle_since: float
    """The longest idle agent is next; only a finished conversation sends him to the end."""
    call_id: str | None = None
    """The one call he rings for or talks with."""
    queue: str | None = None
    """The queue that call was in when it got him."""
    lease_until: float | None = None
    """When a reservation ends by itself (#71); conversations have none."""
    paused_until: float | None = None
    """No call is offered before this, after a refusal or a ring without answer."""
    afterwards: Afterwards = Afterwards.READY


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A call in a queue, rung for or not."""

    queue: str
    since: float
    """The longest waiting call is next; a call that comes back keeps its time and with it its place."""
    apart: Mapping[str, float] = {}
    """Agents this call is not offered to, each with the end of that time (#75)."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The waiting room. Agents by name, calls by id."""

    agents: Mapping[str, Agent] = {}
    calls: Mapping[str, Waiting] = {}


class Assignment(NamedTuple):
    """This agent was reserved for this call."""

    call_id: str
    agent: str


def enter(board: Board, call_id: str, queue: str, *, since: float) -> Board:
    """The call waits. Entering again moves it to this queue and place."""
    known = board.calls.get(call_id)
    waiting = Waiting(queue=queue, since=since, apart=known.apart if known is not None else {})
    return replace(board, calls={**board.calls, call_id: waiting})


def leave(board: Board, call_id: str, *, now: float) -> Board:
    """Forget the call and free whoever rings for it or talks with it (#92)."""
    board = _without_call(board, call_id)
    for name in _holders(board, call_id):
        finished = board.agents[name].presence is Presence.BUSY
        board = _free(board, name, idle_since=now if finished else None)
    return board


def ready(board: Board, name: str, *, now: float) -> Board:
    """The agent takes calls, now or as soon as his present one is over. Saying so ends his pause if he was away."""
    agent = board.agents.get(name)
    if agent is not None and agent.call_id is not None:
        return _with_agent(board, name, replace(agent, afterwards=Afterwards.READY))
    if agent is not None and agent.presence is Presence.READY:
        return board
    return _with_agent(board, name, Agent(presence=Presence.READY, idle_since=now))


def away(board: Board, name: str, *, now: float) -> Board:
    """The agent is here but takes no calls, from now on or as soon as his present one is over."""
    agent = board.agents.get(name)
    if agent is not None and agent.call_id is not None:
        return _with_agent(board, name, replace(agent, afterwards=Afterwards.AWAY))
    return _with_agent(board, name, Agent(presence=Presence.AWAY, idle_since=now))


def gone(board: Board, name: str) -> Board:
    """The agent has no tab left: he is forgotten, if a call still holds him then when it lets go."""
    agent = board.agents.get(name)
    if agent is None:
        return board
    if agent.call_id is not None:
        return _with_agent(board, name, replace(agent, afterwards=Afterwards.GONE))
    return _without_agent(board, name)


def occupy(board: Board, call_id: str, name: str) -> Board:
    """The agent talks with the call now; it leaves the queue, and anybody else reserved for it is free again."""
    board = _without_call(board, call_id)
    for other in _holders(board, call_id):
        if other != name:
            board = _free(board, other)
    agent = board.agents.get(name)
    if agent is None or agent.call_id not in (None, call_id):
        return board
    afterwards = Afterwards.AWAY if agent.presence is Presence.AWAY else agent.afterwards
    talking = replace(
        agent,
        presence=Presence.BUSY,
        call_id=call_id,
        lease_until=None,
        paused_until=None,
        afterwards=afterwards,
    )
    return _with_agent(board, name, talking)


def release(board: Board, call_id: str, name: str, outcome: Outcome, *, now: float, rules: Rules) -> Board:
    """The agent is done with the call, which waits on if it is still in the queue."""
    agent = board.agents.get(name)
    if agent is None or agent.call_id != call_id:
        return board
    pause_ends = now + rules.queue(agent.queue).refused_pause_s
    waiting = board.calls.get(call_id)
    if waiting is not None and outcome in _KEEPS_APART:
        apart = replace(waiting, apart={**waiting.apart, name: pause_ends})
        board = replace(board, calls={**board.calls, call_id: apart})
    return _free(
        board,
        name,
        idle_since=now if outcome is Outcome.FINISHED else None,
        paused_until=pause_ends if outcome in _PAUSES else None,
    )


def expire(board: Board, *, now: float, rules: Rules) -> Board:
    """End every lease, pause and separation whose time has come.

    A lease only runs out when the call has lost its owner, for a live call releases by its own deadline. The agent
    is not to blame and may serve others at once; this call is kept from him for the length of a pause.
    """
    for name, agent in board.agents.items():
        if agent.call_id is not None and _is_over(agent.lease_until, now):
            board = release(board, agent.call_id, name, Outcome.NOT_NEEDED, now=now, rules=rules)
        elif _is_over(agent.paused_until, now):
            board = _with_agent(board, name, replace(agent, paused_until=None))
    for call_id, waiting in board.calls.items():
        apart = {name: until for name, until in waiting.apart.items() if until > now}
        if len(apart) < len(waiting.apart):
            board = replace(board, calls={**board.calls, call_id: replace(waiting, apart=apart)})
    return board


def match(board: Board, *, now: float, rules: Rules) -> tuple[Board, tuple[Assignment, ...]]:
    """Reserve the longest idle free agent who serves its queue for the longest waiting call, until none is left (#72).

    Expects a board on which ``expire`` has run with the same ``now``.
    """
    idle = sorted(
        (agent.idle_since, name)
        for name, agent in board.agents.items()
        if agent.presence is Presence.READY and agent.paused_until is None
    )
    free = [name for _, name in idle]
    taken = {agent.call_id for agent in board.agents.values()}
    line = sorted((call.since, call_id) for call_id, call in board.calls.items() if call_id not in taken)
    agents = dict(board.agents)
    assignments = []
    for _, call_id in line:
        call = board.calls[call_id]
        name = next((name for name in free if name not in call.apart and rules.serves(name, call.queue)), None)
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
        assignments.append(Assignment(call_id, name))
    return replace(board, agents=agents), tuple(assignments)


def next_deadline(board: Board) -> float | None:
    """When ``expire`` has something to do next, in epoch seconds."""
    return min(_deadlines(board), default=None)


def presence(board: Board, name: str) -> Presence:
    """What the agent is doing; whoever is not on the board is away."""
    agent = board.agents.get(name)
    return agent.presence if agent is not None else Presence.AWAY


def _holders(board: Board, call_id: str) -> list[str]:
    return [name for name, agent in board.agents.items() if agent.call_id == call_id]


def _free(board: Board, name: str, *, idle_since: float | None = None, paused_until: float | None = None) -> Board:
    agent = board.agents[name]
    if agent.afterwards is Afterwards.GONE:
        return _without_agent(board, name)
    free = Agent(
        presence=Presence.READY if agent.afterwards is Afterwards.READY else Presence.AWAY,
        idle_since=agent.idle_since if idle_since is None else idle_since,
        paused_until=paused_until,
    )
    return _with_agent(board, name, free)


def _with_agent(board: Board, name: str, agent: Agent) -> Board:
    return replace(board, agents={**board.agents, name: agent})


def _without_agent(board: Board, name: str) -> Board:
    return replace(board, agents={other: agent for other, agent in board.agents.items() if other != name})


def _without_call(board: Board, call_id: str) -> Board:
    return replace(board, calls={other: call for other, call in board.calls.items() if other != call_id})


def _is_over(until: float | None, now: float) -> bool:
    return until is not None and until <= now


def _deadlines(board: Board) -> Iterator[float]:
    for agent in board.agents.values():
        yield from (until for until in (agent.lease_until, agent.paused_until) if until is not None)
    for call in board.calls.values():
        yield from call.apart.values()
