"""Owns the DTLS handshake of one leg (RFC 5763, RFC 5764): aiortc's, ended by handing over keyed SRTP sessions.

No media passes here.
"""

import asyncio
from typing import cast

from aiortc.rtcdtlstransport import (
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    State,
)
from aiortc.rtcicetransport import RTCIceTransport
from OpenSSL import SSL

from mediaserver.legs.certificates import Certificate
from mediaserver.legs.ice import Connection
from mediaserver.legs.sdp import DtlsRole
from mediaserver.legs.srtp import srtp_sessions
from mediaserver.packets.types import SrtpSessions

EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"
"""RFC 5764 4.2."""


class HandshakeFailed(Exception):
    """The peer did not complete the handshake, or is not who its offer said."""


class DtlsTransport(RTCDtlsTransport):
    """One handshake over one ICE connection."""

    def __init__(self, connection: Connection, certificate: Certificate, role: DtlsRole) -> None:
        # Of its ICE transport aiortc uses three names, and the connection has them.
        super().__init__(cast("RTCIceTransport", connection), [certificate])
        self._set_role("client" if role is DtlsRole.CLIENT else "server")
        self._sessions: SrtpSessions | None = None

    async def handshake(self, peer_fingerprint: str) -> SrtpSessions:
        """Shake hands with the holder of this certificate. Raises HandshakeFailed."""
        identity = RTCDtlsFingerprint(algorithm="sha-256", value=peer_fingerprint)
        try:
            await self.start(RTCDtlsParameters(fingerprints=[identity]))
        except SSL.Error as error:
            # OpenSSL gives up after twelve time-outs, and aiortc lets that pass.
            raise HandshakeFailed from error
        if self._sessions is None:
            raise HandshakeFailed
        return self._sessions

    async def lost(self) -> None:
        """Wait until the peer has said goodbye (close_notify), or the connection below has ended."""
        task = self._task
        assert task is not None, "lost() comes after handshake()"
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def stop(self) -> None:
        """Say goodbye and end at any moment. Safe to call twice."""
        task = self._task
        await super().stop()
        if task is not None:
            await asyncio.wait([task])

    def _setup_srtp(self) -> None:
        """Key the sessions as aiortc does, with our replay window, and keep aiortc from having any."""
        assert self._ssl is not None, "keys come after a handshake"
        chosen = self._ssl.get_selected_srtp_profile()
        for profile in self._srtp_profiles:
            if profile.openssl_profile == chosen:
                break
        else:
            self._set_state(State.FAILED)
            return
        secret = self._ssl.export_keying_material(EXPORTER_LABEL, 2 * (profile.key_length + profile.salt_length))
        client, server = (profile.get_key_and_salt(secret, index) for index in (0, 1))
        ours, theirs = (server, client) if self._role == "server" else (client, server)
        self._sessions = srtp_sessions(profile.libsrtp_profile, inbound_key=theirs, outbound_key=ours)
