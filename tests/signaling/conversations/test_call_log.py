"""Calls come into conversations as their records tell them, and none is lost by a crash or a store that is away."""

import asyncio

import pytest
from msgspec.structs import replace

from signaling.calls.call import CallRecord, DialOutcome
from signaling.calls.events import Caller, Direction
from signaling.conversations import view
from signaling.conversations.call_log import CallLog, call_of
from signaling.conversations.conversation import Outcome
from signaling.store.records import Records
from tests.signaling.conversations.world import NOOR, PNID, World
from tests.support.failing_store import HeldPause

BEGAN = 1_795_334_400.0
MISSED = CallRecord(
    call_id="wacid.1",
    phone_number_id=PNID,
    business_number="442079460018",
    caller=NOOR,
    queue="support",
    offered_at=BEGAN,
    accepted_at=BEGAN + 1,
    answered_at=None,
    ended_at=BEGAN + 40,
    agent=None,
    agents_tried=(),
    ended_by="caller",
    reason="the caller hung up",
    error=None,
    cta_payload="order-5521",
)
ANSWERED = replace(MISSED, call_id="wacid.2", answered_at=BEGAN + 10, agent="ana")
DIALLED = replace(MISSED, call_id="own-3", direction=Direction.OUTBOUND, accepted_at=None, cta_payload=None)


@pytest.mark.parametrize(
    ("record", "outcome", "answered_at"),
    [
        (MISSED, Outcome.MISSED, None),
        (ANSWERED, Outcome.ANSWERED, BEGAN + 10),
        (replace(DIALLED, outcome=DialOutcome.UNANSWERED), Outcome.UNANSWERED, None),
        (replace(DIALLED, outcome=DialOutcome.REJECTED), Outcome.REJECTED, None),
        (replace(DIALLED, outcome=DialOutcome.CANCELLED), Outcome.CANCELLED, None),
        (replace(DIALLED, outcome=DialOutcome.FAILED), Outcome.FAILED, None),
        (replace(DIALLED, outcome=DialOutcome.ANSWERED, accepted_at=BEGAN + 7), Outcome.ANSWERED, BEGAN + 7),
        (replace(DIALLED, outcome=DialOutcome.ANSWERED, meta_duration=30), Outcome.ANSWERED, BEGAN + 10),
    ],
    ids=["missed", "answered", "unanswered", "rejected", "cancelled", "failed", "picked up", "picked up, and not told"],
)
def test_what_became_of_a_call(record: CallRecord, outcome: Outcome, answered_at: float | None) -> None:
    call = call_of(record)
    assert (call.outcome, call.answered_at, call.direction) == (outcome, answered_at, record.direction), "misshown"


async def calls_of(site: World) -> list[view.CallView]:
    thread = await site.conversations.with_customer(PNID, NOOR)
    entries = thread.entries if thread is not None else ()
    return [entry for entry in entries if isinstance(entry, view.CallView)]


async def test_a_crash_and_a_store_that_is_away_lose_no_call(site: World) -> None:
    pause = HeldPause()
    records = Records(site.store, pause=site.clock.pause)
    records.write(MISSED)
    await records.flush()
    log = CallLog(site.intake.add_call, pause=pause)
    await log.start(records)
    assert [call.outcome for call in await calls_of(site)] == [Outcome.MISSED], "a crash lost a call"
    site.store.away = True
    log.note(ANSWERED)
    await pause.reached()
    site.store.away = False
    pause.release()
    async with asyncio.timeout(5):
        await log.settled()
    assert [call.outcome for call in await calls_of(site)] == [Outcome.MISSED, Outcome.ANSWERED], "a call is lost"
    await log.start(records)
    assert len(await calls_of(site)) == 2, "a restart shows a call twice"
    log.note(replace(MISSED, call_id="wacid.4", caller=Caller()))
    await log.settled()
    assert len(await calls_of(site)) == 2, "a call of nobody became somebody's"
    await log.close()


async def test_closing_cuts_off_what_waits(site: World) -> None:
    pause = HeldPause()

    log = CallLog(site.intake.add_call, pause=pause)
    site.store.away = True
    log.note(MISSED)
    await pause.reached()
    await asyncio.wait_for(log.close(), 5)
