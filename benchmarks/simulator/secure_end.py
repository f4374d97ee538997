"""Owns the DTLS half of a media end: handshake, its timer, and the goodbye. What flows under its keys is a subclass's.

It sends through a function it is given and is fed datagrams by its owner, who also decides what may pass.
"""

import abc
import asyncio
import secrets
from collections.abc import Callable, Sequence

from benchmarks.simulator.dtls import Certificate, DtlsEndpoint, DtlsFailed, Role, Srtp
from benchmarks.simulator.ear import Ear


class SecureEnd(abc.ABC):
    """One end of a call as far as DTLS goes, and what its owner may ask of any end."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.certificate = Certificate()
        self.ear = Ear()
        self.ssrc = secrets.randbits(32)
        self.secured = asyncio.Event()
        """Set when DTLS is done and media can flow."""
        self.failure: str | None = None
        """Why DTLS failed, if it did."""
        self.closed_by_peer = asyncio.Event()
        """Set by the peer's DTLS close_notify."""
        self._send = send
        self._dtls: DtlsEndpoint | None = None
        self._dtls_timer: asyncio.TimerHandle | None = None

    @property
    @abc.abstractmethod
    def rtcp_received(self) -> int:
        """Authentic RTCP packets that came in."""

    @property
    @abc.abstractmethod
    def packets_sent(self) -> int:
        """RTP packets sent so far."""

    @abc.abstractmethod
    def say(self, frames: Sequence[bytes]) -> None:
        """Speak this loop of frames from the next frame on."""

    @abc.abstractmethod
    def unmute(self) -> None:
        """Begin to send RTP; ``say`` something before."""

    @abc.abstractmethod
    def receive(self, datagram: bytes, at: float) -> None:
        """Take a datagram that came in ``at``, seconds on the monotonic clock, and is not STUN."""

    @property
    def srtp(self) -> Srtp | None:
        """The keyed contexts, once secured and until closed."""
        return None if self._dtls is None else self._dtls.srtp

    def secure(self, role: Role, remote_fingerprint: str) -> None:
        """Begin DTLS; from now on the peer's certificate is known."""
        self._dtls = DtlsEndpoint(self.certificate, role, remote_fingerprint)
        self._handshake(self._dtls.start)

    def receive_dtls(self, datagram: bytes) -> None:
        """Take a DTLS datagram; before ``secure`` and after ``close`` it is lost."""
        dtls = self._dtls
        if dtls is None:
            return
        self._handshake(lambda: dtls.receive(datagram))
        if dtls.closed_by_peer:
            self.closed_by_peer.set()

    def close(self, *, notify: bool = False) -> None:
        """Free everything; with ``notify`` the peer is told by DTLS close_notify."""
        if self._dtls_timer is not None:
            self._dtls_timer.cancel()
        if self._dtls is not None and notify:
            for datagram in self._dtls.close():
                self._send(datagram)
        self._dtls = None

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
