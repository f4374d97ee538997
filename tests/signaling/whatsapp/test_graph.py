"""Actions over real HTTP: the exact bodies, bounded retries, and one verdict each."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from structlog.testing import capture_logs

from signaling.calls.events import Action, ActionConfirmed, ActionFailed, Event, MetaError
from signaling.whatsapp import graph as graph_module
from signaling.whatsapp.errors import ERRORS, NO_CODE, Remedy
from signaling.whatsapp.graph import FIRST_BACK_OFF_S, LIMIT_PAUSE_S, TOTAL_S, Access, Graph
from tests.signaling.whatsapp import fake_graph
from tests.signaling.whatsapp.fake_graph import Answer, FakeGraph, serving
from tests.signaling.whatsapp.samples import INBOUND_ID, OFFER_SDP, PHONE_NUMBER_ID
from tests.support.hand_clock import HandClock

TOKEN = "EAAB-secret-token"


class Business:
    """A Graph client with everything around it, and the events it posted."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, timeout_s: float = 5.0) -> None:
        self.clock = HandClock()
        self.events: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.graph = Graph(
            session,
            Access(url=url, version="v26.0", token=TOKEN, timeout_s=timeout_s),
            lambda call_id, event: self.events.put_nowait((call_id, event)),
            clock=self.clock,
            pause=self.clock.pause,
        )

    def send(self, action: Action = Action.TERMINATE, *, sdp: str | None = None) -> None:
        self.graph.send(INBOUND_ID, action, phone_number_id=PHONE_NUMBER_ID, sdp=sdp)

    async def answer(self) -> Event:
        call_id, event = await asyncio.wait_for(self.events.get(), 5)
        assert call_id == INBOUND_ID, "the answer went to another call"
        return event

    async def failure(self) -> ActionFailed:
        event = await self.answer()
        assert isinstance(event, ActionFailed), "a failed action is called a success"
        return event


@pytest.fixture
def meta() -> FakeGraph:
    return FakeGraph()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def business(meta: FakeGraph, session: aiohttp.ClientSession) -> AsyncIterator[Business]:
    async with serving(meta) as url:
        opened = Business(session, url)
        yield opened
        await opened.graph.close()


@pytest.mark.parametrize(
    ("action", "sdp"),
    [
        (Action.PRE_ACCEPT, OFFER_SDP),
        (Action.ACCEPT, OFFER_SDP),
        (Action.REJECT, None),
        (Action.TERMINATE, None),
    ],
)
async def test_bodies_are_exactly_metas(business: Business, meta: FakeGraph, action: Action, sdp: str | None) -> None:
    """#37: with any other sdp_type than answer the call never connects."""
    business.send(action, sdp=sdp)
    assert await business.answer() == ActionConfirmed(action=action), "a confirmed action is not reported"
    (asked,) = meta.asked
    session = {"session": {"sdp_type": "answer", "sdp": OFFER_SDP}} if sdp else {}
    assert asked.body == {
        "messaging_product": "whatsapp",
        "call_id": INBOUND_ID,
        "action": action.value,
        **session,
    }, "Meta would refuse this body"
    assert (asked.method, asked.path) == ("POST", f"/v26.0/{PHONE_NUMBER_ID}/calls"), "the wrong endpoint"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}", "Meta would not know us"
    assert asked.headers["Content-Type"] == "application/json", "Meta would not read the body"


async def test_a_strange_number_id_stays_inside_its_part_of_the_path(business: Business, meta: FakeGraph) -> None:
    business.graph.send(INBOUND_ID, Action.REJECT, phone_number_id="1/../2?x#y", sdp=None)
    await business.answer()
    assert meta.asked[0].path == "/v26.0/1%2F..%2F2%3Fx%23y/calls", "a webhook could steer our token elsewhere"


@pytest.mark.parametrize("code", sorted(code for code, known in ERRORS.items() if known.remedy is Remedy.NONE))
async def test_a_refusal_is_final_and_never_repeated(business: Business, meta: FakeGraph, code: int) -> None:
    meta.script = [fake_graph.error(code, 401, f"(#{code}) No", "because")]
    business.send()
    assert await business.failure() == ActionFailed(
        action=Action.TERMINATE, error=MetaError(code, f"(#{code}) No: because"), final=True
    ), "Meta's reason does not reach the call (#107)"
    assert len(meta.asked) == 1, "a refused action was sent again"


@pytest.mark.parametrize(
    "trouble",
    [
        fake_graph.error(138004, 500),
        fake_graph.error(138007, 500),
        fake_graph.error(131000, 400),
        fake_graph.error(424242, 503),
        fake_graph.text("<html>Bad gateway</html>", 502),
        fake_graph.text("", 500),
        fake_graph.text("<html>hello</html>", 200),
        fake_graph.text("{}", 200),
        fake_graph.text('{"success":false}', 200),
        fake_graph.text('{"success":"maybe"}', 200),
        fake_graph.text(b"\xff\xfe", 200),
        fake_graph.text("[" * 50_000, 200),
        fake_graph.text("", 302),
        fake_graph.hang_up,
        fake_graph.half,
        fake_graph.pour,
    ],
    ids=range(16),
)
async def test_a_passing_trouble_is_tried_again(business: Business, meta: FakeGraph, trouble: Answer) -> None:
    meta.script = [trouble, trouble, fake_graph.success]
    business.send()
    assert isinstance(await business.answer(), ActionConfirmed), "a call was lost to a passing trouble"
    assert len(meta.asked) == 3, "the action was sent too often or not often enough"
    assert len({str(asked.body) for asked in meta.asked}) == 1, "a repeated action differs from the first"
    assert business.clock.pauses == [FIRST_BACK_OFF_S, 2 * FIRST_BACK_OFF_S], "there was no back-off"


@pytest.mark.parametrize("code", sorted(code for code, known in ERRORS.items() if known.remedy is Remedy.WAIT))
async def test_a_limit_is_waited_for(business: Business, meta: FakeGraph, code: int) -> None:
    meta.script = [fake_graph.error(code, 429), fake_graph.success]
    business.send()
    assert isinstance(await business.answer(), ActionConfirmed), "a call was lost to a passing limit"
    assert business.clock.pauses == [LIMIT_PAUSE_S], "a limit was answered with more load"


@pytest.mark.parametrize("code", [138004, 613])
async def test_the_whole_is_bounded(business: Business, meta: FakeGraph, code: int) -> None:
    meta.script = [fake_graph.error(code, 429, "Not now")]
    business.send()
    assert await business.failure() == ActionFailed(
        action=Action.TERMINATE, error=MetaError(code, "Not now"), final=False
    ), "what Meta said last is lost"
    assert 1 < len(meta.asked) < 10, "too many or too few attempts"
    assert sum(business.clock.pauses) < TOTAL_S, "the call's own deadline would come first"


async def test_silence_is_cut_short_and_tried_again(meta: FakeGraph, session: aiohttp.ClientSession) -> None:
    meta.script = [fake_graph.say_nothing, fake_graph.success]
    async with serving(meta) as url:
        business = Business(session, url, timeout_s=0.05)
        business.send()
        assert isinstance(await business.answer(), ActionConfirmed), "one lost answer lost the call"
    assert len(meta.asked) == 2, "the action was not sent again"


async def test_a_pause_that_took_too_long_leaves_a_bound(
    business: Business, meta: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timeout of nothing or less would mean no timeout at all."""
    monkeypatch.setattr(graph_module, "SHORTEST_ATTEMPT_S", 0.05)
    monkeypatch.setattr(business.clock, "advance", lambda _seconds: setattr(business.clock, "now", 2e9))
    meta.script = [fake_graph.hang_up, fake_graph.say_nothing]
    business.send()
    failure = await business.failure()
    assert failure.error == MetaError(NO_CODE, "Meta did not answer in time"), "an action waits for ever"
    assert len(meta.asked) == 2, "an action goes on for ever"


async def test_no_server_at_all(session: aiohttp.ClientSession) -> None:
    async with serving(FakeGraph()) as url:
        business = Business(session, url)
    business.send()
    failure = await business.failure()
    assert failure.error == MetaError(NO_CODE, "Meta could not be reached"), "the reason is lost"
    assert not failure.final, "out of reach is not refused"


async def test_a_redirect_is_not_followed(business: Business, meta: FakeGraph) -> None:
    meta.script = [fake_graph.redirect, fake_graph.success]
    business.send()
    await business.answer()
    assert {asked.path for asked in meta.asked} == {f"/v26.0/{PHONE_NUMBER_ID}/calls"}, "the token was carried away"


async def test_the_token_is_in_no_text(business: Business, meta: FakeGraph) -> None:
    meta.script = [fake_graph.error(190, 401, f"Malformed access token {TOKEN}")]
    business.send()
    failure = await business.failure()
    assert failure.error == MetaError(190, "Malformed access token (token)"), "the agent would see our token"
    assert TOKEN not in repr(business.graph._access), "a traceback would show our token"


async def test_logs_name_nobody(business: Business, meta: FakeGraph) -> None:
    """A WACID holds the caller's number in Base64, so not even the call id may be logged."""
    meta.script = [fake_graph.hang_up, fake_graph.error(131000, 500, "447700900123"), fake_graph.error(100)]
    with capture_logs() as logs:
        business.send(Action.ACCEPT, sdp=OFFER_SDP)
        await business.answer()
    assert [line["code"] for line in logs] == [NO_CODE, 131000, 100], "an operator cannot see what went wrong"
    for secret in (TOKEN, INBOUND_ID, "447700900123", "ice-pwd"):
        assert secret not in repr(logs), "a log tells a secret or who called"


async def test_close_ends_what_is_on_its_way(business: Business, meta: FakeGraph) -> None:
    meta.script = [fake_graph.say_nothing]
    business.send()
    await asyncio.wait_for(meta.arrived.wait(), 5)
    await asyncio.wait_for(business.graph.close(), 5)
    assert business.events.empty(), "an answer was made up"
    assert not business.graph._tasks, "a task outlives its owner"


async def test_actions_of_many_calls_run_at_the_same_time(business: Business, meta: FakeGraph) -> None:
    meta.script = [fake_graph.say_nothing, fake_graph.success]
    business.send(Action.PRE_ACCEPT, sdp=OFFER_SDP)
    await asyncio.wait_for(meta.arrived.wait(), 5)
    business.send(Action.REJECT)
    assert await business.answer() == ActionConfirmed(action=Action.REJECT), "one slow call holds up the others"


async def test_a_bug_is_logged_and_stays_alone(business: Business) -> None:
    await business.graph._session.close()
    with capture_logs() as logs:
        business.send()
        (task,) = business.graph._tasks
        await asyncio.wait([task])
    assert [(line["event"], line["error"]) for line in logs] == [("graph_bug", "RuntimeError")], "a bug is silent"
