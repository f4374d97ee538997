"""Owns one leg: an offer turned into an answer at once, then ICE, DTLS and keys, then the watch over its peer.

It joins the parts and decides nothing about sound: what a leg hears is told to the engine by
``mediaserver.media_port``.
"""

import asyncio
import secrets
from collections.abc import Callable

import structlog

from mediaserver.legs.dtls import DtlsTransport, HandshakeFailed, fingerprint
from mediaserver.legs.ice import Connection
from mediaserver.legs.sdp import Local, parse_offer, write_answer
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
    """One peer on a shared port. Raises BadOffer if the offer cannot be answered.

    PortsExhausted and LegsExhausted mean that it could be answered at another time.

    Made inside a running loop and without waiting. ``on_connected`` is called once media can flow, ``on_failed`` once
    with a reason when the peer could not be reached or went away. Whoever makes a leg closes it.
    """

    def __init__(
        self,
        engine: Engine,
        ports: SharedPorts,
        offer: str,
        *,
        whatsapp: bool,
        on_connected: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._offer = parse_offer(offer)
        self._engine = engine
        self._ports = ports
        self._on_connected = on_connected
        self._on_failed = on_failed
        self._task: asyncio.Task[None] | None = None
        # Meta is controlled whoever offered (whatsapp-calling 5.5), and so is every lite agent (RFC 8445 6.1.1).
        controlling = whatsapp or self._offer.ice_lite
        # A relay is where its candidates say. A browser is one party alone, wherever its own checks come from.
        remote = {(candidate.host, candidate.port) for candidate in self._offer.candidates} if controlling else ()
        local_port = ports.choose(remote)
        ssrc = secrets.randbits(32)
        cname = secrets.token_urlsafe(CNAME_BYTES)
        self.id = engine.add_leg(
            Stream(
                ssrc=ssrc,
                payload_type=self._offer.opus,
                dtmf_payload_type=-1 if self._offer.telephone_event is None else self._offer.telephone_event,
                dtmf_clock=self._offer.telephone_event_clock,
                cname=cname,
            )
        )
        """The engine's number of this leg."""
        self._connection = Connection(
            ports,
            local_port,
            controlling=controlling,
            on_nominated=self._nominated,
        )
        self._connection.remote_is_lite = self._offer.ice_lite
        self._connection.remote_username = self._offer.ice_ufrag
        self._connection.remote_password = self._offer.ice_pwd
        ports.attach(self._connection, remote)
        self._dtls = DtlsTransport(self._connection, self._offer.role)
        self.answer = write_answer(
            self._offer,
            Local(
                addresses=ports.addresses,
                port=local_port,
                ice_ufrag=self._connection.local_username,
                ice_pwd=self._connection.local_password,
                fingerprint=fingerprint(),
                ssrc=ssrc,
                cname=cname,
                session_id=secrets.randbits(62),
            ),
        )
        """The SDP answer."""

    def start(self) -> None:
        """Begin ICE and DTLS. The peer should have the answer by now, or its silence costs retransmission time."""
        assert self._task is None, "a leg starts once"
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Free everything, at any moment: the peer is told by close_notify if it ever was connected."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._dtls.stop()
        await self._connection.close()
        # Together, so that the ports and the engine never disagree about whose an address is.
        self._ports.detach(self._connection)
        self._engine.remove_leg(self.id)

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._connection.add_remote(self._offer.candidates)
                await self._connection.connect()
                self._engine.secure(self.id, await self._dtls.handshake(self._offer.fingerprint))
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
