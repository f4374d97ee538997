"""Owns stock aiortc as the one who offers (whatsapp-calling 5.3, 5.8): the media of a business that calls a user."""

import asyncio

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription

from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from tests.benchmarks.simulator.stock_business import ToneTrack, listen_for, proper


class OfferingPeer:
    """One peer connection. ``offer``, ``take`` Meta's answer, ``speak`` once ACCEPTED, ``close``."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self.heard_user = asyncio.Event()
        """Set once the user's tone was decoded."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._peer = RTCPeerConnection()
        self._peer.on("track", self._hear)
        self._peer.on("connectionstatechange", self._note)
        transceiver = self._peer.addTransceiver("audio", direction="sendrecv")
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([codec for codec in codecs if codec.name == "opus"])
        self._sender = transceiver.sender

    async def offer(self, setup: str = "actpass") -> str:
        """The offer as Meta wants it."""
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return proper(self._peer.localDescription.sdp).replace("a=setup:actpass", f"a=setup:{setup}")

    async def take(self, answer: str) -> None:
        """Apply Meta's answer; actpass, which is none, is read as passive (whatsapp-calling 5.5)."""
        answer = answer.replace("a=setup:actpass", "a=setup:passive")
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def speak(self) -> None:
        """Begin to send sound."""
        self._sender.replaceTrack(ToneTrack(AGENT_TONE))

    async def close(self) -> None:
        """End it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._peer.close()

    def _hear(self, track: MediaStreamTrack) -> None:
        self._tasks.add(asyncio.create_task(listen_for(CALLER_TONE, track, self.heard_user)))

    def _note(self) -> None:
        if self._peer.connectionState == "connected":
            self.connected.set()
