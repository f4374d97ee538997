"""Every limit at its edge: one second before, at, and one second after. At exactly the edge the place is free."""

from typing import NamedTuple

import pytest

from policy.events import CallSettled, Replied
from policy.limits import DEFAULT, META_PRESENT, SANDBOX, Limits
from policy.records import Ledger, Outcome
from policy.verdict import Ask, Caution, Reason
from tests.policy import builders as b
from tests.policy.builders import DAY, HOUR, T0, WEEK


class Edge(NamedTuple):
    """What is refused for ``reason`` before ``opens_at``, and allowed from then on."""

    name: str
    ask: Ask
    known: Ledger
    reason: Reason
    opens_at: float
    limits: Limits = DEFAULT


LONG_AGO = T0 - 30 * DAY
YES = b.accepts(T0 - HOUR)
FIVE = [b.connected(T0 + hour * HOUR) for hour in range(5)]
OPENING = [
    Edge("second request in a day", Ask.REQUEST, b.ledger(b.asked(T0)), Reason.REQUESTS_PER_DAY, T0 + DAY),
    Edge(
        "another request after a no",
        Ask.REQUEST,
        b.ledger(b.asked(T0), b.rejects(T0 + 60)),
        Reason.REQUESTS_PER_DAY,
        T0 + DAY,
    ),
    Edge(
        "third request in a week",
        Ask.REQUEST,
        b.ledger(b.asked(T0), b.asked(T0 + 2 * DAY)),
        Reason.REQUESTS_PER_WEEK,
        T0 + WEEK,
    ),
    Edge(
        "the day's limit reaches past the week's",
        Ask.REQUEST,
        b.ledger(b.asked(T0), b.asked(T0 + WEEK - HOUR)),
        Reason.REQUESTS_PER_DAY,
        T0 + WEEK - HOUR + DAY,
    ),
    Edge("sixth connected call in a day", Ask.CALL, b.ledger(YES, *FIVE), Reason.CONNECTED_CALLS, T0 + DAY),
    Edge(
        "seventh, after five in the day and one that has left it",
        Ask.CALL,
        b.ledger(b.accepts(T0 - DAY), b.connected(T0 - 22 * HOUR), *FIVE),
        Reason.CONNECTED_CALLS,
        T0 + DAY,
    ),
    Edge(
        "26th request of a sandbox number in a day",
        Ask.REQUEST,
        b.ledger(*(b.asked(T0 + minute * 60) for minute in range(25))),
        Reason.REQUESTS_PER_DAY,
        T0 + DAY,
        SANDBOX,
    ),
    Edge(
        "101st connected call in a day",
        Ask.CALL,
        b.ledger(YES, *(b.connected(T0 + minute * 60) for minute in range(100))),
        Reason.CONNECTED_CALLS,
        T0 + DAY,
        META_PRESENT,
    ),
    Edge(
        "a second call while one is on its way",
        Ask.CALL,
        b.ledger(YES, b.dialling(T0, 120)),
        Reason.CALL_ON_ITS_WAY,
        T0 + 120,
    ),
    Edge(
        "the last free slot is reserved",
        Ask.CALL,
        b.ledger(YES, *FIVE[:4], b.dialling(T0 + 5 * HOUR, 120)),
        Reason.CALL_ON_ITS_WAY,
        T0 + 5 * HOUR + 120,
    ),
    Edge(
        "a request is about to go out",
        Ask.REQUEST,
        b.ledger(b.asking(T0, 60)),
        Reason.REQUESTS_PER_DAY,
        T0 + 60,
    ),
]


@pytest.mark.parametrize("edge", OPENING, ids=lambda edge: edge.name)
@pytest.mark.parametrize(("offset", "allowed"), [(-1.0, False), (0.0, True), (1.0, True)])
def test_what_is_refused_becomes_free(edge: Edge, offset: float, allowed: bool) -> None:
    judge = b.call if edge.ask is Ask.CALL else b.request
    verdict = judge(edge.known, edge.opens_at + offset, edge.limits)
    assert verdict.allowed is allowed, "the limit opens at another moment than it says"
    if not allowed:
        assert verdict.reason is edge.reason, "the person is told another reason"
        assert verdict.free_at == edge.opens_at, "the person is told another moment"


ENDING = [
    ("7 days after the answer", b.ledger(b.accepts(T0)), T0 + WEEK),
    ("when Meta says, if that is sooner", b.ledger(b.accepts(T0, expires_at=T0 + 3 * DAY)), T0 + 3 * DAY),
    ("not when Meta says, if that is later", b.ledger(b.accepts(T0, expires_at=T0 + 30 * DAY)), T0 + WEEK),
    ("7 days after the last yes", b.ledger(b.accepts(T0), b.accepts(T0 + DAY)), T0 + DAY + WEEK),
    ("7 days after permission to call back", b.ledger(b.accepts(T0, automatic=True)), T0 + WEEK),
]


@pytest.mark.parametrize(("known", "ends_at"), [row[1:] for row in ENDING], ids=[row[0] for row in ENDING])
@pytest.mark.parametrize(("offset", "allowed"), [(-1.0, True), (0.0, False), (1.0, False)])
def test_a_permission_ends(known: Ledger, ends_at: float, offset: float, allowed: bool) -> None:
    verdict = b.call(known, ends_at + offset)
    assert verdict.allowed is allowed, "the permission ends at another moment"
    if not allowed:
        assert verdict.reason is Reason.PERMISSION_EXPIRED
        assert verdict.free_at is None, "no waiting brings an expired permission back"


@pytest.mark.parametrize("call", [b.connected(T0 + HOUR), b.user_called(T0 + HOUR)], ids=["ours", "the user's"])
@pytest.mark.parametrize(("offset", "allowed"), [(-1.0, False), (0.0, True), (1.0, True)])
def test_a_connected_call_resets_both_counters_of_requests(call: CallSettled, offset: float, allowed: bool) -> None:
    known = b.ledger(b.asked(T0 - 3 * DAY), b.asked(T0), *([call] if offset >= 0 else []))
    assert b.request(known, T0 + HOUR + offset).allowed is allowed, "whoever started the call, it resets the counters"


def test_a_request_in_the_second_of_the_connected_call_still_counts() -> None:
    known = b.ledger(b.connected(T0), b.asked(T0))
    assert not b.request(known, T0 + HOUR).allowed, "of two orders in one second the stricter is assumed"
    assert b.request(b.ledger(b.connected(T0), b.asked(T0 - 1)), T0 + HOUR).allowed, "a counter is not reset"


@pytest.mark.parametrize("outcome", [Outcome.UNANSWERED, Outcome.REJECTED])
@pytest.mark.parametrize(
    ("calls", "allowed", "cautions"),
    [
        (1, True, set()),
        (2, True, {Caution.USER_PROMPTED}),
        (3, True, {Caution.USER_PROMPTED, Caution.LAST_BEFORE_REVOCATION}),
        (4, False, {Caution.USER_PROMPTED}),
    ],
)
def test_calls_in_a_row_without_answer(outcome: Outcome, calls: int, allowed: bool, cautions: set[Caution]) -> None:
    known = b.ledger(b.accepts(T0), *(b.settled(T0 + (1 + n) * HOUR, outcome) for n in range(calls)))
    verdict = b.call(known, T0 + DAY)
    assert verdict.allowed is allowed, "the permission is gone after 4, not before and not later"
    assert {warned.caution for warned in verdict.warnings} == cautions, "the agent is warned of something else"
    if not allowed:
        assert verdict.reason is Reason.PERMISSION_REVOKED


@pytest.mark.parametrize(("calls", "allowed", "warned"), [(4, True, False), (5, True, True), (10, False, True)])
def test_sandbox_numbers_have_thresholds_of_their_own(calls: int, allowed: bool, warned: bool) -> None:
    known = b.ledger(b.accepts(T0), *b.unanswered(*(T0 + n * HOUR for n in range(1, calls + 1))))
    verdict = b.call(known, T0 + DAY, SANDBOX)
    assert verdict.allowed is allowed, "the sandbox revokes after 10"
    assert (Caution.USER_PROMPTED in {w.caution for w in verdict.warnings}) is warned, "the sandbox prompts after 5"


@pytest.mark.parametrize("call", [b.connected(T0 + 4 * HOUR), b.user_called(T0 + 4 * HOUR)], ids=["ours", "the user's"])
def test_a_connected_call_sets_the_run_to_0(call: CallSettled) -> None:
    three, more = b.unanswered(*(T0 + n * HOUR for n in (1, 2, 3))), b.unanswered(*(T0 + n * HOUR for n in (5, 6, 7)))
    assert b.call(b.ledger(b.accepts(T0), *three, call, *more), T0 + DAY).allowed, (
        "the run goes on over an answered call"
    )
    assert not b.call(b.ledger(b.accepts(T0), *three, *more), T0 + DAY).allowed, "the run was never 4"


@pytest.mark.parametrize("yes", [b.accepts(T0 + 5 * HOUR), b.accepts(T0 + 5 * HOUR, automatic=True)])
def test_after_a_revocation_a_yes_allows_again_and_one_more_call_in_vain_revokes_again(yes: Replied) -> None:
    """Only a connected call sets the run to 0."""
    known = b.ledger(b.accepts(T0), *b.unanswered(*(T0 + n * HOUR for n in (1, 2, 3, 4))), yes)
    verdict = b.call(known, T0 + 6 * HOUR)
    assert verdict.allowed, "the user's newest word is yes"
    assert Caution.LAST_BEFORE_REVOCATION in {warned.caution for warned in verdict.warnings}, "nobody warns the agent"
    known = b.ledger_after(known, *b.unanswered(T0 + 6 * HOUR))
    assert b.call(known, T0 + 7 * HOUR).reason is Reason.PERMISSION_REVOKED, "the run was forgotten"


def test_metas_own_withdrawal_is_told_apart_from_the_users() -> None:
    known = b.ledger(b.accepts(T0), b.rejects(T0 + HOUR, automatic=True))
    assert b.call(known, T0 + 2 * HOUR).reason is Reason.PERMISSION_REVOKED
    assert b.call(b.ledger(b.accepts(T0), b.rejects(T0 + HOUR)), T0 + 2 * HOUR).reason is Reason.PERMISSION_REJECTED


def test_no_waiting_helps_if_the_permission_ends_before_the_limit() -> None:
    five = [b.connected(T0 + WEEK - HOUR + n) for n in range(5)]
    verdict = b.call(b.ledger(b.accepts(T0), *five), T0 + WEEK - 60)
    assert verdict.reason is Reason.CONNECTED_CALLS
    assert verdict.free_at is None, "the promised moment lies after the end of the permission"
    assert Caution.PERMISSION_ENDS_FIRST in {warned.caution for warned in verdict.warnings}


def test_the_last_call_of_the_day_is_announced() -> None:
    assert Caution.LAST_CALL in {w.caution for w in b.call(b.ledger(YES, *FIVE[:4]), T0 + 5 * HOUR).warnings}
    assert Caution.LAST_CALL not in {w.caution for w in b.call(b.ledger(YES, *FIVE[:3]), T0 + 5 * HOUR).warnings}


def test_the_counts_say_what_counts_and_when_it_leaves() -> None:
    known = b.ledger(YES, b.connected(T0 - 23 * HOUR), b.connected(T0, "call-b"), b.dialling(T0 + 60, 120, "call-c"))
    counted = b.call(known, T0 + 2 * 60).counts[1]
    assert (counted.limit, counted.used, counted.allowed) == (Reason.CONNECTED_CALLS, 3, 5)
    assert [(item.id, item.leaves_at, item.pending) for item in counted.items] == [
        ("call-c", T0 + 180, True),
        (f"call-{T0 - 23 * HOUR}", T0 + HOUR, False),
        ("call-b", T0 + DAY, False),
    ]
    assert b.call(known, T0 + HOUR).counts[1].used == 1, "what has left its window is still counted"
