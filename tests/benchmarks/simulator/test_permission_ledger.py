"""Meta's books about one pair, walked through days and weeks (whatsapp-calling 2.2, 3)."""

import math

import pytest

from benchmarks.simulator.permission_ledger import (
    DAY_S,
    LAUNCH,
    PRESENT,
    SANDBOX,
    WEEK_S,
    Choice,
    Consequence,
    Figures,
    PermissionLedger,
    RequestExpired,
)
from benchmarks.simulator.refusal import Refusal

NOW = 1_795_334_400.0


def ledger(figures: Figures = PRESENT, *, expires_at: float | None = None) -> PermissionLedger:
    return PermissionLedger(figures, expires_at=expires_at)


def code_of_request(books: PermissionLedger, now: float, name: str = "") -> int | None:
    """What Meta says to one more request; None is yes."""
    try:
        books.request(name or f"wamid.{now}", now)
    except Refusal as refused:
        return refused.code
    return None


def code_of_call(books: PermissionLedger, now: float) -> int | None:
    try:
        books.check_call(now)
    except Refusal as refused:
        return refused.code
    return None


def asked(books: PermissionLedger, at: float, name: str = "wamid.1") -> None:
    books.request(name, at)
    books.deliver(name, at)


@pytest.mark.parametrize(("after_s", "code"), [(0, 138009), (DAY_S - 1, 138009), (DAY_S, None), (DAY_S + 1, None)])
def test_one_request_in_24_hours(after_s: float, code: int | None) -> None:
    books = ledger()
    assert code_of_request(books, NOW) is None
    assert code_of_request(books, NOW + after_s) == code


@pytest.mark.parametrize(("after_s", "code"), [(2 * DAY_S, 138009), (WEEK_S - 1, 138009), (WEEK_S, None)])
def test_two_requests_in_7_days(after_s: float, code: int | None) -> None:
    books = ledger()
    assert code_of_request(books, NOW) is None
    assert code_of_request(books, NOW + DAY_S) is None
    assert code_of_request(books, NOW + after_s) == code


@pytest.mark.parametrize("by_business", [True, False])
def test_a_connected_call_frees_both_request_limits_whoever_began_it(by_business: bool) -> None:
    books = ledger()
    code_of_request(books, NOW)
    code_of_request(books, NOW + DAY_S)
    books.connect(NOW + DAY_S + 1, by_business=by_business)
    assert code_of_request(books, NOW + DAY_S + 2) is None


def test_a_refused_request_counts_for_nothing() -> None:
    books = ledger()
    code_of_request(books, NOW)
    code_of_request(books, NOW + 1)
    assert code_of_request(books, NOW + DAY_S) is None
    assert books.as_json(NOW + DAY_S)["actions"][0]["limits"][1]["current_usage"] == 2


@pytest.mark.parametrize(("after_s", "code"), [(WEEK_S - 1, None), (WEEK_S, 138006), (WEEK_S + 1, 138006)])
def test_a_permission_holds_for_a_week_from_the_answer(after_s: float, code: int | None) -> None:
    books = ledger()
    asked(books, NOW)
    books.answer("wamid.1", Choice.FOR_A_WEEK, NOW + 100)
    assert code_of_call(books, NOW + 100 + after_s) == code


def test_a_permanent_permission_ends_by_revocation_alone_and_cannot_be_asked_for_again() -> None:
    books = ledger()
    asked(books, NOW)
    books.answer("wamid.1", Choice.FOR_GOOD, NOW)
    assert code_of_call(books, NOW + 100 * WEEK_S) is None
    assert code_of_request(books, NOW + 100 * WEEK_S) == 138017
    books.revoke()
    assert code_of_call(books, NOW + 100 * WEEK_S) == 138006


@pytest.mark.parametrize(("figures", "allowed"), [(PRESENT, 100), (LAUNCH, 5), (SANDBOX, 100)])
def test_connected_calls_in_24_hours(figures: Figures, allowed: int) -> None:
    books = ledger(figures, expires_at=math.inf)
    for number in range(allowed):
        assert code_of_call(books, NOW + number) is None
        books.connect(NOW + number, by_business=True)
    assert code_of_call(books, NOW + DAY_S - 1) == 138012
    with pytest.raises(Refusal, match="2026-11-23T08:00:00"):
        books.check_call(NOW + allowed)
    assert code_of_call(books, NOW + DAY_S) is None, "the first call has left the window"


def test_calls_of_the_user_do_not_count_against_the_business() -> None:
    books = ledger(Figures(calls_per_day=1), expires_at=math.inf)
    books.connect(NOW, by_business=False)
    assert code_of_call(books, NOW) is None


@pytest.mark.parametrize(("figures", "prompt", "revoke"), [(PRESENT, 2, 4), (SANDBOX, 5, 10)])
def test_missed_calls_in_a_row_prompt_and_then_revoke(figures: Figures, prompt: int, revoke: int) -> None:
    books = ledger(figures, expires_at=math.inf)
    found = [books.miss() for _ in range(revoke)]
    assert found.index(Consequence.PROMPTED) == prompt - 1
    assert found.index(Consequence.REVOKED) == revoke - 1
    assert [item for item in found if item is not None] == [Consequence.PROMPTED, Consequence.REVOKED]
    assert code_of_call(books, NOW) == 138006


def test_a_new_permission_does_not_end_the_run() -> None:
    books = ledger(expires_at=math.inf)
    for _ in range(4):
        books.miss()
    books.grant()
    assert books.miss() is Consequence.REVOKED


def test_a_connected_call_ends_the_run() -> None:
    books = ledger(expires_at=math.inf)
    for _ in range(3):
        books.miss()
    books.connect(NOW, by_business=True)
    assert [books.miss() for _ in range(4)] == [None, Consequence.PROMPTED, None, Consequence.REVOKED]


def test_the_answer_can_be_changed_both_ways_on_the_same_request() -> None:
    books = ledger()
    asked(books, NOW)
    books.answer("wamid.1", Choice.NO, NOW)
    assert code_of_call(books, NOW) == 138006
    books.answer("wamid.1", Choice.FOR_A_WEEK, NOW + DAY_S)
    assert code_of_call(books, NOW + DAY_S) is None
    books.answer("wamid.1", Choice.NO, NOW + 2 * DAY_S)
    assert code_of_call(books, NOW + 2 * DAY_S) == 138006


@pytest.mark.parametrize(("after_s", "alive"), [(WEEK_S - 1, True), (WEEK_S, False)])
@pytest.mark.parametrize("answered", [False, True])
def test_a_request_dies_a_week_after_its_answer_or_its_delivery(answered: bool, after_s: float, alive: bool) -> None:
    books = ledger()
    asked(books, NOW)
    since = NOW
    if answered:
        since = NOW + DAY_S
        books.answer("wamid.1", Choice.NO, since)
    if alive:
        books.answer("wamid.1", Choice.FOR_A_WEEK, since + after_s)
        return
    with pytest.raises(RequestExpired):
        books.answer("wamid.1", Choice.FOR_A_WEEK, since + after_s)


def test_a_request_that_was_not_delivered_does_not_age() -> None:
    books = ledger()
    books.request("wamid.1", NOW)
    books.deliver("wamid.1", NOW + 3 * WEEK_S)
    books.answer("wamid.1", Choice.FOR_A_WEEK, NOW + 4 * WEEK_S - 1)
    assert code_of_call(books, NOW + 4 * WEEK_S) is None


def test_who_acts_on_a_newer_request_ends_the_older_one() -> None:
    books = ledger()
    asked(books, NOW, "wamid.1")
    asked(books, NOW + DAY_S, "wamid.2")
    books.answer("wamid.2", Choice.NO, NOW + DAY_S)
    with pytest.raises(RequestExpired):
        books.answer("wamid.1", Choice.FOR_A_WEEK, NOW + DAY_S)


def test_a_call_back_permission_is_a_week_and_does_not_shorten_what_there_is() -> None:
    books = ledger()
    assert books.permit_call_back(NOW)
    assert books.expires_at == NOW + WEEK_S
    assert not books.permit_call_back(NOW + 1)
    assert books.permit_call_back(NOW + WEEK_S), "an expired permission is none"
    books.grant()
    assert not books.permit_call_back(NOW + WEEK_S)
    assert books.permanent


def test_call_permissions_shows_the_whole_picture_in_metas_words() -> None:
    books = ledger(Figures(calls_per_day=1))
    nothing = {"time_period": "PT24H", "max_allowed": 1, "current_usage": 0}
    assert books.as_json(NOW) == {
        "messaging_product": "whatsapp",
        "permission": {"status": "no_permission"},
        "actions": [
            {
                "action_name": "send_call_permission_request",
                "can_perform_action": True,
                "limits": [nothing, {"time_period": "P7D", "max_allowed": 2, "current_usage": 0}],
            },
            {"action_name": "start_call", "can_perform_action": False, "limits": [nothing]},
        ],
    }
    asked(books, NOW)
    books.answer("wamid.1", Choice.FOR_A_WEEK, NOW)
    shown = books.as_json(NOW)
    assert shown["permission"] == {"status": "temporary", "expiration_time": int(NOW + WEEK_S)}
    request, call = shown["actions"]
    assert not request["can_perform_action"]
    assert request["limits"][0]["limit_expiration_time"] == int(NOW + DAY_S), "the end shows at the limit"
    assert "limit_expiration_time" not in request["limits"][1], "the end shows only at the limit"
    assert call["can_perform_action"]
    books.connect(NOW, by_business=True)
    request, call = books.as_json(NOW)["actions"]
    assert request["can_perform_action"], "a connected call frees requests"
    assert not call["can_perform_action"]
    assert call["limits"][0]["limit_expiration_time"] == int(NOW + DAY_S)
    books.grant()
    shown = books.as_json(NOW)
    assert shown["permission"] == {"status": "permanent"}
    assert not shown["actions"][0]["can_perform_action"], "nothing to ask for"
    assert books.as_json(NOW + DAY_S)["actions"][1]["can_perform_action"]


def test_an_expired_permission_shows_as_none() -> None:
    assert ledger(expires_at=NOW).as_json(NOW)["permission"] == {"status": "no_permission"}
