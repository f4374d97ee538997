"""Runs the parties of all calls in a process of its own: engines as clients, each party a leg that plays a voice.

A relay may tell its parties apart by their addresses alone, so each party has a port of its own.
"""

import asyncio
from typing import TypeAlias

import msgspec

from benchmarks.peers.keying import keyed
from benchmarks.peers.relay_process import PAYLOAD_TYPE
from benchmarks.peers.requests import answer
from benchmarks.peers.sides import Side, Suite, Suites
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, silence_frames, voice_frames
from mediaserver.legs.srtp import srtp_functions
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Cue, Stream


class Gather(msgspec.Struct, frozen=True, tag=True):
    """Let the parties of so many calls open their ports; answered with their sides, call by call."""

    suites: Suites
    calls: int


class Attach(msgspec.Struct, frozen=True, tag=True):
    """Let each party hear this side of the relay, in the order of Gather; answered with True."""

    to: list[Side]


class Speak(msgspec.Struct, frozen=True, tag=True):
    """Let everybody speak; answered with True."""


class Count(msgspec.Struct, frozen=True, tag=True):
    """Answered with Counted."""


class Hush(msgspec.Struct, frozen=True, tag=True):
    """Let everybody fall silent but go on listening; answered with True."""


_PORTS = 256
"""As many as one engine can have; even, so that the parties of a call share one."""

Request: TypeAlias = Gather | Attach | Speak | Count | Hush


class Counted(msgspec.Struct, frozen=True):
    """Packets so far, of all parties together."""

    sent: int
    received: int
    """Authentic ones."""
    rejected: int


class Party:
    """One client: a leg with a port of its own."""

    def __init__(self, engine: Engine, port: int, stream: Stream, voice: int, suite: Suite) -> None:
        self._engine = engine
        self._port = port
        self._voice = voice
        self._leg = engine.add_leg(stream)
        self.side = Side(engine.address[0], port, suite, suite.fresh_key())

    def attach(self, to: Side) -> None:
        """Begin to hear this side of the relay."""
        self._engine.set_remote(self._leg, to.address, self._port)
        self._engine.secure(self._leg, keyed(ours=self.side, theirs=to))

    def speak(self) -> None:
        """Begin to send the voice."""
        self._engine.play(self._leg, [Cue(self._voice, repeats=0)])

    def hush(self) -> None:
        """Send nothing any more."""
        self._engine.mute(self._leg)

    def counted(self) -> Counted:
        """What this party has sent and received."""
        counters = self._engine.counters(self._leg)
        return Counted(counters.sent, counters.received, counters.rejected)


class Load:
    """All parties."""

    def __init__(self) -> None:
        self._engines: list[Engine] = []
        self._parties: list[Party] = []

    async def handle(self, request: Request) -> list[Side] | Counted | bool:
        """Do what is asked."""
        match request:
            case Gather(suites, calls):
                for first in range(0, 2 * calls, _PORTS):
                    self._gather(suites, range(first, min(first + _PORTS, 2 * calls)))
                return [party.side for party in self._parties]
            case Attach(to):
                for party, side in zip(self._parties, to, strict=True):
                    party.attach(side)
            case Speak():
                for party in self._parties:
                    party.speak()
            case Count():
                counted = [party.counted() for party in self._parties]
                return Counted(*(sum(values) for values in zip(*map(msgspec.structs.astuple, counted), strict=True)))
            case Hush():
                for party in self._parties:
                    party.hush()
        return True

    def close(self) -> None:
        """Stop everybody."""
        for engine in self._engines:
            engine.close()

    def _gather(self, suites: Suites, numbers: range) -> None:
        """Open one engine for these parties; callers have the even numbers."""
        engine = Engine(srtp_functions(), silence_frames(), ports=len(numbers))
        self._engines.append(engine)
        voices = [engine.add_clip(voice_frames(tone)) for tone in (CALLER_TONE, AGENT_TONE)]
        for port, number in zip(engine.ports, numbers, strict=True):
            stream = Stream(0x0C0F0000 + number, PAYLOAD_TYPE)
            self._parties.append(Party(engine, port, stream, voices[number % 2], suites[number % 2]))
        engine.start()


async def main() -> None:
    """Answer the benchmark until it closes standard input."""
    load = Load()
    try:
        await answer(Request, load.handle)
    finally:
        load.close()


if __name__ == "__main__":
    asyncio.run(main())
