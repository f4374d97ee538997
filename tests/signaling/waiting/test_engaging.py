"""An agent who phones is busy with that call and no other, and is afterwards what he wished to be (#80)."""

import asyncio

import pytest

from signaling.store.memory import MemoryStore
from signaling.waiting import board
from signaling.waiting.board import Board, Outcome, Presence
from signaling.waiting.dispatcher import Dispatcher
from tests.signaling.waiting.builders import RULES, enter, leave, match, occupy, release
from tests.support.hand_clock import HandClock


def test_an_agent_who_phones_is_given_no_call() -> None:
    room = board.engage(board.ready(Board(), "ann", now=0.0), "dial.1", "ann", "main")
    assert board.presence(room, "ann") is Presence.BUSY
    room, assigned = match(enter(room, "c1", since=1.0), now=1.0)
    assert assigned == ()
    assert board.engage(room, "dial.2", "ann", "main") is room, "he has one call already"


def test_whoever_has_no_tab_or_a_call_cannot_phone() -> None:
    assert board.engage(Board(), "dial.1", "ann", "main") == Board()
    talking = occupy(enter(board.ready(Board(), "ann", now=0.0), "c1", since=0.0), "c1", "ann")
    assert board.engage(talking, "dial.1", "ann", "main") is talking


@pytest.mark.parametrize(("before", "after"), [("ready", Presence.READY), ("away", Presence.AWAY)])
def test_a_call_that_came_to_nothing_leaves_him_as_he_was(before: str, after: Presence) -> None:
    room = getattr(board, before)(Board(), "ann", now=0.0)
    room = board.engage(room, "dial.1", "ann", "main")
    freed = release(room, "dial.1", "ann", Outcome.NOT_NEEDED, 5.0)
    assert board.presence(freed, "ann") is after
    assert freed.agents["ann"].paused_until is None, "he is kept from callers for a phone that nobody picked up"


def test_a_conversation_sends_him_to_the_end_of_the_idle() -> None:
    room = board.engage(board.ready(Board(), "ann", now=0.0), "dial.1", "ann", "main")
    assert leave(room, "dial.1", now=60.0).agents["ann"].idle_since == 60.0


async def test_of_two_wishes_at_once_one_is_granted() -> None:
    """Two tabs of one agent dial in the same moment; the answer comes after the commit."""
    clock = HandClock()
    room = Dispatcher(MemoryStore(clock), site="test", post=lambda *_: None, clock=clock, rules=RULES)
    await room.start(lambda *_: None)
    room.ready("ann")

    answers = await asyncio.gather(*(room.engage(f"dial.{number}", "ann", "main") for number in range(5)))

    assert answers == [True, False, False, False, False]
    assert room.room.agents["ann"].call_id == "dial.0"
    await room.close()
