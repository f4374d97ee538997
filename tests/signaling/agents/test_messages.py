"""The agent protocol's codec: everything goes through it unchanged, and nothing else gets in."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from signaling.agents.dialling_messages import MAX_REQUEST_ID, RequestId
from signaling.agents.messages import (
    MAX_KEYS,
    BadMessage,
    CallEnded,
    ClientMessage,
    Keys,
    ServerMessage,
    decode,
    decode_from_server,
    encode,
)
from signaling.agents.sideline_messages import Colleague
from signaling.wallboard.view import WallboardNow


def _messages(kinds: tuple[type[msgspec.Struct], ...]) -> st.SearchStrategy[Any]:
    """Any message of these kinds; times are real times, for JSON knows no others."""
    times = st.floats(allow_nan=False, allow_infinity=False)
    known: dict[Any, st.SearchStrategy[Any]] = {
        float: times,
        tuple[Colleague, ...]: st.lists(st.builds(Colleague, since=times)).map(tuple),
        float | None: st.none() | times,
        RequestId: st.text(min_size=1, max_size=MAX_REQUEST_ID),
        Keys: st.text("0123456789*#ABCD", min_size=1, max_size=MAX_KEYS),
        WallboardNow: st.builds(WallboardNow, times, st.just(()), st.just(()), st.just(())),
    }
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(kind, **{field.name: known[field.type] for field in fields(kind) if field.type in known})
    )


@given(_messages(get_args(ClientMessage)))
def test_what_a_tab_says_arrives_unchanged(message: ClientMessage) -> None:
    assert decode(encode(message)) == message


@given(_messages(get_args(ServerMessage)))
def test_what_the_server_says_arrives_unchanged(message: ServerMessage) -> None:
    assert decode_from_server(encode(message)) == message


@given(st.text() | st.binary())
def test_anything_else_is_a_bad_message_and_nothing_worse(text: str | bytes) -> None:
    with pytest.raises(BadMessage):
        decode(text)


def test_the_words_on_the_wire_are_those_of_the_protocol() -> None:
    ended = CallEnded(call_id="c1", ended_by="meta", reason="call failed", error_code=138021)
    assert encode(ended) == (
        '{"type":"call_ended","callId":"c1","endedBy":"meta","reason":"call failed",'
        '"errorCode":138021,"errorText":null,"errorAdvice":null}'
    )


def test_unknown_fields_are_ignored_so_that_newer_pages_still_work() -> None:
    assert decode('{"type":"ping","sentAt":1}') == decode('{"type":"ping"}')


@pytest.mark.parametrize("text", ['{"type":"447700900123"}', '{"type":"ping","deep":' + "[" * 60_000])
def test_a_bad_message_quotes_nothing_of_what_was_sent(text: str) -> None:
    with pytest.raises(BadMessage) as refused:
        decode(text)
    assert str(refused.value) == "no message of this protocol"
