"""Owns the child's half of a worker: requests in on standard input, answers out on standard output, until it closes."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

_LONGEST_LINE = 1 << 24
"""Bytes, as in the parent."""


async def answer(kind: Any, handle: Callable[[Any], Awaitable[object]]) -> None:
    """Answer each request, a JSON line of the union ``kind``, with what ``handle`` returns for it."""
    requests = asyncio.StreamReader(limit=_LONGEST_LINE)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    decoder = msgspec.json.Decoder(kind)
    try:
        while line := await requests.readline():
            reply = await handle(decoder.decode(line))
            sys.stdout.buffer.write(msgspec.json.encode(reply) + b"\n")
            sys.stdout.buffer.flush()
    finally:
        transport.close()
