"""Owns the media of a scripted agent's browser: a Chrome-like offer, full ICE as controlling, voice and ear."""

import asyncio
import re
import secrets
import time

from aioice import Candidate, Connection

from benchmarks.simulator.dtls import Role
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.media_end import MediaEnd
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.tones import silence_frames

_OFFER = """\
v=0
o=- {session_id} 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS mic
m=audio {port} UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 127.0.0.1
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:{candidate}
a=ice-ufrag:{username}
a=ice-pwd:{password}
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:mic track
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:{ssrc} cname:scripted-agent
a=ssrc:{ssrc} msid:mic track
"""
_ROLES = {"active": Role.SERVER, "passive": Role.CLIENT}
"""Our DTLS role by the ``setup`` of the answer (RFC 5763 5)."""


class AnswerUnusable(Exception):
    """The server's SDP answer is none a browser would take."""


class _LoopbackIce(Connection):
    """Full ICE on 127.0.0.1 only, which hands data over as it comes instead of queueing it."""

    def __init__(self, browser: "AgentBrowser") -> None:
        super().__init__(ice_controlling=True, use_ipv6=False)
        self._browser = browser

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - The signature is aioice's.
    ) -> list[Candidate]:
        """Gather on loopback, whatever other addresses there are."""
        return await super().get_component_candidates(component, ["127.0.0.1"], timeout)

    def data_received(self, data: bytes, component: int) -> None:
        """Take a datagram that is not STUN."""
        self._browser.receive(data)

    def send_now(self, datagram: bytes) -> None:
        """Send on the nominated pair; before and after there is one, the datagram is lost."""
        pair = self._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(datagram, pair.remote_addr)


class AgentBrowser:
    """The media of one ringing call. ``make_offer``, then ``connect`` with the answer, ``close`` at the end."""

    def __init__(self, pacer: Pacer) -> None:
        self._ice = _LoopbackIce(self)
        self.media = MediaEnd(self._ice.send_now, pacer)
        self._connected = False
        self._closed = False
        self._closing: asyncio.Task[None] | None = None
        self._early: list[tuple[bytes, float]] = []
        """Datagrams that came between the server's nomination and ours."""

    @property
    def ear(self) -> Ear:
        """What the agent heard."""
        return self.media.ear

    async def make_offer(self) -> str:
        """The SDP offer with every candidate."""
        await self._ice.gather_candidates()
        candidate = self._ice.local_candidates[0]
        text = _OFFER.format(
            session_id=secrets.randbits(62),
            port=candidate.port,
            candidate=candidate.to_sdp(),
            username=self._ice.local_username,
            password=self._ice.local_password,
            fingerprint=self.media.certificate.fingerprint,
            ssrc=self.media.ssrc,
        )
        return text.replace("\n", "\r\n")

    async def connect(self, answer: str) -> None:
        """Run ICE and begin DTLS; sends silence once secured. Raises AnswerUnusable or ConnectionError."""
        role, fingerprint = await self._apply(answer)
        await self._ice.connect()
        self.media.say(silence_frames())
        self.media.unmute()
        self.media.secure(role, fingerprint)
        self._connected = True
        for datagram, at in self._early:
            self.media.receive(datagram, at)
        self._early.clear()

    def receive(self, datagram: bytes) -> None:
        """Take what ICE does not keep for itself."""
        at = time.monotonic()
        if self._connected:
            self.media.receive(datagram, at)
        else:
            self._early.append((datagram, at))

    async def close(self) -> None:
        """Close as a browser does, close_notify included. The second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self.media.close(notify=True)
        # aioice must be closed once and to the end: a second or a cancelled close would wait for ever.
        if self._closing is None:
            self._closing = asyncio.create_task(self._ice.close())
        await asyncio.shield(self._closing)

    async def _apply(self, answer: str) -> tuple[Role, str]:
        attributes = re.findall(r"^a=([^:\r\n]+):?([^\r\n]*)\r$", answer, re.MULTILINE)
        values = dict(attributes)
        if ("rtpmap", "111 opus/48000/2") not in attributes or values.get("mid") != "0":
            raise AnswerUnusable("the answer has no Opus on mid 0")
        algorithm, _, fingerprint = values.get("fingerprint", "").partition(" ")
        role = _ROLES.get(values.get("setup", ""))
        if role is None or algorithm != "sha-256":
            raise AnswerUnusable("the answer has no usable setup or fingerprint")
        self._ice.remote_username = values.get("ice-ufrag")
        self._ice.remote_password = values.get("ice-pwd")
        self._ice.remote_is_lite = "ice-lite" in values
        for candidate in (value for name, value in attributes if name == "candidate"):
            await self._ice.add_remote_candidate(Candidate.from_sdp(candidate))
        await self._ice.add_remote_candidate(None)
        return role, fingerprint
