"""Owns a site of agents for tests of the socket: endpoint, desk and waiting room as in the server."""

import asyncio
from operator import eq
from typing import Any

from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from signaling.agents.desk import Desk, DiallingTab
from signaling.agents.dialling_messages import Dial, DialRefused
from signaling.agents.endpoint import AgentEndpoint
from signaling.agents.line_test import LineTests
from signaling.agents.messages import (
    ClientMessage,
    Hello,
    ServerMessage,
    Welcome,
    decode_from_server,
    encode,
)
from signaling.agents.sideline import Sideline
from signaling.agents.sideline_messages import (
    Colleagues,
)
from signaling.agents.tokens import Role, Verifier, issue
from signaling.calls.effects import RingAgent
from signaling.calls.events import (
    Caller,
    Event,
)
from signaling.conversations.watchers import Watchers
from signaling.pause import pause
from signaling.store.memory import MemoryStore
from signaling.waiting.dispatcher import Dispatcher
from signaling.waiting.rules import Rules
from signaling.wallboard.feed import Feed
from signaling.wallboard.view import WallboardNow, same
from tests.support.hand_clock import HandClock
from tests.support.ports import Asked, FakeLegs, FakeMedia

BOUND_S = 5.0
SECRET = "the agents' secret, of 32 bytes or more"
NUMBER = "447700900123"
RING = RingAgent(agent="ann", caller=Caller(number=NUMBER, name="Kim"), queue="main", waiting_since=5.0)


class AgentTab:
    """A browser's tab, as far as the server can tell."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, message: ClientMessage) -> None:
        await self.socket.send_str(encode(message))

    async def hear(self) -> ServerMessage:
        return decode_from_server(await self.socket.receive_str(timeout=BOUND_S))

    async def close_code(self) -> int | None:
        """Read until the server has closed the socket."""
        async with asyncio.timeout(BOUND_S):
            async for _ in self.socket:
                pass
        return self.socket.close_code


class Site:
    """Endpoint, desk and waiting room as in the server; the test plays the calls."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.posted: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.room = Dispatcher(MemoryStore(self.clock), site="test", post=self._post, clock=self.clock, rules=Rules())
        wall = Feed(lambda: WallboardNow(self.clock(), (), (), ()), same, pause)
        colleagues = Feed(lambda: Colleagues(agents=(), queues=()), eq, pause)
        self.asked = Asked()
        self.line_tests = LineTests(FakeLegs(self.asked), FakeMedia(self.asked), queue="main")
        self.watchers = Watchers()
        self.sideline = Sideline(wall, colleagues, self.line_tests, self.watchers)
        self.desk = Desk(post=self._post, room=self.room, dials=self, queues=["main"])
        self.notices, self.endpoint = self.desk.notices, self.make_endpoint()
        self.handled = asyncio.Event()
        """Set when the server is done with a tab."""
        app = web.Application()
        app.router.add_get("/agents", self._handle)
        self.client = TestClient(TestServer(app))

    def dial(self, tab: DiallingTab, wish: Dial) -> None:
        tab.send(DialRefused(request_id=wish.request_id, code="busy", reason="you have another call"))

    def make_endpoint(self, **options: Any) -> AgentEndpoint:
        return AgentEndpoint(self.desk, self.sideline, Verifier(SECRET, self.clock), **options)

    def token(self, agent: str = "ann", role: Role = Role.AGENT) -> str:
        return issue(agent, secret=SECRET, now=self.clock(), role=role)

    async def connect(self, **headers: str) -> AgentTab:
        return AgentTab(await self.client.ws_connect("/agents", headers=headers))

    async def sign_in(self, agent: str = "ann", role: Role = Role.AGENT) -> AgentTab:
        tab = await self.connect()
        await tab.say(Hello(version=1, token=self.token(agent, role)))
        assert isinstance(await tab.hear(), Welcome)
        return tab

    async def event(self) -> tuple[str, Event]:
        return await asyncio.wait_for(self.posted.get(), BOUND_S)

    def _post(self, call_id: str, event: Event) -> None:
        self.posted.put_nowait((call_id, event))

    async def _handle(self, request: web.Request) -> web.WebSocketResponse:
        try:
            return await self.endpoint.handle(request)
        finally:
            self.handled.set()
