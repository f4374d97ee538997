"""Payloads as Meta documents and sends them (whatsapp-calling 1.4-1.11); every number, name and id is invented."""

import json
from typing import Any

PHONE_NUMBER_ID = "445566778899001"
CALLER_NUMBER = "447700900123"
CALLER_USER_ID = "GB.1203948571029384"
INBOUND_ID = "wacid.HBgMNDQ3NzAwOTAwMTIzFQIAEhggQTE5RjA4"
OUTBOUND_ID = "wacid.HBgMNDQ3NzAwOTAwMTIzFQIAERggQjc3QzEx"
OFFER_SDP = "v=0\r\no=- 1795334400123 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-pwd:Zm9vYmFyYmF6cXV4MTIzNA==\r\n"

Json = dict[str, Any]


def contact() -> Json:
    return {
        "profile": {"name": "Noor Haddad", "username": "noor.h"},
        "wa_id": CALLER_NUMBER,
        "user_id": CALLER_USER_ID,
        "parent_user_id": "GB.ENT.99887766554433",
    }


def metadata() -> Json:
    return {"display_phone_number": "442079460018", "phone_number_id": PHONE_NUMBER_ID}


def connect(**changes: Any) -> Json:
    """1.5; a change to None leaves the field out."""
    call = {
        "id": INBOUND_ID,
        "from": CALLER_NUMBER,
        "from_user_id": CALLER_USER_ID,
        "to": "442079460018",
        "event": "connect",
        "timestamp": "1795334400",
        "direction": "USER_INITIATED",
        "deeplink_payload": "src=poster-7",
        "cta_payload": "order-5521",
        "session": {"sdp_type": "offer", "sdp": OFFER_SDP},
    }
    return _changed(call, changes)


def terminate(**changes: Any) -> Json:
    """1.8; a change to None leaves the field out."""
    call = {
        "id": INBOUND_ID,
        "from": CALLER_NUMBER,
        "from_user_id": CALLER_USER_ID,
        "to": "442079460018",
        "event": "terminate",
        "timestamp": "1795334530",
        "direction": "USER_INITIATED",
        "status": "COMPLETED",
        "start_time": "1795334409",
        "end_time": "1795334530",
        "duration": 121,
        "biz_opaque_callback_data": "ticket-88",
        "cta_payload": "order-5521",
    }
    return _changed(call, changes)


def outbound_connect() -> Json:
    """1.6, with the legacy twin of the session."""
    return {
        "id": OUTBOUND_ID,
        "from": "442079460018",
        "to": CALLER_NUMBER,
        "to_user_id": CALLER_USER_ID,
        "event": "connect",
        "timestamp": "1795334461",
        "direction": "BUSINESS_INITIATED",
        "biz_opaque_callback_data": "ticket-88",
        "session": {"sdp_type": "answer", "sdp": "v=0\r\n"},
        "connection": {"webrtc": {"sdp": '{"sdp":"v=0\\r\\n","type":"answer"}'}},
    }


def status(word: str = "RINGING") -> Json:
    """1.7."""
    return {
        "id": OUTBOUND_ID,
        "type": "call",
        "status": word,
        "timestamp": "1795334462",
        "recipient_id": CALLER_NUMBER,
        "recipient_user_id": CALLER_USER_ID,
        "biz_opaque_callback_data": "ticket-88",
    }


def value(*calls: Any, **changes: Any) -> Json:
    """The value of one change of the field ``calls``."""
    whole = {
        "messaging_product": "whatsapp",
        "metadata": metadata(),
        "contacts": [contact()],
        "calls": list(calls),
    }
    return _changed(whole, changes)


def change(value_: Any, field: Any = "calls") -> Json:
    return {"field": field, "value": value_}


def entry(*changes: Any) -> Json:
    return {"id": "770015500230011", "time": 1795334401, "changes": list(changes)}


def envelope(*entries: Any) -> bytes:
    return json.dumps({"object": "whatsapp_business_account", "entry": list(entries)}).encode()


def webhook(*calls: Any, **changes: Any) -> bytes:
    """A body with one entry and one change that carries these calls."""
    return envelope(entry(change(value(*calls, **changes))))


RECORDING: Json = {
    "id": INBOUND_ID,
    "event": "call_recording_available",
    "call_recording": {"type": "audio", "audio": {"id": "1", "sha256": "x", "url": "https://example.org/1"}},
}
"""1.9."""


REQUEST_ID = "wamid.HBgMNDQ3NzAwOTAwMTIzFQIAERgSRUU1"
MESSAGE_ID = "wamid.HBgMNDQ3NzAwOTAwMTIzFQIAEhgUM0E5"


def message(kind: str = "text", **changes: Any) -> Json:
    """What a customer writes; a change to None leaves the field out."""
    whole = {
        "from": CALLER_NUMBER,
        "from_user_id": CALLER_USER_ID,
        "id": MESSAGE_ID,
        "timestamp": "1795330000",
        "type": kind,
    }
    return _changed(whole, changes)


def permission_reply(context: str | None = REQUEST_ID, **changes: Any) -> Json:
    """1.10; changes concern the reply itself."""
    reply = {
        "response": "accept",
        "is_permanent": False,
        "expiration_timestamp": "1795934800",
        "response_source": "user_action",
    }
    return message(
        "interactive",
        context={"from": "442079460018", "id": context} if context else None,
        interactive={"type": "call_permission_reply", "call_permission_reply": _changed(reply, changes)},
    )


def message_status(word: str = "delivered", **changes: Any) -> Json:
    """How a message of ours fares; Cloud API webhooks reference, *messages*, statuses."""
    whole = {
        "id": REQUEST_ID,
        "status": word,
        "timestamp": "1795329990",
        "recipient_id": CALLER_NUMBER,
        "recipient_user_id": CALLER_USER_ID,
        "conversation": {"id": "c1", "origin": {"type": "utility"}},
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "utility"},
        "biz_opaque_callback_data": "wish-1",
    }
    return _changed(whole, changes)


def messages(*items: Any, **changes: Any) -> Json:
    """The value of one change of the field ``messages``."""
    return value(calls=None, messages=list(items), **changes)


def news(*items: Any, **changes: Any) -> bytes:
    """A body with one change of the field ``messages`` that carries these."""
    return envelope(entry(change(messages(*items, **changes), field="messages")))


ACCOUNT_RESTRICTION: Json = {
    "phone_number": "442079460018",
    "event": "ACCOUNT_RESTRICTION",
    "restriction_info": [
        {
            "restriction_type": "RESTRICTED_BUSINESS_INITIATED_CALLING",
            "expiration": 1795939200,
            "remediation": "Raise pick-up and feedback quality",
        }
    ],
}
"""1.11."""
ACCOUNT_VIOLATION: Json = {
    "phone_number": "442079460018",
    "event": "ACCOUNT_VIOLATION",
    "violation_info": {"violation_type": "LOW_BUSINESS_INITIATED_CALLING_QUALITY", "remediation": "Call less"},
}
"""1.11."""
SETTINGS_UPDATE: Json = {
    "messaging_product": "whatsapp",
    "timestamp": "1795334400",
    "type": "phone_number_settings",
    "phone_number_settings": {
        "phone_number_id": PHONE_NUMBER_ID,
        "calling": {"status": "ENABLED", "call_icon_visibility": "DEFAULT", "callback_permission_status": "ENABLED"},
    },
}
"""1.11."""
TEMPLATE_UPDATE: Json = {
    "event": "REJECTED",
    "message_template_id": 1689556908129832,
    "message_template_name": "ask_call_v1",
    "message_template_language": "en_GB",
    "reason": "ABUSIVE_CONTENT",
}
"""Cloud API webhooks reference, *message_template_status_update*."""


def _changed(whole: Json, changes: Json) -> Json:
    renamed = {name.rstrip("_"): change for name, change in changes.items()}
    return {name: part for name, part in {**whole, **renamed}.items() if part is not None}
