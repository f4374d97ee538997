"""Owns rtpengine's ng control protocol: bencoded dictionaries over UDP, each behind a cookie that its answer bears."""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from mediaserver.packets.types import Address

Value: TypeAlias = "str | int | list[str] | Mapping[str, Value]"
"""What we send; rtpengine answers with byte strings in the place of text."""
Reply: TypeAlias = "bytes | int | list[Reply] | dict[str, Reply]"

_PATIENCE_S = 1.0
"""Wait for an answer before the request is sent again. rtpengine answers a repeated cookie with the same answer."""
_ATTEMPTS = 5
_LONGEST = 65_535


class Refused(Exception):
    """rtpengine said no; the text is its reason."""


class NgClient:
    """One controller of an rtpengine."""

    def __init__(self, address: Address) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(address)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    async def ask(self, command: str, fields: Mapping[str, Value] = MappingProxyType({})) -> dict[str, Reply]:
        """Send a command and wait for its answer. Raises Refused, and TimeoutError without an answer."""
        cookie = secrets.token_hex(8).encode()
        loop = asyncio.get_running_loop()
        for _ in range(_ATTEMPTS):
            await loop.sock_sendall(self._socket, cookie + b" " + encode({"command": command, **fields}))
            try:
                reply = await asyncio.wait_for(self._answer_to(cookie), _PATIENCE_S)
            except TimeoutError:
                continue
            if reply.get("result") == b"error":
                raise Refused(str(reply.get("error-reason")))
            return reply
        raise TimeoutError("rtpengine does not answer")

    async def _answer_to(self, cookie: bytes) -> dict[str, Reply]:
        while True:
            data = await asyncio.get_running_loop().sock_recv(self._socket, _LONGEST)
            if data.startswith(cookie + b" "):
                reply = decode(data[len(cookie) + 1 :])
                if isinstance(reply, dict):
                    return reply


def encode(value: Value) -> bytes:
    """Bencode (BEP 3): ``i7e``, ``3:abc``, ``l…e``, and ``d…e`` in the order of its keys."""
    match value:
        case int():
            return b"i%de" % value
        case str():
            text = value.encode()
            return b"%d:%s" % (len(text), text)
        case list():
            return b"l%se" % b"".join(map(encode, value))
        case Mapping():
            return b"d%se" % b"".join(encode(key) + encode(value[key]) for key in sorted(value))


def decode(data: bytes) -> Reply:
    """The value in these bytes. ValueError for anything else, and for what follows it."""
    try:
        value, end = _decode(data, 0)
    except IndexError as error:
        raise ValueError("cut short") from error
    if end != len(data):
        raise ValueError("something follows the value")
    return value


def _decode(data: bytes, at: int) -> tuple[Reply, int]:
    """The value that begins at this byte, and where it ends."""
    kind = data[at : at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1 : end]), end + 1
    if kind in {b"l", b"d"}:
        items: list[Reply] = []
        at += 1
        while data[at] != ord("e"):
            item, at = _decode(data, at)
            items.append(item)
        return (_dictionary(items) if kind == b"d" else items), at + 1
    colon = data.index(b":", at)
    end = colon + 1 + int(data[at:colon])
    if end > len(data):
        raise ValueError("cut short")
    return data[colon + 1 : end], end


def _dictionary(items: list[Reply]) -> dict[str, Reply]:
    """Keys and values in turn."""
    keys, values = items[::2], items[1::2]
    if len(keys) != len(values):
        raise ValueError("a key without a value")
    dictionary = {}
    for key, value in zip(keys, values, strict=True):
        if not isinstance(key, bytes):
            raise ValueError("a key that is no text")
        dictionary[key.decode()] = value
    return dictionary
