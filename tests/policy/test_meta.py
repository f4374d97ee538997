"""What Meta says and refuses is taken into account: the stricter of ledger and Meta wins, and a difference is seen."""

import pytest
from msgspec.structs import replace

from policy.events import MetaAnswered, MetaRefused, Replied
from policy.limits import DEFAULT, META_PRESENT
from policy.records import Ledger, Status, Usage
from policy.verdict import Ask, Caution, Reason
from tests.policy import builders as b
from tests.policy.builders import DAY, HOUR, T0, WEEK

YES = b.accepts(T0)
ALWAYS = b.accepts(T0, permanent=True)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (b.ledger(b.meta(T0, Status.TEMPORARY, expires_at=T0 + DAY)), Reason.ALLOWED),
        (b.ledger(b.meta(T0, Status.PERMANENT)), Reason.ALLOWED),
        (b.ledger(b.meta(T0, Status.NO_PERMISSION)), Reason.NO_PERMISSION),
        (b.ledger(YES, b.meta(T0 + HOUR, Status.NO_PERMISSION)), Reason.META_NO_PERMISSION),
        (b.ledger(b.meta(T0, Status.NO_PERMISSION), b.accepts(T0 + HOUR)), Reason.ALLOWED),
        (b.ledger(YES, b.refused(138006, T0 + HOUR)), Reason.META_NO_PERMISSION),
        (b.ledger(b.refused(138006, T0), b.accepts(T0 + HOUR)), Reason.ALLOWED),
        (b.ledger(YES, b.refused(138006, T0 + 60), b.meta(T0 + 90, Status.PERMANENT)), Reason.ALLOWED),
        (b.ledger(b.rejects(T0), b.meta(T0 + HOUR, Status.PERMANENT)), Reason.PERMISSION_REJECTED),
        (b.ledger(b.rejects(T0), b.meta(T0 + 30, Status.TEMPORARY, expires_at=T0 + DAY)), Reason.PERMISSION_REJECTED),
        (
            b.ledger(b.rejects(T0), b.meta(T0 + HOUR, Status.TEMPORARY, expires_at=T0 + 30 * 60 + WEEK)),
            Reason.ALLOWED,
        ),
        (b.ledger(b.refused(138017, T0)), Reason.ALLOWED),
        (b.ledger(ALWAYS, b.meta(T0 + HOUR, Status.TEMPORARY, expires_at=T0 + HOUR + 60)), Reason.PERMISSION_EXPIRED),
    ],
    ids=[
        "of a permission we never heard of",
        "of a permanent one we never heard of",
        "of none",
        "that ours is gone",
        "of none, and then the user says yes",
        "138006 that ours is gone",
        "138006, and then the user says yes",
        "138006, and since then of a permanent one",
        "of a permanent one, but the user said no",
        "of one from before the user said no",
        "of one that was given after the user said no",
        "138017 that there is a permanent one",
        "that the permanent one is a temporary one now",
    ],
)
def test_meta_speaks(known: Ledger, reason: Reason) -> None:
    verdict = b.call(known, T0 + 2 * HOUR)
    assert verdict.reason is reason, "the wrong one of ledger and Meta wins"


def test_an_answer_in_the_second_of_metas_word_is_the_newer() -> None:
    """Meta stamps whole seconds: 12:00:00.9 is 12:00:00, and Meta was asked at 12:00:00.5."""
    assert b.call(b.ledger(b.meta(T0 + 0.5, Status.NO_PERMISSION), b.accepts(T0)), T0 + 5).allowed


@pytest.mark.parametrize(("offset", "allowed"), [(-1.0, True), (0.0, False), (1.0, False)])
def test_metas_earlier_end_holds(offset: float, allowed: bool) -> None:
    known = b.ledger(YES, b.meta(T0 + HOUR, Status.TEMPORARY, expires_at=T0 + DAY))
    assert b.call(known, T0 + DAY + offset).allowed is allowed, "Meta's end of the permission is not the end"


def test_an_answer_after_metas_word_is_not_ended_by_it() -> None:
    known = b.ledger(YES, b.meta(T0 + HOUR, Status.TEMPORARY, expires_at=T0 + WEEK), b.accepts(T0 + DAY))
    assert b.call(known, T0 + WEEK).allowed, "a renewed permission ends with the one before"


@pytest.mark.parametrize(
    ("ask", "said", "reason", "opens_at"),
    [
        (
            Ask.CALL,
            b.meta(T0, Status.PERMANENT, call=b.cannot(Usage(window_s=DAY, allowed=100, used=100, free_at=T0 + 600))),
            Reason.META_CALL_LIMIT,
            T0 + 600,
        ),
        (Ask.CALL, b.refused(138012, T0), Reason.META_CALL_LIMIT, T0 + DAY),
        (Ask.CALL, b.refused(138012, T0, T0 + 300), Reason.META_CALL_LIMIT, T0 + 300),
        (Ask.CALL, b.refused(138013, T0), Reason.NOT_AVAILABLE, T0 + DAY),
        (Ask.CALL, b.refused(138014, T0, T0 + 300), Reason.NOT_AVAILABLE, T0 + 300),
        (Ask.REQUEST, b.refused(138013, T0), Reason.NOT_AVAILABLE, T0 + DAY),
        (Ask.REQUEST, b.refused(138009, T0), Reason.META_REQUEST_LIMIT, T0 + DAY),
        (
            Ask.REQUEST,
            b.meta(
                T0, Status.TEMPORARY, request=b.cannot(Usage(window_s=DAY, allowed=1, used=1, free_at=T0 + 2 * DAY))
            ),
            Reason.META_REQUEST_LIMIT,
            T0 + 2 * DAY,
        ),
        (Ask.REQUEST, b.meta(T0, Status.NO_PERMISSION, request=b.cannot()), Reason.META_REQUEST_LIMIT, T0 + 900),
    ],
)
@pytest.mark.parametrize(("offset", "allowed"), [(-1.0, False), (0.0, True), (1.0, True)])
def test_a_limit_of_metas_holds_until_its_time(
    ask: Ask, said: MetaAnswered | MetaRefused, reason: Reason, opens_at: float, offset: float, allowed: bool
) -> None:
    judge = b.call if ask is Ask.CALL else b.request
    known = b.ledger(ALWAYS if ask is Ask.CALL else b.asked(T0 - 2 * WEEK), said)
    verdict = judge(known, opens_at + offset, META_PRESENT)
    assert verdict.allowed is allowed, "Meta's limit ends at another moment"
    if not allowed:
        assert (verdict.reason, verdict.free_at) == (reason, opens_at)
        assert verdict.disagreement is not None, "our own record would allow it, and nobody sees that"
        assert (verdict.disagreement.ours, verdict.disagreement.metas) == (Reason.ALLOWED, reason)


def test_metas_newer_answer_ends_an_earlier_limit() -> None:
    known = b.ledger(ALWAYS, b.refused(138012, T0), b.meta(T0 + 60, Status.PERMANENT, call=b.can()))
    assert b.call(known, T0 + 90).allowed, "Meta allows it by now"


def test_a_connected_call_ends_metas_limit_of_requests() -> None:
    for said in (b.refused(138009, T0), b.meta(T0, Status.NO_PERMISSION, request=b.cannot())):
        assert not b.request(b.ledger(said), T0 + 120).allowed
        assert b.request(b.ledger(said, b.user_called(T0 + 60)), T0 + 120).allowed, "counters are reset at Meta, too"


@pytest.mark.parametrize("said", [b.meta(T0, Status.PERMANENT), b.refused(138017, T0), ALWAYS])
def test_nobody_who_allows_calls_for_good_is_asked(said: MetaAnswered | MetaRefused | Replied) -> None:
    verdict = b.request(b.ledger(said), T0 + HOUR)
    assert (verdict.reason, verdict.free_at) == (Reason.ALREADY_PERMANENT, None)


def test_asking_during_a_permission_is_allowed_and_said_to_be_needless() -> None:
    verdict = b.request(b.ledger(YES), T0 + HOUR)
    assert verdict.allowed
    assert [warned.caution for warned in verdict.warnings] == [Caution.PERMISSION_IN_FORCE]


@pytest.mark.parametrize(("used", "allowed"), [(4, True), (5, False)])
def test_calls_that_only_meta_knows_of_count(used: int, allowed: bool) -> None:
    """Somebody else calls by the same number; two of these calls are ours."""
    mine = [b.connected(T0 - HOUR), b.connected(T0 - 2 * HOUR)]
    said = b.meta(T0, Status.PERMANENT, call=b.can(Usage(window_s=DAY, allowed=100, used=used)))
    known = b.ledger(b.accepts(T0 - DAY, permanent=True), *mine, said)
    verdict = b.call(known, T0 + 60)
    assert verdict.allowed is allowed, "the stricter count does not win"
    assert verdict.counts[1].used == used, "a call is counted twice"
    assert sum(item.id is None for item in verdict.counts[1].items) == used - 2
    if not allowed:
        assert verdict.free_at == T0 - 2 * HOUR + DAY, "the first of ours that leaves makes room"
    later = b.call(b.ledger(*mine, said, b.connected(T0 + 60)), T0 + 90)
    assert later.counts[1].used == used + 1, "a call after Meta's count is in it already"
    assert b.call(known, T0 + 60, META_PRESENT).allowed, "Meta allows 100"


def test_requests_that_only_meta_knows_of_count_until_a_call_connects() -> None:
    usage = [Usage(window_s=DAY, allowed=25, used=1), Usage(window_s=WEEK, allowed=100, used=2)]
    said = b.meta(T0, Status.NO_PERMISSION, request=b.can(*usage))
    verdict = b.request(b.ledger(said), T0 + 60)
    assert (verdict.allowed, verdict.free_at) == (False, T0 + WEEK)
    assert verdict.disagreement is not None, "Meta would allow it, and nobody sees that"
    assert (verdict.disagreement.ours, verdict.disagreement.metas) == (Reason.REQUESTS_PER_WEEK, Reason.ALLOWED)
    assert b.request(b.ledger(said, b.user_called(T0 + 30)), T0 + 60).allowed


def test_our_own_limit_holds_where_meta_is_more_generous() -> None:
    five = [b.connected(T0 + n) for n in range(1, 6)]
    known = b.ledger(YES, *five, b.meta(T0 + 60, Status.TEMPORARY, expires_at=T0 + WEEK, call=b.can()))
    verdict = b.call(known, T0 + 90)
    assert verdict.reason is Reason.CONNECTED_CALLS
    assert verdict.disagreement is not None
    assert verdict.disagreement.metas is Reason.ALLOWED
    assert Caution.META_DISAGREES in {warned.caution for warned in verdict.warnings}


def test_an_outdated_word_of_metas_is_no_disagreement() -> None:
    known = b.ledger(b.meta(T0, Status.TEMPORARY, expires_at=T0 + HOUR, call=b.can()))
    assert b.call(known, T0 + 2 * HOUR).disagreement is None, "what Meta said two hours ago is held against us"


def test_a_permission_without_an_end_is_believed_for_a_moment() -> None:
    known = b.ledger(b.meta(T0, Status.TEMPORARY))
    assert b.call(known, T0 + 899).allowed, "Meta says that there is one"
    assert not b.call(known, T0 + 900).allowed, "nobody knows whether it still lasts"


def test_codes_that_say_nothing_of_the_pair_change_nothing() -> None:
    for code in (100, 131044, 138001, 138002, 138003, 138004, 138008):
        assert b.call(b.ledger(YES, b.refused(code, T0 + 60)), T0 + 90).allowed


def test_the_profile_may_not_believe_in_permissions_for_good() -> None:
    doubtful = replace(DEFAULT, permanent_permissions=False)
    assert b.call(b.ledger(ALWAYS), T0 + WEEK - 1, doubtful).allowed
    assert not b.call(b.ledger(ALWAYS), T0 + WEEK, doubtful).allowed
