"""Owns what every leg is once both sides' SDP is known: ICE, DTLS and keys, then the watch over its peer.

``answering`` and ``offering`` make legs. None of them decides anything about sound: what a leg hears is told to the
engine by ``mediaserver.media_port``.
"""

import asyncio
import secrets
from collections.abc import Callable

import structlog

from mediaserver.legs.dtls import DtlsTransport, HandshakeFailed
from mediaserver.legs.ice import Connection, new_credentials
from mediaserver.legs.sdp import Remote
from mediaserver.legs.sdp_writing import Local
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Address, Stream

CONNECT_S = 30.0
"""Longest time for ICE and DTLS together: WhatsApp gives up on a call of its own at about that age
(whatsapp-calling 2.1), and a browser's ICE does the same."""
CNAME_BYTES = 12
"""Random bytes of the name in each leg's RTCP, so that legs cannot be told to be of one server (RFC 7022 4.2)."""

logger = structlog.get_logger(__name__)


class Leg:
    """One peer on a shared port.

    Made inside a running loop and without waiting. ``on_connected`` is called once media can flow, ``on_failed`` once
    with a reason when the peer could not be reached or went away. Whoever makes a leg closes it.
    """

    id: int
    """The engine's number of this leg."""
    _connection: Connection
    _dtls: DtlsTransport

    def __init__(
        self,
        engine: Engine,
        ports: SharedPorts,
        *,
        on_connected: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._ports = ports
        self._on_connected = on_connected
        self._on_failed = on_failed
        self._ours = new_credentials()
        self._certificate = ports.certificates.current()
        self._ssrc = secrets.randbits(32)
        self._cname = secrets.token_urlsafe(CNAME_BYTES)
        self._remote: Remote | None = None
        """The peer's side; until it is known there is neither connection nor handshake."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin ICE and DTLS. The peer should have our SDP by now, or its silence costs retransmission time."""
        assert self._task is None, "a leg starts once"
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Free everything, at any moment: the peer is told by close_notify if it ever was connected."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._remote is not None:
            await self._dtls.stop()
            await self._connection.close()
            # Together, so that the ports and the engine never disagree about whose an address is.
            self._ports.detach(self._connection)
        self._engine.remove_leg(self.id)

    def _add_stream(self, payload_type: int, dtmf_payload_type: int | None, dtmf_clock: int = 8000) -> None:
        """Make the engine's part. Raises LegsExhausted."""
        self.id = self._engine.add_leg(
            Stream(
                ssrc=self._ssrc,
                payload_type=payload_type,
                dtmf_payload_type=-1 if dtmf_payload_type is None else dtmf_payload_type,
                dtmf_clock=dtmf_clock,
                cname=self._cname,
            )
        )

    def _local(self, port: int) -> Local:
        """Our side, as SDP tells it."""
        return Local(
            addresses=self._ports.addresses,
            port=port,
            ice_ufrag=self._ours.ufrag,
            ice_pwd=self._ours.pwd,
            fingerprint=self._certificate.fingerprint,
            ssrc=self._ssrc,
            cname=self._cname,
            session_id=secrets.randbits(62),
        )

    def _meet(self, remote: Remote, local_port: int, *, controlling: bool) -> None:
        """Get ready for the peer of this SDP at this port of ours."""
        connection = Connection(
            self._ports, local_port, self._ours, controlling=controlling, on_nominated=self._nominated
        )
        connection.remote_is_lite = remote.ice_lite
        connection.remote_username = remote.ice_ufrag
        connection.remote_password = remote.ice_pwd
        self._ports.attach(connection, relay_addresses(remote) if controlling else ())
        self._remote, self._connection = remote, connection
        self._dtls = DtlsTransport(connection, self._certificate, remote.role)

    async def _run(self) -> None:
        remote = self._remote
        assert remote is not None, "start comes after both sides' SDP"
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._connection.add_remote(remote.candidates)
                await self._connection.connect()
                self._engine.secure(self.id, await self._dtls.handshake(remote.fingerprint))
        except ConnectionError:
            self._on_failed("ICE found no way to the peer")
            return
        except HandshakeFailed:
            self._on_failed("DTLS handshake failed")
            return
        except TimeoutError:
            self._on_failed("ICE and DTLS took too long")
            return
        self._on_connected()
        await self._dtls.lost()
        self._on_failed("the peer stopped answering" if self._connection.expired else "the peer closed the connection")

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("leg_bug", error=type(error).__name__)
            self._on_failed("internal error")

    def _nominated(self, address: Address) -> None:
        self._engine.set_remote(self.id, address, self._connection.local_port)


def relay_addresses(remote: Remote) -> set[Address]:
    """Where a relay is: exactly where its candidates say."""
    return {(candidate.host, candidate.port) for candidate in remote.candidates}
