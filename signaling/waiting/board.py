"""Owns the waiting room of a site as one record: which calls wait, which agents are here, and who holds whom.

Pure: every change is a function from board to board, time comes in as ``now`` (epoch seconds), nothing is posted
or stored here. Who rings for a call is written down once, at the agent, so the two sides cannot disagree. Changes
that name an unknown call or agent leave the board as it is, because messages cross each other. Who gets whom is for
``matching`` to say, and who may not stay for ``overflow``.
"""

import enum
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from signaling.waiting import pace, visits
from signaling.waiting.rules import Rules
from signaling.waiting.visits import Place, Visits


class Presence(enum.Enum):
    """What an agent is doing, in the words of the agent protocol."""

    READY = "ready"
    RINGING = "ringing"
    """Reserved for a call until ``Agent.lease_until``."""
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    """Working on what a conversation left to do, until ``Agent.wrap_up_until`` or until he says Ready."""
    AWAY = "away"
    OFFLINE = "offline"
    """Without a tab; such an agent is not on the board."""


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


class Agent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An agent who is signed in, or still held by a call."""

    presence: Presence
    idle_since: float
    """Only a finished conversation sends an agent to the end of the idle."""
    since: float = 0.0
    """When he began what he is doing (``stamp``), for people to see; no rule looks at it."""
    call_id: str | None = None
    """The one call he rings for or talks with."""
    queue: str | None = None
    """The queue that call was in when it got him."""
    lease_until: float | None = None
    """When a reservation ends by itself (#71); conversations have none."""
    paused_until: float | None = None
    """No call is offered before this, after a refusal or a ring without answer."""
    wrap_up_until: float | None = None
    afterwards: Afterwards = Afterwards.READY
    away_reason: str = ""
    """Why he is away, in his words."""
    conversations: int = 0
    """Since he signed in."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A call in a queue, rung for or not."""

    queue: str
    since: float
    """The longest waiting call is next; a call that comes back keeps its time and with it its place."""
    entered_at: float
    """When it came into this queue; limits and the wait for a certain agent count from here."""
    priority: int = 0
    """Calls of higher priority are served first."""
    skills: tuple[str, ...] = ()
    """What an agent needs for this call, beside the skills of the queue."""
    caller: str | None = None
    """Tag of the caller, if he can be recognised."""
    favourite: str | None = None
    """The agent this caller spoke with last."""
    wanted: str | None = None
    """The agent to whom the call was transferred; he is asked first."""
    admitted: bool = False
    """The length of the queue has been measured for it; a call that comes back is in for good."""
    apart: Mapping[str, float] = {}
    """Agents this call is not offered to, each with the end of that time (#75)."""


class Board(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The waiting room. Agents by name; calls by id, in the order they came."""

    agents: Mapping[str, Agent] = {}
    calls: Mapping[str, Waiting] = {}
    turns: Mapping[str, str] = {}
    """By queue, who was rung last."""
    visits: Visits = {}
    answered: Mapping[str, tuple[float, ...]] = {}
    """By queue, when its latest callers got their agents (``pace``)."""


def enter(board: Board, call_id: str, waiting: Waiting, *, rules: Rules) -> Board:
    """The call waits. Entering again moves it to this queue and place; a caller who returns soon has his old one."""
    known = board.calls.get(call_id)
    if known is not None:
        waiting = replace(waiting, apart=known.apart)
    caller = waiting.caller
    if caller is not None:
        within_s = rules.queue(waiting.queue).caller_return_s
        old = visits.old_place(board.visits, caller, waiting.queue, now=waiting.entered_at, within_s=within_s)
        waiting = replace(
            waiting,
            since=waiting.since if old is None else min(old, waiting.since),
            admitted=waiting.admitted or old is not None,
            favourite=visits.favourite(board.visits, caller) if rules.queue(waiting.queue).sticky_s > 0 else None,
        )
        board = replace(board, visits=visits.returned(board.visits, caller))
    return replace(board, calls={**board.calls, call_id: waiting})


def leave(board: Board, call_id: str, *, now: float, rules: Rules) -> Board:
    """Forget the call and free whoever rings for it or talks with it (#92); only the caller may be remembered."""
    call = board.calls.get(call_id)
    if call is not None:
        board = _without_call(board, call_id)
        if call.caller is not None and rules.queue(call.queue).caller_return_s > 0:
            place = Place(call.queue, call.since)
            board = replace(board, visits=visits.gave_up(board.visits, call.caller, place, now=now))
    for name in _holders(board, call_id):
        talked = board.agents[name].presence is Presence.BUSY
        board = _finished(board, name, now=now, rules=rules) if talked else _free(board, name)
    return board


def ready(board: Board, name: str, *, now: float) -> Board:
    """The agent takes calls, now or as soon as his present one is over. Saying so ends wrap-up, away and a pause."""
    agent = board.agents.get(name)
    if agent is None:
        return _with_agent(board, name, Agent(presence=Presence.READY, idle_since=now))
    if agent.call_id is not None:
        return _with_agent(board, name, replace(agent, afterwards=Afterwards.READY))
    if agent.presence is Presence.READY:
        return board
    return _with_agent(board, name, _idle(agent, Presence.READY, since=now))


def away(board: Board, name: str, *, now: float, reason: str = "") -> Board:
    """The agent is here but takes no calls, from now on or as soon as his present one is over."""
    agent = board.agents.get(name)
    if agent is None:
        agent = Agent(presence=Presence.AWAY, idle_since=now)
    elif agent.call_id is not None:
        return _with_agent(board, name, replace(agent, afterwards=Afterwards.AWAY, away_reason=reason))
    return _with_agent(board, name, replace(_idle(agent, Presence.AWAY, since=now), away_reason=reason))


def gone(board: Board, name: str) -> Board:
    """The agent has no tab left: he is forgotten, if a call still holds him then when it lets go."""
    agent = board.agents.get(name)
    if agent is None:
        return board
    if agent.call_id is not None:
        return _with_agent(board, name, replace(agent, afterwards=Afterwards.GONE))
    return _without_agent(board, name)


def occupy(board: Board, call_id: str, name: str, *, now: float, rules: Rules) -> Board:
    """The agent talks with the call now; it leaves the queue, and anybody else who rings for it is free again.

    Whoever talks with it already goes on: he has asked this agent to join him.
    """
    call = board.calls.get(call_id)
    board = _without_call(board, call_id)
    for other in _holders(board, call_id):
        if other != name and board.agents[other].presence is Presence.RINGING:
            board = _free(board, other)
    agent = board.agents.get(name)
    if agent is None or agent.call_id not in (None, call_id):
        return board
    if call is not None and call.caller is not None and rules.queue(call.queue).sticky_s > 0:
        board = replace(board, visits=visits.served(board.visits, call.caller, name, now=now))
    if call is not None:
        history = pace.answered(board.answered.get(call.queue, ()), now)
        board = replace(board, answered={**board.answered, call.queue: history})
    talking = replace(
        agent,
        presence=Presence.BUSY,
        call_id=call_id,
        queue=call.queue if call is not None else agent.queue,
        lease_until=None,
        paused_until=None,
        wrap_up_until=None,
        afterwards=Afterwards.AWAY if agent.presence is Presence.AWAY else agent.afterwards,
        # Whoever comes back to a conversation that broke off does not begin another one.
        conversations=agent.conversations + (agent.presence is not Presence.BUSY),
    )
    return _with_agent(board, name, talking)


def engage(board: Board, call_id: str, name: str, queue: str) -> Board:
    """The agent phones somebody and is busy with that call; unchanged unless he is signed in and free of calls.

    An agent who takes no calls, or works on what the last one left, may phone; afterwards he takes calls again or not,
    as he wished before (#80).
    """
    agent = board.agents.get(name)
    if agent is None or agent.call_id is not None:
        return board
    phoning = replace(
        agent,
        presence=Presence.BUSY,
        call_id=call_id,
        queue=queue,
        paused_until=None,
        wrap_up_until=None,
        afterwards=Afterwards.AWAY if agent.presence is Presence.AWAY else Afterwards.READY,
    )
    return _with_agent(board, name, phoning)


def release(board: Board, call_id: str, name: str, outcome: Outcome, *, now: float, rules: Rules) -> Board:
    """The agent is done with the call, which waits on if it is still in the queue."""
    agent = board.agents.get(name)
    if agent is None or agent.call_id != call_id:
        return board
    if outcome is Outcome.FINISHED:
        return _finished(board, name, now=now, rules=rules)
    pause_s = _pause_s(outcome, agent.queue, rules)
    pause_ends = now + pause_s if pause_s is not None else None
    waiting = board.calls.get(call_id)
    if waiting is not None and pause_ends is not None:
        apart = replace(waiting, apart={**waiting.apart, name: pause_ends})
        board = replace(board, calls={**board.calls, call_id: apart})
    return _free(board, name, paused_until=pause_ends if outcome is not Outcome.NOT_NEEDED else None)


def expire(board: Board, *, now: float, rules: Rules) -> Board:
    """End every lease, pause, wrap-up and separation whose time has come, and forget callers of long ago.

    A lease only runs out when the call has lost its owner, for a live call releases by its own deadline. The agent
    is not to blame and may serve others at once; this call is kept from him for the length of a pause.
    """
    for name, agent in board.agents.items():
        if agent.call_id is not None and _is_over(agent.lease_until, now):
            board = release(board, agent.call_id, name, Outcome.NOT_NEEDED, now=now, rules=rules)
        elif _is_over(agent.paused_until, now):
            board = _with_agent(board, name, replace(agent, paused_until=None))
        elif agent.wrap_up_until is not None and agent.wrap_up_until <= now:
            board = _with_agent(board, name, _idle(agent, Presence.READY, since=agent.wrap_up_until))
    for call_id, waiting in board.calls.items():
        if waiting.apart and min(waiting.apart.values()) <= now:
            apart = {name: until for name, until in waiting.apart.items() if until > now}
            board = replace(board, calls={**board.calls, call_id: replace(waiting, apart=apart)})
    remembered = visits.forget(board.visits, now=now)
    return board if remembered is board.visits else replace(board, visits=remembered)


def stamp(before: Board, after: Board, *, now: float) -> Board:
    """Note who has begun something else between these two boards."""
    begun = {
        name: replace(agent, since=now)
        for name, agent in after.agents.items()
        if agent is not (known := before.agents.get(name)) and (known is None or known.presence is not agent.presence)
    }
    return replace(after, agents={**after.agents, **begun}) if begun else after


def presence(board: Board, name: str) -> Presence:
    """What the agent is doing."""
    agent = board.agents.get(name)
    return agent.presence if agent is not None else Presence.OFFLINE


def held_calls(board: Board) -> set[str]:
    """The calls for which an agent rings or with which one talks."""
    return {agent.call_id for agent in board.agents.values() if agent.call_id is not None}


def _pause_s(outcome: Outcome, queue: str | None, rules: Rules) -> float | None:
    """How long agent and call are kept apart, and the agent from all calls if he is to blame."""
    policy = rules.queue(queue)
    return {
        Outcome.REFUSED: policy.refused_pause_s,
        Outcome.NO_ANSWER: policy.no_answer_pause_s,
        Outcome.MEDIA_FAILED: policy.busy_pause_s,
        # A call that declines an agent would otherwise be given him again at once, for ever (#81).
        Outcome.NOT_NEEDED: policy.refused_pause_s,
    }.get(outcome)


def _holders(board: Board, call_id: str) -> list[str]:
    return [name for name, agent in board.agents.items() if agent.call_id == call_id]


def _idle(agent: Agent, presence: Presence, *, since: float) -> Agent:
    """The agent without anything that a call left on him."""
    return Agent(presence=presence, idle_since=since, since=agent.since, conversations=agent.conversations)


def _free(board: Board, name: str, *, idle_since: float | None = None, paused_until: float | None = None) -> Board:
    """The call lets go of the agent; he is what he wished to be afterwards."""
    agent = board.agents[name]
    if agent.afterwards is Afterwards.GONE:
        return _without_agent(board, name)
    is_ready = agent.afterwards is Afterwards.READY
    free = _idle(
        agent,
        Presence.READY if is_ready else Presence.AWAY,
        since=agent.idle_since if idle_since is None else idle_since,
    )
    reason = "" if is_ready else agent.away_reason
    return _with_agent(board, name, replace(free, paused_until=paused_until, away_reason=reason))


def _finished(board: Board, name: str, *, now: float, rules: Rules) -> Board:
    """A conversation has come to its end: to the end of the idle, after the work it left to do."""
    wrap_up_s = rules.wrap_up_s(name, board.agents[name].queue)
    board = _free(board, name, idle_since=now)
    agent = board.agents.get(name)
    if agent is None or agent.presence is not Presence.READY or wrap_up_s <= 0:
        return board
    return _with_agent(board, name, replace(agent, presence=Presence.WRAP_UP, wrap_up_until=now + wrap_up_s))


def _with_agent(board: Board, name: str, agent: Agent) -> Board:
    return replace(board, agents={**board.agents, name: agent})


def _without_agent(board: Board, name: str) -> Board:
    return replace(board, agents={other: agent for other, agent in board.agents.items() if other != name})


def _without_call(board: Board, call_id: str) -> Board:
    return replace(board, calls={other: call for other, call in board.calls.items() if other != call_id})


def _is_over(until: float | None, now: float) -> bool:
    return until is not None and until <= now
