"""Whatever the ledger knows and whatever Meta says: a call needs both to agree, as far as each has a say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.events import CallSettled, Event, MetaAnswered, Replied, RequestSettled
from policy.history import apply
from policy.limits import DEFAULT
from policy.records import Can, Delivery, Direction, Ledger, Outcome, Snapshot, Status, Usage
from policy.rules import decide
from policy.verdict import Ask, Reason
from tests.policy.builders import DAY, HOUR, T0, WEEK

NOW = T0 + 3 * WEEK
WITHDRAWN = (Reason.PERMISSION_REJECTED, Reason.PERMISSION_REVOKED)
TIMES = st.sampled_from([NOW - age for age in (60, HOUR, 20 * HOUR, DAY, 3 * DAY, 6 * DAY, WEEK, 9 * DAY)])
PERMISSION = (Reason.NO_PERMISSION, Reason.PERMISSION_EXPIRED, *WITHDRAWN)
METAS = (Reason.META_NO_PERMISSION, Reason.META_CALL_LIMIT, Reason.META_REQUEST_LIMIT)
CANS = st.none() | st.builds(
    Can,
    now=st.booleans(),
    usage=st.lists(
        st.builds(
            Usage,
            window_s=st.sampled_from([DAY, WEEK]),
            allowed=st.just(5),
            used=st.integers(0, 6),
            free_at=st.none() | st.just(NOW + HOUR),
        ),
        max_size=2,
    ).map(tuple),
)
SNAPSHOTS = st.builds(
    Snapshot,
    at=st.just(NOW - 5),
    status=st.sampled_from(list(Status)),
    expires_at=st.none() | st.sampled_from([NOW + DAY, NOW + 5 * DAY, NOW + WEEK - 60]),
    call=CANS,
    request=CANS,
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Some weeks, as far as they were heard of."""
    events: list[Event] = []
    for number, at in enumerate(draw(st.lists(TIMES, max_size=12))):
        name = f"id-{number}"
        automatic = draw(st.booleans())
        kinds: list[Event] = [
            Replied(id=name, at=at, accepted=True, automatic=automatic),
            Replied(id=name, at=at, accepted=True, permanent=True),
            Replied(id=name, at=at, accepted=False, automatic=automatic),
            CallSettled(id=name, at=at, outcome=Outcome.CONNECTED),
            CallSettled(id=name, at=at, outcome=Outcome.CONNECTED, direction=Direction.USER),
            CallSettled(id=name, at=at, outcome=Outcome.UNANSWERED),
            RequestSettled(id=name, at=at, delivery=Delivery.SENT),
        ]
        events.append(draw(st.sampled_from(kinds)))
    return events


def refusals(events: list[Event]) -> list[float]:
    """When the user, or WhatsApp for the user, said no."""
    return [event.at for event in events if isinstance(event, Replied) and not event.accepted]


def ledger(events: list[Event]) -> Ledger:
    known = Ledger()
    for event in events:
        known = apply(known, event, NOW)
    return known


@given(histories(), SNAPSHOTS)
@settings(max_examples=150, deadline=None)
def test_what_meta_forbids_is_forbidden(events: list[Event], snapshot: Snapshot) -> None:
    known = apply(ledger(events), MetaAnswered(snapshot=snapshot), NOW)
    if decide(known, Ask.CALL, DEFAULT, NOW).allowed:
        assert snapshot.status is not Status.NO_PERMISSION, "Meta would refuse the call (138006)"
        assert snapshot.call is None or snapshot.call.now, "Meta would refuse the call (138012)"
    if decide(known, Ask.REQUEST, DEFAULT, NOW).allowed:
        assert snapshot.status is not Status.PERMANENT, "Meta would refuse the request (138017)"
        assert snapshot.request is None or snapshot.request.now, "Meta would refuse the request (138009)"


@given(histories(), SNAPSHOTS)
@settings(max_examples=150, deadline=None)
def test_what_the_ledger_forbids_is_forbidden_unless_meta_heard_the_user_later(
    events: list[Event], snapshot: Snapshot
) -> None:
    alone = ledger(events)
    known = apply(alone, MetaAnswered(snapshot=snapshot), NOW)
    ours, verdict = decide(alone, Ask.CALL, DEFAULT, NOW), decide(known, Ask.CALL, DEFAULT, NOW)
    if verdict.allowed and not ours.allowed:
        assert ours.reason in PERMISSION, "Meta's generosity lifts a limit of ours"
        if ours.reason in WITHDRAWN:
            given_at = (snapshot.expires_at or 0.0) - WEEK
            assert all(at < given_at for at in refusals(events)), "a no that came later is not heeded"
    ours, verdict = decide(alone, Ask.REQUEST, DEFAULT, NOW), decide(known, Ask.REQUEST, DEFAULT, NOW)
    if verdict.allowed and not ours.allowed:
        assert ours.reason is Reason.ALREADY_PERMANENT, "Meta's generosity lifts a limit of ours"


@given(histories(), SNAPSHOTS)
@settings(max_examples=150, deadline=None)
def test_where_only_one_of_the_two_forbids_it_is_seen(events: list[Event], snapshot: Snapshot) -> None:
    alone = ledger(events)
    known = apply(alone, MetaAnswered(snapshot=snapshot), NOW)
    for ask, can in ((Ask.CALL, snapshot.call), (Ask.REQUEST, snapshot.request)):
        ours, verdict = decide(alone, ask, DEFAULT, NOW), decide(known, ask, DEFAULT, NOW)
        meta_allows = can is not None and can.now
        if verdict.disagreement is not None:
            assert not verdict.allowed, "the stricter did not win"
            assert Reason.ALLOWED in (verdict.disagreement.ours, verdict.disagreement.metas), "both forbid it"
        elif not verdict.allowed:
            assert not (verdict.reason in METAS and ours.allowed), "Meta alone forbids it, and nobody sees that"
            assert not (verdict.reason not in METAS and meta_allows), (
                "the ledger alone forbids it, and nobody sees that"
            )
