"""Owns a Graph API on loopback that answers what a test scripts, and notes what was asked of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeAlias

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

Answer: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Asked(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class FakeGraph:
    """Answers from its script, the last line for ever; ``asked`` holds every request."""

    def __init__(self) -> None:
        self.script: list[Answer] = [success]
        self.asked: list[Asked] = []
        self.arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = msgspec.json.decode(raw) if raw else None
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), body))
        self.arrived.set()
        answer = self.script[0] if len(self.script) == 1 else self.script.pop(0)
        return await answer(request)


@asynccontextmanager
async def serving(graph: FakeGraph) -> AsyncIterator[str]:
    """The base address while the server runs."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", graph.handle)
    async with TestServer(app) as server:
        yield str(server.make_url(""))


async def success(_request: web.Request) -> web.Response:
    return web.json_response({"messaging_product": "whatsapp", "success": True})


def text(body: str | bytes, status: int = 200) -> Answer:
    """An answer that may be no JSON at all."""
    content = body.encode() if isinstance(body, str) else body

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=content, status=status)

    return answer


def error(code: int, status: int = 400, message: str = "Oops", details: str | None = None) -> Answer:
    """Meta's error shape (whatsapp-calling 4)."""
    data = {"error_data": {"messaging_product": "whatsapp", "details": details}} if details else {}
    item = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC", **data}
    return text(msgspec.json.encode({"error": item}), status)


async def redirect(_request: web.Request) -> web.Response:
    """Point somewhere else."""
    return web.Response(status=307, headers={"Location": "/elsewhere"})


async def hang_up(request: web.Request) -> web.Response:
    """Cut the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def say_nothing(_request: web.Request) -> web.Response:
    """Hold the connection until the client gives up."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def pour(request: web.Request) -> web.StreamResponse:
    """A body without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b" " * 65536)
    except ConnectionError:
        return response


async def half(request: web.Request) -> web.StreamResponse:
    """A body that breaks off."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"success":')
    assert request.transport is not None
    request.transport.close()
    return response
