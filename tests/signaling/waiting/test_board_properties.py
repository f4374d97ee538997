"""The board under any order of events: nobody is served twice, nobody is forgotten, nothing stays stuck.

The test keeps its own account of who was given to whom, so that the board cannot hide a mistake in its own record.
"""

import msgspec
from hypothesis import given, settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from signaling.waiting import board
from signaling.waiting.board import Afterwards, Agent, Board, Outcome, Presence, Waiting
from signaling.waiting.rules import QueuePolicy, Rules

POLICY = QueuePolicy(ring_s=20.0, refused_pause_s=10.0)
RULES = Rules(queues={"main": POLICY})
AGENTS = strategies.sampled_from(["ann", "ben", "cid"])
CALLS = strategies.sampled_from(["c1", "c2", "c3", "c4"])


IDLE_AGENTS = strategies.builds(
    Agent,
    presence=strategies.sampled_from([Presence.READY, Presence.AWAY]),
    idle_since=strategies.floats(0.0, 5.0),
    paused_until=strategies.none() | strategies.floats(0.0, 20.0),
)
WAITING_CALLS = strategies.builds(
    Waiting,
    queue=strategies.just("main"),
    since=strategies.floats(0.0, 5.0),
    apart=strategies.dictionaries(AGENTS, strategies.floats(0.0, 20.0)),
)


def _assert_nobody_free_is_left_waiting(room: Board) -> None:
    served = {agent.call_id for agent in room.agents.values()}
    for name, agent in room.agents.items():
        if agent.presence is Presence.READY and agent.paused_until is None:
            meets = [call_id for call_id in room.calls.keys() - served if name not in room.calls[call_id].apart]
            assert not meets, "#72: a free agent and a waiting call did not meet"


@given(agents=strategies.dictionaries(AGENTS, IDLE_AGENTS), calls=strategies.dictionaries(CALLS, WAITING_CALLS))
def test_72_a_free_agent_and_a_waiting_call_always_meet(agents: dict[str, Agent], calls: dict[str, Waiting]) -> None:
    room = board.expire(Board(agents=agents, calls=calls), now=10.0, rules=RULES)
    matched, assignments = board.match(room, now=10.0, rules=RULES)
    _assert_nobody_free_is_left_waiting(matched)
    for call_id, name in assignments:
        assert room.agents[name].presence is Presence.READY, "an agent who is away was reserved"
        assert room.agents[name].paused_until is None, "an agent was reserved during his pause"
        assert name not in room.calls[call_id].apart, "#75: a call was offered again to whoever refused it"


class BoardMachine(RuleBasedStateMachine):
    """Calls and agents do whatever they like; time only moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Board()
        self.now = 0.0
        self.serving: dict[str, str] = {}
        """Agent to call, as an observer of assignments would note it down."""

    @rule(call_id=CALLS)
    def enter(self, call_id: str) -> None:
        self.room = board.enter(self.room, call_id, "main", since=self.now)

    @rule(call_id=CALLS)
    def leave(self, call_id: str) -> None:
        self.room = board.leave(self.room, call_id, now=self.now)
        self.serving = {agent: call for agent, call in self.serving.items() if call != call_id}
        assert call_id.encode() not in msgspec.json.encode(self.room), "#92: a call that left is still on the board"

    @rule(agent=AGENTS)
    def ready(self, agent: str) -> None:
        self.room = board.ready(self.room, agent, now=self.now)

    @rule(agent=AGENTS)
    def away(self, agent: str) -> None:
        self.room = board.away(self.room, agent, now=self.now)

    @rule(agent=AGENTS)
    def gone(self, agent: str) -> None:
        self.room = board.gone(self.room, agent)
        if agent not in self.serving:
            assert agent not in self.room.agents, "an agent without tabs or call is still on the board"

    @precondition(lambda self: self.serving)
    @rule(data=strategies.data())
    def occupy(self, data: strategies.DataObject) -> None:
        agent = data.draw(strategies.sampled_from(sorted(self.serving)))
        self.room = board.occupy(self.room, self.serving[agent], agent)
        assert board.presence(self.room, agent) is Presence.BUSY

    @rule(call_id=CALLS, agent=AGENTS)
    def occupy_late(self, call_id: str, agent: str) -> None:
        """An answer that crosses a lapsed lease, or comes from nowhere."""
        self.room = board.occupy(self.room, call_id, agent)
        self.serving = {name: call for name, call in self.serving.items() if call != call_id or name == agent}
        if agent in self.room.agents:
            self.serving.setdefault(agent, call_id)

    @precondition(lambda self: self.serving)
    @rule(data=strategies.data(), outcome=strategies.sampled_from(Outcome))
    def release(self, data: strategies.DataObject, outcome: Outcome) -> None:
        agent = data.draw(strategies.sampled_from(sorted(self.serving)))
        call_id = self.serving.pop(agent)
        self.room = board.release(self.room, call_id, agent, outcome, now=self.now, rules=RULES)
        assert board.presence(self.room, agent) in (Presence.READY, Presence.AWAY), "a released agent is stuck"

    @rule(seconds=strategies.sampled_from([0.0, 1.0, 10.0, 40.0]))
    def match(self, seconds: float) -> None:
        self.now += seconds
        expired = board.expire(self.room, now=self.now, rules=RULES)
        lapsed = {name for name in self.serving if self._held(name, self.room) and not self._held(name, expired)}
        for name in lapsed:
            assert self.room.agents[name].presence is Presence.RINGING, "a conversation ran out like a lease"
            del self.serving[name]
        self.room, assignments = board.match(expired, now=self.now, rules=RULES)
        for call_id, agent in assignments:
            assert agent not in self.serving, "#88: an agent was given a second call"
            assert call_id not in self.serving.values(), "#88: a call was given a second agent"
            assert call_id in expired.calls, "an agent was reserved for a call that does not wait"
            self.serving[agent] = call_id
        _assert_nobody_free_is_left_waiting(self.room)
        deadline = board.next_deadline(self.room)
        assert deadline is None or deadline > self.now, "#71: something that should have ended by itself did not"

    @invariant()
    def the_board_agrees_with_the_observer(self) -> None:
        held = {name: agent.call_id for name, agent in self.room.agents.items() if agent.call_id is not None}
        assert held == self.serving, "the board forgot or invented who serves whom"

    @invariant()
    def every_reservation_has_an_end(self) -> None:
        for agent in self.room.agents.values():
            reserved = agent.presence is Presence.RINGING
            assert (agent.lease_until is not None) == reserved, "#71: a reservation without an end"
            assert (agent.call_id is not None) == (agent.presence in (Presence.RINGING, Presence.BUSY))
            if agent.call_id is None:
                assert agent.afterwards is Afterwards.READY, "a wish for after the call outlived the call"

    @invariant()
    def the_record_is_whole(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.room), type=Board) == self.room

    @staticmethod
    def _held(name: str, room: Board) -> bool:
        return name in room.agents and room.agents[name].call_id is not None


TestBoard = BoardMachine.TestCase
TestBoard.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
