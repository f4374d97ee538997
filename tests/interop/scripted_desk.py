"""Owns a stand-in for the server: the real page, and a WebSocket at /agent that says only what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from aiohttp import WSMsgType, web

from signaling.agents.messages import (
    PROTOCOL_VERSION,
    Away,
    ClientMessage,
    CloseCode,
    Hello,
    Ping,
    Pong,
    Presence,
    Ready,
    ServerMessage,
    Welcome,
    decode,
    encode,
)
from signaling.api.operation import PREFIX
from signaling.conversations import numbers
from signaling.softphone.page import SoftphonePage

TOKEN = "a-good-token"
BOUND_S = 10.0
"""Longest wait for a message of the page; a loaded machine needs a fraction of it."""

NOTHING: dict[str, Any] = {
    "GET /conversations": {"conversations": []},
    "GET /contacts": {"contacts": []},
    "GET /senders": {"senders": []},
    "GET /templates": {"templates": []},
}
"""A site in which nothing has happened yet."""

Kind = TypeVar("Kind", bound=ClientMessage)


class ScriptedDesk:
    """Speaks for the server to every open tab, and keeps what the tabs said until a test asks for it."""

    def __init__(self) -> None:
        self.url = ""
        self.presence = "away"
        self.role = "agent"
        self.confirms_presence = True
        """False leaves Ready and Away unanswered, as a slow server would."""
        self.rest: dict[str, Any] = dict(NOTHING)
        """What the REST interface answers, by method and path; an aiohttp response is sent as it is."""
        self.asked: list[tuple[str, Any]] = []
        """What it was asked to change: method and path, and the body."""
        self._sockets: set[web.WebSocketResponse] = set()
        self._heard: asyncio.Queue[ClientMessage] = asyncio.Queue()

    async def say(self, *messages: ServerMessage) -> None:
        """Send these messages to every tab."""
        for message in messages:
            if isinstance(message, Presence):
                self.presence = message.presence
            for socket in self._sockets:
                await socket.send_str(encode(message))

    async def hears(self, kind: type[Kind]) -> Kind:
        """The next message of this type that a tab sends; what comes before it is passed over."""
        async with asyncio.timeout(BOUND_S):
            while True:
                message = await self._heard.get()
                if isinstance(message, kind):
                    return message

    def heard_nothing_of(self, kind: type[ClientMessage]) -> bool:
        """True if no message of this type is waiting to be asked for."""
        waiting = [self._heard.get_nowait() for _ in range(self._heard.qsize())]
        for message in waiting:
            self._heard.put_nowait(message)
        return not any(isinstance(message, kind) for message in waiting)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request of the REST interface."""
        name = f"{request.method} {request.path.removeprefix(PREFIX)}"
        if name == "GET /numbers":
            found = numbers.check(request.query["text"])
            return web.Response(body=msgspec.json.encode(found), content_type="application/json")
        if request.method != "GET":
            self.asked.append((name, await request.json() if request.can_read_body else None))
        if name not in self.rest:
            return web.json_response({"title": "Not found", "status": 404, "code": "not_found"}, status=404)
        answer = self.rest[name]
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.json_response(answer)

    async def hang_up_tabs(self, code: int = 1001) -> None:
        """Close every socket from the server's side."""
        for socket in tuple(self._sockets):
            await socket.close(code=code)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One tab, from Hello to its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = decode(await socket.receive_str())
        if not isinstance(hello, Hello) or hello.token != TOKEN:
            await socket.close(code=CloseCode.BAD_TOKEN)
            return socket
        welcome = Welcome(version=PROTOCOL_VERSION, agent="Amara Osei", presence=self.presence, role=self.role)
        await socket.send_str(encode(welcome))
        self._sockets.add(socket)
        self._heard.put_nowait(hello)
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._hear(socket, decode(frame.data))
        self._sockets.discard(socket)
        return socket

    async def _hear(self, socket: web.WebSocketResponse, message: ClientMessage) -> None:
        if isinstance(message, Ping):
            await socket.send_str(encode(Pong()))
            return
        if isinstance(message, Ready | Away) and self.confirms_presence:
            await self.say(Presence(presence="ready" if isinstance(message, Ready) else "away"))
        self._heard.put_nowait(message)


@asynccontextmanager
async def scripted_desk(port: int = 0) -> AsyncIterator[ScriptedDesk]:
    """A desk that listens on a free port of loopback, with its address in ``url``."""
    desk = ScriptedDesk()
    app = web.Application()
    app.add_routes([*SoftphonePage().routes(), web.get("/agent", desk.handle)])
    app.router.add_route("*", PREFIX + "/{path:.*}", desk.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        desk.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        yield desk
    finally:
        await desk.hang_up_tabs()
        await runner.cleanup()
