"""Owns stock aiortc peers: one dressed as Meta's relay, one like a browser. They speak a tone and listen for one."""

import asyncio
import fractions
import re
from typing import cast

import aioice
import numpy as np
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDtlsTransport,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack
from av import AudioFrame

RATE = 48_000
FRAME = 960
"""Samples in 20 ms."""


class Tone(AudioStreamTrack):
    """A sine that never ends."""

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._position = 0

    async def recv(self) -> AudioFrame:
        """The next 20 ms, paced by aiortc's silent track."""
        await super().recv()
        phase = (self._position + np.arange(FRAME)) * (2 * np.pi * self._hertz / RATE)
        frame = AudioFrame.from_ndarray(
            (np.sin(phase) * 12_000).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._position, fractions.Fraction(1, RATE)
        self._position += FRAME
        return frame


class Peer:
    """A browser of aiortc's making: full ICE, controlling, and it offers."""

    def __init__(self, hertz: float) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._hertz = hertz
        self._sender = self.connection.addTrack(Tone(hertz))
        self._track: asyncio.Future[MediaStreamTrack] = asyncio.get_running_loop().create_future()
        self.connection.on("track", self._track.set_result)

    @property
    def ice(self) -> aioice.Connection:
        """Its ICE agent."""
        return self.dtls.transport._connection

    @property
    def dtls(self) -> RTCDtlsTransport:
        """Its DTLS transport."""
        return self._sender.transport

    async def offer(self) -> str:
        """The SDP offer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Take the SDP answer and connect."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))

    async def hears(self, hertz: float) -> None:
        """Return as soon as a tone is heard; never return while it is not."""
        while abs(await self.pitch() - hertz) > 25:
            pass

    async def hears_all(self, hertz: set[float]) -> None:
        """Return as soon as just these tones are heard at once; never return while they are not."""
        while await self.tones() != hertz:
            pass

    async def pitch(self) -> float:
        """The loudest frequency in the next 20 ms that come in, in Hz; 0 for next to silence."""
        return _pitch(await self._frame())

    async def tones(self) -> set[float]:
        """The loud frequencies in the next 20 ms that come in, as even hundreds of Hz."""
        spectrum = _spectrum(await self._frame(), 1)
        loud = np.flatnonzero(spectrum > 0.3 * spectrum.max())
        return {round(float(at) * 50 / 200) * 200.0 for at in loud}  # 20 ms have steps of 50 Hz.

    async def _frame(self) -> AudioFrame:
        track = await self._track
        return cast("AudioFrame", await track.recv())

    def silence(self) -> None:
        """Send nothing, from before the call on."""
        self._sender.replaceTrack(None)

    def speak(self, hertz: float | None = None) -> None:
        """End the silence, perhaps with another tone."""
        self._sender.replaceTrack(Tone(self._hertz if hertz is None else hertz))

    async def close(self) -> None:
        """Hang up."""
        await self.connection.close()


class MetaPeer(Peer):
    """The same, dressed as Meta's relay: ice-lite and controlled, one fingerprint, mid ``audio``."""

    async def offer(self) -> str:
        """The SDP offer in Meta's words (whatsapp-calling 5.8)."""
        self.ice.ice_controlling = False
        self.dtls.transport._role_set = True
        sdp = await super().offer()
        sdp = re.sub(r"a=fingerprint:sha-(384|512) .*\r\n", "", sdp)
        sdp = sdp.replace("m=audio", "a=ice-lite\r\nm=audio", 1)
        sdp = sdp.replace("a=mid:0", "a=mid:audio").replace("BUNDLE 0", "BUNDLE audio")
        sdp = re.sub(r"SAVPF [0-9 ]+", "SAVPF 96 126", sdp)
        sdp = re.sub(r"a=(rtpmap|fmtp|rtcp-fb):(?!96)[0-9]+ .*\r\n", "", sdp)
        return sdp + "a=rtpmap:126 telephone-event/8000\r\n"

    async def accept(self, answer: str) -> None:
        """Take the answer, under the mid that aiortc knows."""
        await super().accept(answer.replace("a=mid:audio", "a=mid:0").replace("BUNDLE audio", "BUNDLE 0"))


class AnsweringMetaPeer(Peer):
    """Meta's relay in a business-initiated call: it answers, and is ice-lite and controlled."""

    async def answer(self, offer: str, *, setup: str = "active") -> str:
        """The SDP answer; ``setup`` is what it says about the handshake, and ``actpass`` means passive."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        self.dtls._set_role("client" if setup == "active" else "server")
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        sdp = re.sub(r"a=fingerprint:sha-(384|512) .*\r\n", "", self.connection.localDescription.sdp)
        return re.sub(r"a=setup:\w+", f"a=setup:{setup}", sdp.replace("m=audio", "a=ice-lite\r\nm=audio", 1))


def _spectrum(frame: AudioFrame, finer: int) -> np.ndarray:
    samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].astype(float)
    return np.abs(np.fft.rfft(samples * np.hanning(len(samples)), finer * len(samples)))


def _pitch(frame: AudioFrame) -> float:
    spectrum = _spectrum(frame, 8)
    width = frame.sample_rate / (2 * (len(spectrum) - 1))
    return float(np.argmax(spectrum)) * width if spectrum.max() > 1e5 else 0.0
