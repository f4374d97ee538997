"""Owns how a wish is refused: why, and what to do. A value, never an exception: every refusal is for a person."""

import msgspec

from policy.verdict import Verdict
from signaling.calls.events import MetaError
from signaling.conversations.compose import Problem
from signaling.whatsapp.advice import explain


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was not done."""

    code: str
    """For programs and for translation, e.g. ``window_closed``."""
    reason: str
    advice: str = ""
    free_at: float | None = None
    """When it becomes possible, epoch seconds; None if time alone does not help."""
    problems: tuple[Problem, ...] = ()
    """Field by field, for ``invalid``."""
    meta_code: int | None = None
    """Meta's error code, for ``meta`` and ``unreached``."""


def invalid(*problems: Problem) -> Refusal:
    """Something in the fields is wrong."""
    reason = " ".join(f"{problem.field}: {problem.reason}" for problem in problems)
    return Refusal(code="invalid", reason=reason, advice="Correct it and try again.", problems=problems)


def not_found(what: str) -> Refusal:
    """There is no such thing."""
    return Refusal(code="not_found", reason=f"There is no such {what}.", advice="Reload the page.")


def window_closed() -> Refusal:
    """Meta lets free-form messages be sent only for 24 hours after the customer was heard of."""
    return Refusal(
        code="window_closed",
        reason="The customer has not written or phoned in the last 24 hours.",
        advice="Send a template, or wait until the customer writes or phones.",
    )


def denied(verdict: Verdict) -> Refusal:
    """The permission policy does not allow it now."""
    return Refusal(code=verdict.reason.value, reason=verdict.words, free_at=verdict.free_at)


def of_meta(error: MetaError) -> Refusal:
    """Meta does not take it, or cannot be reached."""
    said = explain(error)
    return Refusal(
        code="meta" if said.code else "unreached",
        reason=said.reason,
        advice=said.advice,
        meta_code=said.code or None,
    )
