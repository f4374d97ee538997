"""Messages of the business, as Meta takes, refuses and reports them (whatsapp-calling 2.4, 2.5, 3.2)."""

import pytest

from benchmarks.simulator.graph import Fault
from benchmarks.simulator.message_request import CallButton, PermissionQuestion, Text
from benchmarks.simulator.number import Standing
from benchmarks.simulator.payloads import Business, Json, Shape, User
from benchmarks.simulator.permission_ledger import DAY_S
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.whatsapp_user import WhatsAppUser
from tests.benchmarks.simulator.conftest import MakeStage, Stage

TO = User().number
ASK: Json = {
    "type": "call_permission_request",
    "action": {"name": "call_permission_request"},
    "body": {"text": "May we phone you about your order?"},
}


def button(**parameters: object) -> Json:
    return {
        "type": "voice_call",
        "body": {"text": "Talk to us now"},
        "action": {"name": "voice_call", "parameters": parameters},
    }


def interactive(content: Json) -> Json:
    return {"recipient_type": "individual", "to": TO, "type": "interactive", "interactive": content}


def template(name: str, *components: Json) -> Json:
    filled = {"name": name, "language": {"code": "en_GB"}, "components": list(components)}
    return {"to": TO, "type": "template", "template": filled}


async def send(stage: Stage, body: Json) -> str:
    """A message that Meta takes; its id."""
    status, answer = await stage.business.post("messages", **body)
    assert status == 200, answer
    await stage.cloud.settled()
    return str(answer["messages"][0]["id"])


async def refused(stage: Stage, body: Json) -> tuple[int, int]:
    status, answer = await stage.business.post("messages", **body)
    assert answer["error"]["error_data"]["details"], "Meta says why"
    return status, answer["error"]["code"]


def statuses(stage: Stage, message_id: str) -> list[str]:
    return [event for event, about in stage.business.events if about == message_id]


@pytest.fixture
async def user(stage: Stage) -> WhatsAppUser:
    """Somebody who has just written to the business."""
    made = stage.cloud.user()
    made.write("Hello?")
    return made


async def test_a_permission_request_is_answered_taken_and_told_of(stage: Stage, user: WhatsAppUser) -> None:
    status, answer = await stage.business.post("messages", **interactive(ASK), biz_opaque_callback_data="case-7")
    assert status == 200
    assert answer["contacts"] == [{"input": TO, "wa_id": TO, "user_id": User().user_id}]
    await stage.cloud.settled()
    (message,) = user.chat.messages
    assert message.content == PermissionQuestion("May we phone you about your order?")
    user.read()
    await stage.cloud.settled()
    assert statuses(stage, message.message_id) == ["sent", "delivered", "read"]
    told = stage.business.told("statuses")
    assert {status["biz_opaque_callback_data"] for status in told} == {"case-7"}
    assert all("type" not in status for status in told), "only statuses of calls carry a type"


async def test_the_body_of_a_permission_request_may_be_missing(stage: Stage, user: WhatsAppUser) -> None:
    await send(stage, interactive({key: ASK[key] for key in ("type", "action")}))
    assert user.chat.messages[0].content == PermissionQuestion(None)


async def test_free_form_needs_an_open_window(stage: Stage) -> None:
    user = stage.cloud.user()
    for body in (interactive(ASK), interactive(button()), {"to": TO, "type": "text", "text": {"body": "Hi"}}):
        assert await refused(stage, body) == (400, 131047)
    user.write("Hello?")
    await send(stage, interactive(button()))
    stage.clock.travel(DAY_S - 60)
    await send(stage, interactive(button()))
    stage.clock.travel(61)
    assert await refused(stage, interactive(button())) == (400, 131047), "24 hours are over"


async def test_a_closed_window_can_also_fail_later(make_stage: MakeStage) -> None:
    stage = await make_stage(standing=Standing(closed_window_fails_later=True))
    stage.cloud.user()
    message_id = await send(stage, interactive(button()))
    assert statuses(stage, message_id) == ["failed"]
    assert stage.business.told("statuses")[0]["errors"][0]["code"] == 131047


async def test_a_call_of_the_user_opens_the_window(stage: Stage) -> None:
    stage.business.manners.never_accepts = True
    stage.cloud.user().call().hang_up()
    await send(stage, interactive(ASK))


@pytest.mark.parametrize("by_template", [False, True])
async def test_requests_share_one_limit_whatever_carries_them(
    stage: Stage, user: WhatsAppUser, by_template: bool
) -> None:
    stage.cloud.templates.add("ask", {"type": "BODY", "text": "May we?"}, {"type": "call_permission_request"})
    await send(stage, interactive(ASK))
    assert await refused(stage, template("ask") if by_template else interactive(ASK)) == (400, 138009)
    stage.clock.travel(DAY_S)
    await send(stage, template("ask"))
    assert [type(message.content) for message in user.chat.messages] == [PermissionQuestion] * 2


async def test_a_permanent_permission_cannot_be_asked_for(stage: Stage, user: WhatsAppUser) -> None:
    user.grant()
    assert await refused(stage, interactive(ASK)) == (400, 138017)


async def test_a_request_may_not_begin_a_conversation_where_meta_says_so(make_stage: MakeStage) -> None:
    stage = await make_stage(standing=Standing(requests_need_a_conversation=True))
    stage.cloud.templates.add("ask", {"type": "BODY", "text": "May we?"}, {"type": "call_permission_request"})
    stage.cloud.templates.add("hello", {"type": "BODY", "text": "Hello"})
    stage.cloud.user()
    assert await refused(stage, template("ask")) == (400, 138011)
    await send(stage, template("hello"))
    await send(stage, template("ask"))


async def test_a_number_that_may_not_call_may_not_ask(make_stage: MakeStage) -> None:
    stage = await make_stage(business=Business(display_phone_number="14155550123"))
    stage.cloud.user().write("Hello?")
    assert await refused(stage, interactive(ASK)) == (400, 138013)
    await send(stage, interactive(button()))
    stage.cloud.number.settings.change({"calling": {"status": "DISABLED"}})
    assert await refused(stage, interactive(button())) == (401, 138000)


async def test_a_call_button_comes_with_metas_defaults(stage: Stage, user: WhatsAppUser) -> None:
    await send(stage, interactive(button()))
    assert user.chat.messages[0].content == CallButton("Talk to us now", "Call Now", 10_080, None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (button(display_text="x" * 21), 131009),
        (button(display_text=""), 131009),
        (button(ttl_minutes=0), 131009),
        (button(ttl_minutes=43_201), 131009),
        (button(ttl_minutes="120"), 131009),
        (button(ttl_minutes=True), 131009),
        (button(payload="x" * 513), 131009),
        (button(colour="red"), 100),
        (button() | {"footer": {"text": "x"}}, 100),
        (button() | {"body": {"text": ""}}, 100),
        (button() | {"body": {"text": "x" * 1025}}, 131009),
        ({"type": "voice_call", "action": {"name": "voice_call"}}, 100),
        (button() | {"action": {"name": "call"}}, 131009),
        (ASK | {"header": {"type": "text", "text": "x"}}, 100),
        (ASK | {"action": {"name": "call_permission_request", "parameters": {}}}, 100),
        (ASK | {"action": None}, 100),
        (ASK | {"type": "button"}, 100),
    ],
)
async def test_wrong_content_is_refused(stage: Stage, user: WhatsAppUser, content: Json, code: int) -> None:
    assert await refused(stage, interactive(content)) == (400, code)
    assert user.chat.messages == [], "a refused message was sent"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"recipient_type": "group"}, 100),
        ({"to": "+44 7700"}, 100),
        ({"to": None}, 100),
        ({"type": "sticker"}, 100),
        ({"type": ["interactive"]}, 100),
        ({"interactive": [ASK]}, 100),
        ({"text": {"body": "Hi"}}, 100),
        ({"biz_opaque_callback_data": 7}, 100),
    ],
)
async def test_a_wrong_body_is_refused(stage: Stage, user: WhatsAppUser, changes: Json, code: int) -> None:
    assert await refused(stage, {"messaging_product": "whatsapp"} | interactive(ASK) | changes) == (400, code)
    assert user.chat.messages == []


async def test_text_is_free_form_too(stage: Stage, user: WhatsAppUser) -> None:
    await send(stage, {"to": TO, "type": "text", "text": {"body": "We are here."}})
    assert user.chat.messages[0].content == Text("We are here.")


async def test_an_app_too_old_for_call_buttons_fails_by_status(stage: Stage, user: WhatsAppUser) -> None:
    user.old_app = True
    message_id = await send(stage, interactive(button()))
    assert statuses(stage, message_id) == ["sent", "failed"]
    assert stage.business.told("statuses")[-1]["errors"][0]["code"] == 131026


async def test_what_is_sent_to_nobody_fails_by_status(stage: Stage) -> None:
    stage.cloud.templates.add("hello", {"type": "BODY", "text": "Hello"})
    message_id = await send(stage, template("hello") | {"to": "447700900999"})
    assert statuses(stage, message_id) == ["failed"]
    (status,) = stage.business.told("statuses")
    assert (status["recipient_id"], status["errors"][0]["code"]) == ("447700900999", 131026)


async def test_a_phone_that_is_off_gets_its_messages_later(stage: Stage, user: WhatsAppUser) -> None:
    user.go_offline()
    message_id = await send(stage, interactive(ASK))
    assert statuses(stage, message_id) == ["sent"]
    user.come_online()
    await stage.cloud.settled()
    assert statuses(stage, message_id) == ["sent", "delivered"]


async def test_a_user_known_by_id_alone(stage: Stage, user: WhatsAppUser) -> None:
    user.shape = Shape(numbers=False, integer_times=True)
    body = interactive(ASK) | {"recipient": User().user_id}
    del body["to"]
    status, answer = await stage.business.post("messages", **body)
    assert (status, answer["contacts"]) == (200, [{"input": User().user_id, "user_id": User().user_id}])
    await stage.cloud.settled()
    assert all("recipient_id" not in item for item in stage.business.told("statuses"))


async def test_templates_are_listed_over_http(stage: Stage) -> None:
    for name in ("one", "two"):
        stage.cloud.templates.add(name, {"type": "BODY", "text": "Hello"})
    account = Business().account_id
    status, body = await stage.business.get("message_templates", account, limit="1")
    assert (status, [item["name"] for item in body["data"]]) == (200, ["one"])
    after = body["paging"]["cursors"]["after"]
    assert f"/v26.0/{account}/message_templates?limit=1&after=" in body["paging"]["next"]
    _, body = await stage.business.get("message_templates", account, limit="1", after=after)
    assert [item["name"] for item in body["data"]] == ["two"]
    status, _ = await stage.business.get("message_templates")
    assert status == 400, "templates belong to the account, not to the number"


async def test_a_template_that_is_paused_is_told_of(stage: Stage) -> None:
    made = stage.cloud.templates.add("hello", {"type": "BODY", "text": "Hello"})
    stage.cloud.judge_template(made, "PAUSED")
    await stage.cloud.settled()
    assert stage.business.values[-1]["event"] == "PAUSED"
    assert stage.business.values[-1]["message_template_name"] == "hello"
    assert await refused(stage, template("hello")) == (400, 132015)


async def test_a_fault_can_strike_messages(stage: Stage, user: WhatsAppUser) -> None:
    stage.cloud.disturb(Fault(action="messages", refusal=Refusal(131056, "slow down", status=429)))
    assert await refused(stage, interactive(ASK)) == (429, 131056)
    await send(stage, interactive(ASK))
    assert stage.cloud.requests == [("messages", 429), ("messages", 200)]
