"""Owns what Meta's own answers and refusals forbid at the moment, and what they allow.

A limit that Meta reported holds until the moment Meta named; without one for as long as the window is, or a short while
if no window is known. A connected call ends what Meta said of requests before it.
"""

from typing import Final, NamedTuple

from policy.limits import DAY_S, Limits
from policy.permission import META_CLOCK_S, UNDATED_S
from policy.records import Can, Ledger, Outcome, Status
from policy.verdict import Ask, Reason

CALL_LIMIT_CODE: Final = 138012
REQUEST_LIMIT_CODE: Final = 138009
NOT_AVAILABLE_CODES: Final = (138000, 138013, 138014)
"""Calling is not enabled, business-initiated calls are not possible for the number, or they are paused for quality."""
NOT_AVAILABLE_S: Final = DAY_S
"""How long such a refusal is believed if Meta gave no time: a choice of ours."""


class Barrier(NamedTuple):
    """What Meta forbids, and until when."""

    reason: Reason
    until: float


def barriers(ledger: Ledger, ask: Ask, limits: Limits, now: float) -> list[Barrier]:
    """Everything that Meta's words forbid now, permissions apart."""
    found = [
        Barrier(Reason.NOT_AVAILABLE, refusal.until or refusal.at + NOT_AVAILABLE_S)
        for refusal in ledger.refusals
        if refusal.code in NOT_AVAILABLE_CODES
    ]
    found += _limit_refused(ledger, ask, limits)
    found += _limit_reported(ledger, ask)
    return [barrier for barrier in found if now < barrier.until]


def would_allow(ledger: Ledger, ask: Ask, now: float) -> bool:
    """Whether Meta said lately that this is possible."""
    snapshot = ledger.snapshot
    can = _can(ledger, ask)
    return snapshot is not None and can is not None and can.now and now < snapshot.at + UNDATED_S


def _limit_refused(ledger: Ledger, ask: Ask, limits: Limits) -> list[Barrier]:
    """A limit that a refusal named, unless Meta has answered since."""
    code, reason, window_s = (
        (CALL_LIMIT_CODE, Reason.META_CALL_LIMIT, limits.connected_calls.window_s)
        if ask is Ask.CALL
        else (REQUEST_LIMIT_CODE, Reason.META_REQUEST_LIMIT, limits.requests_per_day.window_s)
    )
    answered_at = ledger.snapshot.at if ledger.snapshot is not None else 0.0
    return [
        Barrier(reason, refusal.until or refusal.at + (window_s or DAY_S))
        for refusal in ledger.refusals
        if refusal.code == code and refusal.at > answered_at and not _void(ledger, ask, refusal.at)
    ]


def _limit_reported(ledger: Ledger, ask: Ask) -> list[Barrier]:
    """A limit that Meta's newest answer reports as used up."""
    snapshot, can = ledger.snapshot, _can(ledger, ask)
    if snapshot is None or can is None or can.now or _void(ledger, ask, snapshot.at):
        return []
    if ask is Ask.CALL and snapshot.status is Status.NO_PERMISSION:
        # Without permission no call is possible; that says nothing of the limit.
        return []
    if ask is Ask.REQUEST and snapshot.status is Status.PERMANENT:
        return []
    reason = Reason.META_CALL_LIMIT if ask is Ask.CALL else Reason.META_REQUEST_LIMIT
    named = [usage.free_at for usage in can.usage if usage.free_at is not None]
    return [Barrier(reason, max(named, default=snapshot.at + UNDATED_S))]


def _can(ledger: Ledger, ask: Ask) -> Can | None:
    if ledger.snapshot is None:
        return None
    return ledger.snapshot.call if ask is Ask.CALL else ledger.snapshot.request


def _void(ledger: Ledger, ask: Ask, said_at: float) -> bool:
    """Whether a call connected since: that sets the counters of requests to 0."""
    return ask is Ask.REQUEST and any(
        call.outcome is Outcome.CONNECTED and call.at + META_CLOCK_S > said_at for call in ledger.calls
    )
