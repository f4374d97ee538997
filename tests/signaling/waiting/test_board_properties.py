"""The waiting room under any order of events and any rules: nobody is served twice, forgotten, or stuck (#79).

The test keeps its own account of who was given to whom, so that the board cannot hide a mistake in its own record.
"""

from collections.abc import Mapping

import msgspec
from hypothesis import given, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from signaling.calls.events import Overflow
from signaling.waiting import board, deadlines, matching, overflow, places
from signaling.waiting.board import Afterwards, Agent, Board, Outcome, Presence, Waiting
from signaling.waiting.colleagues import Asked, reserve
from signaling.waiting.matching import Assignment
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules, Strategy

NAMES = ("ann", "ben", "cid")
AGENTS = strategies.sampled_from(NAMES)
CALLS = strategies.sampled_from(["c1", "c2", "c3", "c4"])
CALLERS = strategies.sampled_from([None, "noor", "ola"])
QUEUES = strategies.sampled_from(["sales", "support"])
SKILLS = strategies.sets(strategies.sampled_from(["ja", "refunds"]), max_size=2)
SECONDS = strategies.sampled_from([0.0, 5.0, 10.0, 40.0])

POLICIES = strategies.builds(
    QueuePolicy,
    strategy=strategies.sampled_from(Strategy),
    skills=SKILLS.map(frozenset),
    ring_s=strategies.just(20.0),
    refused_pause_s=SECONDS,
    no_answer_pause_s=SECONDS,
    busy_pause_s=SECONDS,
    wrap_up_s=SECONDS,
    sticky_s=SECONDS,
    caller_return_s=SECONDS,
    max_length=strategies.none() | strategies.integers(0, 2),
    max_wait_s=strategies.sampled_from([30.0, 1000.0]),
    unstaffed_wait_s=strategies.none() | SECONDS,
    overflow=strategies.sampled_from(Overflow),
    overflow_queue=strategies.just("support"),
)
PROFILES = strategies.builds(
    AgentProfile,
    queues=strategies.sets(QUEUES).map(frozenset),
    skills=SKILLS.map(frozenset),
    tier=strategies.integers(1, 2),
    position=strategies.integers(0, 3),
    wrap_up_s=strategies.none() | SECONDS,
)
RULES = strategies.builds(
    Rules, queues=strategies.dictionaries(QUEUES, POLICIES), agents=strategies.dictionaries(AGENTS, PROFILES)
)
IDLE_AGENTS = strategies.builds(
    Agent,
    presence=strategies.sampled_from([Presence.READY, Presence.AWAY]),
    idle_since=strategies.floats(0.0, 5.0),
    paused_until=strategies.none() | strategies.floats(0.0, 20.0),
    conversations=strategies.integers(0, 3),
)
WAITING_CALLS = strategies.builds(
    Waiting,
    queue=QUEUES,
    since=strategies.floats(0.0, 5.0),
    entered_at=strategies.floats(0.0, 10.0),
    priority=strategies.integers(0, 2),
    skills=SKILLS.map(tuple),
    favourite=strategies.none() | AGENTS,
    wanted=strategies.none() | AGENTS,
    apart=strategies.dictionaries(AGENTS, strategies.floats(0.0, 20.0)),
)


def _idle_ones(room: Board, call: Waiting, now: float, rules: Rules) -> set[str]:
    """Who is free, may have the call, and is not rung for it."""
    idle = set()
    for name, agent in room.agents.items():
        if agent.presence is Presence.READY and agent.paused_until is None and name not in call.apart:
            profile, needs = rules.agent(name), rules.queue(call.queue).skills | set(call.skills)
            fits = (not profile.queues or call.queue in profile.queues) and needs <= profile.skills
            kept = matching.waits_for(room, call, now=now, rules=rules) not in (None, name)
            idle |= {name} if fits and not kept else set()
    return idle


def _assert_nobody_free_is_left_waiting(room: Board, now: float, rules: Rules) -> None:
    for call_id, call in matching.waiting_line(room):
        idle = _idle_ones(room, call, now, rules)
        assert not idle, f"#72: {idle} are free and {call_id} waits for nobody else"
    for call_id, call in room.calls.items():
        rung = {name for name, agent in room.agents.items() if agent.call_id == call_id}
        if rung and call.wanted not in rung and rules.queue(call.queue).strategy is Strategy.RING_ALL:
            lowest = min(rules.agent(name).tier for name in rung)
            beside = {name for name in _idle_ones(room, call, now, rules) if rules.agent(name).tier <= lowest}
            assert not beside, f"#72: {beside} could ring for {call_id} as well"


@given(
    agents=strategies.dictionaries(AGENTS, IDLE_AGENTS),
    calls=strategies.dictionaries(CALLS, WAITING_CALLS),
    rules=RULES,
    seed=strategies.integers(0, 9),
)
def test_72_a_free_agent_and_a_waiting_call_always_meet(
    agents: Mapping[str, Agent], calls: Mapping[str, Waiting], rules: Rules, seed: int
) -> None:
    room = board.expire(Board(agents=agents, calls=calls), now=10.0, rules=rules)
    matched, assignments = matching.match(room, now=10.0, rules=rules, seed=seed)
    assert len({name for _, name in assignments}) == len(assignments), "#88: an agent was given two calls"
    _assert_nobody_free_is_left_waiting(matched, 10.0, rules)
    for call_id, name in assignments:
        assert room.agents[name].presence is Presence.READY, "an agent who is away was reserved"
        assert room.agents[name].paused_until is None, "an agent was reserved during his pause"
        assert name not in room.calls[call_id].apart, "#75: a call was offered again to whoever refused it"
        call, skills = room.calls[call_id], rules.agent(name).skills
        assert name == call.wanted or skills >= set(call.skills), "an agent cannot do what the call needs"


class BoardMachine(RuleBasedStateMachine):
    """Calls and agents do whatever they like; time only moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Board()
        self.site = Rules()
        self.now = 0.0
        self.serving: dict[str, str] = {}
        """Agent to call, as an observer of assignments would note it down."""
        self.waiting: set[str] = set()
        """Calls that entered and have neither left nor been answered nor sent away."""

    @initialize(rules=RULES)
    def decide(self, rules: Rules) -> None:
        self.site = rules

    @rule(call_id=CALLS, queue=QUEUES, caller=CALLERS, skills=SKILLS, priority=strategies.integers(0, 1))
    def enter(self, call_id: str, queue: str, caller: str | None, skills: set[str], priority: int) -> None:
        waiting = Waiting(
            queue=queue,
            since=self.now,
            entered_at=self.now,
            caller=caller,
            priority=priority,
            skills=tuple(sorted(skills)),
        )
        self.room = board.enter(self.room, call_id, waiting, rules=self.site)
        self.waiting.add(call_id)

    @rule(call_id=CALLS)
    def leave(self, call_id: str) -> None:
        self.room = board.leave(self.room, call_id, now=self.now, rules=self.site)
        self.serving = {agent: call for agent, call in self.serving.items() if call != call_id}
        self.waiting.discard(call_id)
        assert call_id.encode() not in msgspec.json.encode(self.room), "#92: a call that left is still on the board"

    @rule(agent=AGENTS)
    def ready(self, agent: str) -> None:
        self.room = board.ready(self.room, agent, now=self.now)

    @rule(agent=AGENTS)
    def away(self, agent: str) -> None:
        self.room = board.away(self.room, agent, now=self.now, reason="lunch")

    @rule(agent=AGENTS)
    def gone(self, agent: str) -> None:
        self.room = board.gone(self.room, agent)
        if agent not in self.serving:
            assert agent not in self.room.agents, "an agent without tabs or call is still on the board"

    @precondition(lambda self: self.serving)
    @rule(data=strategies.data())
    def occupy(self, data: strategies.DataObject) -> None:
        agent = data.draw(strategies.sampled_from(sorted(self.serving)))
        call_id = self.serving[agent]
        self._is_alone_with(call_id, agent)
        self.room = board.occupy(self.room, call_id, agent, now=self.now, rules=self.site)
        self.waiting.discard(call_id)
        assert board.presence(self.room, agent) is Presence.BUSY

    @rule(call_id=CALLS, agent=AGENTS)
    def occupy_late(self, call_id: str, agent: str) -> None:
        """An answer that crosses a lapsed lease, or comes from nowhere."""
        self._is_alone_with(call_id, agent)
        self.room = board.occupy(self.room, call_id, agent, now=self.now, rules=self.site)
        self.waiting.discard(call_id)
        if agent in self.room.agents:
            self.serving.setdefault(agent, call_id)

    @rule(call_id=CALLS, agent=strategies.none() | AGENTS, queue=QUEUES, seed=strategies.integers(0, 9))
    def ask_a_colleague(self, call_id: str, agent: str | None, queue: str, seed: int) -> None:
        """Somebody who talks with the caller asks for a colleague."""
        before = self.room
        asked = Asked(agent, queue)
        self.room, found = reserve(before, call_id, asked, now=self.now, rules=self.site, seed=seed)
        if isinstance(found, Assignment):
            assert agent in (None, found.agent), "somebody else than the one asked for is rung"
            assert board.presence(before, found.agent) is Presence.READY, "a colleague is torn from what he does"
            assert found.agent not in self.serving, "#88: a colleague was given a second call"
            assert board.presence(self.room, found.agent) is Presence.RINGING
            self.serving[found.agent] = call_id
        else:
            assert self.room == before, "a colleague who cannot be had was changed all the same"
            assert agent is None or board.presence(before, agent) is not Presence.READY, "a free colleague is withheld"

    @precondition(lambda self: self.serving)
    @rule(data=strategies.data(), outcome=strategies.sampled_from(Outcome))
    def release(self, data: strategies.DataObject, outcome: Outcome) -> None:
        agent = data.draw(strategies.sampled_from(sorted(self.serving)))
        call_id = self.serving.pop(agent)
        self.room = board.release(self.room, call_id, agent, outcome, now=self.now, rules=self.site)
        free = (Presence.READY, Presence.WRAP_UP, Presence.AWAY, Presence.OFFLINE)
        assert board.presence(self.room, agent) in free, "a released agent is stuck"

    @rule(seconds=SECONDS, seed=strategies.integers(0, 9))
    def look(self, seconds: float, seed: int) -> None:
        """What the dispatcher does after every request and at every deadline."""
        self.now += seconds
        now, rules = self.now, self.site
        expired = board.expire(self.room, now=now, rules=rules)
        lapsed = {name for name in self.serving if self._held(name, self.room) and not self._held(name, expired)}
        for name in lapsed:
            assert self.room.agents[name].presence is Presence.RINGING, "a conversation ran out like a lease"
            del self.serving[name]
        matched, assignments = matching.match(expired, now=now, rules=rules, seed=seed)
        for call_id, agent in assignments:
            assert agent not in self.serving, "#88: an agent was given a second call"
            strategy = rules.queue(self.room.calls[call_id].queue).strategy
            alone = strategy is not Strategy.RING_ALL
            assert not alone or call_id not in self.serving.values(), "#88: a call was given a second agent"
            assert call_id in self.waiting, "an agent was reserved for a call that does not wait"
            self.serving[agent] = call_id
        self.room, sent_away = overflow.overflow(matched, now=now, rules=rules)
        for call_id, *_ in sent_away:
            assert call_id not in self.serving.values(), "a caller was torn from the agent who is being rung"
            assert call_id not in self.room.calls, "#78: a call that was sent away is still on the board"
            self.waiting.remove(call_id)
        _assert_nobody_free_is_left_waiting(self.room, now, rules)
        self._assert_no_clock_was_missed()

    def _is_alone_with(self, call_id: str, agent: str) -> None:
        """Whoever rings for the call beside this agent is free again; whoever talks with it goes on."""
        rung = {name for name in self.serving if board.presence(self.room, name) is Presence.RINGING} - {agent}
        self.serving = {name: call for name, call in self.serving.items() if call != call_id or name not in rung}

    def _assert_no_clock_was_missed(self) -> None:
        for agent in self.room.agents.values():
            for until in (agent.lease_until, agent.paused_until, agent.wrap_up_until):
                assert until is None or until > self.now, "#71: something that should have ended by itself did not"
        for call_id, call in matching.waiting_line(self.room):
            limit = call.entered_at + self.site.queue(call.queue).max_wait_s
            assert limit > self.now, f"{call_id} waits longer than anybody may"
            deadline = deadlines.next_deadline(self.room, now=self.now, rules=self.site)
            assert deadline is not None, "nobody would look at the board again"
            assert self.now < deadline <= limit, "nobody wakes up when the longest wait is over"

    @invariant()
    def the_board_agrees_with_the_observer(self) -> None:
        held = {name: agent.call_id for name, agent in self.room.agents.items() if agent.call_id is not None}
        assert held == self.serving, "the board forgot or invented who serves whom"
        assert set(self.room.calls) == self.waiting, "#78: the board forgot or invented who waits"

    @invariant()
    def every_reservation_has_an_end(self) -> None:
        for agent in self.room.agents.values():
            reserved = agent.presence is Presence.RINGING
            assert (agent.lease_until is not None) == reserved, "#71: a reservation without an end"
            assert (agent.call_id is not None) == (agent.presence in (Presence.RINGING, Presence.BUSY))
            assert (agent.wrap_up_until is not None) == (agent.presence is Presence.WRAP_UP), "a wrap-up without an end"
            if agent.call_id is None:
                assert agent.afterwards is Afterwards.READY, "a wish for after the call outlived the call"

    @invariant()
    def places_are_counted_without_gaps(self) -> None:
        for queue in {call.queue for call in self.room.calls.values()}:
            told = [
                places.place(self.room, call_id) for call_id, call in self.room.calls.items() if call.queue == queue
            ]
            counted = sorted(place for place in told if place is not None)
            assert counted == list(range(1, len(counted) + 1)), "#24: two callers are told the same place"

    @invariant()
    def the_record_is_whole(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.room), type=Board) == self.room

    @staticmethod
    def _held(name: str, room: Board) -> bool:
        return name in room.agents and room.agents[name].call_id is not None


TestBoard = BoardMachine.TestCase
TestBoard.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
