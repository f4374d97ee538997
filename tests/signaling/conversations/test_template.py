"""Templates: Meta's JSON becomes one, its variables are filled, it is found, and it is sent as Meta wants it."""

import json
from typing import Any

import pytest

from signaling.calls.events import Caller
from signaling.conversations.template import Template, matching, preview
from signaling.whatsapp import message_bodies
from signaling.whatsapp.templates import read_page

ASK = {
    "id": "594425479261596",
    "name": "ask_call_v1",
    "language": "en_GB",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Case {{1}}", "example": {"header_text": ["4711"]}},
        {
            "type": "BODY",
            "text": "Hello {{1}}, may we call you about case {{2}}?",
            "example": {"body_text": [["Noor", "4711"]]},
        },
        {"type": "FOOTER", "text": "Acme Ltd"},
        {"type": "call_permission_request"},
    ],
}
BUTTON = {
    "name": "phone_us",
    "language": "ja",
    "status": "APPROVED",
    "category": "MARKETING",
    "parameter_format": "NAMED",
    "components": [
        {
            "type": "BODY",
            "text": "{{customer}}様、お電話ください。",
            "example": {"body_text_named_params": [{"param_name": "customer", "example": "Sato"}]},
        },
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "URL", "text": "Look", "url": "https://example.org/{{1}}"},
                {"type": "voice_call", "text": "Call us", "ttl_minutes": 10080},
            ],
        },
    ],
}


def page(*templates: Any, **around: Any) -> bytes:
    return json.dumps({"data": templates, **around}).encode()


def read(*templates: Any) -> tuple[Template, ...]:
    found = read_page(page(*templates))
    assert found is not None, "Meta's list is not read"
    return found.templates


def test_a_positional_template() -> None:
    (ask,) = read(ASK)
    assert (ask.asks_permission, ask.named, ask.unusable, ask.call_button) == (True, False, None, None), "misread"
    assert [(one.key, one.example) for one in ask.variables] == [
        ("header.1", "4711"),
        ("1", "Noor"),
        ("2", "4711"),
    ], "a variable or an example is lost"
    shown = preview(ask, {"1": "Noor", "header.1": "4711"})
    assert (shown.header, shown.body, shown.footer) == (
        "Case 4711",
        "Hello Noor, may we call you about case {{2}}?",
        "Acme Ltd",
    ), "the customer will read something else"
    assert shown.missing == ("2",), "a template would be sent with holes in it"
    assert preview(ask, {"1": " ", "2": "x", "header.1": "y"}).missing == ("1",), "a blank fills a hole"


def test_a_named_template_with_buttons() -> None:
    (button,) = read(BUTTON)
    assert button.call_button is not None, "the call button is lost"
    assert button.call_button.ttl_minutes == 10080, "the time of the button is lost"
    assert [one.key for one in button.variables] == ["customer", "button.0"], "a variable is lost"
    shown = preview(button, {"customer": "佐藤", "button.0": "x"})
    assert (shown.body, shown.buttons, shown.missing) == ("佐藤様、お電話ください。", ("Look", "Call us"), ()), (
        "misfilled"
    )


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a     b"])
def test_values_that_meta_refuses_are_told_before(value: str) -> None:
    (ask,) = read(ASK)
    assert preview(ask, {"1": value, "2": "x", "header.1": "y"}).problems, "Meta would refuse it with a bare code"
    assert preview(ask, {"1": "x" * 1024, "2": "x", "header.1": "y"}).problems, "too long a text is not told"


def test_bodies_are_metas() -> None:
    """whatsapp-calling 2.5."""
    ask, button = read(ASK, BUTTON)
    noor = Caller(user_id="GB.1", number="447700900123")
    sent = message_bodies.template(noor, "wish-1", ask, {"1": "Noor", "2": "4711", "header.1": "4711"})
    assert sent == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "447700900123",
        "biz_opaque_callback_data": "wish-1",
        "type": "template",
        "template": {
            "name": "ask_call_v1",
            "language": {"code": "en_GB"},
            "components": [
                {"type": "header", "parameters": [{"type": "text", "text": "4711"}]},
                {"type": "body", "parameters": [{"type": "text", "text": "Noor"}, {"type": "text", "text": "4711"}]},
            ],
        },
    }, "Meta would refuse the template"
    sent = message_bodies.template(
        Caller(user_id="GB.1"), "k", button, {"customer": "佐藤", "button.0": "x"}, ttl_minutes=2880, payload="order-1"
    )
    assert (sent["recipient"], "to" in sent) == ("GB.1", False), "a user without a number is not reached (#104)"
    assert sent["template"]["components"] == [
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "customer", "text": "佐藤"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "x"}]},
        {
            "type": "button",
            "sub_type": "voice_call",
            "index": "1",
            "parameters": [{"type": "ttl_minutes", "ttl_minutes": 2880}, {"type": "payload", "payload": "order-1"}],
        },
    ], "Meta would refuse the template, or the call would not bring its payload"


def test_templates_are_found() -> None:
    listed = read(ASK, BUTTON, {**ASK, "name": "old_ask", "status": "PAUSED"})
    assert [one.name for one in matching(listed)] == ["ask_call_v1", "phone_us", "old_ask"], "what cannot be sent leads"
    assert [one.name for one in matching(listed, "CASE  about")] == ["ask_call_v1", "old_ask"], "not found by its text"
    assert [one.name for one in matching(listed, "phone us")] == ["phone_us"], "not found by its name"
    assert matching(listed, "nothing like it") == [], "found by what it does not hold"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "REJECTED"}, "REJECTED"),
        ({"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "x"}]}, "image"),
    ],
)
def test_what_cannot_be_sent_says_why(change: dict[str, Any], why: str) -> None:
    (template,) = read({**ASK, **change})
    assert template.unusable is not None, "Meta would refuse it"
    assert why in template.unusable, "nobody knows why"


@pytest.mark.parametrize(
    "broken", [None, 5, [], {}, {"name": "x"}, {**ASK, "components": None}, {**ASK, "language": 5}]
)
def test_a_broken_template_spoils_no_list(broken: object) -> None:
    assert [one.name for one in read(broken, ASK)] == ["ask_call_v1"], "one strange template hides all others"


def test_pages() -> None:
    cursors = {"cursors": {"before": "a", "after": "b"}}
    more = read_page(page(ASK, paging={**cursors, "next": "https://graph.facebook.com/…"}))
    last = read_page(page(ASK, paging=cursors))
    assert more is not None, "Meta's list is not read"
    assert more.after == "b", "the second page is never read"
    assert last is not None, "Meta's list is not read"
    assert last.after is None, "the last page is read for ever"
    for raw in (b"", b"[]", b'{"error":{"code":190}}', b'{"data":5}'):
        assert read_page(raw) is None, "an error looks like an empty list"
