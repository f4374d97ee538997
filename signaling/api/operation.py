"""Owns what an operation of the REST interface is: its address, who may use it, what goes in and what comes out.

Data only. ``rest`` serves operations and ``openapi`` describes them from the very same fields, so that the two cannot
disagree.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import msgspec

from signaling.agents.tokens import Identity, Role

PREFIX = "/api/v1"
"""Where the interface begins; a change that breaks clients gets another number."""
KEY_HEADER = "Idempotency-Key"

ANYBODY = frozenset(Role)
"""Whoever has a token."""
STAFF = frozenset({Role.SUPERVISOR, Role.INTEGRATION})
"""Whoever may see the whole site."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No query, or no body."""


Query = TypeVar("Query", bound=msgspec.Struct)
Body = TypeVar("Body", bound=msgspec.Struct)
Answer = TypeVar("Answer", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Asked(Generic[Query, Body]):
    """One request, read and checked."""

    who: Identity
    path: Mapping[str, str]
    """What the request's address has in place of ``{names}``."""
    query: Query
    body: Body
    key: str | None = None
    """The idempotency key; always there for an operation that spends something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[Query, Body, Answer]):
    """One thing the interface can do."""

    method: str
    path: str
    """Below ``/api/v1``, with ``{names}``."""
    summary: str
    handle: Callable[[Asked[Query, Body]], Awaitable[Answer]]
    """Raises Problem for what cannot be done, and StoreUnavailable."""
    answer: type[Answer]
    query: type[Query]
    body: type[Body]
    tag: str
    """The group it is shown in."""
    roles: frozenset[Role] = ANYBODY
    spends: bool = False
    """It has an effect outside or uses up a limit, so that it needs an idempotency key."""
    status: int = 200


AnyOperation = Operation[Any, Any, Any]


def operation(  # noqa: PLR0913 - what there is to say of an operation.
    method: str,
    path: str,
    summary: str,
    handle: Callable[[Asked[Query, Body]], Awaitable[Answer]],
    *,
    tag: str,
    roles: frozenset[Role] = ANYBODY,
    spends: bool = False,
    status: int = 200,
) -> Operation[Query, Body, Answer]:
    """An operation whose query, body and answer are those of its handler's annotations."""
    hints = get_type_hints(handle)
    answer = hints.pop("return")
    (asked,) = hints.values()
    query, body = get_args(asked)
    return Operation(
        method=method,
        path=path,
        summary=summary,
        handle=handle,
        answer=answer,
        query=query,
        body=body,
        tag=tag,
        roles=roles,
        spends=spends,
        status=status,
    )
