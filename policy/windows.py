"""Owns what counts towards which limit, item by item, and when each item leaves its window.

A window is half-open: what happened at ``t`` counts until just before ``t + window_s``. What is reserved counts, too,
until its lease ends. A connected call takes every permission request before it out of the count; a request in the very
same second stays in. What Meta counts beyond what we know of is counted as well, for as long as it possibly can be.
"""

from collections.abc import Iterable, Sequence

from policy.limits import Limit, Limits
from policy.permission import META_CLOCK_S
from policy.records import Call, Can, Delivery, Direction, Ledger, Outcome, Request, Snapshot
from policy.verdict import Count, Counted, Reason


def call_counts(ledger: Ledger, limits: Limits, now: float) -> tuple[Count, ...]:
    """How the limits of business-initiated calls stand."""
    business = [call for call in ledger.calls if call.direction is Direction.BUSINESS]
    pending = [item for call in business if call.outcome is Outcome.PENDING and (item := _pending(call, now))]
    connected = [call for call in business if call.outcome is Outcome.CONNECTED]
    limit = limits.connected_calls
    snapshot = ledger.snapshot
    at_meta = _only_at_meta(snapshot, snapshot.call, limit, connected) if snapshot is not None else []
    return (
        _count(Reason.CALL_ON_ITS_WAY, limits.calls_at_once, pending, now),
        _count(Reason.CONNECTED_CALLS, limit, [*pending, *_spent(connected, limit), *at_meta], now),
    )


def request_counts(ledger: Ledger, limits: Limits, now: float) -> tuple[Count, ...]:
    """How the limits of permission requests stand."""
    reset_at = max((call.at for call in ledger.calls if call.outcome is Outcome.CONNECTED), default=0.0)
    sent = [request for request in ledger.requests if request.delivery is Delivery.SENT and request.at >= reset_at]
    pending = [item for request in ledger.requests if (item := _pending(request, now))]
    snapshot = ledger.snapshot
    counts = []
    for reason, limit in (
        (Reason.REQUESTS_PER_DAY, limits.requests_per_day),
        (Reason.REQUESTS_PER_WEEK, limits.requests_per_week),
    ):
        at_meta: list[Counted] = []
        if snapshot is not None and snapshot.at >= reset_at + META_CLOCK_S:
            at_meta = _only_at_meta(snapshot, snapshot.request, limit, sent)
        counts.append(_count(reason, limit, [*pending, *_spent(sent, limit), *at_meta], now))
    return tuple(counts)


def _pending(fact: Request | Call, now: float) -> Counted | None:
    """A reservation, as long as its lease lasts."""
    if fact.lease_until is None or now >= fact.lease_until:
        return None
    return Counted(id=fact.id, at=fact.at, leaves_at=fact.lease_until, pending=True)


def _spent(facts: Iterable[Request | Call], limit: Limit) -> list[Counted]:
    return [Counted(id=fact.id, at=fact.at, leaves_at=fact.at + _window(limit)) for fact in facts]


def _only_at_meta(snapshot: Snapshot, can: Can | None, limit: Limit, known: Sequence[Request | Call]) -> list[Counted]:
    """What Meta counted when it was asked, beyond what we know to have been in its window by then."""
    usage = next((usage for usage in can.usage if usage.window_s == limit.window_s), None) if can is not None else None
    if usage is None:
        return []
    ours = sum(fact.at <= snapshot.at < fact.at + _window(limit) for fact in known)
    unknown = Counted(id=None, at=snapshot.at, leaves_at=snapshot.at + _window(limit))
    if ours or usage.free_at is None:
        return [unknown] * (usage.used - ours)
    # Meta counts nothing that we know of, and says when the first of it leaves.
    first = Counted(id=None, at=snapshot.at, leaves_at=usage.free_at)
    return [first, *[unknown] * (usage.used - 1)]


def _count(reason: Reason, limit: Limit, items: list[Counted], now: float) -> Count:
    counting = sorted((item for item in items if now < item.leaves_at), key=lambda item: (item.leaves_at, item.at))
    return Count(limit=reason, allowed=limit.value, window_s=limit.window_s, items=tuple(counting))


def _window(limit: Limit) -> float:
    assert limit.window_s is not None, "only limits with a window are counted over time"
    return limit.window_s
