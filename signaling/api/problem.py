"""Owns how the interface says no: problem details (RFC 9457), one shape for every refusal.

A detail is for a person and never quotes what was sent, because that may be a number or a token.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused (RFC 9457, section 3.1), with members of our own."""

    title: str
    """The kind of problem, in a few words that do not change."""
    status: int
    code: str
    """The kind of problem for programs, e.g. ``too_many_requests_in_24_h``; also the end of ``type``."""
    type: str = ""
    """An address below this interface that names the kind of problem."""
    detail: str = ""
    """What was wrong this time, and what to do."""
    free_at: float | None = None
    """When the same request may succeed, epoch seconds."""
    meta_code: int | None = None
    """Meta's error code, if the refusal is Meta's."""


class Problem(Exception):
    """Ends a request with problem details. ``headers`` are added to the response."""

    def __init__(  # noqa: PLR0913 - the members of problem details.
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        free_at: float | None = None,
        meta_code: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.details = ProblemDetails(
            type=f"/api/v1/problems/{code}",
            title=title,
            status=status,
            code=code,
            detail=detail,
            free_at=free_at,
            meta_code=meta_code,
        )
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """As HTTP."""
        body = msgspec.json.encode(self.details)
        return web.Response(body=body, status=self.details.status, content_type=CONTENT_TYPE, headers=self.headers)


def not_found(what: str) -> Problem:
    """There is no such thing, or not for whoever asks."""
    return Problem(404, "not_found", "Not found", f"There is no such {what}.")


def invalid(detail: str) -> Problem:
    """The request does not fit the description of its operation."""
    return Problem(422, "invalid", "The request does not fit its description", detail)


def describe(error: msgspec.DecodeError) -> Mapping[str, Any]:
    """The words of a decoder without what it read: where it was, and what would be right."""
    text = str(error)
    where = text.rpartition(" - at `")[2].removesuffix("`") if " - at `" in text else "$"
    expected = text.partition(" - at `")[0]
    return {"where": where, "expected": expected if expected.startswith(("Expected", "Object")) else "valid JSON"}
