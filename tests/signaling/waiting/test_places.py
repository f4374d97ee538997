"""What callers may be told, and when."""

import msgspec

from signaling.waiting.board import Board
from signaling.waiting.places import may_announce, place
from tests.signaling.waiting import builders as b


def _line() -> Board:
    room = b.enter(Board(), "second", since=2.0)
    room = b.enter(room, "first", since=1.0)
    room = b.enter(room, "elsewhere", "sales", since=0.0)
    return b.enter(room, "vip", since=3.0, priority=1)


def test_24_places_come_from_the_shared_record_alone() -> None:
    room = _line()
    there = msgspec.json.decode(msgspec.json.encode(room), type=Board)
    for node in (room, there):
        told = {call_id: place(node, call_id) for call_id in node.calls}
        assert told == {"vip": 1, "first": 2, "second": 3, "elsewhere": 1}, "two nodes tell two places"
    assert place(room, "unknown") is None


def test_21_nobody_is_made_to_listen_while_an_agent_is_rung_for_him() -> None:
    room = b.match(b.enter(_line(), "early", since=-1.0, priority=2), 5.0)[0]
    assert may_announce(room, "early"), "without agents there is time for an announcement"
    room = b.ready("ann")
    room = b.match(b.enter(b.enter(room, "c1", since=1.0), "c2", since=2.0), 3.0)[0]
    assert not may_announce(room, "c1"), "an announcement would begin although an agent can be rung"
    assert place(room, "c1") is None
    assert may_announce(room, "c2")
    assert place(room, "c2") == 1, "the caller behind has moved up"
    assert not may_announce(room, "unknown")
