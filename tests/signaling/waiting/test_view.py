"""What one caller may be told, read from the room as it stands."""

import pytest

from signaling.waiting import board
from signaling.waiting.board import Board
from signaling.waiting.view import RoomView
from tests.signaling.waiting import builders as b


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def served(room: Board, times: list[float]) -> Board:
    """Callers who got an agent at these times."""
    for number, at in enumerate(times):
        room = b.occupy(b.enter(room, f"served-{number}", since=at - 30), f"served-{number}", "ann", now=at)
        room = b.leave(room, f"served-{number}", now=at + 1)
    return room


def test_a_caller_is_told_his_place_and_his_wait() -> None:
    """#24: both come from the shared record."""
    room = served(b.ready("ann"), [700.0, 800.0, 900.0, 1000.0])
    room = board.away(room, "ann", now=1001.0, reason="")
    for number in range(3):
        room = b.enter(room, f"c{number}", since=1000.0 + number)
    view = RoomView(lambda: room, Clock())
    assert [view.place(f"c{number}") for number in range(3)] == [1, 2, 3]
    assert [view.estimate(f"c{number}") for number in range(3)] == pytest.approx([100, 200, 300])
    assert not view.about_to_connect("c0")


def test_queues_are_estimated_each_by_its_own_pace() -> None:
    room = served(b.ready("ann"), [700.0, 800.0, 900.0, 1000.0])
    room = b.enter(room, "c", "sales", since=1000.0)
    assert RoomView(lambda: room, Clock()).estimate("c") is None


def test_a_caller_who_is_rung_for_is_told_nothing() -> None:
    """#21."""
    room, _ = b.match(b.enter(b.ready("ann"), "c", since=999.0), 1000.0)
    view = RoomView(lambda: room, Clock())
    assert view.about_to_connect("c")
    assert view.place("c") is None
    assert view.estimate("c") is None


def test_a_call_that_does_not_wait_is_told_nothing() -> None:
    """Such as one whose agent has just been lost."""
    view = RoomView(Board, Clock())
    assert (view.place("c"), view.estimate("c"), view.about_to_connect("c")) == (None, None, True)


def test_asking_changes_no_place() -> None:
    """#23: whatever is announced or offered, the caller keeps his place."""
    room = b.enter(b.enter(Board(), "first", since=1.0), "second", since=2.0)
    view = RoomView(lambda: room, Clock())
    for _ in range(5):
        assert view.place("second") == 2
        view.estimate("second")
        view.about_to_connect("second")
    assert room.calls["second"].since == 2.0
