"""Owns a wire to Redis that can fail at one exact moment: when the answer to a commit is on its way back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class RedisWire:
    """Carries bytes between a store and a real Redis."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self.answers_to_lose = 0
        """So many commits reach Redis, and then the connection breaks instead of bringing the answer."""
        self.refusal = b""
        """An error that is answered to every commit, which then does not reach Redis."""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end. A request is small here and comes in one piece."""
        answers, requests = await asyncio.open_unix_connection(self._server)
        try:
            while request := await reader.read(65536):
                is_commit = b"EVALSHA" in request
                if is_commit and self.refusal:
                    writer.write(self.refusal + b"\r\n")
                    continue
                requests.write(request)
                answer = await answers.read(65536)
                if is_commit and self.answers_to_lose:
                    self.answers_to_lose -= 1
                    break
                writer.write(answer)
        finally:
            requests.close()
            writer.close()


@asynccontextmanager
async def wired(server: Path, here: Path) -> AsyncIterator[RedisWire]:
    """A wire from a new socket ``here`` to the one of the server."""
    wire = RedisWire(server)
    listener = await asyncio.start_unix_server(wire.carry, here)
    yield wire
    listener.close()
