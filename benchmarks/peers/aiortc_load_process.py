"""Runs the parties of stock aiortc's calls in a process of its own: aiortc clients that send frames encoded before.

They decode what they hear, as aiortc always does, but encode nothing, so that they need less CPU than the relay.
"""

import asyncio
import itertools
from fractions import Fraction
from typing import TypeAlias

import av
import av.stream
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole

from benchmarks.peers.aiortc_calls import Connect, Count, Counted, Descriptions, Gather, counted
from benchmarks.peers.requests import answer
from benchmarks.simulator.opus import FRAME_SAMPLES, SAMPLE_RATE
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, Tone, voice_frames

_PATIENCE_S = 30.0
"""Longest wait until every client hears somebody."""

Frame: TypeAlias = "av.Packet[av.stream.Stream]"
Request: TypeAlias = Gather | Connect | Count


class Voice(MediaStreamTrack):
    """A microphone that speaks Opus: one frame every 20 ms, on the beat of the pacer."""

    kind = "audio"

    def __init__(self, tone: Tone, pacer: Pacer) -> None:
        super().__init__()
        self._frames = enumerate(itertools.cycle(voice_frames(tone)))
        self._due: asyncio.Queue[Frame] = asyncio.Queue()
        pacer.add(self._speak)

    async def recv(self) -> Frame:
        """The next frame, at its time."""
        return await self._due.get()

    def _speak(self) -> None:
        number, frame = next(self._frames)
        packet = av.Packet(frame)
        packet.pts = number * FRAME_SAMPLES
        packet.time_base = Fraction(1, SAMPLE_RATE)
        self._due.put_nowait(packet)


class Client:
    """One party."""

    def __init__(self, tone: Tone, pacer: Pacer) -> None:
        self.connection = RTCPeerConnection()
        self.connection.addTrack(Voice(tone, pacer))
        self._ear = MediaBlackhole()

    async def offer(self) -> str:
        """Its session description."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def connect(self, sdp: str) -> None:
        """Take the answer and wait for the first sound."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        (transceiver,) = self.connection.getTransceivers()
        await transceiver.receiver.track.recv()
        self._ear.addTrack(transceiver.receiver.track)
        await self._ear.start()

    async def close(self) -> None:
        """Hang up."""
        await self._ear.stop()
        await self.connection.close()


class AiortcLoad:
    """All parties."""

    def __init__(self) -> None:
        self._pacer = Pacer()
        self._clients: list[Client] = []

    async def handle(self, request: Request) -> Descriptions | Counted | bool:
        """Do what is asked."""
        match request:
            case Gather(calls):
                self._clients = [Client(tone, self._pacer) for _ in range(calls) for tone in (CALLER_TONE, AGENT_TONE)]
                offers = [await client.offer() for client in self._clients]
                return list(zip(offers[::2], offers[1::2], strict=True))
            case Connect(answers):
                sides = itertools.chain.from_iterable(answers)
                waits = (client.connect(sdp) for client, sdp in zip(self._clients, sides, strict=True))
                await asyncio.wait_for(asyncio.gather(*waits), _PATIENCE_S)
                return True
            case Count():
                return await counted([client.connection for client in self._clients])

    async def close(self) -> None:
        """Let everybody hang up."""
        self._pacer.close()
        await asyncio.gather(*(client.close() for client in self._clients))


async def main() -> None:
    """Answer the benchmark until it closes standard input."""
    load = AiortcLoad()
    try:
        await answer(Request, load.handle)
    finally:
        await load.close()


if __name__ == "__main__":
    asyncio.run(main())
