"""Every documented payload about messages is read, in every variant seen; broken ones are skipped (#64)."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.calls.events import Caller, MetaError
from signaling.conversations.news import (
    MessageState,
    MessageStatus,
    News,
    PermissionReply,
    Response,
    UserMessage,
)
from signaling.whatsapp.fields.findings import Ignored
from signaling.whatsapp.webhook import read
from tests.signaling.whatsapp import samples
from tests.signaling.whatsapp.samples import Json, message, message_status, news, permission_reply

NOOR = Caller(user_id=samples.CALLER_USER_ID, number=samples.CALLER_NUMBER, name="Noor Haddad")
REPLIED = PermissionReply(
    message_id=samples.MESSAGE_ID,
    phone_number_id=samples.PHONE_NUMBER_ID,
    business_number="442079460018",
    customer=NOOR,
    replied_at=1795330000.0,
    response=Response.ACCEPT,
    expires_at=1795934800.0,
    request_id=samples.REQUEST_ID,
)
WROTE = UserMessage(
    message_id=samples.MESSAGE_ID,
    phone_number_id=samples.PHONE_NUMBER_ID,
    business_number="442079460018",
    customer=NOOR,
    sent_at=1795330000.0,
    kind="text",
    text="Hello",
)
DELIVERED = MessageStatus(
    message_id=samples.REQUEST_ID,
    phone_number_id=samples.PHONE_NUMBER_ID,
    customer=NOOR,
    state=MessageState.DELIVERED,
    at=1795329990.0,
    own_key="wish-1",
)


def only(raw: bytes) -> News:
    reading = read(raw)
    assert not reading.ignored, "a documented payload is ignored"
    (told,) = reading.events
    assert isinstance(told, News), "not news of messages"
    return told


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (permission_reply(), REPLIED),
        (
            permission_reply(is_permanent=True, expiration_timestamp=None),
            msgspec.structs.replace(REPLIED, permanent=True, expires_at=None),
        ),
        (
            permission_reply(context=None, is_permanent=True, expiration_timestamp=None),
            msgspec.structs.replace(REPLIED, permanent=True, expires_at=None, request_id=None),
        ),
        (
            permission_reply(response="reject", is_permanent=None, expiration_timestamp=None),
            msgspec.structs.replace(REPLIED, response=Response.REJECT, expires_at=None),
        ),
        (
            permission_reply(context=samples.INBOUND_ID, response_source="automatic"),
            msgspec.structs.replace(REPLIED, automatic=True, request_id=samples.INBOUND_ID),
        ),
        (
            permission_reply(
                context=None,
                response="reject",
                is_permanent=False,
                expiration_timestamp=None,
                response_source="automatic",
            ),
            msgspec.structs.replace(
                REPLIED, response=Response.REJECT, expires_at=None, automatic=True, request_id=None
            ),
        ),
    ],
    ids=["for a week", "for good", "in the profile", "declined", "call-back", "revoked by Meta"],
)
def test_the_six_cases_of_a_permission_reply(reply: Json, expected: PermissionReply) -> None:
    """1.10: what the ledger is told decides whether we may call."""
    assert only(news(reply)) == expected, "the customer's answer is misread"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (permission_reply(expiration_timestamp=1795934800), REPLIED),
        (permission_reply(is_permanent=None), REPLIED),
        (permission_reply(response="ACCEPT", response_source=None), REPLIED),
        ({**permission_reply(), "timestamp": 1795330000}, REPLIED),
        (
            permission_reply(is_permanent=None, expiration_timestamp=None),
            msgspec.structs.replace(REPLIED, expires_at=None),
        ),
    ],
    ids=["integer expiry", "before November 2025", "in capitals", "integer time", "nothing but a yes"],
)
def test_variants_of_a_permission_reply(reply: Json, expected: PermissionReply) -> None:
    assert only(news(reply)) == expected, "a lawful variant is misread"


@pytest.mark.parametrize(
    ("item", "around", "customer"),
    [
        (message(text={"body": "Hello"}), {"contacts": None}, msgspec.structs.replace(NOOR, name=None)),
        (message(text={"body": "Hello"}, from_=None), {"contacts": []}, Caller(user_id=samples.CALLER_USER_ID)),
        (
            message(text={"body": "Hello"}, from_=None),
            {"contacts": [{"user_id": samples.CALLER_USER_ID, "profile": {"username": "noor.h"}}]},
            Caller(user_id=samples.CALLER_USER_ID, name="noor.h"),
        ),
        (message(text={"body": "Hello"}, from_user_id=None), {"contacts": [{}]}, Caller(number=samples.CALLER_NUMBER)),
    ],
    ids=["no contacts (#106)", "user id alone (#104)", "username alone (#104)", "number alone"],
)
def test_who_writes(item: Json, around: Json, customer: Caller) -> None:
    told = only(news(item, **around))
    assert isinstance(told, UserMessage), "the message is taken for something else"
    assert told.customer == customer, "the customer is lost or misnamed"


@pytest.mark.parametrize(
    ("item", "kind", "text"),
    [
        (message(text={"body": "Hello"}), "text", "Hello"),
        (message("image", image={"id": "1", "caption": "My bill"}), "image", "My bill"),
        (message("audio", audio={"id": "1"}, id=samples.INBOUND_ID), "audio", None),
        (message("document", document={"filename": "bill.pdf"}), "document", "bill.pdf"),
        (message("button", button={"text": "Yes", "payload": "y"}), "button", "Yes"),
        (
            message(
                "interactive", interactive={"type": "button_reply", "button_reply": {"id": "1", "title": "Call me"}}
            ),
            "interactive",
            "Call me",
        ),
        (message("reaction", reaction={"emoji": "👍", "message_id": "wamid.1"}), "reaction", "👍"),
        (message("location", location={"name": "Here", "latitude": 1}), "location", "Here"),
        (message("unsupported", errors=[{"code": 131051}]), "unsupported", None),
        (message("hologram", hologram={"body": "x"}), "hologram", None),
        (message("text", text="not an object"), "text", None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_a_customer_writes(item: Json, kind: str, text: str | None) -> None:
    told = only(news(item))
    assert isinstance(told, UserMessage), "the message is taken for something else"
    assert (told.kind, told.text) == (kind, text), "an agent would not see what the customer wrote"


def test_a_message_reads_whole() -> None:
    assert only(news(message(text={"body": "Hello"}))) == WROTE, "a text is misread"
    replied = only(news(message(text={"body": "Hello"}, context={"id": samples.REQUEST_ID})))
    assert replied == msgspec.structs.replace(WROTE, reply_to=samples.REQUEST_ID), "what is answered is lost"


@pytest.mark.parametrize(
    ("status", "around", "expected"),
    [
        (message_status(), {}, DELIVERED),
        (message_status("READ"), {}, msgspec.structs.replace(DELIVERED, state=MessageState.READ)),
        (message_status("sent", timestamp=1795329990), {}, msgspec.structs.replace(DELIVERED, state=MessageState.SENT)),
        (
            message_status(recipient_id=None, biz_opaque_callback_data=None),
            {"contacts": None},
            msgspec.structs.replace(DELIVERED, customer=Caller(user_id=samples.CALLER_USER_ID), own_key=None),
        ),
        (
            message_status("failed", errors=[{"code": 131026, "title": "Undeliverable"}]),
            {},
            msgspec.structs.replace(DELIVERED, state=MessageState.FAILED, errors=(MetaError(131026, "Undeliverable"),)),
        ),
        (
            message_status("failed"),
            {"errors": [{"code": 131026, "message": "No", "error_data": {"details": "old client"}}]},
            msgspec.structs.replace(
                DELIVERED, state=MessageState.FAILED, errors=(MetaError(131026, "No: old client"),)
            ),
        ),
    ],
    ids=["delivered", "in capitals", "integer time", "user id alone", "failed", "error beside it"],
)
def test_how_our_messages_fare(status: Json, around: Json, expected: MessageStatus) -> None:
    assert only(news(statuses=[status], **around)) == expected, "a status is lost or misread"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (message(id=None), "no usable message id"),
        (message(id="wamid.\n"), "no usable message id"),
        (message(timestamp=None), "no usable timestamp"),
        (message(from_=None, from_user_id=None), "nobody is named"),
        (message("system", system={"type": "user_changed_number"}), "system is nothing a customer says"),
        (permission_reply(response="maybe"), "maybe is no answer to a permission request"),
        (permission_reply(response=447700900123), "an unknown word is no answer to a permission request"),
        (5, "not a message"),
    ],
)
def test_what_cannot_be_used_is_ignored_with_a_reason(item: object, reason: str) -> None:
    reading = read(news(item, message(text={"body": "Hello"})))
    assert reading.ignored == (Ignored(reason, "entry[0].changes[0].value.messages[0]"),), "no reason was given"
    assert reading.events == (WROTE,), "a broken message took a good one with it"


def test_everything_of_a_batch_counts() -> None:
    items = [message(text={"body": "Hello"}, id=f"wamid.{number}") for number in range(5)]
    statuses = [message_status(id=f"wamid.{number}") for number in range(5, 9)]
    told = read(news(*items, statuses=statuses)).events
    assert len(told) == 9, "parts of a batch are lost"
    assert not read(news(message(), metadata=None)).events, "news of nobody's number"


WHOLE = json.loads(
    news(
        permission_reply(),
        message(text={"body": "Hello"}),
        statuses=[message_status("failed", errors=[{"code": 1, "title": "t"}])],
    )
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _paths(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] * bool(path) + [found for key, child in inner for found in _paths(child, (*path, key))]


@settings(max_examples=200)
@given(path=st.sampled_from([path for path in _paths(WHOLE) if len(path) > 1]), replacement=JSON_VALUES)
def test_any_field_may_be_anything(path: tuple[str | int, ...], replacement: object) -> None:
    payload = json.loads(json.dumps(WHOLE))
    node = payload
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = replacement
    for event in read(json.dumps(payload).encode()).events:
        assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event, "cannot be stored"


def test_reasons_quote_nobody() -> None:
    """Whatever is broken or unknown, its contents stay out of what may be logged (design rule 11)."""
    personal = (samples.CALLER_NUMBER, "Noor", "GB.12", samples.MESSAGE_ID, "Hello", "442079460018")
    for path in _paths(WHOLE):
        for replacement in (*personal, list(personal)):
            payload = json.loads(json.dumps(WHOLE))
            node = payload
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = replacement
            if len(path) == 1:
                continue
            said = repr(read(json.dumps(payload).encode()).ignored)
            assert not [word for word in personal if word in said], f"a reason tells what stood at {path}"
