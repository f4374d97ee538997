"""Owns the words in which calls are handed to a relay: who sends from where, under which key. No sockets."""

import enum
import secrets
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from mediaserver.packets.types import Address


class Suite(enum.StrEnum):
    """SRTP crypto suites, by their names in SDP (RFC 4568 6.2, RFC 7714 14.2)."""

    AES_CM_80 = "AES_CM_128_HMAC_SHA1_80"
    AES_CM_32 = "AES_CM_128_HMAC_SHA1_32"
    AES_GCM = "AEAD_AES_128_GCM"

    def fresh_key(self) -> bytes:
        """A new master key with its salt."""
        return secrets.token_bytes(28 if self is Suite.AES_GCM else 30)


class Suites(NamedTuple):
    """What the two parties of a call speak."""

    caller: Suite
    agent: Suite


class Side(msgspec.Struct, frozen=True):
    """One end of a stream in both directions: where it is, and under which key it sends. Its far end has its suite."""

    host: str
    port: int
    suite: Suite
    key: bytes

    @property
    def address(self) -> Address:
        """Where it sends from and where it is sent to."""
        return self.host, self.port


Call: TypeAlias = tuple[Side, Side]
"""Caller and agent; or, as a relay's answer, the sides of the relay that they speak with."""


class Absent(Exception):
    """A relay cannot run here; the text says why and what would help."""


class Relay(Protocol):
    """A system under test: it runs in a process of its own and joins two parties."""

    @property
    def pid(self) -> int:
        """Its process."""

    async def bridge(self, calls: Sequence[Call]) -> list[Call]:
        """Set the calls up; returns the relay's sides, the first of each pair facing the caller. Nothing flows yet."""

    async def join(self) -> None:
        """Let the two parties of every call hear each other."""

    async def end(self) -> int:
        """End all calls; returns how many packets of theirs were the relay's own, forwarded from nobody."""

    async def alive_for(self, seconds: float) -> None:
        """Wait so long. Raises Ended if the process ends before."""
