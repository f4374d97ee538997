"""A ledger stays small for ever, and forgets nothing that a verdict rests on."""

from collections.abc import Callable

import msgspec
import pytest

from policy.events import Event
from policy.limits import DEFAULT, META_PRESENT
from policy.records import Outcome, Status
from policy.verdict import Reason
from tests.policy import builders as b
from tests.policy.builders import DAY, HOUR, T0, WEEK

YEAR = 365 * DAY


@pytest.mark.parametrize(
    "weekly",
    [
        lambda at: [b.asked(at), b.accepts(at + 60), b.connected(at + 120)],
        lambda at: [b.accepts(at), *b.unanswered(at + 60), b.user_called(at + 120)],
        lambda at: [b.asking(at), b.dialling(at), b.rejects(at), b.refused(138006, at + 9)],
    ],
)
def test_ten_years_fit_in_a_few_kilobytes(weekly: Callable[[float], list[Event]]) -> None:
    known = b.ledger(*(event for week in range(520) for event in weekly(T0 + week * WEEK)))
    assert len(msgspec.json.encode(known)) < 12_000, "a record grows with every week"


def test_permission_for_good_is_remembered() -> None:
    known = b.ledger(b.accepts(T0, permanent=True), b.refused(138004, T0 + 10 * YEAR))
    assert b.call(known, T0 + 10 * YEAR).allowed, "what the user said holds until the user says something else"


def test_a_withdrawal_is_remembered_after_the_user_has_called() -> None:
    """The user's own call begins a new run; it does not give the permission back."""
    known = b.ledger(b.accepts(T0, permanent=True), *b.unanswered(*(T0 + n * HOUR for n in (1, 2, 3, 4))))
    for week in range(60):
        known = b.ledger_after(known, b.user_called(T0 + DAY + week * WEEK))
    assert b.call(known, T0 + YEAR + 60 * WEEK).reason is Reason.PERMISSION_REVOKED, "a revoked permission comes back"


def test_a_run_is_remembered_for_as_long_as_it_takes() -> None:
    known = b.ledger(b.accepts(T0, permanent=True), *b.unanswered(*(T0 + n * YEAR for n in (1, 2, 3))))
    assert b.call(known, T0 + 4 * YEAR).allowed
    known = b.ledger_after(known, b.settled(T0 + 4 * YEAR, Outcome.UNANSWERED))
    assert b.call(known, T0 + 4 * YEAR + 1).reason is Reason.PERMISSION_REVOKED, "a slow run is no run"


def test_single_missed_calls_among_many_talks_are_no_run() -> None:
    known = b.ledger(b.accepts(T0, permanent=True))
    for week in range(300):
        at = T0 + week * WEEK
        missed = b.unanswered(at + HOUR) if week % 40 == 0 else ()
        known = b.ledger_after(known, b.connected(at), *missed)
    assert b.call(known, T0 + 300 * WEEK, META_PRESENT).allowed, "forgetting talks made missed calls into a run"


def test_the_largest_limit_can_be_counted() -> None:
    known = b.ledger(b.accepts(T0 - HOUR), *(b.connected(T0 + n) for n in range(300)))
    verdict = b.call(known, T0 + HOUR, META_PRESENT)
    assert verdict.reason is Reason.CONNECTED_CALLS
    assert verdict.free_at == T0 + 200 + DAY, "the hundredth newest makes room"


def test_what_meta_said_long_ago_is_forgotten() -> None:
    known = b.ledger(b.refused(138006, T0), b.user_called(T0 + 5 * WEEK))
    assert known.refusals == ()
    known = b.ledger(b.meta(T0, Status.PERMANENT))
    assert b.call(known, T0 + 5 * WEEK, DEFAULT).allowed, "only Meta's newest answer is kept, and it stays the newest"
