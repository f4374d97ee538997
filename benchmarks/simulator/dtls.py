"""Owns DTLS-SRTP of one media end (RFC 5764), on pyOpenSSL: datagrams in and out, SRTP sessions at the end.

It has no socket; the one timer of DTLS is armed by its owner through ``timeout_s``.
"""

import datetime
import enum
from dataclasses import dataclass
from typing import NamedTuple

import pylibsrtp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

_MTU_BYTES = 1200
"""Bytes per datagram of a flight; below any path's MTU, as WebRTC stacks do."""
_RECORD_HEADER_BYTES = 13
"""DTLS 1.2 record header, its last two bytes the length (RFC 6347 4.1)."""
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA"


class Role(enum.Enum):
    """Who sends the ClientHello."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class _Profile:
    """An SRTP protection profile (RFC 5764 4.1.2, RFC 7714 14.2)."""

    openssl: bytes
    libsrtp: int
    key_bytes: int
    salt_bytes: int

    def key(self, material: bytes, index: int) -> bytes:
        """Master key and salt of the client (0) or the server (1)."""
        key_at = index * self.key_bytes
        salt_at = 2 * self.key_bytes + index * self.salt_bytes
        return material[key_at : key_at + self.key_bytes] + material[salt_at : salt_at + self.salt_bytes]


_PROFILES = (
    _Profile(b"SRTP_AEAD_AES_128_GCM", pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    _Profile(b"SRTP_AES128_CM_SHA1_80", pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
)


class Certificate:
    """A self-signed ECDSA P-256 certificate, as Meta recommends (whatsapp-calling 5.5)."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "WebRTC")])
        now = datetime.datetime.now(tz=datetime.UTC)
        day = datetime.timedelta(days=1)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
        builder = builder.public_key(self.key.public_key()).serial_number(x509.random_serial_number())
        self.certificate = (
            builder.not_valid_before(now - day).not_valid_after(now + 30 * day).sign(self.key, hashes.SHA256())
        )

    @property
    def fingerprint(self) -> str:
        """Its sha-256 fingerprint as SDP writes it (RFC 8122 5)."""
        return _fingerprint(self.certificate)


class Srtp(NamedTuple):
    """The keyed contexts of one end."""

    inbound: pylibsrtp.Session
    """Decrypts what the peer sends."""
    outbound: pylibsrtp.Session
    """Encrypts what we send."""


class DtlsFailed(Exception):
    """The handshake cannot succeed any more."""


class DtlsEndpoint:
    """One side of a handshake that ends in two SRTP sessions."""

    def __init__(self, certificate: Certificate, role: Role, remote_fingerprint: str) -> None:
        context = SSL.Context(SSL.DTLS_METHOD)
        # The peer's certificate is judged by its fingerprint from the SDP, not by a chain.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(certificate.certificate)
        context.use_privatekey(certificate.key)
        context.set_cipher_list(_CIPHERS)
        context.set_options(SSL.OP_NO_TICKET)
        context.set_tlsext_use_srtp(b":".join(profile.openssl for profile in _PROFILES))
        self._ssl = SSL.Connection(context)
        self._role = role
        self._remote_fingerprint = remote_fingerprint.upper()
        self.srtp: Srtp | None = None
        """Set once connected."""
        self.closed_by_peer = False
        if role is Role.SERVER:
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()

    def start(self) -> list[bytes]:
        """Datagrams that open the handshake: the client's hello, nothing from a server."""
        return self._advance()

    def receive(self, datagram: bytes) -> list[bytes]:
        """Datagrams to send in reply to one of the peer. Raises DtlsFailed."""
        self._ssl.bio_write(datagram)
        if self.srtp is None:
            return self._advance()
        try:
            self._ssl.recv(_MTU_BYTES)
        except SSL.ZeroReturnError:
            self.closed_by_peer = True
        except SSL.Error:
            # A late retransmission of the handshake carries no application data.
            pass
        return self._flight()

    def timeout_s(self) -> float | None:
        """Seconds until ``retransmit`` is due, or None."""
        return None if self.srtp else self._ssl.DTLSv1_get_timeout()

    def retransmit(self) -> list[bytes]:
        """The last flight once more, if its time has come."""
        self._ssl.DTLSv1_handle_timeout()
        return self._flight()

    def close(self) -> list[bytes]:
        """The datagrams of close_notify, if there is a session to close."""
        if self.srtp is None:
            return []
        try:
            self._ssl.shutdown()
        except SSL.Error:
            return []
        return self._flight()

    def _advance(self) -> list[bytes]:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return self._flight()
        except SSL.Error as error:
            raise DtlsFailed("the handshake was refused") from error
        self._check_fingerprint()
        self.srtp = self._key_srtp()
        return self._flight()

    def _check_fingerprint(self) -> None:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None or _fingerprint(certificate) != self._remote_fingerprint:
            raise DtlsFailed("the peer's certificate is not the one of its SDP")

    def _key_srtp(self) -> Srtp:
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((profile for profile in _PROFILES if profile.openssl == chosen), None)
        if profile is None:
            raise DtlsFailed("no SRTP profile in common")
        size = 2 * (profile.key_bytes + profile.salt_bytes)
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        own = 0 if self._role is Role.CLIENT else 1
        return Srtp(
            inbound=_session(profile, profile.key(material, 1 - own), inbound=True),
            outbound=_session(profile, profile.key(material, own), inbound=False),
        )

    def _flight(self) -> list[bytes]:
        """What OpenSSL wants sent, whole records packed into datagrams."""
        datagrams: list[bytes] = []
        pending = self._read_bio()
        current = b""
        while pending:
            size = _RECORD_HEADER_BYTES + int.from_bytes(pending[11:13], "big")
            record, pending = pending[:size], pending[size:]
            if current and len(current) + len(record) > _MTU_BYTES:
                datagrams.append(current)
                current = b""
            current += record
        return [*datagrams, current] if current else datagrams

    def _read_bio(self) -> bytes:
        try:
            return self._ssl.bio_read(1 << 16)
        except SSL.WantReadError:
            return b""


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _session(profile: _Profile, key: bytes, *, inbound: bool) -> pylibsrtp.Session:
    kind = pylibsrtp.Policy.SSRC_ANY_INBOUND if inbound else pylibsrtp.Policy.SSRC_ANY_OUTBOUND
    return pylibsrtp.Session(pylibsrtp.Policy(key=key, ssrc_type=kind, srtp_profile=profile.libsrtp))
