"""Whom a queue does not keep, and that nobody else is touched."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from signaling.calls.events import Overflow
from signaling.waiting import board
from signaling.waiting.board import Board, Outcome
from signaling.waiting.hours import Hours, Span
from signaling.waiting.overflow import FULL, NOBODY, TOO_LONG, Overflowed, overflow
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules
from tests.signaling.waiting import builders as b


def _site(policy: QueuePolicy) -> Rules:
    return Rules(queues={"main": policy})


def _look(room: Board, now: float, rules: Rules) -> tuple[Board, tuple[Overflowed, ...]]:
    return overflow(b.match(room, now, rules=rules)[0], now=now, rules=rules)


def _gone(call_id: str, reason: str) -> tuple[Overflowed, ...]:
    return (Overflowed(call_id, Overflow.HANG_UP, reason, None),)


def test_the_longest_wait_counts_from_entering_this_queue() -> None:
    rules = _site(QueuePolicy(max_wait_s=60.0))
    room = b.enter(Board(), "c1", since=0.0, now=50.0, rules=rules)
    room, sent_away = _look(room, 109.9, rules)
    assert sent_away == ()
    assert b.next_deadline(room, 109.9, rules=rules) == 110.0, "nobody wakes up when the longest wait is over"
    room, sent_away = _look(room, 110.0, rules)
    assert sent_away == _gone("c1", TOO_LONG)
    assert room.calls == {}, "#78: the wallboard would show a call that has gone"


def test_a_caller_for_whom_an_agent_is_rung_is_kept_until_that_has_failed() -> None:
    rules = _site(QueuePolicy(max_wait_s=5.0))
    room = b.enter(b.ready("ann"), "c1", since=0.0, rules=rules)
    room, sent_away = _look(room, 0.0, rules)
    room, sent_away = _look(room, 6.0, rules)
    assert sent_away == (), "a caller was torn from the agent who is being rung"
    room = b.release(room, "c1", "ann", Outcome.NO_ANSWER, 7.0, rules=rules)
    assert _look(room, 7.0, rules)[1] == _gone("c1", TOO_LONG)


def test_a_full_queue_sends_the_newest_away_and_nobody_else() -> None:
    rules = _site(QueuePolicy(max_length=2))
    room = Board()
    for number in range(3):
        room = b.enter(room, f"c{number}", since=float(number), rules=rules)
    room, sent_away = _look(room, 3.0, rules)
    assert sent_away == _gone("c2", FULL)
    assert set(room.calls) == {"c0", "c1"}


def test_who_is_rung_for_does_not_fill_the_queue() -> None:
    rules = _site(QueuePolicy(max_length=0))
    room = b.enter(b.ready("ann"), "c1", since=0.0, rules=rules)
    room, sent_away = _look(room, 0.0, rules)
    assert sent_away == (), "an agent was free, so nobody had to wait"
    room = b.release(room, "c1", "ann", Outcome.REFUSED, 1.0, rules=rules)
    assert _look(room, 1.0, rules)[1] == (), "a caller who is in cannot be sent away for the length of the queue"


def test_a_caller_who_comes_back_pushes_nobody_out() -> None:
    """A broken conversation is nobody's fault who waits, nor the caller's."""
    rules = _site(QueuePolicy(max_length=1))
    room = _look(b.enter(Board(), "waiting", since=5.0, rules=rules), 5.0, rules)[0]
    room = b.enter(room, "back", since=0.0, now=9.0, rules=rules, admitted=True)
    room, sent_away = _look(room, 9.0, rules)
    assert sent_away == ()
    assert set(room.calls) == {"waiting", "back"}


def test_an_unstaffed_queue_sends_away_after_its_own_time() -> None:
    rules = Rules(
        queues={"main": QueuePolicy(unstaffed_wait_s=30.0)}, agents={"ben": AgentProfile(queues=frozenset({"other"}))}
    )
    room = b.enter(b.ready("ben"), "c1", since=0.0, rules=rules)
    room, sent_away = _look(room, 29.0, rules)
    assert sent_away == ()
    assert b.next_deadline(room, 29.0, rules=rules) == 30.0
    assert _look(room, 30.0, rules)[1] == _gone("c1", NOBODY), "somebody who serves another queue is of no help"


def test_an_agent_who_is_away_may_come_back_and_counts() -> None:
    rules = _site(QueuePolicy(unstaffed_wait_s=0.0))
    room = b.enter(board.away(Board(), "ann", now=0.0), "c1", since=0.0, rules=rules)
    room, sent_away = _look(room, 60.0, rules)
    assert sent_away == ()
    assert _look(board.gone(room, "ann"), 60.0, rules)[1] == _gone("c1", NOBODY), "the last one has closed the tab"


def test_what_becomes_of_a_caller_is_the_queues_to_say() -> None:
    rules = _site(QueuePolicy(max_wait_s=1.0, overflow=Overflow.QUEUE, overflow_queue="support"))
    room = b.enter(Board(), "c1", since=0.0, rules=rules)
    assert _look(room, 1.0, rules)[1] == (Overflowed("c1", Overflow.QUEUE, TOO_LONG, "support"),)


def test_an_overflow_tells_whether_the_other_queue_is_open() -> None:
    night = Hours(ZoneInfo("UTC"), {day: (Span(timedelta(0), timedelta(hours=6)),) for day in range(7)})
    queues = {
        "main": QueuePolicy(max_length=0, overflow=Overflow.QUEUE, overflow_queue="night"),
        "night": QueuePolicy(hours=night),
    }
    rules, five, six = Rules(queues=queues), 5 * 3600.0, 6 * 3600.0
    for now, closed in ((five, False), (six, True)):
        _, sent_away = _look(b.enter(Board(), "c1", since=now, now=now, rules=rules), now, rules)
        assert sent_away == (Overflowed("c1", Overflow.QUEUE, FULL, "night", closed),), (
            "nobody would be there to answer"
        )
