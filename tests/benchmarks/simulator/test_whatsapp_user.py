"""What a person does with the app, and what Meta makes of it, over weeks (whatsapp-calling 1.10, 2.5, 3, 6.9)."""

import pytest

from benchmarks.simulator.payloads import Json, Shape, User
from benchmarks.simulator.permission_ledger import DAY_S, WEEK_S, RequestExpired
from benchmarks.simulator.whatsapp_user import ButtonExpired, WhatsAppUser
from tests.benchmarks.simulator.conftest import Stage
from tests.benchmarks.simulator.test_messages import ASK, button, interactive, send
from tests.benchmarks.simulator.test_outbound import dial, dialled


@pytest.fixture
async def user(stage: Stage) -> WhatsAppUser:
    """Somebody who has just written to a business that answers no calls."""
    stage.business.manners.never_accepts = True
    made = stage.cloud.user()
    made.write("Hello?")
    return made


async def replies(stage: Stage) -> list[Json]:
    """Every call_permission_reply so far."""
    await stage.cloud.settled()
    told = [message for message in stage.business.told("messages") if message["type"] == "interactive"]
    return [message["interactive"]["call_permission_reply"] | {"context": message.get("context")} for message in told]


async def status_of(stage: Stage) -> str:
    _, body = await stage.business.get("call_permissions", recipient=User().user_id)
    return str(body["permission"]["status"])


async def test_a_week_is_granted_and_expires_without_a_word(stage: Stage, user: WhatsAppUser) -> None:
    message_id = await send(stage, interactive(ASK))
    user.allow()
    expires_at = user.permission.expires_at
    assert expires_at is not None
    (reply,) = await replies(stage)
    assert reply == {
        "response": "accept",
        "is_permanent": False,
        "expiration_timestamp": str(int(expires_at)),
        "response_source": "user_action",
        "context": {"from": "442079460018", "id": message_id},
    }
    assert await status_of(stage) == "temporary"
    stage.clock.travel(WEEK_S)
    assert await status_of(stage) == "no_permission"
    assert (await dial(stage))[1]["error"]["code"] == 138006
    assert len(await replies(stage)) == 1, "Meta does not tell that a permission expires"


async def test_a_mind_can_be_changed_on_the_same_request(stage: Stage, user: WhatsAppUser) -> None:
    message_id = await send(stage, interactive(ASK))
    user.refuse()
    assert await status_of(stage) == "no_permission"
    stage.clock.travel(DAY_S)
    user.allow(for_good=True)
    assert await status_of(stage) == "permanent"
    refused, accepted = await replies(stage)
    assert (refused["response"], refused["is_permanent"]) == ("reject", False)
    assert (accepted["response"], accepted["is_permanent"]) == ("accept", True)
    assert "expiration_timestamp" not in accepted
    assert refused["context"]["id"] == accepted["context"]["id"] == message_id
    stage.clock.travel(WEEK_S)
    with pytest.raises(RequestExpired):
        user.refuse()


async def test_a_permission_is_granted_and_withdrawn_in_the_profile(stage: Stage, user: WhatsAppUser) -> None:
    user.grant()
    user.revoke()
    granted, revoked = await replies(stage)
    assert (granted["response"], granted["is_permanent"], granted["context"]) == ("accept", True, None)
    assert revoked["response"] == "reject"
    user.grant()
    user.revoke(told=False)
    assert len(await replies(stage)) == 3, "whether Meta tells of a revocation is not known"
    assert await status_of(stage) == "no_permission"


async def test_replies_come_in_every_shape(stage: Stage, user: WhatsAppUser) -> None:
    await send(stage, interactive(ASK))
    user.shape = Shape(numbers=False, contacts=False, integer_times=True, is_permanent=False)
    user.allow()
    (reply,) = await replies(stage)
    assert "is_permanent" not in reply, "older payloads do not tell"
    assert type(reply["expiration_timestamp"]) is int
    value = stage.business.values[-1]
    assert "contacts" not in value
    assert "from" not in value["messages"][0]


@pytest.mark.parametrize("enabled", [True, False])
async def test_a_call_of_the_user_brings_a_week_where_that_is_enabled(
    stage: Stage, user: WhatsAppUser, enabled: bool
) -> None:
    if enabled:
        stage.cloud.number.settings.change({"calling": {"callback_permission_status": "ENABLED"}})
    call = user.call()
    call.hang_up()
    found = await replies(stage)
    if not enabled:
        assert found == []
        return
    (reply,) = found
    assert (reply["response"], reply["response_source"]) == ("accept", "automatic")
    assert reply["context"]["id"] == call.call_id
    assert (await dial(stage))[0] == 200, "the business may call back"


async def test_four_missed_calls_withdraw_the_permission(stage: Stage, user: WhatsAppUser) -> None:
    user.permission.grant()
    user.will_decline(after=0)
    for missed in range(1, 5):
        call = await dialled(stage)
        await call.ended.wait(5)
        assert user.prompts == (missed >= 2), "two in a row, and the user is asked"
    (reply,) = await replies(stage)
    assert (reply["response"], reply["response_source"]) == ("reject", "automatic")
    assert (await dial(stage))[1]["error"]["code"] == 138006


async def test_an_answered_call_opens_the_window_and_frees_the_requests(stage: Stage, user: WhatsAppUser) -> None:
    await send(stage, interactive(ASK))
    user.allow()
    stage.clock.travel(2 * DAY_S)
    user.will_answer(after=0)
    call = await dialled(stage)
    await call.picked_up.wait(5)
    call.hang_up()
    await send(stage, interactive(ASK))
    await send(stage, interactive(button()))


async def test_weeks_of_asking_in_vain(stage: Stage, user: WhatsAppUser) -> None:
    """Answer No: again after 24 hours; twice in seven days: when the week is over."""
    sent = 0
    for day in range(21):
        stage.clock.travel(DAY_S if day else 0)
        user.write("Are you there?")
        status, _ = await stage.business.post("messages", **interactive(ASK))
        await stage.cloud.settled()
        if status == 200:
            sent += 1
            user.refuse()
        assert (status == 200) == (day % 7 in (0, 1)), f"day {day}"
    assert sent == 6


async def test_a_call_button_calls_with_its_payload_until_it_expires(stage: Stage, user: WhatsAppUser) -> None:
    await send(stage, interactive(button(payload="order-5521", ttl_minutes=120)))
    call = user.press_call_button()
    call.hang_up()
    await stage.cloud.settled()
    connect, terminate = [told for told in stage.business.told("calls") if told["id"] == call.call_id]
    assert connect["cta_payload"] == terminate["cta_payload"] == "order-5521"
    stage.clock.travel(119 * 60)
    user.press_call_button().hang_up()
    stage.clock.travel(60)
    with pytest.raises(ButtonExpired):
        user.press_call_button()


async def test_a_deep_link_calls_with_its_payload(stage: Stage, user: WhatsAppUser) -> None:
    call = user.follow_deep_link("https://wa.me/call/442079460018?biz_payload=src%3Dposter-7")
    await stage.cloud.settled()
    assert stage.business.told("calls")[0]["deeplink_payload"] == "src=poster-7"
    call.hang_up()
    bare = user.follow_deep_link("https://wa.me/call/442079460018")
    await stage.cloud.settled()
    assert "deeplink_payload" not in stage.business.told("calls")[-1]
    bare.hang_up()


async def test_what_the_user_writes_reaches_the_business(stage: Stage, user: WhatsAppUser) -> None:
    await stage.cloud.settled()
    (message,) = stage.business.told("messages")
    assert (message["type"], message["text"]["body"], message["from"]) == ("text", "Hello?", User().number)


async def test_a_phone_that_is_off_does_not_ring(stage: Stage, user: WhatsAppUser) -> None:
    user.permission.grant()
    user.go_offline()
    call = await dialled(stage)
    await stage.business.wait_for_event("connect")
    await stage.business.act("terminate", call.call_id)
    assert call.rang.at is None
    user.come_online()
    call = await dialled(stage)
    await call.rang.wait(5)
