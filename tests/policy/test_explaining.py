"""The whole picture of a pair, for the page and the API."""

import msgspec

from policy.explaining import explain
from policy.limits import DEFAULT
from policy.records import Ledger, Status
from policy.verdict import Explanation, Reason
from tests.policy import builders as b
from tests.policy.builders import DAY, HOUR, T0, WEEK


def test_of_nobody() -> None:
    picture = explain(Ledger(), DEFAULT, T0)
    assert (picture.call.reason, picture.request.reason) == (Reason.NO_PERMISSION, Reason.ALLOWED)
    assert (picture.permission.status, picture.run, picture.outstanding) == (Status.NO_PERMISSION, 0, None)


def test_the_picture_holds_what_the_verdicts_rest_on() -> None:
    known = b.ledger(
        b.asked(T0),
        b.accepts(T0 + 60),
        b.connected(T0 + HOUR),
        *b.unanswered(T0 + 2 * HOUR),
        b.refused(138004, T0 + DAY),
    )
    picture = explain(known, DEFAULT, T0 + DAY + 1)
    assert picture.permission.expires_at == T0 + 60 + WEEK
    assert picture.permission.since == T0 + 60
    assert (picture.run, picture.run_warns, picture.run_revokes) == (1, 2, 4)
    assert [len(facts) for facts in (picture.requests, picture.answers, picture.calls, picture.refusals)] == [
        1,
        1,
        2,
        1,
    ]
    again = msgspec.json.decode(msgspec.json.encode(picture), type=Explanation)
    assert again == picture, "the API cannot carry it"


def test_a_request_can_be_answered_for_7_days_and_7_more_after_the_answer() -> None:
    """A no may become a yes while the request lives (whatsapp-calling 3.2)."""
    for known, until in (
        (b.ledger(b.asked(T0)), T0 + WEEK),
        (b.ledger(b.asked(T0), b.rejects(T0 + DAY)), T0 + DAY + WEEK),
        (b.ledger(b.asked(T0), b.accepts(T0 + DAY, automatic=True)), T0 + WEEK),
        (b.ledger(b.asked(T0 - 3 * DAY), b.asked(T0)), T0 + WEEK),
    ):
        picture = explain(known, DEFAULT, until - 1)
        assert picture.outstanding is not None, "the request can still be answered"
        assert (picture.outstanding.at, picture.outstanding_until) == (T0, until)
        assert explain(known, DEFAULT, until).outstanding is None, "a dead request is shown"
