"""Owns the media of a scripted agent's browser: a Chrome-like offer, full ICE as controlling, voice and ear."""

import asyncio
import re
import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

from aioice import Candidate

from benchmarks.simulator.dtls import Role
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.full_ice import FullIce
from benchmarks.simulator.media_end import MediaEnd
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.secure_end import SecureEnd
from benchmarks.simulator.tones import silence_frames
from benchmarks.simulator.udp import Address, Receive, Socket, UdpSocket

End_co = TypeVar("End_co", bound=SecureEnd, covariant=True)

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


class Browser(Generic[End_co]):
    """One ringing call in a browser. ``make_offer``, then ``connect`` with the answer, ``close`` at the end.

    Given are its socket, which must hand every datagram to ``receive``, and the maker of the media end behind ICE.
    """

    def __init__(self, open_socket: Callable[[Receive], Socket], make_media: Callable[[FullIce], End_co]) -> None:
        self._socket = open_socket(self.receive)
        self._ice = FullIce(self._socket)
        self.media = make_media(self._ice)
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

    def receive(self, datagram: bytes, sender: Address, at: float) -> None:
        """Take any datagram of the socket."""
        if datagram and datagram[0] < 4:
            self._ice.receive_stun(datagram, sender)
        elif self._connected:
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
            self._closing = asyncio.create_task(self._end())
        await asyncio.shield(self._closing)

    async def _end(self) -> None:
        await self._ice.close()
        self._socket.close()

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


class AgentBrowser(Browser[MediaEnd]):
    """The media of one ringing call of a scripted agent."""

    def __init__(self, pacer: Pacer) -> None:
        super().__init__(lambda receive: UdpSocket("127.0.0.1", 0, receive), lambda ice: MediaEnd(ice.send_now, pacer))
