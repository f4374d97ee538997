"""Owns what is on its way to one tab: a bounded queue, and the verdict that cuts the tab off.

A tab that does not read is cut off rather than waited for: nobody else's call may depend on a stalled browser.
"""

import asyncio

from aiohttp import WSCloseCode, web

from signaling.agents.messages import (
    CloseCode,
    ServerMessage,
    encode,
)

OUTBOX_MESSAGES = 64
"""A call needs about six messages; whoever is this far behind does not read at all."""


class Outbox:
    """Messages for one WebSocket. ``write`` is run by whoever owns the socket until ``cut`` is done."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.cut: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Done with a close code once the tab has to go."""
        self._socket = socket
        self._queue: asyncio.Queue[ServerMessage] = asyncio.Queue(maxsize=OUTBOX_MESSAGES)

    def send(self, message: ServerMessage) -> None:
        """Put a message on its way. Returns at once; a full queue cuts the tab off."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.cut_off(CloseCode.TOO_SLOW)

    def cut_off(self, code: int) -> None:
        """Let the socket be closed with this code; the first verdict counts."""
        if not self.cut.done():
            self.cut.set_result(code)

    async def write(self) -> int:
        """Send messages in their order until the connection is gone; the close code for that."""
        try:
            while True:
                await self._socket.send_str(encode(await self._queue.get()))
        except ConnectionError:
            return WSCloseCode.GOING_AWAY
