"""One message goes to Meta once: what may have arrived is never sent again, and what Meta says comes back (#107)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from signaling.calls.events import Caller, MetaError
from signaling.whatsapp.graph import Access
from signaling.whatsapp.message_bodies import call_button, permission_request
from signaling.whatsapp.messages import Messages, NoTemplates, Refused, Sent, Unsettled
from tests.signaling.whatsapp import fake_graph
from tests.signaling.whatsapp.fake_graph import Answer, FakeGraph, serving
from tests.support.hand_clock import HandClock

TOKEN = "EAAG-test-token"
NOOR = Caller(number="447700900123", name="Noor")
BODY = permission_request(NOOR, "wish-1", text="May we phone you about your order?")


@asynccontextmanager
async def client(graph: FakeGraph, *, timeout_s: float = 2.0) -> AsyncIterator[Messages]:
    async with serving(graph) as url, aiohttp.ClientSession() as http:
        access = Access(url=url, version="v26.0", token=TOKEN, timeout_s=timeout_s)
        yield Messages(http, access, pause=HandClock().pause)


async def taken(_request: web.Request) -> web.Response:
    return web.json_response(
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": "447700900123", "wa_id": "447700900123", "user_id": "GB.1203948571029384"}],
            "messages": [{"id": "wamid.1"}],
        }
    )


async def test_a_message_as_meta_wants_it() -> None:
    """whatsapp-calling 2.4."""
    graph = FakeGraph()
    graph.script = [taken]
    async with client(graph) as messages:
        outcome = await messages.send("445566778899001", BODY)
    assert outcome == Sent("wamid.1", Caller(user_id="GB.1203948571029384", number="447700900123")), "misread"
    (asked,) = graph.asked
    assert (asked.method, asked.path) == ("POST", "/v26.0/445566778899001/messages"), "another address"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}", "Meta would not let us in"
    assert asked.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "447700900123",
        "biz_opaque_callback_data": "wish-1",
        "type": "interactive",
        "interactive": {
            "type": "call_permission_request",
            "action": {"name": "call_permission_request"},
            "body": {"text": "May we phone you about your order?"},
        },
    }, "Meta would refuse the request"


def test_a_call_button_as_meta_wants_it() -> None:
    body = call_button(NOOR, "k", text="Talk to us now", label="Call us", ttl_minutes=120, payload="order-5521")
    assert body["interactive"] == {
        "type": "voice_call",
        "body": {"text": "Talk to us now"},
        "action": {
            "name": "voice_call",
            "parameters": {"display_text": "Call us", "ttl_minutes": 120, "payload": "order-5521"},
        },
    }, "Meta would refuse the button"
    without = call_button(NOOR, "k", text="x", label="y", ttl_minutes=1, payload=None)["interactive"]
    assert "payload" not in without["action"]["parameters"], "an empty payload comes back with the call"
    assert "body" not in permission_request(NOOR, "k", text="")["interactive"], "an empty text is refused by Meta"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            fake_graph.error(138009, 400, "(#138009) Limit", "1 in 24 h"),
            MetaError(138009, "(#138009) Limit: 1 in 24 h"),
        ),
        (fake_graph.error(131047, 400, "Re-engagement message"), MetaError(131047, "Re-engagement message")),
        (
            fake_graph.error(190, 401, f"Malformed access token {TOKEN}"),
            MetaError(190, "Malformed access token (token)"),
        ),
        (fake_graph.text("{}", 404), MetaError(0, "Meta answered HTTP 404 without an error code")),
    ],
    ids=["limit", "window", "token", "no code"],
)
async def test_a_refusal_comes_back_and_is_not_repeated(answer: Answer, error: MetaError) -> None:
    graph = FakeGraph()
    graph.script = [answer]
    async with client(graph) as messages:
        assert await messages.send("1", BODY) == Refused(error), "Meta's reason is lost"
    assert len(graph.asked) == 1, "a refused message is sent again"


@pytest.mark.parametrize(
    "answer",
    [
        fake_graph.hang_up,
        fake_graph.say_nothing,
        fake_graph.half,
        fake_graph.text("<html>Bad gateway</html>", 502),
        fake_graph.text("", 500),
        fake_graph.text('{"messages":[]}'),
        fake_graph.pour,
    ],
    ids=["cut", "silence", "half", "gateway", "empty 500", "no id", "endless"],
)
async def test_a_lost_answer_is_not_a_reason_to_send_again(answer: Answer) -> None:
    """Meta knows no idempotency: a second request would be a second message to the customer, and a second of two."""
    graph = FakeGraph()
    graph.script = [answer]
    async with client(graph, timeout_s=0.2) as messages:
        assert isinstance(await messages.send("1", BODY), Unsettled), "nobody would know that it may have been sent"
    assert len(graph.asked) == 1, "the customer gets the message twice"


async def test_what_surely_did_not_arrive_is_tried_again() -> None:
    graph = FakeGraph()
    graph.script = [fake_graph.error(131000, 500), fake_graph.error(131000, 500), taken]
    async with client(graph) as messages:
        assert isinstance(await messages.send("1", BODY), Sent), "a hiccup of Meta's is the agent's trouble"
    async with aiohttp.ClientSession() as http:
        clock = HandClock()
        nowhere = Messages(
            http, Access(url="http://127.0.0.1:9", version="v26.0", token=TOKEN, timeout_s=1), pause=clock.pause
        )
        assert await nowhere.send("1", BODY) == Refused(MetaError(0, "Meta could not be reached")), "no reason"
        assert len(clock.pauses) == 2, "it is not tried again, or without end"


async def test_templates_page_by_page() -> None:
    graph = FakeGraph()
    graph.script = [fake_graph.text('{"data":[],"paging":{"cursors":{"after":"b"},"next":"https://x"}}')]
    async with client(graph, timeout_s=0.3) as messages:
        page = await messages.templates("770015500230011", "a b")
        assert page.after == "b", "the next page is lost"
        graph.script = [fake_graph.error(190, 401, "Expired"), fake_graph.hang_up, fake_graph.say_nothing]
        for _ in range(3):
            with pytest.raises(NoTemplates) as refused:
                await messages.templates("770015500230011", None)
            assert refused.value.error.text, "nobody knows why there are no templates"
    assert graph.asked[0].path.startswith("/v26.0/770015500230011/message_templates?"), "another address"
    assert "after=a+b" in graph.asked[0].path, "the cursor is lost"


async def test_logs_name_nobody() -> None:
    graph = FakeGraph()
    graph.script = [fake_graph.error(190, 401, f"Malformed access token {TOKEN}"), fake_graph.hang_up]
    with capture_logs() as logs:
        async with client(graph) as messages:
            await messages.send("1", BODY)
            await messages.send("1", BODY)
    assert [line["code"] for line in logs] == [190, 0], "an operator cannot see why"
    for secret in (TOKEN, "447700900123", "May we"):
        assert secret not in repr(logs), "a log tells a secret, a number or a text"
