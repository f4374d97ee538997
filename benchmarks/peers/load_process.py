"""Runs the parties of all calls in a process of its own: engines as clients, each party a leg that plays a voice.

A relay may tell its parties apart by their addresses alone, so each party is an engine with a port of its own.
"""

import asyncio
from typing import TypeAlias

import msgspec

from benchmarks.peers.keying import keyed
from benchmarks.peers.relay_process import PAYLOAD_TYPE
from benchmarks.peers.requests import answer
from benchmarks.peers.sides import Side, Suite, Suites
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, voice_frames
from mediaserver.legs.srtp import srtp_functions
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Cue, Stream


class Gather(msgspec.Struct, frozen=True, tag=True):
    """Let the parties of so many calls open their ports; answered with their sides, call by call."""

    suites: Suites
    calls: int


class Speak(msgspec.Struct, frozen=True, tag=True):
    """Let each party speak to this side of the relay, in the order of Gather; answered with True."""

    to: list[Side]


class Count(msgspec.Struct, frozen=True, tag=True):
    """Answered with Counted."""


class Hush(msgspec.Struct, frozen=True, tag=True):
    """Let everybody fall silent but go on listening; answered with True."""


Request: TypeAlias = Gather | Speak | Count | Hush


class Counted(msgspec.Struct, frozen=True):
    """Packets so far, of all parties together."""

    sent: int
    received: int
    """Authentic ones."""
    rejected: int


class Party:
    """One client: an engine with a single leg."""

    def __init__(self, suite: Suite, number: int) -> None:
        tone = CALLER_TONE if number % 2 == 0 else AGENT_TONE
        frames = voice_frames(tone)
        self._engine = Engine(srtp_functions(), frames[:1])
        self._voice = self._engine.add_clip(frames)
        self._leg = self._engine.add_leg(Stream(0x0C0F0000 + number, PAYLOAD_TYPE))
        self.side = Side(*self._engine.address, suite, suite.fresh_key())

    def speak(self, to: Side) -> None:
        """Begin to send the voice."""
        self._engine.set_remote(self._leg, to.address)
        self._engine.secure(self._leg, keyed(ours=self.side, theirs=to))
        self._engine.play(self._leg, [Cue(self._voice, repeats=0)])
        self._engine.start()

    def hush(self) -> None:
        """Send nothing any more."""
        self._engine.mute(self._leg)

    def counted(self) -> Counted:
        """What this party has sent and received."""
        counters = self._engine.counters(self._leg)
        return Counted(counters.sent, counters.received, counters.rejected)

    def close(self) -> None:
        """Stop the engine."""
        self._engine.close()


class Load:
    """All parties."""

    def __init__(self) -> None:
        self._parties: list[Party] = []

    async def handle(self, request: Request) -> list[Side] | Counted | bool:
        """Do what is asked."""
        match request:
            case Gather(suites, calls):
                self._parties = [Party(suites[number % 2], number) for number in range(2 * calls)]
                return [party.side for party in self._parties]
            case Speak(to):
                for party, side in zip(self._parties, to, strict=True):
                    party.speak(side)
            case Count():
                counted = [party.counted() for party in self._parties]
                return Counted(*(sum(values) for values in zip(*map(msgspec.structs.astuple, counted), strict=True)))
            case Hush():
                for party in self._parties:
                    party.hush()
        return True

    def close(self) -> None:
        """Stop everybody."""
        for party in self._parties:
            party.close()


async def main() -> None:
    """Answer the benchmark until it closes standard input."""
    load = Load()
    try:
        await answer(Request, load.handle)
    finally:
        load.close()


if __name__ == "__main__":
    asyncio.run(main())
