"""Owns the ICE agent of one leg: aioice's, moved onto a shared port and told apart by its username fragment.

Candidates need no gathering because the port is known, so that an agent is ready the moment it is made. It never
answers what is not authenticated (``transport`` sees to that) and never sends media.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

import aioice
from aioice import stun
from aioice.ice import CandidatePair, StunProtocol

from mediaserver.legs.sdp import Candidate
from mediaserver.legs.sdp_writing import host_priority
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.types import Address

MAX_WAITING_DTLS = 16
"""DTLS datagrams kept until the handshake takes them; a flight of ours is never above four."""


class Credentials(NamedTuple):
    """Our half of what a connection proves itself with. They may be told to the peer before its port is chosen."""

    ufrag: str
    pwd: str


def new_credentials() -> Credentials:
    """64 random bits of username instead of aioice's 24: the fragment is what tells the legs of a port apart."""
    return Credentials(secrets.token_hex(8), secrets.token_hex(16))


class Connection(aioice.Connection):
    """Checks, nomination and consent of one leg (RFC 8445, RFC 7675) through the port of this number.

    ``on_nominated`` hears the remote address of the nominated pair, again each time the peer moves it.
    """

    def __init__(
        self,
        ports: SharedPorts,
        local_port: int,
        ours: Credentials,
        *,
        controlling: bool,
        on_nominated: Callable[[Address], None],
    ) -> None:
        super().__init__(ice_controlling=controlling, local_username=ours.ufrag, local_password=ours.pwd)
        self.local_port = local_port
        self._ports = ports
        self._on_nominated = on_nominated
        self._remote: Address | None = None
        self._by_family: dict[bool, StunProtocol] = {}
        for rank, host in enumerate(ports.addresses):
            self._add_host(host, rank)
        self._local_candidates_end = True

    @property
    def role(self) -> str:
        """``controlling`` or ``controlled``, as aiortc's DTLS transport asks for it."""
        return "controlling" if self.ice_controlling else "controlled"

    @property
    def expired(self) -> bool:
        """Whether the connection has ended, by ``close`` or because the peer's consent ran out."""
        return self._closing

    # aiortc's DTLS transport sends and receives through these two names of its ICE transport.
    _send = aioice.Connection.send
    _recv = aioice.Connection.recv

    async def add_remote(self, candidates: tuple[Candidate, ...]) -> None:
        """Tell where the peer may be. A full agent may also be found by its own checks, a lite one may not."""
        for candidate in candidates:
            await self.add_remote_candidate(
                aioice.Candidate(
                    foundation=candidate.foundation,
                    component=1,
                    transport="udp",
                    priority=candidate.priority,
                    host=candidate.host,
                    port=candidate.port,
                    type=candidate.type,
                )
            )
        if self.remote_is_lite:
            await self.add_remote_candidate(None)

    def check_received(self, message: stun.Message, address: Address) -> None:
        """Answer an authenticated check and learn from it."""
        protocol = self._by_family.get(":" in address[0])
        if protocol is not None:
            self.request_received(message, address, protocol)

    def dtls_received(self, data: bytes) -> None:
        """Keep a DTLS datagram for the handshake."""
        if self._queue.qsize() < MAX_WAITING_DTLS:
            self.data_received(data, 1)

    def check_complete(self, pair: CandidatePair) -> None:
        """Follow aioice's verdict on a pair to the ports and to the engine."""
        succeeded = pair.state is CandidatePair.State.SUCCEEDED
        if succeeded and not self._ports.validate(pair.remote_addr, self):
            pair.nominated = False
            pair.state = CandidatePair.State.FAILED
        super().check_complete(pair)
        nominated = self._nominated.get(1)
        if nominated is not None and nominated.remote_addr != self._remote:
            self._remote = nominated.remote_addr
            self._on_nominated(self._remote)

    def _add_host(self, host: str, rank: int) -> None:
        candidate = aioice.Candidate(
            foundation=f"{rank + 1}",
            component=1,
            transport="udp",
            priority=host_priority(rank),
            host=host,
            port=self.local_port,
            type="host",
        )
        self._local_candidates.append(candidate)
        # All addresses of a family are the same socket, so a second protocol would only repeat its pairs.
        if (ipv6 := ":" in host) not in self._by_family:
            protocol = StunProtocol(self)
            protocol.local_candidate = candidate
            protocol.transactions = self._ports.transactions
            protocol.connection_made(_PortTransport(self._ports, self.local_port, protocol))
            self._by_family[ipv6] = protocol
            self._protocols.append(protocol)


class _PortTransport(asyncio.DatagramTransport):
    """A shared port in the shape that one StunProtocol holds; closing it leaves the port open."""

    def __init__(self, ports: SharedPorts, port: int, protocol: StunProtocol) -> None:
        super().__init__()
        self._ports = ports
        self._port = port
        self._protocol = protocol

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._ports.send(data, addr, self._port)

    def close(self) -> None:
        self._protocol.connection_lost(None)
