"""Owns a business built on stock aiortc (whatsapp-calling 5.8): the simulator's counterpart in its own tests.

It keeps every rule unless it is told which one to break.
"""

import asyncio
import fractions
import hmac
import json
from dataclasses import dataclass

import aiohttp
import numpy as np
from aiohttp import web
from aiortc import AudioStreamTrack, MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

from benchmarks.simulator import payloads
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, Tone

SECRET, TOKEN, VERIFY = "demo-app-secret-01", "EAAG-token", "verify-me"
NUMBER = payloads.Business().phone_number_id
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


class ToneTrack(AudioStreamTrack):
    """A voice at aiortc's own pace."""

    def __init__(self, tone: Tone = AGENT_TONE) -> None:
        super().__init__()
        self._tone = tone
        self._position = 0

    async def recv(self) -> AudioFrame:
        """20 ms of the tone, where the base class would give silence."""
        frame = await super().recv()
        assert isinstance(frame, AudioFrame)
        time_s = (self._position + np.arange(frame.samples)) / frame.sample_rate
        self._position += frame.samples
        samples = (np.sin(2 * np.pi * self._tone.hertz * time_s) * 8000).astype(np.int16)
        frame.planes[0].update(samples.tobytes())
        frame.time_base = fractions.Fraction(1, frame.sample_rate)
        return frame


@dataclass(slots=True, kw_only=True)
class Manners:
    """What a business does wrong."""

    speaks_before_accept: bool = False
    never_speaks: bool = False
    never_accepts: bool = False
    webhook_status: int = 200


class StockBusiness:
    """One business: webhook server, Graph client and one peer connection per call."""

    def __init__(self, graph_url: str, manners: Manners | None = None) -> None:
        self.manners = manners or Manners()
        self.events: list[tuple[str, str]] = []
        """What and about which id, of everything in verified webhooks, in order."""
        self.values: list[payloads.Json] = []
        self.unsigned = 0
        self.event_came = asyncio.Event()
        self.heard_caller = asyncio.Event()
        """Set once the caller's tone was decoded."""
        self.accepted = asyncio.Event()
        self._graph_url = graph_url
        self._peers: list[RTCPeerConnection] = []
        self._tasks: set[asyncio.Task[None]] = set()
        app = web.Application()
        app.router.add_get("/webhook", self._verify)
        app.router.add_post("/webhook", self._webhook)
        self._runner = web.AppRunner(app)
        self._http = aiohttp.ClientSession()

    @property
    def callback_url(self) -> str:
        """Where webhooks go."""
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}/webhook"

    async def start(self) -> None:
        """Open the webhook."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()

    async def close(self) -> None:
        """Close every call and the webhook."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for peer in self._peers:
            await peer.close()
        await self._http.close()
        await self._runner.cleanup()

    async def wait_for_event(self, event: str) -> None:
        """Wait until such a webhook has come."""
        async with asyncio.timeout(5):
            while event not in [name for name, _ in self.events]:
                self.event_came.clear()
                await self.event_came.wait()

    def told(self, subject: str) -> list[payloads.Json]:
        """Every item of ``calls``, ``statuses`` or ``messages`` so far."""
        return [item for value in self.values for item in value.get(subject, [])]

    async def act(self, action: str, call_id: str, **fields: object) -> tuple[int, payloads.Json]:
        """One action on a call: status and body of the answer."""
        return await self.post("calls", action=action, call_id=call_id, **fields)

    async def post(self, path: str, **fields: object) -> tuple[int, payloads.Json]:
        """One POST to an edge of the number: status and body of the answer."""
        body = {"messaging_product": "whatsapp", **fields}
        url = f"{self._graph_url}/v26.0/{NUMBER}/{path}"
        async with self._http.post(url, json=body, headers=_HEADERS) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, owner: str = NUMBER, **query: str) -> tuple[int, payloads.Json]:
        """One GET of an edge: status and body of the answer."""
        url = f"{self._graph_url}/v26.0/{owner}/{path}"
        async with self._http.get(url, params=query, headers=_HEADERS) as answer:
            return answer.status, await answer.json()

    async def _verify(self, request: web.Request) -> web.Response:
        if request.query["hub.verify_token"] != VERIFY:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def _webhook(self, request: web.Request) -> web.Response:
        raw = await request.read()
        expected = "sha256=" + hmac.new(SECRET.encode(), raw, "sha256").hexdigest()
        if request.headers.get("X-Hub-Signature-256") != expected:
            self.unsigned += 1
            return web.Response(status=401)
        for entry in json.loads(raw)["entry"]:
            for change in entry["changes"]:
                self._take(change["value"])
        return web.Response(status=self.manners.webhook_status)

    def _take(self, value: payloads.Json) -> None:
        self.values.append(value)
        for status in value.get("statuses", []):
            self.events.append((status["status"], status["id"]))
        for message in value.get("messages", []):
            self.events.append((message["type"], message["id"]))
        for call in value.get("calls", []):
            first = (call["event"], call["id"]) not in self.events
            self.events.append((call["event"], call["id"]))
            offered = call["event"] == "connect" and call["session"]["sdp_type"] == "offer"
            if offered and first and not self.manners.never_accepts:
                self._run(call["id"], call["session"]["sdp"])
        self.event_came.set()

    def _run(self, call_id: str, offer: str) -> None:
        task = asyncio.create_task(self._answer(call_id, offer))
        self._tasks.add(task)

    async def _answer(self, call_id: str, offer: str) -> None:
        peer = RTCPeerConnection()
        self._peers.append(peer)
        peer.on("track", self._hear)
        connected = asyncio.Event()

        @peer.on("connectionstatechange")
        def _() -> None:
            if peer.connectionState == "connected":
                connected.set()

        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        sender = peer.getTransceivers()[0].sender
        peer.getTransceivers()[0].direction = "sendrecv"
        if self.manners.speaks_before_accept:
            sender.replaceTrack(ToneTrack())
        await peer.setLocalDescription(await peer.createAnswer())
        session = {"sdp_type": "answer", "sdp": proper(peer.localDescription.sdp)}
        await self.act("pre_accept", call_id, session=session)
        await connected.wait()
        if self.manners.speaks_before_accept:
            await self.heard_caller.wait()
        await self.act("accept", call_id, session=session)
        if not self.manners.never_speaks and not self.manners.speaks_before_accept:
            sender.replaceTrack(ToneTrack())
        self.accepted.set()

    def _hear(self, track: MediaStreamTrack) -> None:
        self._tasks.add(asyncio.create_task(listen_for(CALLER_TONE, track, self.heard_caller)))


async def listen_for(tone: Tone, track: MediaStreamTrack, heard: asyncio.Event) -> None:
    """Decode a track until the tone stood clear for 100 ms."""
    resampler = AudioResampler(format="s16", layout="mono", rate=48_000)
    clear = 0
    try:
        while clear < 5:
            frame = await track.recv()
            assert isinstance(frame, AudioFrame)
            samples = np.concatenate([part.to_ndarray().reshape(-1) for part in resampler.resample(frame)])
            clear = clear + 1 if _is_tone(tone, samples.astype(np.float64)) else 0
    except MediaStreamError:
        return
    heard.set()


def proper(sdp: str) -> str:
    """aiortc's answer as Meta wants it: one fingerprint, 20 ms (whatsapp-calling 5.8)."""
    superfluous = ("a=fingerprint:sha-384", "a=fingerprint:sha-512")
    lines = [line for line in sdp.split("\r\n") if not line.startswith(superfluous)]
    lines[-1:] = ["a=ptime:20", "a=maxptime:20", ""]
    return "\r\n".join(lines)


def _is_tone(tone: Tone, samples: np.typing.NDArray[np.float64]) -> bool:
    """Whether the loudest frequency is the tone's."""
    if len(samples) < 960 or np.abs(samples).max() < 500:
        return False
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 48_000))
    return abs(int(spectrum.argmax()) - tone.hertz) < 12
