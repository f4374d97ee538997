"""Owns how calls come into conversations: each call record becomes an entry, and a crash loses none.

Records are told as calls end and are written down behind everybody's back; what a crash cuts off is found in the newest
call records at the next start, and what is told twice is told the same.
"""

import asyncio
from collections import deque
from typing import Protocol

from signaling.calls.call import CallRecord, DialOutcome
from signaling.calls.events import Caller, Direction
from signaling.conversations.conversation import CallMade, Outcome
from signaling.pause import Pause
from signaling.store.contract import StoreUnavailable

CAUGHT_UP = 500
"""Newest call records looked through at a start; a crash cuts off those of a few seconds."""
MAX_WAITING = 20_000
"""Calls that may wait for the store; beyond that the oldest are left to the next start."""
RETRY_S = 1.0
"""Pause while the store is away, seconds."""


class PastCalls(Protocol):
    """Where records are read. Implemented by ``signaling.store.records.Records``."""

    async def calls(self, limit: int, *, before: float | None = None) -> list[CallRecord]:
        """The newest call records, newest first. Raises StoreUnavailable."""


class AddCall(Protocol):
    """Puts a call into its conversation. Implemented by ``signaling.conversations.intake.Intake.add_call``."""

    async def __call__(
        self, phone_number_id: str, business_number: str | None, customer: Caller, call: CallMade
    ) -> None:
        """A call with this customer is over. Raises StoreUnavailable."""


class CallLog:
    """Listens to call records (``signaling.store.records.Listener``). Owned: the task that writes."""

    def __init__(self, add_call: AddCall, *, pause: Pause) -> None:
        self._add_call = add_call
        self._pause = pause
        self._waiting: deque[CallRecord] = deque(maxlen=MAX_WAITING)
        self._writer: asyncio.Task[None] | None = None

    def note(self, record: CallRecord) -> None:
        """A call is over."""
        self._waiting.append(record)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="call log")

    async def start(self, past: PastCalls) -> None:
        """Add what a crash has cut off. Raises StoreUnavailable."""
        for record in await past.calls(CAUGHT_UP):
            await self._add(record)

    async def settled(self) -> None:
        """Wait until every call that was told is written, for as long as that takes."""
        if self._writer is not None:
            await asyncio.shield(self._writer)

    async def close(self) -> None:
        """Stop writing; what is left is found at the next start."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait((self._writer,))

    async def _write(self) -> None:
        while self._waiting:
            try:
                await self._add(self._waiting[0])
            except StoreUnavailable:
                await self._pause(RETRY_S)
                continue
            self._waiting.popleft()

    async def _add(self, record: CallRecord) -> None:
        if record.caller.user_id is None and record.caller.number is None:
            # WhatsApp did not say who it was, so there is nobody to have a conversation with.
            return
        await self._add_call(record.phone_number_id, record.business_number, record.caller, call_of(record))


def call_of(record: CallRecord) -> CallMade:
    """A call as its conversation shows it."""
    payloads = (record.cta_payload, record.deeplink_payload)
    outcome, answered_at = _dialled(record) if record.direction is Direction.OUTBOUND else _received(record)
    return CallMade(
        id=record.call_id,
        at=record.offered_at,
        direction=record.direction,
        outcome=outcome,
        answered_at=answered_at,
        ended_at=record.ended_at,
        agent=record.agent,
        reason=record.reason,
        payloads=tuple(payload for payload in payloads if payload is not None),
    )


def _received(record: CallRecord) -> tuple[Outcome, float | None]:
    return (Outcome.MISSED if record.answered_at is None else Outcome.ANSWERED), record.answered_at


def _dialled(record: CallRecord) -> tuple[Outcome, float | None]:
    """The customer's picking up is what connects the call and opens the window, whoever spoke then."""
    outcome = Outcome((record.outcome or DialOutcome.FAILED).value)
    if outcome is not Outcome.ANSWERED:
        return outcome, None
    # Meta's word that it was picked up may be lost; then the length of the call tells.
    return outcome, record.accepted_at or record.ended_at - (record.meta_duration or 0)
