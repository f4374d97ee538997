"""STUN and DTLS find their leg on the shared port; whatever belongs to none is dropped and never answered."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from aioice import stun
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediaserver.legs.ice import Connection, new_credentials
from mediaserver.legs.srtp import srtp_functions
from mediaserver.legs.transport import PortsExhausted, SharedPorts
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Address, Datagram
from tests.mediaserver.conftest import tone_frames

STRANGER = ("127.0.0.1", 9)
WIDE = 5


@pytest.fixture
async def connection(engine: Engine, ports: SharedPorts) -> AsyncIterator[Connection]:
    connection = Connection(ports, engine.ports[0], new_credentials(), controlling=False, on_nominated=lambda _: None)
    ports.attach(connection, ())
    yield connection
    await connection.close()


@pytest.fixture
def client(engine: Engine) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.connect(engine.address)
        client.setblocking(False)
        yield client


@pytest.fixture
def wide() -> Iterator[SharedPorts]:
    """Ports of an engine that has several."""
    engine = Engine(srtp_functions(), tone_frames(200), ports=WIDE)
    yield SharedPorts(engine, on_leg_event=lambda _: None)
    engine.close()


def attached(ports: SharedPorts, remote: Sequence[Address]) -> Connection:
    """The agent of a leg whose peer is at these addresses."""
    connection = Connection(
        ports, ports.choose(remote), new_credentials(), controlling=True, on_nominated=lambda _: None
    )
    ports.attach(connection, remote)
    return connection


def check(connection: Connection, *, password: str | None = None, **changes: object) -> stun.Message:
    """A connectivity check as a peer sends it; ``None`` leaves an attribute out."""
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    attributes: dict[str, object] = {"USERNAME": f"{connection.local_username}:peer", "PRIORITY": 1, **changes}
    request.attributes = {name: value for name, value in attributes.items() if value is not None}
    request.add_message_integrity((password or connection.local_password).encode())
    return request


async def test_answers_an_authenticated_check_to_where_it_came_from(
    connection: Connection, client: socket.socket
) -> None:
    request = check(connection)
    client.send(bytes(request))

    answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(client, 2048), 5)

    response = stun.parse_message(answer)

    assert response.message_class is stun.Class.RESPONSE
    assert response.transaction_id == request.transaction_id
    assert response.attributes["XOR-MAPPED-ADDRESS"] == client.getsockname()
    assert response.check_message_integrity(connection.local_password.encode())


async def test_never_answers_a_check_that_is_not_authenticated(
    engine: Engine, ports: SharedPorts, connection: Connection
) -> None:
    unsigned = check(connection)
    del unsigned.attributes["MESSAGE-INTEGRITY"], unsigned.attributes["FINGERPRINT"]
    other_method = check(connection)
    other_method.message_method = stun.Method.ALLOCATE
    other_method.add_message_integrity(connection.local_password.encode())

    for message in (
        check(connection, password="guessed" * 4),
        check(connection, USERNAME="nobody:peer"),
        check(connection, USERNAME=None),
        check(connection, PRIORITY=None),
        unsigned,
        other_method,
    ):
        ports._route(Datagram(bytes(message), STRANGER, engine.ports[0]))

    assert engine.totals().sent == 0, "an answer to a stranger makes us a reflector"
    assert (ports.dropped.unauthenticated, ports.dropped.unknown_user, ports.dropped.malformed) == (1, 1, 4)


@given(st.binary(max_size=600))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_that_looks_like_stun_is_dropped(engine: Engine, rest: bytes) -> None:
    ports = SharedPorts(engine, on_leg_event=lambda _: None)
    for first in b"\x00\x01\x02\x03":
        ports._route(Datagram(bytes([first]) + rest, STRANGER, engine.ports[0]))

    assert engine.totals().sent == 0, "garbage was answered"


@given(st.binary(max_size=8), st.integers(0, 0xFFFF))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_attributes_of_a_wrong_length_are_dropped(engine: Engine, value: bytes, kind: int) -> None:
    ports = SharedPorts(engine, on_leg_event=lambda _: None)
    attribute = kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
    header = b"\x00\x01" + len(attribute).to_bytes(2, "big") + stun.COOKIE.to_bytes(4, "big") + bytes(12)

    ports._route(Datagram(header + attribute, STRANGER, engine.ports[0]))

    assert ports.dropped.malformed == 1, "one bad attribute must not stop the port"


async def test_counts_responses_and_dtls_that_nobody_waits_for(engine: Engine, ports: SharedPorts) -> None:
    stray = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE)
    keepalive = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.INDICATION)
    for data in (bytes(stray), bytes(keepalive), b"\x16\xfe\xfd" + bytes(20)):
        ports._route(Datagram(data, STRANGER, engine.ports[0]))

    assert (ports.dropped.stray_responses, ports.dropped.stray_dtls, ports.dropped.malformed) == (1, 1, 0)
    assert engine.totals().sent == 0


async def test_dtls_goes_to_the_leg_that_validated_the_address_and_to_no_other(
    engine: Engine, ports: SharedPorts, connection: Connection
) -> None:
    hello = Datagram(b"\x16\xfe\xfd" + bytes(20), STRANGER, engine.ports[0])
    other = Connection(ports, engine.ports[0], new_credentials(), controlling=False, on_nominated=lambda _: None)
    ports.attach(other, ())

    ports._route(hello)
    assert connection._queue.empty(), "DTLS was taken from an address that ICE has not validated"
    assert ports.validate(STRANGER, connection)
    assert not ports.validate(STRANGER, other), "a second leg took the address of the first"
    ports._route(hello)
    assert (connection._queue.qsize(), other._queue.qsize()) == (1, 0)
    ports.detach(connection)
    assert ports.validate(STRANGER, other), "a closed leg kept its address"
    await other.close()


async def test_a_flood_of_dtls_fills_no_memory(engine: Engine, ports: SharedPorts, connection: Connection) -> None:
    ports.validate(STRANGER, connection)
    for _ in range(1000):
        ports._route(Datagram(b"\x16\xfe\xfd" + bytes(20), STRANGER, engine.ports[0]))

    assert connection._queue.qsize() <= 16


def test_advertises_what_it_is_told_and_the_bound_address_otherwise(engine: Engine) -> None:
    assert SharedPorts(engine, lambda _: None).addresses == ("127.0.0.1",)
    assert SharedPorts(engine, lambda _: None, ["198.51.100.7"]).addresses == ("198.51.100.7",)


def test_refuses_to_advertise_what_no_peer_could_reach(engine: Engine) -> None:
    everywhere = Engine(srtp_functions(), tone_frames(200), host="0.0.0.0")
    try:
        with pytest.raises(ValueError, match="need an advertised one"):
            SharedPorts(everywhere, lambda _: None)
    finally:
        everywhere.close()
    with pytest.raises(ValueError, match="bound to IPv4"):
        SharedPorts(engine, lambda _: None, ["2001:db8::7"])


async def test_every_advertised_address_is_a_candidate_and_each_family_is_checked_once(engine: Engine) -> None:
    ports = SharedPorts(engine, lambda _: None, ["198.51.100.7", "10.0.0.7"])
    connection = Connection(ports, engine.ports[0], new_credentials(), controlling=True, on_nominated=lambda _: None)

    assert [(c.host, c.port) for c in connection.local_candidates] == [
        ("198.51.100.7", engine.address[1]),
        ("10.0.0.7", engine.address[1]),
    ]
    assert len(connection._protocols) == 1, "two protocols on one socket check every pair twice"
    await connection.close()


async def test_legs_whose_peers_differ_share_the_first_port(wide: SharedPorts) -> None:
    legs = [attached(wide, [(f"192.0.2.{at}", 3480)]) for at in range(50)]

    assert {leg.local_port for leg in legs} == {wide.choose([])}, "a port was spent although nothing collides"


async def test_legs_at_one_address_get_a_port_each_and_give_it_back(wide: SharedPorts) -> None:
    """All of Meta's relays use UDP port 3480, so two calls by one relay have the same address there."""
    relay, spare = ("203.0.113.40", 3480), ("2001:db8::1", 3480)
    legs = [attached(wide, [relay, (f"2001:db8::1:{at}", 3480)]) for at in range(WIDE)]

    assert len({leg.local_port for leg in legs}) == WIDE, "two legs share the addresses of both sides"
    with pytest.raises(PortsExhausted):
        wide.choose([spare, relay])
    wide.detach(legs[2])
    assert wide.choose([spare, relay]) == legs[2].local_port, "a closed leg kept its port"


async def test_an_address_that_ice_has_found_is_taken_too(wide: SharedPorts) -> None:
    leg = attached(wide, [])
    wide.validate(STRANGER, leg)

    assert wide.choose([STRANGER]) != leg.local_port, "the two would have the same addresses on both sides"


async def test_a_check_at_another_port_than_the_legs_is_dropped(wide: SharedPorts) -> None:
    leg = attached(wide, [])
    message = bytes(check(leg))

    wide._route(Datagram(message, STRANGER, wide._engine.ports[1]))

    assert wide.dropped.unknown_user == 1, "the answer would come from a port that the peer was never told"
    assert wide._engine.totals().sent == 0
