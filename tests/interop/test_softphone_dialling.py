"""A call that an agent places, in a real Chromium: what is shown is what the server said, in whatever order."""

import time

import pytest
from playwright.async_api import Page, expect

from signaling.agents.dialling_messages import Dial, Dialling, DialRefused
from signaling.agents.messages import CallEnded, Customer, HangUp, Joined, Presence, Ring
from tests.interop import panel_site
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import TOKEN, ScriptedDesk

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALL = "dial.1"
WISH = {"from": panel_site.PNID, "to": {"number": "+44 7700 900123"}, "name": "Maria Okafor", "queue": "sales"}


async def dialled(desk: ScriptedDesk, new_page: NewPage) -> tuple[Page, Dial]:
    """An agent has pressed Call, and the server has been told."""
    page = await new_page(f"{desk.url}#token={TOKEN}", locale="en-GB")
    await expect(page.get_by_test_id("list-none")).to_be_visible()
    await page.evaluate("(wish) => document.querySelector('ringbridge-softphone').dial(wish)", WISH)
    return page, await desk.hears(Dial)


async def test_a_call_goes_from_dialling_to_talking(desk: ScriptedDesk, new_page: NewPage) -> None:
    page, wish = await dialled(desk, new_page)
    assert (wish.from_, wish.queue) == (panel_site.PNID, "sales")
    assert wish.sdp.startswith("v=0"), "the server could not prepare the voice line"
    panel = page.get_by_test_id("dialling")
    await expect(panel).to_contain_text("Asking whether the call may be placed")
    await expect(panel).to_contain_text("Maria Okafor")
    warned = Dialling(request_id=wish.request_id, call_id=CALL, stage="ringing", warnings=("This is the last call.",))
    await desk.say(Presence(presence="busy"), warned)
    await expect(panel).to_contain_text("The customer's phone rings")
    await expect(panel).to_contain_text("This is the last call.")
    await desk.say(Joined(call_id=CALL, joined_at=time.time()))
    await expect(page.get_by_test_id("timer")).to_be_visible()


async def test_a_refusal_says_why_and_until_when(desk: ScriptedDesk, new_page: NewPage) -> None:
    page, wish = await dialled(desk, new_page)
    free_at = time.time() + 86_400
    reason = "The user has taken as many calls as are allowed in this time."
    await desk.say(DialRefused(request_id=wish.request_id, code="connected_calls", reason=reason, free_at=free_at))
    ended = page.get_by_test_id("ended")
    for words in ("not allowed at present", reason, "Possible again"):
        await expect(ended).to_contain_text(words)
    await expect(ended).not_to_contain_text("Talked for")


async def test_a_call_given_up_before_it_has_a_name_is_ended_then(desk: ScriptedDesk, new_page: NewPage) -> None:
    page, wish = await dialled(desk, new_page)
    await page.get_by_test_id("cancel-dial").click()
    await expect(page.get_by_test_id("dialling")).to_contain_text("Hanging up")
    assert desk.heard_nothing_of(HangUp), "the server was told to end a call without a name"
    await desk.say(Dialling(request_id=wish.request_id, call_id=CALL, stage="connecting"))
    assert (await desk.hears(HangUp)).call_id == CALL, "a phone rings for nobody"
    await desk.say(CallEnded(call_id=CALL, ended_by="agent", reason="given up"))
    await expect(page.get_by_test_id("outcome")).to_have_text("You gave up the call.")


async def test_nobody_rings_an_agent_who_dials(desk: ScriptedDesk, new_page: NewPage) -> None:
    page, wish = await dialled(desk, new_page)
    ring = Ring(
        call_id="other",
        direction="inbound",
        channel="whatsapp",
        customer=Customer(name="Somebody"),
        queue="sales",
        waiting_since=time.time(),
    )
    await desk.say(ring, Dialling(request_id="of another tab", call_id="x", stage="ringing"))
    await desk.say(Dialling(request_id=wish.request_id, call_id=CALL, stage="ringing"))
    await expect(page.get_by_test_id("dialling")).to_contain_text("phone rings")
    await expect(page.get_by_test_id("popup")).to_be_hidden()


async def test_whoever_is_dialled_from_elsewhere_is_shown_too(desk: ScriptedDesk, new_page: NewPage) -> None:
    """From a CRM or the list of call-backs: the conversation opens as it does for a call that rings."""
    panel_site.furnish(desk)
    page = await new_page(f"{desk.url}#token={TOKEN}", locale="en-GB", viewport={"width": 1500, "height": 950})
    await expect(page.get_by_test_id("list")).to_contain_text("Order 5521 is late")
    await page.evaluate("(wish) => document.querySelector('ringbridge-softphone').dial(wish)", WISH)
    wish = await desk.hears(Dial)
    await desk.say(Dialling(request_id=wish.request_id, call_id=CALL, stage="ringing"))
    await expect(page.get_by_test_id("entries")).to_contain_text("Wants a refund of 20.")
