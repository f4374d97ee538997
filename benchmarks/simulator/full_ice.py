"""Owns a browser's side of ICE: aioice's full agent, controlling, moved onto a socket that somebody else reads.

aioice's own sockets do not tell when the kernel received a datagram, and every measurement here needs to know.
"""

import asyncio
from typing import Any

from aioice import Candidate, Connection
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol

from benchmarks.simulator.udp import Address, Socket


class FullIce(Connection):
    """One full agent on one socket. Feed it STUN datagrams with ``receive_stun``."""

    def __init__(self, socket: Socket) -> None:
        super().__init__(ice_controlling=True, use_ipv6=False)
        self._socket = socket
        self._stun = StunProtocol(self)
        self._stun.local_candidate = _host_candidate(socket.address)
        self._stun.connection_made(_SocketTransport(socket, self._stun))

    @property
    def remote(self) -> Address | None:
        """Where the nominated pair leads, while there is one."""
        pair = self._nominated.get(1)
        return None if pair is None else pair.remote_addr

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - The signature is aioice's.
    ) -> list[Candidate]:
        """The one address of the socket, whatever other addresses there are."""
        self._protocols.append(self._stun)
        return [self._stun.local_candidate]

    def receive_stun(self, datagram: bytes, sender: Address) -> None:
        """Take a check, or the answer to one of ours."""
        self._stun.datagram_received(datagram, sender)

    def send_now(self, datagram: bytes) -> None:
        """Send on the nominated pair; before and after there is one, the datagram is lost."""
        if (remote := self.remote) is not None:
            self._socket.send(datagram, remote)


class _SocketTransport(asyncio.DatagramTransport):
    """The socket in the shape that a StunProtocol holds; closing it leaves the socket open."""

    def __init__(self, socket: Socket, protocol: StunProtocol) -> None:
        super().__init__()
        self._socket = socket
        self._protocol = protocol

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._socket.send(data, addr)

    def close(self) -> None:
        self._protocol.connection_lost(None)


def _host_candidate(address: Address) -> Candidate:
    host, port = address
    return Candidate(
        foundation=candidate_foundation("host", "udp", host),
        component=1,
        transport="udp",
        priority=candidate_priority(1, "host"),
        host=host,
        port=port,
        type="host",
    )
