"""STUN and DTLS find their leg on the shared port; whatever belongs to none is dropped and never answered."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from aioice import stun
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediaserver.legs.ice import Connection
from mediaserver.legs.srtp import srtp_functions
from mediaserver.legs.transport import Port
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Datagram
from tests.mediaserver.conftest import tone_frames

STRANGER = ("127.0.0.1", 9)


@pytest.fixture
async def connection(port: Port) -> AsyncIterator[Connection]:
    connection = Connection(port, controlling=False, on_nominated=lambda _: None)
    port.attach(connection)
    yield connection
    await connection.close()


@pytest.fixture
def client(engine: Engine) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.connect(engine.address)
        client.setblocking(False)
        yield client


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
    engine: Engine, port: Port, connection: Connection
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
        port._route(Datagram(bytes(message), STRANGER))

    assert engine.totals().sent == 0, "an answer to a stranger makes us a reflector"
    assert (port.dropped.unauthenticated, port.dropped.unknown_user, port.dropped.malformed) == (1, 1, 4)


@given(st.binary(max_size=600))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_that_looks_like_stun_is_dropped(engine: Engine, rest: bytes) -> None:
    port = Port(engine, on_leg_event=lambda _: None)
    for first in b"\x00\x01\x02\x03":
        port._route(Datagram(bytes([first]) + rest, STRANGER))

    assert engine.totals().sent == 0, "garbage was answered"


@given(st.binary(max_size=8), st.integers(0, 0xFFFF))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_attributes_of_a_wrong_length_are_dropped(engine: Engine, value: bytes, kind: int) -> None:
    port = Port(engine, on_leg_event=lambda _: None)
    attribute = kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
    header = b"\x00\x01" + len(attribute).to_bytes(2, "big") + stun.COOKIE.to_bytes(4, "big") + bytes(12)

    port._route(Datagram(header + attribute, STRANGER))

    assert port.dropped.malformed == 1, "one bad attribute must not stop the port"


async def test_counts_responses_and_dtls_that_nobody_waits_for(engine: Engine, port: Port) -> None:
    stray = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE)
    keepalive = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.INDICATION)
    for data in (bytes(stray), bytes(keepalive), b"\x16\xfe\xfd" + bytes(20)):
        port._route(Datagram(data, STRANGER))

    assert (port.dropped.stray_responses, port.dropped.stray_dtls, port.dropped.malformed) == (1, 1, 0)
    assert engine.totals().sent == 0


async def test_dtls_goes_to_the_leg_that_validated_the_address_and_to_no_other(
    port: Port, connection: Connection
) -> None:
    hello = Datagram(b"\x16\xfe\xfd" + bytes(20), STRANGER)
    other = Connection(port, controlling=False, on_nominated=lambda _: None)
    port.attach(other)

    port._route(hello)
    assert connection._queue.empty(), "DTLS was taken from an address that ICE has not validated"
    assert port.validate(STRANGER, connection)
    assert not port.validate(STRANGER, other), "a second leg took the address of the first"
    port._route(hello)
    assert (connection._queue.qsize(), other._queue.qsize()) == (1, 0)
    port.detach(connection)
    assert port.validate(STRANGER, other), "a closed leg kept its address"
    await other.close()


async def test_a_flood_of_dtls_fills_no_memory(port: Port, connection: Connection) -> None:
    port.validate(STRANGER, connection)
    for _ in range(1000):
        port._route(Datagram(b"\x16\xfe\xfd" + bytes(20), STRANGER))

    assert connection._queue.qsize() <= 16


def test_advertises_what_it_is_told_and_the_bound_address_otherwise(engine: Engine) -> None:
    assert Port(engine, lambda _: None).addresses == ("127.0.0.1",)
    assert Port(engine, lambda _: None, ["198.51.100.7"]).addresses == ("198.51.100.7",)


def test_refuses_to_advertise_what_no_peer_could_reach(engine: Engine) -> None:
    everywhere = Engine(srtp_functions(), tone_frames(200), host="0.0.0.0")
    try:
        with pytest.raises(ValueError, match="needs an advertised one"):
            Port(everywhere, lambda _: None)
    finally:
        everywhere.close()
    with pytest.raises(ValueError, match="bound to IPv4"):
        Port(engine, lambda _: None, ["2001:db8::7"])


async def test_every_advertised_address_is_a_candidate_and_each_family_is_checked_once(engine: Engine) -> None:
    port = Port(engine, lambda _: None, ["198.51.100.7", "10.0.0.7"])
    connection = Connection(port, controlling=True, on_nominated=lambda _: None)

    assert [(c.host, c.port) for c in connection.local_candidates] == [
        ("198.51.100.7", engine.address[1]),
        ("10.0.0.7", engine.address[1]),
    ]
    assert len(connection._protocols) == 1, "two protocols on one socket check every pair twice"
    await connection.close()
