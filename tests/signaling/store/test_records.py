"""Live calls, tombstones and call records survive, in order, also a store that is away for a while."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from signaling.calls.call import Call, CallBackRequest, CallRecord, Deadline, End, Phase, Route
from signaling.calls.events import Caller, MetaError
from signaling.calls.reasons import Reason
from signaling.store import records as records_module
from signaling.store.contract import Store, StoreUnavailable
from signaling.store.records import TOMBSTONE_S, Records
from tests.support.failing_store import FailingStore, HeldPause
from tests.support.hand_clock import HandClock

ODD_ID = "wacid.%_*?[]':;\\/ ="
"""Whatever ASCII Meta may put into a WACID."""


def call(call_id: str = ODD_ID, phase: Phase = Phase.OFFERED) -> Call:
    return Call(
        call_id=call_id,
        phone_number_id="445566778899001",
        business_number="442079460018",
        caller=Caller(user_id="GB.12", number="447700900123", name="Noor Haddad ü"),
        route=Route(queue="main"),
        queue="main",
        phase=phase,
        deadline=Deadline(1_795_334_405.25, Reason.LEG_ANSWER),
        offered_at=1_795_334_400.0,
        answer_sdp="v=0\r\n",
        end=End(by="meta", reason="failed", error=MetaError(138021, "timeout")),
    )


def record(call_id: str = ODD_ID, ended_at: float = 1_795_334_530.5) -> CallRecord:
    return CallRecord(
        call_id=call_id,
        phone_number_id="445566778899001",
        business_number=None,
        caller=Caller(),
        queue="main",
        offered_at=1_795_334_400.0,
        accepted_at=None,
        answered_at=None,
        ended_at=ended_at,
        agent=None,
        agents_tried=("ann", "bob"),
        ended_by="caller",
        reason="hung up",
        error=MetaError(138021, "timeout"),
    )


@pytest.fixture
def failing(store: Store) -> FailingStore:
    return FailingStore(store)


@pytest.fixture
def pause() -> HeldPause:
    return HeldPause()


@pytest.fixture
async def records(failing: FailingStore, pause: HeldPause) -> AsyncIterator[Records]:
    opened = Records(failing, pause=pause)
    yield opened
    failing.away = False
    pause.release()
    await opened.close()


def restarted(store: Store, clock: HandClock) -> Records:
    return Records(store, pause=clock.pause)


async def test_a_live_call_is_found_after_a_restart(records: Records, store: Store, clock: HandClock) -> None:
    records.save(call())
    records.save(call(phase=Phase.WAITING))
    await records.flush()
    found = await restarted(store, clock).live()
    assert found == [call(phase=Phase.WAITING)], "a crash would leave the call hanging at Meta"


async def test_an_ended_call_leaves_a_record_and_a_tombstone(records: Records, store: Store, clock: HandClock) -> None:
    records.save(call())
    await records.flush()
    records.write(record())
    await records.flush()
    after = restarted(store, clock)
    assert await after.calls(10) == [record()], "the call record is lost or changed"
    assert await after.ended(ODD_ID), "a late connect would ring again (#87)"
    assert await after.live() == [], "a restart would end the call a second time"
    clock.advance(TOMBSTONE_S - 1)
    assert await after.ended(ODD_ID), "the tombstone goes too early"
    clock.advance(2)
    assert not await after.ended(ODD_ID), "tombstones pile up"


async def test_a_call_is_over_before_its_record_is_written(records: Records) -> None:
    records.write(record())
    assert await records.ended(ODD_ID), "a connect in this very moment would ring"
    records.save(call())
    await records.flush()
    assert await records.live() == [], "a late state brought an ended call back to life"


async def test_a_tombstone_for_a_call_that_never_lived(records: Records, store: Store, clock: HandClock) -> None:
    assert not await records.ended(ODD_ID), "no call could ever begin"
    await asyncio.gather(*(records.tombstone(ODD_ID) for _ in range(3)))
    assert await restarted(store, clock).ended(ODD_ID), "terminate before connect rings for ever (#87)"
    assert not await records.ended(ODD_ID + "2"), "another call is declared over"


async def test_call_records_come_newest_first(records: Records) -> None:
    times = [999_999_999.5, 1_795_334_530.25, 1_795_334_530.125, 1_795_334_531.0]
    for number, ended_at in enumerate(times):
        records.write(record(f"wacid.{number}", ended_at))
    await records.flush()
    newest = [found.ended_at for found in await records.calls(3)]
    assert newest == sorted(times, reverse=True)[:3], "the report shows the wrong calls"
    assert await records.calls(0) == [], "no records were asked for"


async def test_writing_waits_for_the_store_and_loses_nothing(
    records: Records, failing: FailingStore, pause: HeldPause
) -> None:
    failing.away = True
    for number in range(20):
        records.save(call(f"wacid.{number}"))
    for number in range(10):
        records.write(record(f"wacid.{number}"))
    with capture_logs() as logs:
        for _ in range(3):
            await pause.reached()
            pause.release()
        await pause.reached()
    assert [line["event"] for line in logs] == ["records_wait_for_store"], "an outage floods the log"
    failing.away = False
    pause.release()
    await asyncio.wait_for(records.flush(), 10)
    assert len(await records.calls(100)) == 10, "call records were lost in an outage"
    live = {found.call_id for found in await records.live()}
    assert live == {f"wacid.{number}" for number in range(10, 20)}, "live calls were lost or revived"


async def test_news_that_comes_while_older_news_is_written_is_written_too(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = FailingStore.commit
    newer = [call(phase=Phase.WAITING)]

    async def commit_while_the_call_goes_on(
        store: FailingStore, key: str, version: int, value: bytes | None, *, ttl: float | None = None
    ) -> int:
        if newer:
            records.save(newer.pop())
        return await commit(store, key, version, value, ttl=ttl)

    monkeypatch.setattr(FailingStore, "commit", commit_while_the_call_goes_on)
    records.save(call(phase=Phase.OFFERED))
    await records.flush()
    assert await records.live() == [call(phase=Phase.WAITING)], "a restart would find an older state of the call"


async def test_a_record_interrupted_half_way_is_finished(
    records: Records, failing: FailingStore, pause: HeldPause, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.save(call())
    await records.flush()
    commit = FailingStore.commit

    async def commit_once(
        store: FailingStore, key: str, version: int, value: bytes | None, *, ttl: float | None = None
    ) -> int:
        done = await commit(store, key, version, value, ttl=ttl)
        store.away = key.startswith("cdr:")
        return done

    monkeypatch.setattr(FailingStore, "commit", commit_once)
    records.write(record())
    await pause.reached()
    monkeypatch.undo()
    failing.away = False
    pause.release()
    await asyncio.wait_for(records.flush(), 5)
    assert await records.calls(10) == [record()], "the call record was written twice or not at all"
    assert await records.live() == [], "the live record was forgotten in the store"


async def test_a_crash_before_the_live_record_is_deleted(records: Records, store: Store, clock: HandClock) -> None:
    records.save(call())
    await records.flush()
    await records.tombstone(ODD_ID)
    after = restarted(store, clock)
    assert await after.live() == [], "a call would get a second call record"
    clock.advance(TOMBSTONE_S + 1)
    assert await after.live() == [], "a dead record comes back when its tombstone is gone"


async def test_questions_say_when_the_store_is_away(records: Records, failing: FailingStore) -> None:
    failing.away = True
    for question in (records.ended("x"), records.tombstone("x"), records.live(), records.calls(1)):
        with pytest.raises(StoreUnavailable):
            await question


async def test_an_unreadable_record_does_not_stop_the_others(records: Records, store: Store) -> None:
    records.save(call())
    await records.flush()
    await store.commit("live:wacid.0", 0, b'{"from":"another release"}')
    await store.commit("live:wacid.1", 0, b"\xff")
    assert await records.live() == [call()], "one strange record keeps the server from starting"


async def test_memory_is_bounded(records: Records, failing: FailingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "MAX_WAITING", 3)
    failing.away = True
    with capture_logs() as logs:
        for number in range(6):
            records.save(call(f"wacid.{number}"))
        records.write(record("wacid.0"))
    assert records.lost == 3, "an outage of the store would fill the memory, or nobody would know what was lost"
    assert [line["event"] for line in logs] == ["records_lost"], "an outage floods the log"


async def test_close_is_bounded_while_the_store_is_away(
    failing: FailingStore, pause: HeldPause, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_module, "CLOSE_S", 0.01)
    records = Records(failing, pause=pause)
    failing.away = True
    records.save(call())
    await asyncio.wait_for(records.close(), 5)
    failing.away = False
    assert await records.live() == [], "the task went on after close"


async def test_a_request_to_be_called_back_survives_and_does_not_replace_the_call_record(records: Records) -> None:
    asked = CallBackRequest(
        call_id=ODD_ID,
        phone_number_id="445566778899001",
        business_number=None,
        caller=Caller(number="447700900123"),
        queue="main",
        requested_at=1_795_334_500.0,
    )
    records.ask_call_back(asked)
    records.write(record())
    await records.flush()
    assert await records.call_backs(10) == [asked], "a caller who was promised a call is forgotten"
    assert await records.calls(10) == [record()], "the request took the place of the call record"
    assert await records.call_backs(0) == []

    await records.called_back(ODD_ID, "dial.1")
    fulfilled = replace(asked, fulfilled_by="dial.1")
    assert await records.call_back(ODD_ID) == fulfilled, "somebody who was reached is called back once more"
    assert await records.call_backs(10) == [fulfilled], "a request became two"
    await records.called_back("wacid.unknown", "dial.2")
    assert await records.call_back("wacid.unknown") is None


async def test_what_names_people_is_forgotten_in_time(store: Store, clock: HandClock) -> None:
    """A store that keeps every customer for ever is a store that nobody may run."""
    records = Records(store, pause=clock.pause, keep_s=100.0)
    records.save(call("live"))
    records.write(record("old"))
    await records.flush()
    assert [found.call_id for found in await records.calls(9)] == ["old"]
    clock.advance(101.0)
    assert await records.calls(9) == []
    assert [found.call_id for found in await records.live()] == ["live"], "a long call would be lost to a crash"
