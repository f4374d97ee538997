"""The conversation panel in a real Chromium, with a real server and customers of the simulated WhatsApp."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from benchmarks.simulator.message_request import CallButton, PermissionQuestion
from benchmarks.simulator.payloads import User
from benchmarks.simulator.whatsapp_user import WhatsAppUser
from signaling.agents.tokens import Role
from signaling.pause import pause
from tests.interop.conftest import NewPage
from tests.support.rest_client import RestClient
from tests.support.stage import Stage, staged, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PNID = "445566778899001"
OTHER = "445566778899002"
NUMBERS = {
    "numbers": [
        {"phone_number_id": PNID, "number": "442079460018", "name": "Support"},
        {"phone_number_id": OTHER, "number": "442079460019", "name": "Old line", "calls": False},
    ]
}
ASK: tuple[dict[str, Any], ...] = (
    {"type": "BODY", "text": "Hello {{1}}, may we call you about case {{2}}?"},
    {"type": "call_permission_request"},
)
DAY_S = 86_400.0


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A site with one number that calls, one that does not, and a template that asks for permission."""
    async with staged(tmp_path, tables=NUMBERS) as stage:
        stage.cloud.templates.add("ask_call_v1", *ASK)
        stage.cloud.templates.add("news", {"type": "BODY", "text": "We have news."}, ASK[1])
        yield stage


async def desk_of(stage: Stage, new_page: NewPage, **options: Any) -> Page:
    """An agent's page, signed in."""
    url = f"{stage.address}/#token={stage.token('ann')}"
    page = await new_page(url, **({"locale": "en-GB", "viewport": {"width": 1500, "height": 950}} | options))
    await expect(page.get_by_test_id("plus")).to_be_visible()
    return page


async def opened(stage: Stage, new_page: NewPage) -> tuple[Page, WhatsAppUser]:
    """A customer has written, and the agent has opened the conversation."""
    user = stage.user()
    user.write("Where is my order?")
    client = RestClient(stage)
    for _ in range(100):
        if (await client.must("GET", "/conversations"))["conversations"]:
            break
        await pause(0.05)
    page = await desk_of(stage, new_page)
    await page.get_by_test_id("list").locator("button").click()
    await expect(page.get_by_test_id("entries")).to_contain_text("Where is my order?")
    await expect(page.get_by_test_id("permission-words")).to_contain_text("not allowed calls yet")
    return page, user


async def asked(page: Page) -> None:
    """The agent asks for permission by template, from the open conversation."""
    await page.get_by_test_id("ask").click()
    await page.get_by_test_id("template-search").fill("case")
    await page.get_by_test_id("template-list").get_by_role("button", name="ask_call_v1").click()
    await page.get_by_label("Value 1").fill("Noor")
    await page.get_by_label("Value 2").fill("4711")
    await expect(page.get_by_test_id("preview-body")).to_have_text("Hello Noor, may we call you about case 4711?")
    await page.get_by_test_id("ask-send").click()
    await expect(page.get_by_test_id("entries")).to_contain_text("Delivered")
    await expect(page.get_by_test_id("permission-words")).to_contain_text("Waiting for the answer")


async def a_day_passes(stage: Stage, page: Page) -> None:
    """The agent comes back on the next morning, with a new sign-in link."""
    stage.clock.travel(DAY_S)
    await page.goto(f"{stage.address}/#token={stage.token('ann')}")
    await page.reload()


async def test_call_is_enabled_the_moment_the_customer_says_yes(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    call, ask = page.get_by_test_id("call"), page.get_by_test_id("ask")
    await expect(call).to_have_attribute("aria-disabled", "true")
    await asked(page)
    assert [m.content for m in user.chat.messages if isinstance(m.content, PermissionQuestion)], "nobody was asked"
    await expect(ask).to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_test_id("request-words")).to_contain_text("asked already")
    await expect(page.get_by_test_id("request-until")).to_have_text(re.compile(r"possible in 23:5\d:\d\d"))
    await page.get_by_test_id("write-ask").click()
    await expect(page.get_by_test_id("asked-already")).to_contain_text("already made at")

    user.allow()
    await expect(call).to_have_attribute("aria-disabled", "false")
    await expect(page.get_by_test_id("permission-words")).to_have_text("The customer allows calls.")
    await expect(page.get_by_test_id("permission-answer")).to_contain_text("said yes")

    user.will_answer(after=0.3)
    await call.click()
    await expect(page.get_by_test_id("timer")).to_be_visible()
    assert user.calls, "the customer's phone did not ring"
    await expect(call).to_have_attribute("aria-disabled", "true")
    await page.get_by_test_id("hang-up").click()
    await expect(page.get_by_test_id("ended")).to_be_visible()
    await expect(page.get_by_test_id("entries")).to_contain_text("Outgoing call")


async def test_a_no_says_when_the_next_request_is_possible(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    await asked(page)
    user.refuse()
    await expect(page.get_by_test_id("permission-words")).to_have_text("The customer does not want calls.")
    await expect(page.get_by_test_id("permission-answer")).to_contain_text("said no")
    await expect(page.get_by_test_id("request-until")).to_contain_text("next request is possible in 23:5")
    await expect(page.get_by_test_id("call")).to_have_attribute("aria-disabled", "true")
    await a_day_passes(stage, page)
    await expect(page.get_by_test_id("ask")).to_have_attribute("aria-disabled", "false")


async def test_a_call_that_is_declined_is_said_and_can_be_tried_again(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    user.grant()
    user.will_decline(after=0.2)
    await expect(page.get_by_test_id("call")).to_have_attribute("aria-disabled", "false")
    await page.get_by_test_id("call").click()
    await expect(page.get_by_test_id("outcome")).to_have_text("The customer declined the call.")
    await expect(page.get_by_test_id("entries")).to_contain_text("Outgoing call, declined")
    user.will_answer(after=0.2)
    await page.get_by_test_id("entries").get_by_role("button", name="Call back").click()
    await expect(page.get_by_test_id("timer")).to_be_visible()
    await page.get_by_test_id("hang-up").click()
    await expect(page.get_by_test_id("ended")).to_be_visible()


async def test_a_new_number_is_formatted_asked_and_then_called(stage: Stage, new_page: NewPage) -> None:
    """The whole of the panel for a new call, from the plus button on."""
    user = stage.user(User(user_id="JP.7", number="81312345678", name="Yuki Mori"))
    page = await desk_of(stage, new_page)
    await page.get_by_test_id("plus").click()
    await page.get_by_test_id("to").press_sequentially("+81312")
    await expect(page.get_by_test_id("to-words")).to_contain_text("not a whole number yet")
    await page.get_by_test_id("to").press_sequentially("345678")
    await expect(page.get_by_test_id("to-list").get_by_role("option")).to_contain_text("+81 3-1234-5678")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("to")).to_have_value("+81 3-1234-5678")
    await expect(page.get_by_test_id("to-words")).to_have_text("Japan")
    await expect(page.get_by_test_id("permission-words")).to_contain_text("not allowed calls yet")
    await page.get_by_label("Topic").fill("Delivery of today")
    await page.get_by_test_id("template-list").get_by_role("button", name="news").click()
    await page.reload()
    await expect(page.get_by_test_id("to")).to_have_value("+81 3-1234-5678")
    await expect(page.get_by_label("Topic")).to_have_value("Delivery of today")
    await expect(page.get_by_test_id("preview-body")).to_have_text("We have news.")

    await page.get_by_test_id("from").select_option(OTHER)
    await expect(page.get_by_test_id("from-words")).to_contain_text("configured not to take part in calls")
    await expect(page.get_by_test_id("ask-send")).to_have_attribute("aria-disabled", "true")
    await page.get_by_test_id("from").select_option(PNID)
    await page.get_by_test_id("ask-send").click()
    await expect(page.get_by_test_id("thread")).to_contain_text("We have news.")
    await expect(page.get_by_test_id("list")).to_contain_text("Delivery of today")
    user.allow()
    await expect(page.get_by_test_id("call")).to_have_attribute("aria-disabled", "false")


async def test_a_conversation_that_exists_is_offered_instead(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    await page.get_by_test_id("plus").click()
    await page.get_by_test_id("to").press_sequentially((user.identity.name or "")[:4])
    await page.get_by_test_id("to-list").get_by_role("option").click()
    await expect(page.get_by_test_id("exists")).to_contain_text("There is a conversation already")
    await page.get_by_test_id("open-existing").click()
    await expect(page.get_by_test_id("thread-name")).to_have_text(user.identity.name or "")


async def test_a_draft_survives_a_reload_and_its_button_rings_with_its_payload(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    await page.get_by_test_id("write-button").click()
    await page.get_by_test_id("body").fill("Talk to us")
    await page.get_by_test_id("label").fill("A label that is far too long")
    await expect(page.get_by_test_id("button-form")).to_contain_text("28 / 20")
    await expect(page.get_by_test_id("button-send")).to_have_attribute("aria-disabled", "true")
    await page.get_by_test_id("payload").fill("order-5521")
    await page.reload()
    await page.get_by_test_id("write-button").click()
    await expect(page.get_by_test_id("body")).to_have_value("Talk to us")
    await expect(page.get_by_test_id("payload")).to_have_value("order-5521")
    await page.get_by_test_id("label").fill("Call us")
    await expect(page.get_by_test_id("draft-state")).to_have_text("Draft saved")
    await page.get_by_test_id("button-send").click()
    await expect(page.get_by_test_id("entries")).to_contain_text("Delivered")
    await expect(page.get_by_test_id("body")).to_have_value("")
    assert [m.content.label for m in user.chat.messages if isinstance(m.content, CallButton)] == ["Call us"]

    await page.get_by_test_id("presence-toggle").click()
    call = user.press_call_button()
    await expect(page.get_by_test_id("popup")).to_contain_text("order-5521")
    await page.get_by_test_id("reject").click()
    call.hang_up()
    await until(call.ended)
    await expect(page.get_by_test_id("entries")).to_contain_text("Missed call")


async def test_whoever_rings_is_shown_with_earlier_notes(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    await page.get_by_test_id("note-text").fill("Wants a refund")
    await page.reload()
    await expect(page.get_by_test_id("note-text")).to_have_value("Wants a refund")
    await page.get_by_test_id("note-save").click()
    await expect(page.get_by_test_id("entries")).to_contain_text("Wants a refund")
    await page.get_by_test_id("entries").get_by_role("button", name="Edit").click()
    await page.get_by_test_id("note-text").fill("Wants a refund of 20")
    await page.get_by_test_id("note-save").click()
    await expect(page.get_by_test_id("entries")).to_contain_text("refund of 20")
    await page.get_by_test_id("plus").click()
    await page.get_by_test_id("presence-toggle").click()
    call = user.call()
    await expect(page.get_by_test_id("popup")).to_be_visible()
    await expect(page.get_by_test_id("entries")).to_contain_text("refund of 20")
    call.hang_up()
    await until(call.ended)


async def test_107_what_meta_refuses_is_said_with_what_to_do(stage: Stage, new_page: NewPage) -> None:
    page, user = await opened(stage, new_page)
    user.old_app = True
    await page.get_by_test_id("write-button").click()
    await page.get_by_test_id("body").fill("Talk to us")
    await page.get_by_test_id("label").fill("Call us")
    await page.get_by_test_id("button-send").click()
    entries = page.get_by_test_id("entries")
    await expect(entries).to_contain_text("Failed")
    await expect(entries).to_contain_text("WhatsApp error 131026")
    await expect(entries).to_contain_text("Send a text, or use another channel.")


async def test_outside_the_window_only_templates_are_offered(stage: Stage, new_page: NewPage) -> None:
    page, _ = await opened(stage, new_page)
    await expect(page.get_by_test_id("window")).to_contain_text("Open for messages: 23:5")
    await page.get_by_test_id("write-ask").click()
    await expect(page.get_by_text("In your own words")).to_be_visible()
    await a_day_passes(stage, page)
    await expect(page.get_by_test_id("window")).to_have_text("Templates only")
    await page.get_by_test_id("write-ask").click()
    await expect(page.get_by_test_id("template-search")).to_be_visible()
    await expect(page.get_by_text("In your own words")).to_be_hidden()


async def test_a_supervisor_changes_between_wallboard_and_conversations(stage: Stage, new_page: NewPage) -> None:
    url = f"{stage.address}/#token={stage.token('eve', Role.SUPERVISOR)}"
    page = await new_page(url, locale="en-GB", viewport={"width": 1500, "height": 950})
    await expect(page.get_by_test_id("queues")).to_be_visible()
    await page.get_by_role("tab", name="Wallboard").press("ArrowRight")
    await expect(page.get_by_role("tab", name="Conversations")).to_be_focused()
    await expect(page.get_by_test_id("plus")).to_be_visible()
    await expect(page.get_by_test_id("queues")).to_have_count(0)


async def test_a_page_loads_what_is_seen_and_no_more(stage: Stage, new_page: NewPage) -> None:
    """Before anybody signs in, headers included, and for an agent before the first press."""
    page = await new_page(stage.address)
    await expect(page.get_by_test_id("sign-in")).to_be_visible()
    loaded = await page.evaluate("performance.getEntries().map(({ name, transferSize }) => [name, transferSize ?? 0])")
    assert sum(size for _, size in loaded) < 100_000, loaded
    assert not [name for name, _ in loaded if "/conversation/" in name or "/wallboard/" in name]
    await page.get_by_test_id("token").fill(stage.token("ann"))
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("list-none")).to_be_visible()
    names = await page.evaluate("performance.getEntries().map(({ name }) => name)")
    assert not [name for name in names if re.search("wallboard/|newcall|recipient", name)]
