"""The account's templates: pages, filters, states, and every way of filling them wrongly (whatsapp-calling 2.5)."""

import pytest

from benchmarks.simulator.message_request import CallButton, PermissionQuestion, TemplateUse, Text
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.templates import Template, Templates

ADDRESS = "http://graph/v26.0/7/message_templates"
BODY: Json = {"type": "BODY", "text": "Hello {{1}}, may we call you about case {{2}}?"}
ASK: Json = {"type": "call_permission_request"}
BUTTON: Json = {"type": "BUTTONS", "buttons": [{"type": "voice_call", "text": "Call us", "ttl_minutes": 10_080}]}


@pytest.fixture
def templates() -> Templates:
    made = Templates()
    made.add("ask_call_v1", BODY, {"type": "FOOTER", "text": "Acme Ltd"}, ASK)
    made.add("ask_call_v1", {"type": "BODY", "text": "お電話してもよろしいですか"}, ASK, language="ja")
    made.add("call_button", {"type": "BODY", "text": "Talk to us"}, BUTTON, category="MARKETING")
    link = {"type": "url", "text": "Order", "url": "https://example.com/{{1}}"}
    made.add("link", {"type": "BODY", "text": "Your order"}, {"type": "BUTTONS", "buttons": [link]})
    made.add("by_name", {"type": "BODY", "text": "Hello {{first_name}}"})
    return made


def positional(*texts: str) -> Json:
    return {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}


def button(*parameters: Json, index: str = "0", sub_type: str = "voice_call") -> Json:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": list(parameters)}


def names(templates: Templates, **query: str) -> list[str]:
    return [item["name"] for item in templates.page(query, ADDRESS)["data"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["ask_call_v1", "ask_call_v1", "call_button", "link", "by_name"]),
        ({"name": "ASK"}, ["ask_call_v1", "ask_call_v1"]),
        ({"name": "ask", "language": "ja"}, ["ask_call_v1"]),
        ({"content": "acme"}, ["ask_call_v1"]),
        ({"name_or_content": "talk"}, ["call_button"]),
        ({"category": "MARKETING"}, ["call_button"]),
        ({"status": "PAUSED"}, []),
    ],
)
def test_filters_narrow_the_list(templates: Templates, query: dict[str, str], found: list[str]) -> None:
    assert names(templates, **query) == found


def test_pages_are_followed_by_their_cursor(templates: Templates) -> None:
    first = templates.page({"limit": "3"}, ADDRESS)
    assert len(first["data"]) == 3
    assert first["paging"]["next"].startswith(f"{ADDRESS}?limit=3&after=")
    second = templates.page({"limit": "3", "after": first["paging"]["cursors"]["after"]}, ADDRESS)
    assert [item["name"] for item in second["data"]] == ["link", "by_name"]
    assert "next" not in second["paging"], "there is no third page"


def test_only_the_fields_asked_for_are_shown(templates: Templates) -> None:
    (found,) = templates.page({"name": "by_name", "fields": "name,status"}, ADDRESS)["data"]
    assert set(found) == {"id", "name", "status"}
    (whole,) = templates.page({"name": "by_name"}, ADDRESS)["data"]
    assert whole["parameter_format"] == "NAMED"


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "all"}, {"after": "x"}, {"status": "GOOD"}, {"category": "X"}, {"fields": "x"}]
)
def test_a_query_that_makes_no_sense_is_refused(templates: Templates, query: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        templates.page(query, ADDRESS)
    assert refused.value.code == 100


def test_a_template_says_what_its_reader_gets(templates: Templates) -> None:
    ask = templates.fill(TemplateUse("ask_call_v1", "en_GB", (positional("Noor", "4711"),)))
    assert ask == PermissionQuestion("Hello Noor, may we call you about case 4711?")
    link = button({"type": "text", "text": "7"}, sub_type="url")
    assert templates.fill(TemplateUse("link", "en_GB", (link,))) == Text("Your order")
    named = {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Noor"}]}
    assert templates.fill(TemplateUse("by_name", "en_GB", (named,))) == Text("Hello Noor")
    plain = templates.fill(TemplateUse("call_button", "en_GB", ()))
    assert plain == CallButton("Talk to us", "Call us", 10_080, None)
    set_up = button({"type": "ttl_minutes", "ttl_minutes": 2880}, {"type": "payload", "payload": "order-5521"})
    chosen = templates.fill(TemplateUse("call_button", "en_GB", (set_up,)))
    assert chosen == CallButton("Talk to us", "Call us", 2880, "order-5521")


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (TemplateUse("unknown", "en_GB", ()), 132001),
        (TemplateUse("ask_call_v1", "fr", ()), 132001),
        (TemplateUse("ask_call_v1", "en_GB", ()), 132000),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor"),)), 132000),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor", ""),)), 132012),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor", "x" * 1024),)), 132005),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor", "4711"), {"type": "call_permission_request"})), 100),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor", "4711"),) * 2), 100),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor", "two\nlines"),)), 100),
        (TemplateUse("ask_call_v1", "en_GB", (positional("Noor", "far     apart"),)), 100),
        (TemplateUse("link", "en_GB", ()), 132000),
        (TemplateUse("link", "en_GB", (button({"type": "text", "text": "7"}),)), 132012),
        (TemplateUse("by_name", "en_GB", (positional("Noor"),)), 132012),
        (TemplateUse("call_button", "en_GB", (button(sub_type="url"),)), 132012),
        (TemplateUse("call_button", "en_GB", (button(index="1"),)), 132012),
        (TemplateUse("call_button", "en_GB", (button({"type": "text", "text": "x"}),)), 132012),
        (TemplateUse("call_button", "en_GB", (button({"type": "ttl_minutes", "ttl_minutes": 1439}),)), 131009),
        (TemplateUse("call_button", "en_GB", (button({"type": "ttl_minutes", "ttl_minutes": 43_201}),)), 131009),
        (TemplateUse("call_button", "en_GB", (button({"type": "payload", "payload": "x" * 513}),)), 131009),
    ],
)
def test_a_wrong_use_is_refused(templates: Templates, use: TemplateUse, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        templates.fill(use)
    assert refused.value.code == code, refused.value.details


@pytest.mark.parametrize(
    ("status", "code"), [("PENDING", 132001), ("REJECTED", 132001), ("PAUSED", 132015), ("DISABLED", 132016)]
)
def test_only_an_approved_template_can_be_sent(templates: Templates, status: str, code: int) -> None:
    made: Template = templates.add("new", {"type": "BODY", "text": "Hello"})
    templates.set_status(made, status)
    assert names(templates, status=status) == ["new"]
    with pytest.raises(Refusal) as refused:
        templates.fill(TemplateUse("new", "en_GB", ()))
    assert refused.value.code == code
