"""An agent's working day on the page: away and why, wrap-up, tabs that agree, calls that go on in another window."""

import re
import time

import pytest
from playwright.async_api import expect

from signaling.agents.messages import (
    Away,
    Customer,
    Held,
    Hello,
    Joined,
    Presence,
    Press,
    Ready,
    StopRing,
)
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import ScriptedDesk
from tests.interop.test_softphone_page import CALL, resume, ring, signed_in, talking

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORBIDDEN = """() => {
  navigator.clipboard.writeText = async () => { throw new DOMException("no", "NotAllowedError"); };
}"""


async def test_every_tab_shows_why_the_agent_is_away(desk: ScriptedDesk, new_page: NewPage) -> None:
    pages = [await signed_in(desk, new_page), await signed_in(desk, new_page)]
    await pages[0].get_by_test_id("away-reason").select_option("lunch")
    assert (await desk.hears(Away)).reason == "Lunch"
    await desk.say(Presence(presence="away", away_reason="Lunch"))
    for page in pages:
        await expect(page.get_by_test_id("presence")).to_have_text("Away · Lunch")
        await expect(page.get_by_test_id("away-reason")).to_have_value("lunch")


async def test_a_reload_does_not_forget_why_the_agent_is_away(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await desk.say(Presence(presence="away", away_reason="Training"))
    await expect(page.get_by_test_id("presence")).to_have_text("Away · Training")
    await page.reload()
    assert (await desk.hears(Away)).reason == "Training", "supervisors see an agent who is away for no reason"


async def test_wrap_up_counts_down_and_ends_when_the_agent_says_so(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await desk.say(Presence(presence="wrap_up", wrap_up_until=time.time() + 24))
    left = page.get_by_test_id("wrap-up")
    await expect(left).to_have_text(re.compile(r"^0:2[2-4]$"))
    await expect(left).to_have_text(re.compile(r"^0:(2[01]|1\d)$"), timeout=8_000)
    await page.get_by_test_id("presence-toggle").click()
    await desk.hears(Ready)
    await desk.say(Presence(presence="ready"))
    await expect(left).to_be_hidden()


async def test_a_call_that_goes_on_elsewhere_is_not_called_lost(desk: ScriptedDesk, new_page: NewPage) -> None:
    """A page that comes back late says where the call is: another window has it, and no caller was sent back."""
    page = await talking(desk, new_page)
    desk.presence = "busy"
    await desk.hang_up_tabs()
    await desk.hears(Hello)
    await desk.say(resume(talked_s=60), StopRing(call_id=CALL, reason="answered_elsewhere"))
    await expect(page.get_by_test_id("ended")).to_contain_text("goes on in another window of yours")


async def test_the_popup_says_where_the_customer_is_and_what_time_it_is_there(
    desk: ScriptedDesk, new_page: NewPage
) -> None:
    page = await signed_in(desk, new_page)
    seoul = Customer(name="Kim Minseo", number="+82 10-1234-5678", country="KR", time_zone="Asia/Seoul")
    await desk.say(ring(customer=seoul))
    popup = page.get_by_test_id("popup")
    there = time.strftime("%H:%M", time.gmtime(time.time() + 9 * 3600))
    await expect(popup).to_contain_text(f"South Korea, {there}")


async def test_the_number_is_copied_with_one_click(desk: ScriptedDesk, new_page: NewPage) -> None:
    """And where the browser forbids it, the page says so."""
    page = await signed_in(desk, new_page)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desk.say(ring())
    copy, notice = page.get_by_test_id("popup").get_by_test_id("copy-number"), page.get_by_test_id("notice")
    await copy.click()
    await expect(notice).to_have_text("Number copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "+44 7700 900123"
    await page.evaluate(FORBIDDEN)
    await copy.click()
    await expect(notice).to_contain_text("does not let this page copy")


async def test_keys_are_pressed_by_mouse_and_keyboard_and_not_on_hold(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await talking(desk, new_page)
    await page.keyboard.press("k")
    keypad = page.get_by_test_id("keypad")
    await keypad.get_by_role("button", name="4", exact=True).click()
    assert await desk.hears(Press) == Press(call_id=CALL, keys="4")
    await page.keyboard.press("#")
    assert await desk.hears(Press) == Press(call_id=CALL, keys="#")
    await expect(page.get_by_test_id("keypad-pressed")).to_have_text("4#")
    await desk.say(Held(call_id=CALL, joined_at=time.time()))
    await expect(keypad).to_be_hidden()
    await expect(page.get_by_test_id("keypad-toggle")).to_have_attribute("aria-disabled", "true")
    await desk.say(Joined(call_id=CALL, joined_at=time.time()))
    await page.keyboard.press("k")
    await page.keyboard.press("Escape")
    await expect(keypad).to_be_hidden()
    assert desk.heard_nothing_of(Press)
