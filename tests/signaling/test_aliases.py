"""Calls that agents place are found by Meta's id, whichever way it becomes known first."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from signaling.aliases import MAX_PARKED, PARKED_S, Aliases
from signaling.calls.call import Phase, Route
from signaling.calls.events import (
    Action,
    CallDialled,
    Caller,
    CallProgressed,
    CallStatus,
    CallTerminated,
    ConnectAnswered,
    ConnectConfirmed,
    Direction,
    LegAnswered,
    LegConnected,
    LegOffered,
)
from signaling.supervisor import Supervisor
from signaling.trace import TraceFolder
from tests.support.ports import Asked, FakeRecords, fake_ports

NOW = 1_795_334_400.0
CALL, WACID, PNID = "dial.1", "wacid.out", "445566778899001"
DIALLED = CallDialled(
    call_id=CALL,
    phone_number_id=PNID,
    caller=Caller(number="447700900123"),
    agent="ann",
    session="tab-1",
    sdp="v=0 tab",
    request_id="w1",
)
ANSWERED = ConnectAnswered(call_id=WACID, phone_number_id=PNID, sdp="v=0 meta", callback_data=CALL)
ANONYMOUS = ConnectAnswered(call_id=WACID, phone_number_id=PNID, sdp="v=0 meta")
ENDED = CallTerminated(call_id=WACID, status="COMPLETED", direction=Direction.OUTBOUND)


class Site:
    """A supervisor over fake ports, on a clock that the test owns."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.asked = Asked()
        self.records = FakeRecords(self.asked)
        self.folder = folder
        self.supervisor = self.restarted()

    def restarted(self) -> Supervisor:
        """A supervisor of a new process with the same records."""
        ports = fake_ports(self.asked, self.records)
        return Supervisor(
            ports, self.records, lambda: self.now, route=lambda _: Route(queue="main"), traces=TraceFolder(self.folder)
        )

    async def connecting(self) -> None:
        """Ann has dialled, and connect is on its way."""
        assert self.supervisor.dial(DIALLED, Route(queue="main"))
        self.supervisor.post(CALL, LegAnswered(leg="agent-1", sdp="v=0"))
        self.supervisor.post(CALL, LegConnected(leg="agent-1"))
        self.supervisor.post(CALL, LegOffered(leg="caller", sdp="v=0 ours"))
        await self.asked.until("whatsapp.connect")


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site(tmp_path)
    yield site
    await site.supervisor.close(0)


async def test_webhooks_before_the_answer_to_connect_find_their_call(site: Site) -> None:
    """whatsapp-calling 1.3: by the id that connect gave them."""
    await site.connecting()
    await site.supervisor.deliver((ANSWERED,))
    assert await site.asked.until("legs.take_answer") == (CALL, "caller", "v=0 meta")


async def test_webhooks_that_repeat_no_id_wait_for_the_answer_to_connect(site: Site) -> None:
    """whatsapp-calling 1.6: the id appears in one sample only."""
    await site.connecting()
    await site.supervisor.deliver((ANONYMOUS, CallProgressed(call_id=WACID, status=CallStatus.RINGING)))
    assert "legs.take_answer" not in site.asked.names()

    site.supervisor.post(CALL, ConnectConfirmed(wacid=WACID))

    assert await site.asked.until("legs.take_answer") == (CALL, "caller", "v=0 meta")
    await site.asked.until("agents.tell", times=2)


async def test_a_call_is_ended_by_its_terminate_whenever_that_comes(site: Site) -> None:
    await site.connecting()
    await site.supervisor.deliver((ENDED,))
    site.supervisor.post(CALL, ConnectConfirmed(wacid=WACID))
    await site.asked.until("records.write")
    (record,) = site.records.written
    assert (record.call_id, record.wacid) == (CALL, WACID)


async def test_after_a_restart_meta_is_told_by_its_own_id(site: Site) -> None:
    await site.connecting()
    site.supervisor.post(CALL, ConnectConfirmed(wacid=WACID))
    await site.asked.until("records.save", times=3)
    heir = site.restarted()
    await heir.recover()

    assert await site.asked.until("whatsapp.terminate") == (CALL, PNID, None, WACID)

    await heir.deliver((ENDED,))
    await site.asked.until("records.write")
    assert (await site.asked.until("dials.settle"))[0] == CALL, "a crash loses the outcome"
    await heir.close(5)


async def test_a_phone_that_rings_for_a_call_long_given_up_is_silenced(site: Site) -> None:
    """A webhook told of it only after connect was given up for lost."""
    site.records.over.add(CALL)

    await site.supervisor.deliver((ANSWERED,))
    await site.supervisor.deliver((ANSWERED,))

    assert site.asked.all == [("whatsapp.terminate", (CALL, PNID, None, WACID))], "once is enough"


async def test_calls_of_other_apps_are_left_alone(site: Site) -> None:
    """All apps of an account get all webhooks."""
    await site.supervisor.deliver(
        (ConnectAnswered(call_id="wacid.x", phone_number_id=PNID, sdp="", callback_data="y"),)
    )
    await site.supervisor.deliver((CallProgressed(call_id="wacid.x", status=CallStatus.ACCEPTED),))
    assert site.asked.all == []


async def test_a_stopping_server_begins_no_call(site: Site) -> None:
    await site.supervisor.close(0)
    assert not site.supervisor.dial(DIALLED, Route(queue="main"))


async def test_the_agent_is_in_conversation_once_the_customer_has_picked_up(site: Site) -> None:
    await site.connecting()
    site.supervisor.post(CALL, LegConnected(leg="caller"))
    await site.supervisor.deliver((CallProgressed(call_id=WACID, status=CallStatus.ACCEPTED, callback_data=CALL),))
    await site.asked.until("media.join")
    assert site.supervisor.phases()[Phase.TALKING] == 1
    closing = asyncio.create_task(site.supervisor.close(5))
    assert await site.asked.until(f"whatsapp.{Action.TERMINATE.value}") == (CALL, PNID, None, WACID)
    await site.supervisor.deliver((ENDED,))
    await closing


def test_news_is_parked_for_a_moment_and_handed_out_once() -> None:
    aliases = Aliases()
    aliases.park(ANSWERED, NOW)
    aliases.park(ENDED, NOW + 1.0)

    assert aliases.learn("wacid.other", "dial.2", NOW + 1.0) == ()
    assert aliases.learn(WACID, CALL, NOW + PARKED_S) == (ENDED,), "what is too old is dropped, what is not is kept"
    assert aliases.learn(WACID, CALL, NOW + 2.0) == ()


def test_only_so_much_news_is_parked() -> None:
    """Other apps of the account may phone all day."""
    aliases = Aliases()
    for number in range(MAX_PARKED + 1):
        aliases.park(CallProgressed(call_id=f"wacid.{number}", status=CallStatus.RINGING), NOW)
    assert aliases.learn("wacid.0", CALL, NOW) == ()
    assert len(aliases.learn(f"wacid.{MAX_PARKED}", CALL, NOW)) == 1
