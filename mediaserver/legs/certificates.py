"""Owns the certificate that our side shows in DTLS: one for all legs, and a new one well before it expires.

A server may run for months, and aiortc's certificates are good for 30 days. A leg keeps the one whose fingerprint its
SDP has told, however long its phone rings or its call lasts.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aiortc.rtcdtlstransport import RTCCertificate, SRTPProtectionProfile
from OpenSSL import SSL

RENEWED_BEFORE = timedelta(days=15)
"""What a certificate has left when the next one takes over: far more than any call lasts, or any clock is wrong."""


class Certificate(RTCCertificate):
    """An ECDSA P-256 certificate: small enough that every flight of a handshake is one datagram."""

    _context: SSL.Context | None = None

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, as SDP writes it."""
        return next(item.value for item in self.getFingerprints() if item.algorithm == "sha-256")

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        # Once (0.3 ms) and not for every leg.
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # Peers of a call never resume, and a cache shared by all legs would only grow.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Certificates:
    """The certificate of new legs. ``now`` is the wall clock, by which peers would judge it."""

    def __init__(self, now: Callable[[], datetime] = _wall_clock) -> None:
        self._now = now
        self._newest: Certificate | None = None

    def current(self) -> Certificate:
        """The one for a leg that is made now."""
        if self._newest is None or self._now() >= self._newest.expires - RENEWED_BEFORE:
            self._newest = Certificate.generateCertificate()
        return self._newest
