"""Calls are started once, fed, and seen out; what arrives for a call that is gone does no harm."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from signaling.calls.call import Phase, Policies, Route
from signaling.calls.events import (
    Action,
    ActionConfirmed,
    AgentAnswered,
    AgentAssigned,
    AgentMediaOffered,
    Caller,
    CallOffered,
    CallTerminated,
    ConnectConfirmed,
    Direction,
    LegAnswered,
    LegConnected,
)
from signaling.supervisor import Supervisor
from signaling.trace import Line, TraceFolder, replay
from tests.signaling.calls.dialling_builders import DIALLED
from tests.support.ports import Asked, FakeRecords, fake_ports

NOW = 1_795_334_400.0


class Desk:
    """A supervisor over fake ports, on a clock that the test owns."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.asked = Asked()
        self.records = FakeRecords(self.asked)
        self.ports = fake_ports(self.asked, self.records)
        self.folder = folder
        self.supervisor = self.restarted()

    def restarted(self, policies: Policies | None = None) -> Supervisor:
        """A supervisor of a new process with the same records."""
        return Supervisor(
            self.ports,
            self.records,
            lambda: self.now,
            route=lambda _: Route(queue="main", rule="everything", policies=policies or Policies()),
            traces=TraceFolder(self.folder),
        )

    async def reach_waiting(self, call_id: str) -> None:
        """Bring a call to the queue."""
        await self.supervisor.deliver((offer(call_id),))
        await self.asked.until("legs.answer")
        self.supervisor.post(call_id, LegAnswered(leg="caller", sdp="v=0 answer"))
        self.supervisor.post(call_id, LegConnected(leg="caller"))
        self.supervisor.post(call_id, ActionConfirmed(action=Action.PRE_ACCEPT))
        self.supervisor.post(call_id, ActionConfirmed(action=Action.ACCEPT))
        await self.asked.until("waiting.enter")


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A fresh desk; whatever still lives is cancelled."""
    desk = Desk(tmp_path / "traces")
    yield desk
    await desk.supervisor.close(0)


def offer(call_id: str, *, offered_at: float = NOW) -> CallOffered:
    """A user phones."""
    return CallOffered(
        call_id=call_id,
        phone_number_id="445566778899001",
        caller=Caller(number="447700900123", name="Noor Haddad"),
        sdp="v=0 offer",
        offered_at=offered_at,
    )


async def test_connect_twice_makes_one_call(desk: Desk) -> None:
    """#101: a duplicate delivery must not make a second leg or a second ring."""
    await asyncio.gather(*(desk.supervisor.deliver((offer("wacid.A"),)) for _ in range(50)))
    await desk.asked.until("legs.answer")
    assert desk.supervisor.totals.started == 1, "50 copies of one connect are one call"


async def test_terminate_before_connect_never_rings(desk: Desk) -> None:
    """#87: a connect that comes after its terminate would ring for ever."""
    await desk.supervisor.deliver((CallTerminated(call_id="wacid.A"),))
    await desk.supervisor.deliver((offer("wacid.A"),))
    assert desk.asked.all == [], "nothing may be asked for a call that is over"


async def test_two_calls_of_one_payload_are_two_calls(desk: Desk) -> None:
    await desk.supervisor.deliver((offer("wacid.A"), offer("wacid.B")))
    await desk.asked.until("legs.answer", times=2)
    assert desk.supervisor.totals.started == 2, "siblings in one payload must not be dropped"


async def test_a_stale_connect_is_a_missed_call_in_the_records(desk: Desk) -> None:
    await desk.supervisor.deliver((offer("wacid.A", offered_at=NOW - 61),))
    (record,) = desk.records.written
    assert record.reason == "the offer came too late", "a call nobody could take is still on record"
    assert desk.supervisor.totals.started == 0, "Meta's user has given up: no leg is made"


async def test_a_call_sleeps_until_the_first_of_its_deadlines(desk: Desk) -> None:
    """A phone that rings until an agent answers is picked up long before the longest wait of the queue is over."""
    policies = Policies(with_agent=True, pick_up_s=0.05)
    desk.supervisor = desk.restarted(policies)
    await desk.supervisor.deliver((offer("wacid.A"),))
    await desk.asked.until("legs.answer")
    desk.supervisor.post("wacid.A", LegAnswered(leg="caller", sdp="v=0 answer"))
    desk.supervisor.post("wacid.A", LegConnected(leg="caller"))
    desk.supervisor.post("wacid.A", ActionConfirmed(action=Action.PRE_ACCEPT))
    await desk.asked.until("waiting.enter")
    await desk.asked.until("whatsapp.accept")
    assert "media.play" not in desk.asked.names(), "sound before accept is confirmed"
    desk.supervisor.post("wacid.A", ActionConfirmed(action=Action.ACCEPT))
    await desk.asked.until("media.play")


async def test_a_bug_ends_its_call_and_spares_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.reach_waiting("wacid.A")

    def broken(call_id: str, ring: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.ports.agents, "ring", broken)
    desk.supervisor.post("wacid.A", AgentAssigned(agent="ana", ring_s=20))
    record = (await desk.asked.until("records.write"))[0]
    assert record.reason == "internal error", "the record says that it was us"
    assert desk.supervisor.totals.bugs == 1, "the counter that must stay 0 shows it"
    names = desk.asked.names()
    assert "whatsapp.terminate" in names, "Meta is told, or the caller hears nothing for ever"
    assert "waiting.leave" in names, "the agent is freed"
    assert "legs.close" in names, "the leg is freed"


async def test_close_ends_living_calls_at_meta(desk: Desk) -> None:
    """#118: stopping must not leave callers behind."""
    await desk.reach_waiting("wacid.A")
    closing = asyncio.create_task(desk.supervisor.close(5))
    await desk.asked.until("whatsapp.terminate")
    await desk.supervisor.deliver((CallTerminated(call_id="wacid.A", status="COMPLETED"),))
    await closing
    assert desk.records.written[0].meta_status == "COMPLETED", "Meta's last word is in the record"


async def test_news_whose_id_becomes_known_while_it_is_written_down_reaches_its_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meta's terminate overtakes the answer to connect: the agent must not hear it ring on."""
    desk.supervisor.dial(DIALLED, Route(queue="main"))
    await desk.asked.until("legs.offer")
    tombstone = desk.records.tombstone

    async def slowly(call_id: str) -> None:
        desk.supervisor.post(DIALLED.call_id, ConnectConfirmed(wacid="wacid.out"))
        await tombstone(call_id)

    monkeypatch.setattr(desk.records, "tombstone", slowly)
    await desk.supervisor.deliver((CallTerminated(call_id="wacid.out", direction=Direction.OUTBOUND),))

    (record,) = await desk.asked.until("records.write")
    assert record.call_id == DIALLED.call_id


async def test_a_new_process_ends_what_the_former_left_alive(desk: Desk) -> None:
    await desk.reach_waiting("wacid.A")
    heir = desk.restarted()
    await heir.recover()
    await desk.asked.until("whatsapp.terminate")
    await heir.deliver((CallTerminated(call_id="wacid.A"),))
    await desk.asked.until("records.write")
    await heir.close(5)
    assert desk.records.written[0].reason == "the server restarted", "a crash leaves a record, not a hole"


async def test_the_trace_of_a_call_replays_and_holds_nothing_personal(desk: Desk) -> None:
    await desk.reach_waiting("wacid.A")
    desk.now += 3.25
    desk.supervisor.post("wacid.A", AgentAssigned(agent="ana", ring_s=20))
    desk.supervisor.post("wacid.A", AgentMediaOffered(agent="ana", session="tab-7", sdp="v=0 browser"))
    desk.supervisor.post("wacid.A", LegAnswered(leg="agent-1", sdp="v=0 to-browser"))
    desk.supervisor.post("wacid.A", AgentAnswered(agent="ana", session="tab-7"))
    desk.supervisor.post("wacid.A", LegConnected(leg="agent-1"))
    await desk.asked.until("media.join")
    await desk.supervisor.deliver((CallTerminated(call_id="wacid.A", status="COMPLETED", duration=3),))
    await desk.asked.until("records.write")
    await desk.supervisor.close(5)

    (path,) = desk.folder.iterdir()
    text = path.read_text()
    for secret in ("wacid.A", "447700900123", "Noor", "v=0", "ana", "tab-7", "445566778899001"):
        assert secret not in text, "a trace is handed to strangers"
    steps = list(replay(text))
    assert len(steps) == 11, "every step is in the trace"
    for recorded, replayed in steps:
        assert replayed == recorded, "the incident must happen again in the test"
    assert msgspec.json.decode(text.splitlines()[-1], type=Line).phase == Phase.ENDED.value, "up to its end"
