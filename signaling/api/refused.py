"""Owns how refusals of the services become problem details. Every one keeps its code, its reason and what to do."""

from typing import TypeVar

from signaling.api.problem import Problem
from signaling.conversations.refusal import Refusal

Done = TypeVar("Done")

_STATUS = {"not_found": 404, "invalid": 422, "not_yours": 403, "unreached": 503}
"""By code; every other refusal is a conflict with how things stand (409), and nothing is wrong with the request."""


def unless_refused(result: Done | Refusal) -> Done:
    """The result, or Problem if it is a refusal."""
    if not isinstance(result, Refusal):
        return result
    details = " ".join(part for part in (result.advice, *(_said(result))) if part)
    raise Problem(
        _STATUS.get(result.code, 409),
        result.code,
        result.reason,
        details,
        free_at=result.free_at,
        meta_code=result.meta_code,
    )


def _said(refusal: Refusal) -> tuple[str, ...]:
    return tuple(f"{problem.field}: {problem.reason}" for problem in refusal.problems)
