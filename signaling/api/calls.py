"""Owns the operations about calls that are over: their records, and who asked to be called back."""

from typing import Annotated, Protocol

import msgspec

from signaling.agents.tokens import Role
from signaling.api.operation import AnyOperation, Asked, Nothing, operation
from signaling.calls.call import CallBackRequest, CallRecord

MOST = 200
"""Records in one answer."""


class CallRecords(Protocol):
    """Where records are read. Implemented by ``signaling.store.records.Records``."""

    async def calls(self, limit: int, *, before: float | None = None) -> list[CallRecord]:
        """The newest call records that ended before, newest first. Raises StoreUnavailable."""

    async def call_backs(self, limit: int) -> list[CallBackRequest]:
        """The newest requests to be called back, newest first. Raises StoreUnavailable."""


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a long list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST, description="How many at most.")] = 50
    before: Annotated[
        float | None, msgspec.Meta(description="Only calls that ended before this, in epoch seconds: next_before.")
    ] = None


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST, description="How many at most.")] = 50


class Calls(msgspec.Struct, frozen=True):
    """Call records, newest first."""

    calls: list[CallRecord]
    next_before: Annotated[
        float | None, msgspec.Meta(description="What to give as before for the next page; null at the end.")
    ]


class CallBacks(msgspec.Struct, frozen=True):
    """Requests to be called back, newest first."""

    call_backs: list[CallBackRequest]


def operations(records: CallRecords) -> tuple[AnyOperation, ...]:
    """The operations, on these records."""

    async def calls(asked: Asked[Page, Nothing]) -> Calls:
        found = await records.calls(asked.query.limit, before=asked.query.before)
        end = found[-1].ended_at if len(found) == asked.query.limit else None
        if asked.who.role is Role.AGENT:
            found = [record for record in found if asked.who.name in (record.agent, *record.agents_tried)]
        return Calls(found, end)

    async def call_backs(asked: Asked[Limit, Nothing]) -> CallBacks:
        return CallBacks(await records.call_backs(asked.query.limit))

    return (
        operation("GET", "/calls", "Calls that are over; an agent sees those he was rung for", calls, tag="calls"),
        operation(
            "GET", "/call-backs", "Callers who could not be served and are to be called back", call_backs, tag="calls"
        ),
    )
