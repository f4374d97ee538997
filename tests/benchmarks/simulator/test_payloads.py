"""Webhook bytes are what Meta's are: signature, escapes, optional fields, batches (whatsapp-calling 1.2 to 1.8)."""

import json
from dataclasses import replace

import pytest

from benchmarks.simulator import payloads
from benchmarks.simulator.payloads import Batch, Business, CallFacts, EndFacts, Shape, User

BUSINESS = Business()


def facts(shape: Shape | None = None, call_id: str = "wacid.A/B+=") -> CallFacts:
    return CallFacts(
        call_id=call_id,
        user=User(name="Nöor ☎"),
        offer="v=0\r\na=candidate:1 1 udp 1 ::1 9 typ host\r\n",
        offered_at=1795334400.7,
        shape=shape or Shape(),
        cta_payload="order-5521",
    )


ANSWERED = EndFacts(ended_at=1795334530.9, accepted_at=1795334409.2, status="COMPLETED")


def test_the_signature_is_the_fact_sheets_vector() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    expected = "sha256=855f3ff3b5f6f84ccfedcdd13750393c59a5f9a620a7c78ed20e8ad7a2905395"
    assert payloads.sign(body, "demo-app-secret-01") == expected


def test_bodies_are_escaped_as_meta_does_so_that_reserialising_them_breaks_the_signature() -> None:
    payload = payloads.envelope(BUSINESS, [payloads.connect_value(BUSINESS, facts())], 1795334401, Batch.CHANGES)
    body = payloads.to_bytes(payload)
    assert b"N\\u00f6or \\u260e" in body, "non-ASCII must be \\u escapes"
    assert b"wacid.A\\/B+=" in body, "slashes must be escaped"
    assert json.loads(body) == payload
    assert payloads.sign(body, "s") != payloads.sign(json.dumps(json.loads(body)).encode(), "s")


def test_a_connect_carries_everything_meta_may_send() -> None:
    value = payloads.connect_value(BUSINESS, facts())
    (call,) = value["calls"]
    assert call["event"] == "connect"
    assert call["direction"] == "USER_INITIATED"
    assert call["session"]["sdp_type"] == "offer"
    assert call["timestamp"] == "1795334400", "times are strings of whole seconds"
    assert call["cta_payload"] == "order-5521"
    assert "deeplink_payload" not in call
    assert value["contacts"][0]["wa_id"] == "447700900123"


def test_optional_fields_really_go_missing() -> None:
    shape = Shape(direction=False, contacts=False, numbers=False, integer_times=True)
    value = payloads.connect_value(BUSINESS, facts(shape))
    (call,) = value["calls"]
    assert {"direction", "from", "to"}.isdisjoint(call), "a BSUID user shows no number"
    assert call["from_user_id"] == "GB.1203948571029384"
    assert "contacts" not in value
    assert call["timestamp"] == 1795334400
    assert "wa_id" not in payloads.connect_value(BUSINESS, facts(Shape(numbers=False)))["contacts"][0]


def test_a_terminate_has_times_only_if_the_call_was_answered() -> None:
    (answered,) = payloads.terminate_value(BUSINESS, facts(), replace(ANSWERED, opaque="ticket"))["calls"]
    assert (answered["start_time"], answered["end_time"], answered["duration"]) == ("1795334409", "1795334530", 121)
    assert answered["biz_opaque_callback_data"] == "ticket"
    (missed,) = payloads.terminate_value(BUSINESS, facts(), replace(ANSWERED, accepted_at=None))["calls"]
    assert {"start_time", "end_time", "duration"}.isdisjoint(missed)


@pytest.mark.parametrize(
    ("full", "keys"), [(True, {"code", "message", "href", "error_data"}), (False, {"code", "title"})]
)
def test_errors_stand_beside_the_calls_in_both_known_forms(full: bool, keys: set[str]) -> None:
    value = payloads.terminate_value(
        BUSINESS, facts(Shape(full_errors=full)), replace(ANSWERED, status="FAILED", error_code=138021)
    )
    assert value["errors"][0]["code"] == 138021
    assert set(value["errors"][0]) == keys


@pytest.mark.parametrize(
    ("batch", "entries", "changes", "calls"),
    [(Batch.CALLS, 1, 1, 2), (Batch.CHANGES, 1, 2, 1), (Batch.ENTRIES, 2, 1, 1)],
)
def test_several_calls_share_one_post_in_three_ways(batch: Batch, entries: int, changes: int, calls: int) -> None:
    values = [payloads.connect_value(BUSINESS, facts(call_id=name)) for name in ("wacid.1", "wacid.2")]
    payload = payloads.envelope(BUSINESS, values, None, batch)
    assert len(payload["entry"]) == entries
    assert len(payload["entry"][0]["changes"]) == changes
    assert len(payload["entry"][0]["changes"][0]["value"]["calls"]) == calls
    assert "time" not in payload["entry"][0]
