"""Owns the whole picture of a pair, for the page and the API. It judges nothing itself."""

from typing import NamedTuple

from policy.limits import Limits
from policy.permission import permission, run
from policy.records import Delivery, Ledger, Request
from policy.rules import decide
from policy.verdict import Ask, Explanation


class _Outstanding(NamedTuple):
    request: Request
    until: float


def explain(ledger: Ledger, limits: Limits, now: float, *, country: str | None = None) -> Explanation:
    """Both verdicts and everything they rest on. ``country`` is the business number's."""
    outstanding = _outstanding(ledger, limits, now)
    return Explanation(
        at=now,
        profile=limits.name,
        call=decide(ledger, Ask.CALL, limits, now, country=country),
        request=decide(ledger, Ask.REQUEST, limits, now, country=country),
        permission=permission(ledger, limits, now),
        run=len(run(ledger, limits)),
        run_warns=limits.run_warns.value,
        run_revokes=limits.run_revokes.value,
        outstanding=outstanding.request if outstanding is not None else None,
        outstanding_until=outstanding.until if outstanding is not None else None,
        requests=ledger.requests,
        answers=ledger.answers,
        calls=ledger.calls,
        snapshot=ledger.snapshot,
        refusals=ledger.refusals,
    )


def _outstanding(ledger: Ledger, limits: Limits, now: float) -> _Outstanding | None:
    """The newest request, while the user can answer it or change the answer (whatsapp-calling 3.2)."""
    newest = next((request for request in reversed(ledger.requests) if request.delivery is Delivery.SENT), None)
    if newest is None:
        return None
    answered = [answer.at for answer in ledger.answers if answer.at >= newest.at and not answer.automatic]
    until = max(answered, default=newest.at) + limits.request_lives.value
    return _Outstanding(newest, until) if now < until else None
