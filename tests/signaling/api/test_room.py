"""The waiting room as the interface shows it equals the board (#78), and names no caller."""

import msgspec

from signaling.api.room import room_now
from signaling.waiting import board
from signaling.waiting.board import Board, Presence, Waiting
from signaling.waiting.matching import match
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules

RULES = Rules(
    queues={"sales": QueuePolicy(), "help": QueuePolicy()},
    agents={"ann": AgentProfile(queues=frozenset({"sales"})), "bob": AgentProfile(queues=frozenset({"help"}))},
)


def _room() -> Board:
    room = board.ready(Board(), "ann", now=10.0)
    room = board.away(room, "bob", now=11.0, reason="lunch")
    for number, queue in enumerate(("sales", "sales", "help")):
        waiting = Waiting(queue=queue, since=20.0 + number, entered_at=20.0 + number, caller="tag-of-a-caller")
        room = board.enter(room, f"call-{number}", waiting, rules=RULES)
    return match(room, now=30.0, rules=RULES)[0]


def test_queues_and_agents_are_the_boards() -> None:
    now = room_now(_room(), RULES, ["sales", "help", "empty"])
    shown = {queue.queue: (queue.waiting, queue.ringing, queue.longest_since) for queue in now.queues}
    assert shown == {"sales": (1, 1, 21.0), "help": (1, 0, 22.0), "empty": (0, 0, None)}
    assert [(queue.ready, queue.signed_in) for queue in now.queues] == [(0, 1), (0, 1), (0, 0)]
    assert [(agent.agent, agent.presence, agent.away_reason) for agent in now.agents] == [
        ("ann", Presence.RINGING, ""),
        ("bob", Presence.AWAY, "lunch"),
    ]


def test_a_call_that_left_is_not_shown_any_more() -> None:
    room = board.leave(_room(), "call-2", now=40.0, rules=RULES)
    (shown,) = room_now(room, RULES, ["help"]).queues[:1]
    assert shown.waiting == 0, "#78: a monitor that shows calls long gone"


def test_nobody_is_named() -> None:
    assert b"tag-of-a-caller" not in msgspec.json.encode(room_now(_room(), RULES, []))
