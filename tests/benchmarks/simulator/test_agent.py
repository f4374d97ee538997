"""The scripted agent against a stand-in server: its socket, its media while it rings, and what both hear."""

import asyncio
from collections.abc import AsyncIterator

import aioice.ice
import pytest
from aiohttp import WSMsgType, web
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser, AnswerUnusable
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from signaling.agents import messages
from tests.benchmarks.simulator.stock_business import ToneTrack, listen_for, proper

CALL = "wacid.1"


class Desk:
    """The server's side of one agent: takes messages down, and answers media with stock aiortc."""

    def __init__(self) -> None:
        self.messages: list[messages.ClientMessage] = []
        self.heard_agent = asyncio.Event()
        self._came = asyncio.Event()
        self._peer = RTCPeerConnection()
        self._socket: web.WebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None
        app = web.Application()
        app.router.add_get("/agent", self._serve)
        self._runner = web.AppRunner(app)

    async def start(self) -> str:
        """Open the socket; returns its address."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        return f"ws://{host}:{port}/agent"

    async def close(self) -> None:
        """Free everything."""
        if self._listening is not None:
            self._listening.cancel()
        await self._peer.close()
        await self._runner.cleanup()

    async def say(self, message: messages.ServerMessage) -> None:
        """Send a message to the agent."""
        assert self._socket is not None
        await self._socket.send_str(messages.encode(message))

    async def ring(self) -> None:
        """Let the agent's tab ring."""
        customer = messages.Customer(name="Noor")
        ring = messages.Ring(
            call_id=CALL, direction="inbound", channel="whatsapp", customer=customer, queue="main", waiting_since=1.0
        )
        await self.say(ring)

    async def expect(self, kind: type[messages.ClientMessage]) -> None:
        """Wait until such a message has come."""
        async with asyncio.timeout(5):
            while not any(isinstance(message, kind) for message in self.messages):
                self._came.clear()
                await self._came.wait()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = web.WebSocketResponse()
        await self._socket.prepare(request)
        async for frame in self._socket:
            assert frame.type is WSMsgType.TEXT
            message = messages.decode(frame.data)
            self.messages.append(message)
            self._came.set()
            if isinstance(message, messages.Hello):
                await self.say(messages.Welcome(version=1, agent="ada", presence="away"))
            elif isinstance(message, messages.MediaOffer):
                await self._answer_media(message.sdp)
        return self._socket

    async def _answer_media(self, sdp: str) -> None:
        @self._peer.on("track")
        def _(track: MediaStreamTrack) -> None:
            self._listening = asyncio.create_task(listen_for(AGENT_TONE, track, self.heard_agent))

        await self._peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self._peer.addTrack(ToneTrack(CALLER_TONE))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        await self.say(messages.MediaAnswer(call_id=CALL, sdp=proper(self._peer.localDescription.sdp)))


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A server for one agent."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    made = Desk()
    yield made
    await made.close()


@pytest.fixture
async def agent(desk: Desk) -> AsyncIterator[ScriptedAgent]:
    """A signed-in agent."""
    pacer = Pacer()
    made = ScriptedAgent(await desk.start(), "token", lambda: AgentBrowser(pacer))
    await made.start()
    yield made
    await made.close()
    pacer.close()


async def ringing(desk: Desk, agent: ScriptedAgent) -> AgentCall:
    """A call that rings and whose media is up."""
    await desk.ring()
    call = await agent.next_ring(5)
    await call.media_up.wait(5)
    return call


async def test_an_agent_signs_in_and_goes_ready(desk: Desk, agent: ScriptedAgent) -> None:
    await desk.expect(messages.Ready)
    hello = desk.messages[0]
    assert isinstance(hello, messages.Hello)
    assert (hello.version, hello.token) == (1, "token")
    assert agent.presence == "away"


async def test_media_is_up_while_it_rings_and_both_hear_each_other_once_joined(
    desk: Desk, agent: ScriptedAgent
) -> None:
    call = await ringing(desk, agent)
    assert not any(isinstance(message, messages.Answer) for message in desk.messages), "media comes before Answer"
    await call.answer()
    await desk.expect(messages.Answer)
    await desk.say(messages.Joined(call_id=CALL, joined_at=2.0))
    await asyncio.wait_for(desk.heard_agent.wait(), 10)
    async with asyncio.timeout(10):
        while not Hearing(call.ear.recording).hears(CALLER_TONE):
            await call.ear.listen(0.1, 10)
    await call.hang_up()
    await desk.expect(messages.HangUp)
    await desk.say(messages.CallEnded(call_id=CALL, ended_by="agent", reason="hung_up"))
    await call.ended.wait(5)
    assert agent.failures == []


async def test_a_ring_that_stops_closes_the_media(desk: Desk, agent: ScriptedAgent) -> None:
    call = await ringing(desk, agent)
    await call.reject()
    await desk.expect(messages.Reject)
    await desk.say(messages.StopRing(call_id=CALL, reason="refused"))
    await call.stopped.wait(5)
    assert call.last_word == messages.StopRing(call_id=CALL, reason="refused")
    assert call.ended.at is None


async def test_words_about_an_unknown_call_are_ignored(desk: Desk, agent: ScriptedAgent) -> None:
    await desk.say(messages.Joined(call_id="wacid.other", joined_at=2.0))
    call = await ringing(desk, agent)
    assert call.joined.at is None


@pytest.mark.parametrize(
    "spoil",
    [
        ("setup:active", "setup:actpass"),
        ("111 opus/48000/2", "96 opus/48000/2"),
        ("sha-256", "sha-1"),
        ("mid:0", "mid:1"),
    ],
    ids=lambda spoil: spoil[1],
)
async def test_a_browser_refuses_an_answer_no_browser_would_take(desk: Desk, spoil: tuple[str, str]) -> None:
    pacer = Pacer()
    browser = AgentBrowser(pacer)
    offer = await browser.make_offer()
    answer = offer.replace("setup:actpass", "setup:active").replace(*spoil)
    with pytest.raises(AnswerUnusable):
        await browser.connect(answer)
    await browser.close()
    pacer.close()
