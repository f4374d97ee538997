"""What is remembered of callers, for how long, and how many."""

from signaling.waiting import visits
from signaling.waiting.board import Board, Outcome
from signaling.waiting.rules import QueuePolicy, Rules
from signaling.waiting.visits import MAX_REMEMBERED, REMEMBERED_S, Place, Visits
from tests.signaling.waiting import builders as b

RULES = Rules(queues={"main": QueuePolicy(caller_return_s=120.0), "sales": QueuePolicy(caller_return_s=120.0)})


def _gave_up(now: float = 100.0) -> Board:
    """Noor waited since 10 and hung up."""
    room = b.enter(Board(), "c1", since=10.0, rules=RULES, caller="noor")
    room = b.enter(room, "c2", since=50.0, rules=RULES)
    return b.leave(room, "c1", now=now, rules=RULES)


def test_23_who_phones_again_soon_has_the_old_place() -> None:
    room = b.enter(_gave_up(), "c3", since=219.0, rules=RULES, caller="noor")
    assert room.calls["c3"].since == 10.0, "a dropped line cost the caller his place"
    assert room.calls["c3"].entered_at == 219.0, "the longest wait begins anew"


def test_the_old_place_is_for_that_caller_that_queue_and_that_time() -> None:
    room = _gave_up()
    assert b.enter(room, "c3", since=220.0, rules=RULES, caller="noor").calls["c3"].since == 220.0, "too late"
    assert b.enter(room, "c3", since=110.0, rules=RULES, caller="ola").calls["c3"].since == 110.0, "somebody else"
    assert b.enter(room, "c3", "sales", since=110.0, rules=RULES, caller="noor").calls["c3"].since == 110.0
    room = b.enter(room, "c3", since=110.0, rules=RULES, caller="noor")
    assert b.enter(room, "c4", since=111.0, rules=RULES, caller="noor").calls["c4"].since == 111.0, "taken twice"


def test_who_was_served_has_no_old_place() -> None:
    room = b.match(b.enter(b.ready("ann"), "c1", since=10.0, rules=RULES, caller="noor"), 10.0, rules=RULES)[0]
    room = b.occupy(room, "c1", "ann", now=11.0, rules=RULES)
    room = b.release(room, "c1", "ann", Outcome.FINISHED, 60.0, rules=RULES)
    room = b.leave(room, "c1", now=60.0, rules=RULES)
    assert b.enter(room, "c2", since=70.0, rules=RULES, caller="noor").calls["c2"].since == 70.0


def test_a_queue_without_such_wishes_remembers_nobody() -> None:
    room = b.leave(b.enter(Board(), "c1", since=0.0, caller="noor"), "c1", now=5.0)
    assert room.visits == {}, "what nobody asks for must not be kept"


def test_the_memory_is_bounded_in_time_and_size() -> None:
    known: Visits = {}
    for number in range(MAX_REMEMBERED + 5):
        known = visits.served(known, f"caller-{number}", "ann", now=float(number))
    assert len(known) == MAX_REMEMBERED, "the board's record would grow with every caller"
    assert visits.favourite(known, "caller-4") is None, "the oldest are forgotten first"
    assert visits.favourite(known, f"caller-{MAX_REMEMBERED}") == "ann"
    assert len(visits.forget(known, now=REMEMBERED_S + 10.0)) == MAX_REMEMBERED - 6
    assert visits.forget(known, now=REMEMBERED_S + MAX_REMEMBERED + 5.0) == {}


def test_giving_up_does_not_forget_who_served_last() -> None:
    known = visits.served({}, "noor", "ann", now=0.0)
    known = visits.gave_up(known, "noor", Place("main", 5.0), now=9.0)
    assert visits.favourite(visits.returned(known, "noor"), "noor") == "ann"
