"""Owns what a ledger may forget: only what can change no verdict any more, so that it stays small for ever.

That is what has left every window, and calls before the run in which the user last chose to allow calls: a later run
can have ended that permission, and an earlier one cannot. Of each kind the newest are kept that a limit can count;
recent facts without weight stay for a person to see.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec.structs import replace

from policy.limits import LARGEST, WEEK_S
from policy.records import Answer, Call, Delivery, Ledger, Outcome, Request

KEPT_S: Final = 4 * WEEK_S
"""How long what counts no more is kept for a person to look at, seconds: four of the longest window."""
KEPT_WITHOUT_WEIGHT: Final = 32
"""How many former answers, failed requests and calls of no weight are kept at most."""

_Fact = TypeVar("_Fact", Request, Answer, Call)


def prune(ledger: Ledger, now: float) -> Ledger:
    """The ledger without what nobody will ask for."""
    since = now - KEPT_S
    consent = next((answer for answer in reversed(ledger.answers) if answer.accepted and not answer.automatic), None)
    return replace(
        ledger,
        requests=_kept(ledger.requests, lambda request: _weighs(request, now), since),
        answers=_kept(ledger.answers, lambda answer: "consent" if answer is consent else None, 0.0),
        calls=_kept_calls(ledger.calls, since if consent is None else min(since, consent.at), now),
        refusals=tuple(refusal for refusal in ledger.refusals if refusal.at > since),
    )


def _weighs(request: Request, now: float) -> str | None:
    """The kind among whose newest it is kept; None if it has no weight."""
    if request.delivery is Delivery.SENT and request.at > now - KEPT_S:
        return "sent"
    return "pending" if request.lease_until is not None and request.lease_until > now else None


def _kept_calls(calls: tuple[Call, ...], asked_of: float, now: float) -> tuple[Call, ...]:
    """Calls since the last connected one before ``asked_of``, with which the run of that time began."""
    connected = [call.at for call in calls if call.outcome is Outcome.CONNECTED]
    run_began = max((at for at in connected if at <= asked_of), default=0.0)
    if len(connected) >= LARGEST:
        # Where connected calls are forgotten, runs that they parted would grow together.
        run_began = max(run_began, connected[-LARGEST])

    def weighs(call: Call) -> str | None:
        match call.outcome:
            case Outcome.CONNECTED if call.at >= run_began:
                return "connected"
            case Outcome.UNANSWERED | Outcome.REJECTED if call.at >= run_began:
                return "unanswered"
            case Outcome.PENDING if call.lease_until is not None and call.lease_until > now:
                return "pending"
        return None

    return _kept(calls, weighs, now - KEPT_S)


def _kept(facts: tuple[_Fact, ...], weighs: Callable[[_Fact], str | None], since: float) -> tuple[_Fact, ...]:
    """Of each weight the newest that a limit can count; without weight a few that are not too old."""
    left: dict[str | None, int] = {None: KEPT_WITHOUT_WEIGHT}
    kept = []
    for fact in reversed(facts):
        weight = weighs(fact)
        left[weight] = left.get(weight, LARGEST) - 1
        if left[weight] >= 0 and (weight is not None or fact.at > since):
            kept.append(fact)
    return tuple(reversed(kept))
