"""Owns the WebSocket of agents' tabs: who may open one, what may come in, and how each one is closed.

It moves messages between sockets and the desk and knows no call. A tab that breaks the protocol is closed with a
code (``messages.CloseCode``); its call only learns that a tab is gone. Messages above ``MAX_MESSAGE_BYTES`` are
refused by the WebSocket library from their frame header on, with RFC 6455's own code 1009, and a tab without a sign
of life is dropped by its heartbeat (1006 at the other end). No token, SDP or number is ever logged.
"""

import asyncio
from collections.abc import Collection

import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from signaling.agents.desk import Desk
from signaling.agents.messages import (
    MAX_MESSAGE_BYTES,
    PROTOCOL_VERSION,
    BadMessage,
    ClientMessage,
    CloseCode,
    Hello,
    decode,
)
from signaling.agents.outbox import Outbox
from signaling.agents.sideline import Sideline
from signaling.agents.sideline_messages import SidelineMessage
from signaling.agents.tokens import Identity, InvalidToken, Role, Verifier

HELLO_S = 10.0
"""How long a fresh socket may take to sign in."""
HEARTBEAT_S = 15.0
"""Ping interval; a tab that leaves a ping unanswered for half of it is gone. Below usual proxy idle limits (60 s)."""
CLOSE_S = 3.0
"""How long a tab may take to confirm our close frame before its connection is torn down."""

_log = structlog.get_logger(__name__)


class _Refused(Exception):
    """The tab broke the protocol and is closed with ``code``."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code


class AgentEndpoint:
    """Serves agents' tabs. ``handle`` is the aiohttp handler of its route."""

    def __init__(
        self,
        desk: Desk,
        sideline: Sideline,
        identify: Verifier,
        *,
        allowed_origins: Collection[str] = (),
        hello_s: float = HELLO_S,
        close_s: float = CLOSE_S,
    ) -> None:
        self._desk = desk
        self._sideline = sideline
        self._identify = identify
        self._allowed_origins = frozenset(allowed_origins)
        """Origins besides our own that may open a socket, as browsers write them: ``https://desk.example``."""
        self._hello_s = hello_s
        self._close_s = close_s
        self._outboxes: set[Outbox] = set()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one tab from its first byte to its last. 403 for a page of another origin."""
        if not self._is_welcome(request):
            raise web.HTTPForbidden(text="this origin may not open agent sockets")
        socket = web.WebSocketResponse(
            timeout=self._close_s, heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE_BYTES + 1, compress=False
        )
        await socket.prepare(request)
        outbox = Outbox(socket)
        self._outboxes.add(outbox)
        try:
            await self._serve(request, socket, outbox)
        finally:
            self._outboxes.remove(outbox)
        return socket

    def close(self) -> None:
        """Send every tab away (1001, going away): the server stops."""
        for outbox in self._outboxes:
            outbox.cut_off(WSCloseCode.GOING_AWAY)

    def _is_welcome(self, request: web.Request) -> bool:
        """Whether the page may use this socket: browsers do not hold WebSockets to their origin, servers must
        (RFC 6455 section 10.2). Clients that are no browsers send no Origin."""
        origin = request.headers.get("Origin")
        if origin is None or origin in self._allowed_origins:
            return True
        return origin.partition("://")[2] == request.host

    async def _serve(self, request: web.Request, socket: web.WebSocketResponse, outbox: Outbox) -> None:
        """Read and write until the tab leaves, breaks the protocol or is cut off; then close it."""
        reader = asyncio.create_task(self._converse(socket, outbox))
        writer = asyncio.create_task(outbox.write())
        try:
            await asyncio.wait((reader, writer, outbox.cut), return_when=asyncio.FIRST_COMPLETED)
            reader.cancel()
            await asyncio.wait((reader,))
            # A bug in a task is raised where its result is read, and ends this tab only.
            codes = [task.result() for task in (reader, writer) if task.done() and not task.cancelled()]
            await self._close(request, socket, outbox.cut.result() if outbox.cut.done() else codes[0])
        finally:
            # Not before: aiohttp lets a cancelled wait for room in the socket cancel the one of the close frame too.
            reader.cancel()
            writer.cancel()
            await asyncio.wait((reader, writer))

    async def _converse(self, socket: web.WebSocketResponse, outbox: Outbox) -> int:
        """Sign the tab in and hand its messages to the desk; the close code for whatever ended it."""
        try:
            identity, page = await self._sign_in(socket)
            tab = self._desk.open(identity.name, outbox.send, page, role=identity.role)
            try:
                async for frame in socket:
                    message = _parse(frame)
                    if isinstance(message, SidelineMessage):
                        self._sideline.receive(identity, outbox.send, message)
                    else:
                        self._desk.receive(tab, message)
            finally:
                self._sideline.close(outbox.send)
                self._desk.close(tab)
        except _Refused as refused:
            _log.info("agent_tab_refused", code=refused.code.name)
            return refused.code
        return WSCloseCode.OK

    async def _sign_in(self, socket: web.WebSocketResponse) -> tuple[Identity, str | None]:
        """Whom the token signs in, and the id of the page."""
        try:
            hello = _parse(await socket.receive(timeout=self._hello_s))
        except TimeoutError:
            raise _Refused(CloseCode.TIMEOUT) from None
        if not isinstance(hello, Hello):
            raise _Refused(CloseCode.BAD_MESSAGE)
        if hello.version != PROTOCOL_VERSION:
            raise _Refused(CloseCode.BAD_VERSION)
        try:
            identity = self._identify(hello.token)
        except InvalidToken as error:
            raise _Refused(CloseCode.BAD_TOKEN) from error
        if identity.role is Role.INTEGRATION:
            raise _Refused(CloseCode.BAD_TOKEN)
        return identity, hello.page

    async def _close(self, request: web.Request, socket: web.WebSocketResponse, code: int) -> None:
        """Close with a code; whoever does not confirm in time has the connection torn down."""
        try:
            async with asyncio.timeout(self._close_s):
                await socket.close(code=code)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()


def _parse(message: WSMessage) -> ClientMessage:
    """Text is the only kind of message there is; anything else, an early end included, is no message."""
    if message.type is not WSMsgType.TEXT:
        raise _Refused(CloseCode.BAD_MESSAGE)
    try:
        return decode(message.data)
    except BadMessage as error:
        raise _Refused(CloseCode.BAD_MESSAGE) from error
