"""Owns the judgement: may the business call, or ask whether it may, now? The stricter of ledger and Meta wins."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec.structs import replace

from policy import words
from policy.limits import Limits
from policy.meta import barriers, would_allow
from policy.permission import newest_word, permission, run
from policy.records import Ledger, Status
from policy.verdict import Ask, Caution, Count, Disagreement, Permission, Reason, Verdict, Warned
from policy.windows import call_counts, request_counts

_METAS: Final = (Reason.NOT_AVAILABLE, Reason.META_NO_PERMISSION, Reason.META_CALL_LIMIT, Reason.META_REQUEST_LIMIT)


class _Gate(NamedTuple):
    """One thing that stands in the way; ``until`` is None if waiting does not open it."""

    reason: Reason
    until: float | None = None


class _Case(NamedTuple):
    """What is to be judged."""

    ledger: Ledger
    ask: Ask
    limits: Limits
    now: float
    country: str | None
    held: Permission
    counts: tuple[Count, ...]


def decide(ledger: Ledger, ask: Ask, limits: Limits, now: float, *, country: str | None = None) -> Verdict:
    """The verdict on one ask. ``country`` is the business number's (``countries.country_of``), None if unknown."""
    count = call_counts if ask is Ask.CALL else request_counts
    held = permission(ledger, limits, now)
    case = _Case(ledger, ask, limits, now, country, held, count(ledger, limits, now))
    gate = _narrowest(tuple(_gates(case)))
    reason = gate.reason if gate is not None else Reason.ALLOWED
    free_at = gate.until if gate is not None else None
    cautions = []
    if ask is Ask.CALL and free_at is not None and held.expires_at is not None and free_at >= held.expires_at:
        free_at = None
        cautions.append(Caution.PERMISSION_ENDS_FIRST)
    disagreement = _disagreement(case, reason)
    if disagreement is not None:
        cautions.append(Caution.META_DISAGREES)
    in_a_row = len(run(ledger, limits))
    cautions += _cautions(case, in_a_row, allowed=gate is None)
    return Verdict(
        ask=ask,
        allowed=gate is None,
        reason=reason,
        words=words.say(ask, reason, None if free_at is None else free_at - now),
        free_at=free_at,
        counts=case.counts,
        warnings=tuple(Warned(caution=caution, words=words.warn(caution, run=in_a_row)) for caution in cautions),
        disagreement=disagreement,
    )


def _gates(case: _Case) -> Iterator[_Gate]:
    """Everything in the way, the most fundamental first."""
    if case.country in case.limits.excluded.countries:
        yield _Gate(Reason.COUNTRY_EXCLUDED)
    if case.ask is Ask.CALL and case.held.reason is not Reason.ALLOWED:
        yield _Gate(case.held.reason)
    word = newest_word(case.ledger)
    at_meta = word is not None and word.status is Status.PERMANENT
    if case.ask is Ask.REQUEST and (case.held.status is Status.PERMANENT or at_meta):
        yield _Gate(Reason.ALREADY_PERMANENT)
    for barrier in barriers(case.ledger, case.ask, case.limits, case.now):
        yield _Gate(barrier.reason, barrier.until)
    for count in case.counts:
        if count.free_at is not None:
            yield _Gate(count.limit, count.free_at)


def _narrowest(gates: tuple[_Gate, ...]) -> _Gate | None:
    """The first that waiting does not open, or else the one that opens last."""
    for gate in gates:
        if gate.until is None:
            return gate
    return max(gates, key=lambda gate: gate.until or 0.0, default=None)


def _cautions(case: _Case, in_a_row: int, *, allowed: bool) -> Iterator[Caution]:
    if case.ask is Ask.REQUEST:
        if allowed and case.held.reason is Reason.ALLOWED:
            yield Caution.PERMISSION_IN_FORCE
        return
    if in_a_row >= case.limits.run_warns.value:
        yield Caution.USER_PROMPTED
    if not allowed:
        return
    if in_a_row >= case.limits.run_revokes.value - 1:
        yield Caution.LAST_BEFORE_REVOCATION
    if any(count.limit is Reason.CONNECTED_CALLS and count.used == count.allowed - 1 for count in case.counts):
        yield Caution.LAST_CALL


def _disagreement(case: _Case, reason: Reason) -> Disagreement | None:
    """Where one side alone stands in the way. A call of ours on its way is nothing that Meta could judge."""
    if reason in (Reason.ALLOWED, Reason.CALL_ON_ITS_WAY):
        return None
    sides: tuple[Reason, Reason]
    if reason in _METAS:
        alone = replace(case.ledger, snapshot=None, refusals=())
        differ = decide(alone, case.ask, case.limits, case.now, country=case.country).allowed
        sides = (Reason.ALLOWED, reason)
    else:
        differ = would_allow(case.ledger, case.ask, case.now)
        sides = (reason, Reason.ALLOWED)
    return Disagreement(about=case.ask, ours=sides[0], metas=sides[1], words=words.differ(*sides)) if differ else None
