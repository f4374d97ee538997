"""Owns what phone and browser have in common behind ICE and DTLS: SRTP packet by packet, a microphone and an ear.

Every packet passes through Python, which hears everything and is too slow for a crowd.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence

import pylibsrtp

from benchmarks.simulator import rtp
from benchmarks.simulator.dtls import Srtp
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.rtcp import sender_report
from benchmarks.simulator.secure_end import SecureEnd

_REPORT_EVERY_PACKETS = 250
"""Five seconds, the usual interval of RTCP (RFC 3550 6.2)."""
_FIRST_REPORT_PACKETS = 25


class MediaEnd(SecureEnd):
    """One SRTP end of a call."""

    def __init__(self, send: Callable[[bytes], None], pacer: Pacer, payload_type: int = 111) -> None:
        super().__init__(send)
        self.heard_something = asyncio.Event()
        """Set by the first authentic RTP packet."""
        self.rejected = 0
        """SRTP datagrams that failed authentication, were replays or no RTP."""
        self._rtcp_received = 0
        self._pacer = pacer
        self._stream = rtp.OutgoingStream(self.ssrc, payload_type, secrets.randbits(16), secrets.randbits(32), (b"",))

    @property
    def rtcp_received(self) -> int:
        """Authentic RTCP packets that came in."""
        return self._rtcp_received

    @property
    def packets_sent(self) -> int:
        """RTP packets sent so far."""
        return self._stream.sent

    def say(self, frames: Sequence[bytes]) -> None:
        """Speak this loop of frames from the next frame on."""
        self._stream.say(frames)

    def press(self, digit: str, payload_type: int) -> None:
        """Press a key of the telephone, while sending RTP."""
        self._stream.press(digit, payload_type)

    def unmute(self) -> None:
        """Begin to send RTP; ``say`` something before."""
        self._pacer.add(self._speak)

    def cut(self) -> None:
        """Send no RTP any more, as if the network were gone one way; ``unmute`` mends it."""
        self._pacer.remove(self._speak)

    def receive(self, datagram: bytes, at: float) -> None:
        """Take a DTLS, SRTP or SRTCP datagram that came in ``at`` (RFC 7983 7)."""
        if not datagram:
            return
        if 20 <= datagram[0] <= 63:
            self.receive_dtls(datagram)
        elif 128 <= datagram[0] <= 191 and (srtp := self.srtp) is not None:
            self._hear(srtp, datagram, at)

    def close(self, *, notify: bool = False) -> None:
        """Fall silent and free everything; with ``notify`` the peer is told by DTLS close_notify."""
        self._pacer.remove(self._speak)
        super().close(notify=notify)

    def _hear(self, srtp: Srtp, datagram: bytes, at: float) -> None:
        try:
            if rtp.is_rtcp(datagram):
                srtp.inbound.unprotect_rtcp(datagram)
                self._rtcp_received += 1
                return
            packet = rtp.parse(srtp.inbound.unprotect(datagram))
        except (pylibsrtp.Error, ValueError):
            self.rejected += 1
            return
        self.ear.hear(at, packet)
        self.heard_something.set()

    def _speak(self) -> None:
        srtp = self.srtp
        if srtp is None:
            return
        self._send(srtp.outbound.protect(self._stream.next_packet()))
        if self._stream.sent % _REPORT_EVERY_PACKETS == _FIRST_REPORT_PACKETS:
            self._send(srtp.outbound.protect_rtcp(self._report()))

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
