"""Every documented payload is read, every broken one is refused or skipped with a reason, and siblings survive."""

import itertools
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from signaling.calls.events import (
    Caller,
    CallOffered,
    CallProgressed,
    CallStatus,
    CallTerminated,
    ConnectAnswered,
    Direction,
    MetaError,
)
from signaling.conversations.news import AccountRestricted, PermissionReply
from signaling.whatsapp.fields.calls import CallEvent
from signaling.whatsapp.fields.findings import Ignored
from signaling.whatsapp.webhook import NotAWebhook, read
from tests.signaling.whatsapp import samples
from tests.signaling.whatsapp.samples import Json, change, connect, entry, envelope, terminate, value, webhook

OFFERED = CallOffered(
    call_id=samples.INBOUND_ID,
    phone_number_id=samples.PHONE_NUMBER_ID,
    business_number="442079460018",
    caller=Caller(user_id=samples.CALLER_USER_ID, number=samples.CALLER_NUMBER, name="Noor Haddad"),
    sdp=samples.OFFER_SDP,
    offered_at=1795334400.0,
    cta_payload="order-5521",
    deeplink_payload="src=poster-7",
)
TERMINATED = CallTerminated(
    call_id=samples.INBOUND_ID,
    status="COMPLETED",
    duration=121,
    terminated_at=1795334530.0,
    direction=Direction.INBOUND,
    callback_data="ticket-88",
)
ANSWERED = ConnectAnswered(
    call_id=samples.OUTBOUND_ID,
    phone_number_id=samples.PHONE_NUMBER_ID,
    sdp="v=0\r\n",
    callback_data="ticket-88",
)
RINGING = CallProgressed(call_id=samples.OUTBOUND_ID, status=CallStatus.RINGING, callback_data="ticket-88")


def offered(raw: bytes) -> CallOffered:
    (event,) = read(raw).events
    assert isinstance(event, CallOffered), "the call would never ring"
    return event


def terminated(raw: bytes) -> CallTerminated:
    (event,) = read(raw).events
    assert isinstance(event, CallTerminated), "the call would never end"
    return event


def test_reads_a_user_initiated_connect() -> None:
    assert offered(webhook(connect())) == OFFERED, "a documented connect is misread"


def test_reads_a_terminate() -> None:
    assert terminated(webhook(terminate())) == TERMINATED, "a documented terminate is misread"


def test_every_documented_payload_parses() -> None:
    """#64: statuses, permission replies and account updates raised errors elsewhere."""
    raw = envelope(
        entry(change(value(connect(), samples.outbound_connect(), samples.RECORDING))),
        entry(change(value(calls=None, statuses=[samples.status(), samples.status("ACCEPTED")]))),
        entry(change(samples.messages(samples.permission_reply()), field="messages")),
        entry(change(samples.ACCOUNT_RESTRICTION, field="account_update")),
        entry(change({"display_phone_number": "1"}, field="phone_number_quality_update")),
        entry(change(value(terminate()))),
    )
    reading = read(raw)
    calls = tuple(event for event in reading.events if isinstance(event, CallEvent))
    accepted = replace(RINGING, status=CallStatus.ACCEPTED)
    assert calls == (OFFERED, ANSWERED, RINGING, accepted, TERMINATED), "news for a call was lost or made up"
    news = [type(event) for event in reading.events if event not in calls]
    assert news == [PermissionReply, AccountRestricted], "news of messages or accounts was lost or made up"
    assert reading.ignored == (
        Ignored("call_recording_available is not an event of a call's life", "entry[0].changes[0].value.calls[2]"),
        Ignored("phone_number_quality_update is not a field of ours", "entry[4].changes[0]"),
    ), "an operator cannot see what was ignored, or where"


@pytest.mark.parametrize(
    "call",
    [
        samples.outbound_connect() | {"direction": None},
        samples.outbound_connect() | {"session": {"sdp_type": "ANSWER", "sdp": "v=0\r\n"}},
        samples.outbound_connect() | {"from": None, "to": None, "connection": None},
    ],
    ids=["no direction", "other case", "no numbers"],
)
def test_an_answer_of_meta_is_known_by_direction_or_by_its_kind(call: Json) -> None:
    assert read(webhook(call)).events == (ANSWERED,)


def test_an_answer_without_sdp_is_told_so_that_the_call_ends_in_words() -> None:
    (event,) = read(webhook(samples.outbound_connect() | {"session": None})).events
    assert isinstance(event, ConnectAnswered)
    assert event.sdp == ""


@pytest.mark.parametrize("word", ["RINGING", "ACCEPTED", "REJECTED", "ringing"])
def test_reads_every_status_of_a_call(word: str) -> None:
    (event,) = read(webhook(calls=None, statuses=[samples.status(word)])).events
    assert isinstance(event, CallProgressed)
    assert event.status.value == word.upper()


@pytest.mark.parametrize("broken", [{"status": "BUSY"}, {"status": None}, {"id": None}, {"id": 7}])
def test_a_status_that_says_nothing_is_ignored(broken: Json) -> None:
    reading = read(webhook(calls=None, statuses=[samples.status() | broken, samples.status()]))
    assert (reading.events, len(reading.ignored)) == ((RINGING,), 1)


def test_an_outbound_call_of_no_name_is_known_by_the_data_of_its_connect() -> None:
    """whatsapp-calling 1.8: terminate repeats it."""
    call = terminate(direction="BUSINESS_INITIATED", biz_opaque_callback_data="dial.1")
    ended = terminated(webhook(call))
    assert (ended.direction, ended.callback_data) == (Direction.OUTBOUND, "dial.1")


def test_every_entry_change_and_call_counts() -> None:
    ids = [f"wacid.{number}" for number in range(8)]
    calls = iter([connect(id=call_id) for call_id in ids])
    raw = envelope(*(entry(*(change(value(next(calls), next(calls))) for _ in range(2))) for _ in range(2)))
    assert [event.call_id for event in read(raw).events if isinstance(event, CallOffered)] == ids, (
        "calls of a batch are lost"
    )


def test_sdp_passes_verbatim() -> None:
    """#28: what is wrong with an offer is for the media side to say, so not one byte may change."""
    for sdp in ("v=0\r\na=ice-pwd:MTIzNA==\r\n", "no fingerprint", " \r\n", "x" * 1_000_000, "\u2028ü"):
        raw = webhook(connect(session={"sdp_type": "offer", "sdp": sdp}))
        assert offered(raw).sdp == sdp, "the SDP was changed on its way"


@pytest.mark.parametrize("session", [None, {}, {"sdp_type": "offer"}, {"sdp_type": "offer", "sdp": 7}, [], "v=0"])
def test_a_call_without_sdp_is_still_offered(session: object) -> None:
    assert offered(webhook(connect(session=session))).sdp == "", "the caller would ring until Meta gives up"


@pytest.mark.parametrize(
    "call",
    [
        connect(direction=None),
        connect(direction="user_initiated", session={"sdp_type": "OFFER", "sdp": samples.OFFER_SDP}),
        connect(event="CONNECT"),
        connect(timestamp=1795334400),
        connect(timestamp=1795334400.0),
        connect(to=None),
        connect(unheard_of={"deep": [1, 2, {"x": None}]}),
    ],
    ids=["no direction", "other case", "event in capitals", "integer time", "float time", "no to", "unknown"],
)
def test_optional_fields_are_optional(call: Json) -> None:
    assert offered(webhook(call)) == OFFERED, "a lawful variant of connect is misread"


@pytest.mark.parametrize(
    ("call", "around", "caller"),
    [
        (
            connect(from_=None),
            {"contacts": [{"user_id": samples.CALLER_USER_ID, "profile": {"username": "noor.h"}}]},
            Caller(user_id=samples.CALLER_USER_ID, name="noor.h"),
        ),
        (connect(from_=None), {"contacts": None}, Caller(user_id=samples.CALLER_USER_ID)),
        (connect(from_user_id=None), {"contacts": []}, Caller(number=samples.CALLER_NUMBER)),
        (
            connect(from_user_id=None),
            {},
            Caller(user_id=samples.CALLER_USER_ID, number=samples.CALLER_NUMBER, name="Noor Haddad"),
        ),
        (
            connect(from_="+44 7700 900123", from_user_id=None),
            {"contacts": [{"wa_id": samples.CALLER_NUMBER}]},
            Caller(number=samples.CALLER_NUMBER),
        ),
        (
            connect(),
            {"contacts": [{"wa_id": "15550001111", "profile": {"name": "Somebody Else"}}, samples.contact()]},
            OFFERED.caller,
        ),
        (connect(), {"contacts": [5, None, samples.contact()]}, OFFERED.caller),
        (connect(), {"contacts": {"broken": True}}, msgspec.structs.replace(OFFERED.caller, name=None)),
        (
            connect(from_=None, from_user_id=None),
            {"contacts": [{"profile": {"name": "X"}}]},
            Caller(),
        ),
    ],
    ids=[
        "username instead of a number (#104)",
        "user id without a contact (#105)",
        "no contact at all (#106)",
        "user id known only to the contact",
        "contact without a profile (#106)",
        "the right one of two contacts",
        "broken contacts beside a good one",
        "contacts of a wrong type",
        "nobody is named",
    ],
)
def test_who_calls(call: Json, around: Json, caller: Caller) -> None:
    assert offered(webhook(call, **around)).caller == caller, "the caller is dropped, unnamed or misnamed"


@pytest.mark.parametrize("status", ["Failed", "FAILED", "failed"])
def test_status_words_of_any_case(status: str) -> None:
    assert terminated(webhook(terminate(status=status))).status == "FAILED", "the end of the call is misjudged"


@pytest.mark.parametrize(
    ("call", "around", "expected"),
    [
        (
            terminate(status="FAILED"),
            {"errors": [{"code": 138021, "message": "Media receive timeout", "href": "https://example.org"}]},
            (MetaError(138021, "Media receive timeout"),),
        ),
        (
            terminate(status="FAILED"),
            {"errors": [{"code": 138021, "title": "Media timeout"}, "x", {"code": 138023}]},
            (
                MetaError(138021, "Media timeout"),
                MetaError(138023, "The call was accepted but no media was seen"),
            ),
        ),
        (
            terminate(status="FAILED", errors=[{"code": 131000, "title": "Oops"}]),
            {"errors": [{"code": 1}]},
            (MetaError(131000, "Oops"),),
        ),
        (terminate(status="FAILED"), {"errors": {"code": 1}}, ()),
        (terminate(status="COMPLETED"), {"errors": [{"code": 138021}]}, ()),
    ],
    ids=["beside the calls", "only codes", "inside the call", "not a list", "another call's"],
)
def test_errors_of_a_terminate(call: Json, around: Json, expected: tuple[MetaError, ...]) -> None:
    assert terminated(webhook(call, **around)).errors == expected, "Meta's reason is lost or misplaced (#107)"


def test_a_bare_terminate_is_enough() -> None:
    raw = webhook({"id": "wacid.X", "event": "terminate"}, metadata=None, contacts=None)
    assert terminated(raw) == CallTerminated(call_id="wacid.X"), "the call would ring for ever (#87)"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("121", 121), (121.0, 121), (0, 0), (-1, None), (True, None), ("2 min", None), ([], None), (1e300, None)],
)
def test_duration_of_any_type(duration: object, expected: int | None) -> None:
    assert terminated(webhook(terminate(duration=duration))).duration == expected, "the duration is misread"


def test_order_and_repetition_are_kept() -> None:
    """#103: the reader neither sorts nor drops, whatever order Meta chose."""
    named = {"connect": connect(), "status": samples.status(), "terminate": terminate()}
    expected: dict[str, CallEvent] = {"connect": OFFERED, "status": RINGING, "terminate": TERMINATED}
    for order in itertools.product(named, repeat=3):
        raw = envelope(
            entry(
                *(
                    change(value(calls=None, statuses=[named[name]]) if name == "status" else value(named[name]))
                    for name in order
                )
            )
        )
        wanted = tuple(expected[name] for name in order)
        assert read(raw).events == wanted, f"events of {order} come out otherwise"


BROKEN: list[object] = [None, 5, "ü", [], True, {}, [[]]]


@pytest.mark.parametrize("broken", BROKEN, ids=repr)
def test_broken_neighbours_spoil_nothing(broken: object) -> None:
    raw = envelope(
        broken,
        {"changes": broken},
        entry(broken, change(broken), change(value(connect()), field=broken), change(value(calls=broken))),
        entry(change(value(broken, connect(id=broken), terminate(event=broken), connect()))),
    )
    reading = read(raw)
    assert reading.events == (OFFERED,), "a broken part took a good call with it"


@pytest.mark.parametrize(
    ("call", "around", "reason"),
    [
        (connect(id=None), {}, "no usable call id"),
        (connect(id="wacid.ü"), {}, "no usable call id"),
        (connect(id="wacid.\n"), {}, "no usable call id"),
        (connect(id="x" * 513), {}, "no usable call id"),
        (connect(), {"metadata": None}, "no phone_number_id to answer with"),
        (connect(), {"metadata": [1]}, "no phone_number_id to answer with"),
        (connect(timestamp=None), {}, "no usable timestamp"),
        (connect(timestamp="1795334400123"), {}, "no usable timestamp"),
        (connect(event="447700900123"), {}, "an unknown word is not an event of a call's life"),
        ("447700900123", {}, "not a call"),
    ],
)
def test_what_cannot_be_used_is_ignored_with_a_reason(call: Json, around: Json, reason: str) -> None:
    reading = read(webhook(call, **around))
    assert reading.ignored == (Ignored(reason, "entry[0].changes[0].value.calls[0]"),), "no reason was given"
    assert not reading.events, "an event was made of nothing"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"hello",
        b"\xff\xfe",
        webhook(connect())[:-1],
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"page","entry":[]}',
        b'{"object":"\xff","entry":[]}',
        b'{"object":"whatsapp_business_account","entry":[' + b"[" * 100_000,
        b"[" * 3_000_000,
    ],
    ids=range(12),
)
def test_what_is_no_webhook_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAWebhook):
        read(raw)


def test_nothing_is_a_webhook_too() -> None:
    assert read(b' {"object":"whatsapp_business_account", "entry" : [ ] } ') == ((), ()), "Meta's own test fails"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _paths(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] * bool(path) + [found for key, child in inner for found in _paths(child, (*path, key))]


WHOLE = json.loads(envelope(entry(change(value(connect(), terminate(), errors=[{"code": 1, "title": "t"}])))))


@settings(max_examples=300)
@given(path=st.sampled_from(_paths(WHOLE)), replacement=JSON_VALUES, tail=st.binary(max_size=3))
def test_any_field_may_be_anything(path: tuple[str | int, ...], replacement: object, tail: bytes) -> None:
    payload = json.loads(json.dumps(WHOLE))
    node = payload
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = replacement
    try:
        reading = read(json.dumps(payload).encode() + tail)
    except NotAWebhook:
        return
    for event in reading.events:
        assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event, "cannot be stored"


@given(raw=st.binary(max_size=200) | st.integers(0, len(webhook(connect()))).map(lambda n: webhook(connect())[:n]))
def test_garbage_never_crashes(raw: bytes) -> None:
    try:
        read(raw)
    except NotAWebhook as refusal:
        said = str(refusal)
    else:
        return
    assert said, "an operator would not know why"


def test_reasons_quote_nobody() -> None:
    """Whatever is broken or unknown, its contents stay out of what may be logged (design rule 11)."""
    personal = (samples.CALLER_NUMBER, "Noor", "GB.12", samples.INBOUND_ID, "a=ice", "442079460018")
    for path in _paths(WHOLE):
        for replacement in (*personal, list(personal)):
            payload = json.loads(json.dumps(WHOLE))
            node = payload
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = replacement
            try:
                said = repr(read(json.dumps(payload).encode()).ignored)
            except NotAWebhook as refusal:
                said = str(refusal)
            leaked = [word for word in personal if word in said]
            assert not leaked, f"a reason tells what stood at {path}"
