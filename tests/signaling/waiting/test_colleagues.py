"""A colleague is reserved for an agent who asks, at once or not at all, and nobody loses his place on the board."""

from collections.abc import Callable

import pytest

from signaling.waiting import board
from signaling.waiting.board import Board, Presence
from signaling.waiting.colleagues import NOBODY_FREE, Asked, Unavailable, reserve
from signaling.waiting.matching import LEASE_MARGIN_S
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules
from tests.signaling.waiting import builders as b

TIERS = Rules(
    queues={"main": QueuePolicy()},
    agents={"dan": AgentProfile(tier=2), "eve": AgentProfile(queues=frozenset({"other"}))},
)


def test_a_colleague_is_reserved_by_name_beside_whoever_talks_with_the_caller() -> None:
    room = b.occupy(b.match(b.enter(b.ready("ann"), "c1", since=0.0), 0.0)[0], "c1", "ann")
    room, found = reserve(board.ready(room, "ben", now=1.0), "c1", Asked("ben"), now=2.0, rules=b.RULES)
    assert found == ("c1", "ben")
    assert room.agents["ben"].lease_until == 2.0 + QueuePolicy().ring_s + LEASE_MARGIN_S, "#71"
    room = b.occupy(room, "c1", "ben", now=3.0)
    assert [room.agents[name].presence for name in ("ann", "ben")] == [Presence.BUSY] * 2, "the asker was given away"
    room = b.leave(room, "c1", now=9.0)
    assert [room.agents[name].presence for name in ("ann", "ben")] == [Presence.READY] * 2, "#92: somebody is stuck"


def test_whoever_of_a_queue_is_next_is_reserved_if_no_colleague_is_named() -> None:
    room, found = reserve(b.ready("eve", "dan", "ann"), "c1", Asked(queue="main"), now=2.0, rules=TIERS)
    assert found == ("c1", "ann"), "the lower tier first, and nobody of another queue"
    room = board.away(board.away(room, "dan", now=3.0), "eve", now=3.0)
    _, found = reserve(room, "c2", Asked(queue="main"), now=4.0, rules=TIERS)
    assert found == Unavailable(NOBODY_FREE)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda room: board.away(room, "ben", now=1.0), "the colleague is away"),
        (lambda room: board.gone(room, "ben"), "the colleague is not signed in"),
        (lambda room: b.match(b.enter(room, "c2", since=0.0), 1.0)[0], "the colleague is being rung already"),
        (lambda room: b.occupy(room, "c2", "ben"), "the colleague is in a conversation"),
    ],
)
def test_why_a_colleague_cannot_be_had_is_told_in_words(change: Callable[[Board], Board], why: str) -> None:
    room = change(b.ready("ben"))
    assert reserve(room, "c1", Asked("ben"), now=2.0, rules=b.RULES) == (
        room,
        Unavailable(why),
    )
