"""Runs Ringbridge's engine as a relay in a process of its own: no ICE and no DTLS, legs keyed as they come."""

import asyncio
import itertools
from typing import TypeAlias

import msgspec

from benchmarks.peers.keying import keyed
from benchmarks.peers.requests import answer
from benchmarks.peers.sides import Call, Side
from hold_audio.clip import COMFORT
from hold_audio.library import Library
from mediaserver.legs.srtp import srtp_functions
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Stream

PAYLOAD_TYPE = 111
"""Opus, as Chromium and WhatsApp number it."""


class Bridge(msgspec.Struct, frozen=True, tag=True):
    """Add legs for the parties of these calls; answered with a list of calls, the relay's own sides."""

    calls: list[Call]


class Join(msgspec.Struct, frozen=True, tag=True):
    """Let the parties of every call hear each other; answered with True."""


class End(msgspec.Struct, frozen=True, tag=True):
    """End all calls; answered with the number of comfort frames that were sent in them."""


Request: TypeAlias = Bridge | Join | End


class EngineRelay:
    """An engine and the legs on it."""

    def __init__(self) -> None:
        self._engine = Engine(srtp_functions(), Library()[COMFORT].frames)
        self._legs: list[int] = []
        self._ssrc = itertools.count(0x5EED0000)
        self._engine.start()

    async def handle(self, request: Request) -> list[Call] | bool | int:
        """Do what is asked."""
        match request:
            case Bridge(calls):
                return [(self._leg(caller), self._leg(agent)) for caller, agent in calls]
            case Join():
                for caller, agent in zip(self._legs[::2], self._legs[1::2], strict=True):
                    self._engine.listen(caller, agent)
                    self._engine.listen(agent, caller)
                return True
            case End():
                return self._end()

    def close(self) -> None:
        """Stop the engine."""
        self._engine.close()

    def _end(self) -> int:
        for leg in self._legs:
            self._engine.mute(leg)
        inserted = sum(self._engine.counters(leg).comfort_frames for leg in self._legs)
        while self._legs:
            self._engine.remove_leg(self._legs.pop())
        return inserted

    def _leg(self, party: Side) -> Side:
        ours = Side(*self._engine.address, party.suite, party.suite.fresh_key())
        leg = self._engine.add_leg(Stream(next(self._ssrc), PAYLOAD_TYPE))
        self._engine.set_remote(leg, party.address)
        self._engine.secure(leg, keyed(ours=ours, theirs=party))
        self._legs.append(leg)
        return ours


async def main() -> None:
    """Answer the benchmark until it closes standard input."""
    relay = EngineRelay()
    try:
        await answer(Request, relay.handle)
    finally:
        relay.close()


if __name__ == "__main__":
    asyncio.run(main())
