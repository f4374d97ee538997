"""The ng client speaks bencode exactly, survives lost datagrams and tells refusals apart from answers."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.peers import ng
from benchmarks.peers.ng import NgClient, Refused, Value, decode, encode

VALUES = st.recursive(
    st.integers() | st.text(),
    lambda inner: st.lists(st.text()) | st.dictionaries(st.text(), inner),
)


def as_bytes(value: object) -> object:
    """The value as it comes back: texts are byte strings."""
    match value:
        case str():
            return value.encode()
        case list():
            return [as_bytes(item) for item in value]
        case dict():
            return {key: as_bytes(item) for key, item in value.items()}
    return value


def test_values_are_written_as_the_specification_shows_them() -> None:
    assert encode({"spam": ["a", "bc"], "cow": -3, "é": ""}) == b"d3:cowi-3e4:spaml1:a2:bce2:\xc3\xa90:e"


@given(VALUES)
def test_what_is_written_is_read_back(value: Value) -> None:
    assert decode(encode(value)) == as_bytes(value), "an answer of rtpengine would be misread"


@given(st.binary(max_size=40))
def test_whatever_comes_over_the_wire_is_a_value_or_a_value_error(data: bytes) -> None:
    try:
        decode(data)
    except ValueError:
        return


@pytest.mark.parametrize("data", [b"", b"i1", b"5:abc", b"li1e", b"d1:ae", b"di1ei2ee", b"i1ei2e", b"x"])
def test_damaged_values_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(data)


@pytest.fixture
def far_end() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)
        yield opened


@pytest.fixture
def client(far_end: socket.socket) -> Iterator[NgClient]:
    opened = NgClient(far_end.getsockname())
    yield opened
    opened.close()


async def take(far_end: socket.socket) -> tuple[bytes, bytes, tuple[str, int]]:
    """Cookie, body and sender of the next request."""
    loop = asyncio.get_running_loop()
    data, sender = await asyncio.wait_for(loop.sock_recvfrom(far_end, 4096), 5)
    cookie, _, body = data.partition(b" ")
    return cookie, body, sender


async def test_a_lost_request_is_sent_again_under_its_cookie_and_strange_answers_are_passed_over(
    far_end: socket.socket, client: NgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ng, "_PATIENCE_S", 0.1)
    asking = asyncio.create_task(client.ask("ping", {"call-id": "one"}))
    first, body, _ = await take(far_end)
    second, repeated, sender = await take(far_end)
    assert (first, body) == (second, repeated), "rtpengine would take the repetition for a new request"
    assert decode(body) == {"command": b"ping", "call-id": b"one"}
    far_end.sendto(b"another " + encode({"result": "wrong"}), sender)
    far_end.sendto(second + b" " + encode({"result": "pong"}), sender)
    assert await asking == {"result": b"pong"}, "the answer to another request was taken for ours"


async def test_a_refusal_is_raised_with_its_reason(far_end: socket.socket, client: NgClient) -> None:
    asking = asyncio.create_task(client.ask("offer"))
    cookie, _, sender = await take(far_end)
    far_end.sendto(cookie + b" " + encode({"result": "error", "error-reason": "no ports"}), sender)
    with pytest.raises(Refused, match="no ports"):
        await asking


async def test_silence_ends_in_a_time_out(client: NgClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ng, "_PATIENCE_S", 0.01)
    with pytest.raises(TimeoutError):
        await client.ask("ping")
