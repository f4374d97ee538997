"""Placing a call over real HTTP: the exact body, what comes of it, and never a second phone that rings."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from signaling.calls.effects import Connect
from signaling.calls.events import Action, ActionFailed, Caller, ConnectConfirmed, Event, MetaError
from signaling.whatsapp.graph import Access, Graph
from tests.signaling.whatsapp import fake_graph
from tests.signaling.whatsapp.fake_graph import Answer, FakeGraph, serving
from tests.signaling.whatsapp.samples import OUTBOUND_ID, PHONE_NUMBER_ID
from tests.support.hand_clock import HandClock

OFFER = "v=0\r\na=setup:actpass\r\n"
CONNECT = Connect(phone_number_id=PHONE_NUMBER_ID, customer=Caller(number="447700900123"), sdp=OFFER)
PLACED = fake_graph.text(f'{{"messaging_product":"whatsapp","calls":[{{"id":"{OUTBOUND_ID}"}}]}}')


class Business:
    """A Graph client and what it posted."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        clock = HandClock()
        self.events: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.graph = Graph(
            session,
            Access(url=url, version="v26.0", token="EAAB-secret-token", timeout_s=0.5),
            lambda *posted: self.events.put_nowait(posted),
            clock=clock,
            pause=clock.pause,
        )

    async def place(self, connect: Connect = CONNECT) -> Event:
        self.graph.connect("dial.1", connect)
        call_id, event = await asyncio.wait_for(self.events.get(), 5)
        assert call_id == "dial.1"
        return event


@pytest.fixture
def meta() -> FakeGraph:
    return FakeGraph()


@pytest.fixture
async def business(meta: FakeGraph) -> AsyncIterator[Business]:
    async with serving(meta) as url, aiohttp.ClientSession() as session:
        opened = Business(session, url)
        yield opened
        await opened.graph.close()


@pytest.mark.parametrize(
    ("customer", "named"),
    [
        (Caller(number="447700900123"), {"to": "447700900123"}),
        (Caller(user_id="GB.1203948571029384", name="Noor"), {"recipient": "GB.1203948571029384"}),
        (Caller(number="447700900123", user_id="GB.1"), {"to": "447700900123", "recipient": "GB.1"}),
    ],
)
async def test_the_body_is_exactly_metas(
    business: Business, meta: FakeGraph, customer: Caller, named: dict[str, str]
) -> None:
    """#104: a user without a number is called by his id."""
    meta.script = [PLACED]

    event = await business.place(Connect(phone_number_id=PHONE_NUMBER_ID, customer=customer, sdp=OFFER))

    assert event == ConnectConfirmed(wacid=OUTBOUND_ID)
    (asked,) = meta.asked
    assert asked.body == {
        "messaging_product": "whatsapp",
        "action": "connect",
        "session": {"sdp_type": "offer", "sdp": OFFER},
        "biz_opaque_callback_data": "dial.1",
        **named,
    }
    assert (asked.method, asked.path) == ("POST", f"/v26.0/{PHONE_NUMBER_ID}/calls")


@pytest.mark.parametrize("code", [100, 138001, 138002, 138003, 138005, 138006, 138012, 138013])
async def test_a_refusal_is_final_at_once(business: Business, meta: FakeGraph, code: int) -> None:
    """#107: an agent who waits wants Meta's reason, not another attempt."""
    meta.script = [fake_graph.error(code, 400, f"(#{code}) No", "because")]

    assert await business.place() == ActionFailed(
        action=Action.CONNECT, error=MetaError(code, f"(#{code}) No: because"), final=True
    )
    assert len(meta.asked) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        fake_graph.say_nothing,
        fake_graph.hang_up,
        fake_graph.half,
        fake_graph.error(131000, 500),
        fake_graph.error(138007, 500),
        fake_graph.text("<html>Bad gateway</html>", 502),
        fake_graph.text('{"messaging_product":"whatsapp","calls":[]}'),
        fake_graph.text('{"success":true}'),
    ],
    ids=["silent", "cut", "half", "internal", "time-out", "gateway", "no call", "another answer"],
)
async def test_what_may_have_made_a_call_is_never_sent_again(
    business: Business, meta: FakeGraph, trouble: Answer
) -> None:
    """Two phones would ring, or one twice. That nothing came of it is not said either: webhooks may tell otherwise."""
    meta.script = [trouble]

    failed = await business.place()

    assert isinstance(failed, ActionFailed)
    assert not failed.final
    assert len(meta.asked) == 1


@pytest.mark.parametrize("code", [4, 80007, 138004])
async def test_what_made_no_call_is_tried_again(business: Business, meta: FakeGraph, code: int) -> None:
    meta.script = [fake_graph.error(code, 500), PLACED]

    assert await business.place() == ConnectConfirmed(wacid=OUTBOUND_ID)


async def test_what_never_left_this_machine_is_tried_again_and_then_final(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        business = Business(session, f"http://127.0.0.1:{unused_tcp_port}")
        failed = await business.place()
        await business.graph.close()

    assert isinstance(failed, ActionFailed)
    assert failed.final, "nothing can have come of it"
