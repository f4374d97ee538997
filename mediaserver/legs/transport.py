"""Owns the shared UDP ports as ICE and DTLS see them: which leg a STUN or DTLS datagram belongs to.

Every leg speaks through one port, and any number of legs share it, as long as their peers have different addresses.
STUN requests are routed by our half of USERNAME (RFC 8445 7.3), STUN responses by transaction id, DTLS by the remote
address, once ICE has validated it. Whatever belongs to no leg, or cannot prove that it does, is counted and never
answered. RTP and RTCP do not come here.
"""

import asyncio
import ipaddress
import struct
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from aioice import stun

from mediaserver.legs.certificates import Certificates
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Address, Datagram, LegEvent


class PortsExhausted(Exception):
    """At every port there is a leg already whose peer has an address of the new one's."""

    def __init__(self) -> None:
        super().__init__("every media port is taken at the address of this peer")


_Path: TypeAlias = tuple[int, Address]
"""Our port, and a remote address."""


@dataclass(slots=True)
class Dropped:
    """STUN and DTLS datagrams that reached no leg. Counts since the ports were opened."""

    malformed: int = 0
    """No STUN message, or one without what a connectivity check must carry."""
    unknown_user: int = 0
    """Requests whose USERNAME names no leg of the port."""
    unauthenticated: int = 0
    """Requests that name a leg without knowing its password."""
    stray_responses: int = 0
    """Responses to no open transaction."""
    stray_dtls: int = 0
    """DTLS from an address that no leg has validated."""


class Receiver(Protocol):
    """One leg's ICE agent, as the ports know it."""

    @property
    def local_port(self) -> int:
        """The number of the port it speaks through."""

    @property
    def local_username(self) -> str:
        """Its username fragment."""

    @property
    def local_password(self) -> str:
        """The key of requests towards it."""

    def check_received(self, message: stun.Message, address: Address) -> None:
        """An authenticated connectivity check came in."""

    def dtls_received(self, data: bytes) -> None:
        """A DTLS datagram came in from an address it has validated."""


class SharedPorts:
    """Route what the engine hands up to the legs, and engine events of legs to ``on_leg_event``.

    ``advertised`` are the addresses that peers are told; without them the bound one, which then has to be one address.
    Raises ValueError when neither names an address that a peer could send to.
    """

    def __init__(
        self,
        engine: Engine,
        on_leg_event: Callable[[LegEvent], None],
        advertised: Sequence[str] = (),
        certificates: Certificates | None = None,
    ) -> None:
        host, _ = engine.address
        self.addresses = tuple(advertised) or (host,)
        for address in map(ipaddress.ip_address, self.addresses):
            if address.is_unspecified:
                raise ValueError("ports bound to every address need an advertised one")
            if address.version > ipaddress.ip_address(host).version:
                raise ValueError("an IPv6 address is advertised but the ports are bound to IPv4")
        self.certificates = certificates or Certificates()
        """Whom all legs of these ports show themselves as."""
        self.dropped = Dropped()
        self.transactions: dict[bytes, stun.Transaction] = {}
        """Open STUN transactions of all legs: their ids are 96 random bits, so one table serves all ports."""
        self._engine = engine
        self._on_leg_event = on_leg_event
        self._receivers: dict[tuple[int, str], Receiver] = {}
        self._claimed: dict[_Path, Receiver] = {}
        self._validated: dict[_Path, Receiver] = {}
        self._paths: dict[Receiver, list[_Path]] = {}

    def open(self) -> None:
        """Begin to take events from the engine, in the running loop."""
        asyncio.get_running_loop().add_reader(self._engine.fileno(), self._take)

    def close(self) -> None:
        """Take no more events. The engine itself stays as it is."""
        asyncio.get_running_loop().remove_reader(self._engine.fileno())

    def choose(self, remote: Collection[Address]) -> int:
        """The first port at which no leg's peer has one of these addresses. Raises PortsExhausted.

        Every relay of Meta's has one address and port for all of its calls, so that a second call by the same relay
        would have the same addresses on both sides, and neither could tell the two apart.
        """
        for port in self._engine.ports:
            if not any((port, address) in taken for address in remote for taken in (self._claimed, self._validated)):
                return port
        raise PortsExhausted

    def attach(self, receiver: Receiver, remote: Collection[Address]) -> None:
        """Route checks for the receiver's username fragment to it, and keep these addresses at its port for it."""
        self._receivers[receiver.local_port, receiver.local_username] = receiver
        self._paths[receiver] = [(receiver.local_port, address) for address in remote]
        self._claimed.update(dict.fromkeys(self._paths[receiver], receiver))

    def detach(self, receiver: Receiver) -> None:
        """Route nothing to the receiver any more."""
        self._receivers.pop((receiver.local_port, receiver.local_username), None)
        for path in self._paths.pop(receiver, ()):
            for held in (self._claimed, self._validated):
                if held.get(path) is receiver:
                    del held[path]

    def validate(self, address: Address, receiver: Receiver) -> bool:
        """Route DTLS from this address to the receiver. False if another leg has the address at the same port.

        Who holds an address keeps it: packets carry nothing else by which the engine could tell two legs apart.
        """
        path = (receiver.local_port, address)
        if self._validated.setdefault(path, receiver) is not receiver:
            return False
        self._paths[receiver].append(path)
        return True

    def send(self, data: bytes, address: Address, port: int) -> None:
        """Send a STUN or DTLS datagram through this port."""
        self._engine.send(data, address, port)

    def _take(self) -> None:
        for event in self._engine.events():
            if isinstance(event, LegEvent):
                self._on_leg_event(event)
            else:
                self._route(event)

    def _route(self, datagram: Datagram) -> None:
        # First byte 0 to 3 is STUN; of the rest the engine hands up DTLS alone (RFC 7983 7).
        if datagram.data[0] < 4:
            self._route_stun(datagram)
        elif (receiver := self._validated.get((datagram.port, datagram.address))) is not None:
            receiver.dtls_received(datagram.data)
        else:
            self.dropped.stray_dtls += 1

    def _route_stun(self, datagram: Datagram) -> None:
        try:
            message = stun.parse_message(datagram.data)
        except (ValueError, struct.error):
            # aioice raises struct.error for attributes of a wrong length.
            self.dropped.malformed += 1
            return
        if message.message_class is stun.Class.REQUEST:
            self._route_request(message, datagram)
        elif message.message_class is not stun.Class.INDICATION:
            transaction = self.transactions.get(message.transaction_id)
            if transaction is None:
                self.dropped.stray_responses += 1
            else:
                transaction.response_received(message, datagram.address)

    def _route_request(self, message: stun.Message, datagram: Datagram) -> None:
        if message.message_method is not stun.Method.BINDING or not (
            message.attributes.keys() >= {"USERNAME", "MESSAGE-INTEGRITY", "PRIORITY"}
        ):
            self.dropped.malformed += 1
            return
        local, _, _ = message.attributes["USERNAME"].partition(":")
        receiver = self._receivers.get((datagram.port, local))
        if receiver is None:
            self.dropped.unknown_user += 1
        elif not message.check_message_integrity(receiver.local_password.encode()):
            self.dropped.unauthenticated += 1
        else:
            receiver.check_received(message, datagram.address)
