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
    """Join the parties of these calls; answered with a list of calls, the relay's own sides."""

    calls: list[Call]


class End(msgspec.Struct, frozen=True, tag=True):
    """End all calls; answered with the number of comfort frames that were sent in them."""


Request: TypeAlias = Bridge | End


class EngineRelay:
    """An engine and the legs on it."""

    def __init__(self) -> None:
        self._engine = Engine(srtp_functions(), Library()[COMFORT].frames)
        self._legs: list[int] = []
        self._ssrc = itertools.count(0x5EED0000)
        self._engine.start()

    async def handle(self, request: Request) -> list[Call] | int:
        """Do what is asked."""
        if isinstance(request, Bridge):
            return [self._bridge(caller, agent) for caller, agent in request.calls]
        for leg in self._legs:
            self._engine.mute(leg)
        inserted = sum(self._engine.counters(leg).comfort_frames for leg in self._legs)
        while self._legs:
            self._engine.remove_leg(self._legs.pop())
        return inserted

    def close(self) -> None:
        """Stop the engine."""
        self._engine.close()

    def _bridge(self, caller: Side, agent: Side) -> Call:
        (first, towards_caller), (second, towards_agent) = self._leg(caller), self._leg(agent)
        self._engine.listen(first, second)
        self._engine.listen(second, first)
        return towards_caller, towards_agent

    def _leg(self, party: Side) -> tuple[int, Side]:
        ours = Side(*self._engine.address, party.suite, party.suite.fresh_key())
        leg = self._engine.add_leg(Stream(next(self._ssrc), PAYLOAD_TYPE))
        self._engine.set_remote(leg, party.address)
        self._engine.secure(leg, keyed(ours=ours, theirs=party))
        self._legs.append(leg)
        return leg, ours


async def main() -> None:
    """Answer the benchmark until it closes standard input."""
    relay = EngineRelay()
    try:
        await answer(Request, relay.handle)
    finally:
        relay.close()


if __name__ == "__main__":
    asyncio.run(main())
