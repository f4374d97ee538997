"""Owns what phone and browser have in common behind ICE: DTLS, SRTP, a microphone and an ear.

It sends through a function it is given and is fed datagrams by its owner, who also decides what may pass.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence

import pylibsrtp

from benchmarks.simulator import rtp
from benchmarks.simulator.dtls import Certificate, DtlsEndpoint, DtlsFailed, Role, Srtp
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.rtcp import sender_report

_REPORT_EVERY_PACKETS = 250
"""Five seconds, the usual interval of RTCP (RFC 3550 6.2)."""
_FIRST_REPORT_PACKETS = 25


class MediaEnd:
    """One SRTP end of a call."""

    def __init__(self, send: Callable[[bytes], None], pacer: Pacer, payload_type: int = 111) -> None:
        self.certificate = Certificate()
        self.ear = Ear()
        self.secured = asyncio.Event()
        """Set when DTLS is done and media can flow."""
        self.heard_something = asyncio.Event()
        """Set by the first authentic RTP packet."""
        self.ssrc = secrets.randbits(32)
        self.rtcp_received = 0
        self.rejected = 0
        """SRTP datagrams that failed authentication, were replays or no RTP."""
        self.failure: str | None = None
        """Why DTLS failed, if it did."""
        self.closed_by_peer = asyncio.Event()
        """Set by the peer's DTLS close_notify."""
        self._send = send
        self._pacer = pacer
        self._stream = rtp.OutgoingStream(self.ssrc, payload_type, secrets.randbits(16), secrets.randbits(32), (b"",))
        self._dtls: DtlsEndpoint | None = None
        self._dtls_timer: asyncio.TimerHandle | None = None

    @property
    def packets_sent(self) -> int:
        """RTP packets sent so far."""
        return self._stream.sent

    def secure(self, role: Role, remote_fingerprint: str) -> None:
        """Begin DTLS; from now on the peer's certificate is known."""
        self._dtls = DtlsEndpoint(self.certificate, role, remote_fingerprint)
        self._handshake(self._dtls.start)

    def say(self, frames: Sequence[bytes]) -> None:
        """Speak this loop of frames from the next frame on."""
        self._stream.say(frames)

    def unmute(self) -> None:
        """Begin to send RTP; ``say`` something before."""
        self._pacer.add(self._speak)

    def receive(self, datagram: bytes, at: float) -> None:
        """Take a DTLS, SRTP or SRTCP datagram that came in ``at`` (RFC 7983 7)."""
        dtls = self._dtls
        if dtls is None or not datagram:
            return
        if 20 <= datagram[0] <= 63:
            self._handshake(lambda: dtls.receive(datagram))
            if dtls.closed_by_peer:
                self.closed_by_peer.set()
        elif 128 <= datagram[0] <= 191 and dtls.srtp is not None:
            self._hear(dtls.srtp, datagram, at)

    def close(self, *, notify: bool = False) -> None:
        """Fall silent and free everything; with ``notify`` the peer is told by DTLS close_notify."""
        self._pacer.remove(self._speak)
        if self._dtls_timer is not None:
            self._dtls_timer.cancel()
        if self._dtls is not None and notify:
            for datagram in self._dtls.close():
                self._send(datagram)
        self._dtls = None

    def _hear(self, srtp: Srtp, datagram: bytes, at: float) -> None:
        try:
            if rtp.is_rtcp(datagram):
                srtp.inbound.unprotect_rtcp(datagram)
                self.rtcp_received += 1
                return
            packet = rtp.parse(srtp.inbound.unprotect(datagram))
        except (pylibsrtp.Error, ValueError):
            self.rejected += 1
            return
        self.ear.hear(at, packet)
        self.heard_something.set()

    def _speak(self) -> None:
        if self._dtls is None or self._dtls.srtp is None:
            return
        outbound = self._dtls.srtp.outbound
        self._send(outbound.protect(self._stream.next_packet()))
        if self._stream.sent % _REPORT_EVERY_PACKETS == _FIRST_REPORT_PACKETS:
            self._send(outbound.protect_rtcp(self._report()))

    def _report(self) -> bytes:
        stream = self._stream
        return sender_report(
            ssrc=stream.ssrc,
            now=time.time(),
            timestamp=stream.timestamp,
            packets=stream.sent,
            octets=stream.octets,
            cname="WhatsAppAudioStream1",
        )

    def _handshake(self, step: Callable[[], list[bytes]]) -> None:
        """Take one step of DTLS, send what it produced and keep its timer armed."""
        if self._dtls_timer is not None:
            self._dtls_timer.cancel()
            self._dtls_timer = None
        dtls = self._dtls
        if dtls is None or self.failure is not None:
            return
        try:
            datagrams = step()
        except DtlsFailed as failed:
            self.failure = str(failed)
            return
        for datagram in datagrams:
            self._send(datagram)
        if dtls.srtp is not None:
            self.secured.set()
        timeout_s = dtls.timeout_s()
        if timeout_s is not None:
            self._dtls_timer = asyncio.get_running_loop().call_later(
                max(timeout_s, 0.001), self._handshake, dtls.retransmit
            )
