"""Calls by one relay of Meta's: one address and port there for all of them, one port each here, sound both ways."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import pytest
from aioice import stun

from mediaserver.legs.answering import AnsweringLeg
from mediaserver.legs.srtp import srtp_functions
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Address, Cue
from tests.mediaserver.conftest import MakePeer, tone_frames
from tests.support.offers import without
from tests.support.peers import MetaPeer, Peer

CALLER_HZ = 300
FIRST_HZ, STEP_HZ = 400, 60
"""Every caller is to hear a tone of its own."""


class Inside(asyncio.DatagramProtocol):
    """The relay as one caller's phone sees it."""

    def __init__(self, relay: "Relay") -> None:
        self._relay = relay
        self.phone: Address | None = None
        self.server: Address | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        # What the phone says before the server's first check is lost: a lite relay never speaks first.
        if self.server is not None:
            self._relay.transport.sendto(data, self.server)


class Relay(asyncio.DatagramProtocol):
    """One UDP socket towards the server. It learns from the first check whose call a port of the server's is."""

    def __init__(self) -> None:
        self.calls: dict[str, Inside] = {}
        self.by_server: dict[Address, Inside] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    @property
    def address(self) -> Address:
        """Where all of its calls are."""
        address: Address = self.transport.get_extra_info("sockname")
        return address

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if data[0] < 4 and (username := stun.parse_message(data).attributes.get("USERNAME")) is not None:
            call = self.calls[username.partition(":")[0]]
            assert self.by_server.setdefault(addr, call) is call, "two calls come from one port of the server's"
            call.server = addr
        if (known := self.by_server.get(addr)) is not None and known.phone is not None:
            known.transport.sendto(data, known.phone)

    async def offer(self, phone: MetaPeer) -> tuple[str, Inside]:
        """The offer of a call by this relay, and the way to its phone."""
        offer = await phone.offer()
        line = next(line for line in offer.splitlines() if line.startswith("a=candidate:"))
        _, call = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Inside(self), local_addr=("127.0.0.1", 0)
        )
        call.phone = ("127.0.0.1", int(line.split()[5]))
        self.calls[phone.ice.local_username] = call
        host, port = self.address
        return without(offer, "a=candidate") + f"a=candidate:1 1 udp 99 {host} {port} typ host\r\n", call


def reached_through(answer: str, call: Inside) -> str:
    """The server's answer as the phone gets it: the server is where the relay is."""
    host, port = call.transport.get_extra_info("sockname")
    return without(answer, "a=candidate") + f"a=candidate:1 1 udp 99 {host} {port} typ host\r\n"


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine with as many ports as the largest test has calls."""
    engine = Engine(srtp_functions(), tone_frames(200), ports=17)
    engine.start()
    yield engine
    engine.close()


@pytest.mark.parametrize("calls", [2, 17])
async def test_calls_by_one_relay_all_carry_sound(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], calls: int
) -> None:
    """Before there were several ports the second of these calls was lost."""
    _, relay = await asyncio.get_running_loop().create_datagram_endpoint(Relay, local_addr=("127.0.0.1", 0))
    phones = [peer(MetaPeer, CALLER_HZ) for _ in range(calls)]
    tones = [FIRST_HZ + STEP_HZ * number for number in range(calls)]
    legs, ways = [], []
    for phone in phones:
        assert isinstance(phone, MetaPeer)
        connected = asyncio.Event()
        offer, way = await relay.offer(phone)
        leg = AnsweringLeg(
            engine,
            ports,
            offer,
            whatsapp=True,
            on_connected=connected.set,
            on_failed=pytest.fail,
        )
        legs.append(leg)
        ways.append(way)
        leg.start()
        await phone.accept(reached_through(leg.answer, way))
        await asyncio.wait_for(connected.wait(), 10)
    for leg, hertz in zip(legs, tones, strict=True):
        engine.play(leg.id, [Cue(engine.add_clip(tone_frames(hertz)), 0)])
    for phone, hertz in zip(phones, tones, strict=True):
        await asyncio.wait_for(phone.hears(hertz), 10)

    authentic = [engine.counters(leg.id).received > 0 for leg in legs]
    assert authentic == [True] * calls, "a caller is not heard: its packets do not come to the leg that has its keys"
    for leg in legs:
        await leg.close()
    for transport in (relay.transport, *(way.transport for way in ways)):
        transport.close()
