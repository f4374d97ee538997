"""Calling customers back from a list, and for a program, in a real Chromium against the simulated WhatsApp."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from signaling.agents.tokens import Role
from tests.interop.conftest import NewPage
from tests.support.rest_client import RestClient
from tests.support.stage import Stage, staged, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PNID = "445566778899001"
FULL = {"max_length": 0, "overflow": "call_back", "farewell": {"call_back": []}}


async def desk_of(stage: Stage, new_page: NewPage) -> Page:
    """An agent's page, signed in by hand, so that the browser has had its gesture."""
    page = await new_page(stage.address, locale="en-GB", viewport={"width": 1400, "height": 900})
    await page.get_by_test_id("token").fill(stage.token("ann"))
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("presence-toggle")).to_be_visible()
    return page


async def test_a_customer_who_asked_for_it_is_called_back_with_one_press(tmp_path: Path, new_page: NewPage) -> None:
    async with staged(tmp_path, number=PNID, queue=FULL) as stage:
        user = stage.user()
        user.grant()
        await until(user.call().ended)
        page = await desk_of(stage, new_page)
        await page.get_by_role("tab", name="Call-backs").click()
        waiting = page.get_by_test_id("call-backs").locator("li")
        await expect(waiting).to_contain_text("Noor Haddad")
        user.will_answer()
        await page.get_by_test_id("call-back").click()
        await expect(page.get_by_test_id("timer")).to_be_visible()
        await page.get_by_test_id("hang-up").click()
        await expect(page.get_by_test_id("ended")).to_be_visible()
        await page.get_by_role("tab", name="Conversations").click()
        await page.get_by_role("tab", name="Call-backs").click()
        await expect(page.get_by_text("Nobody is waiting to be called back.")).to_be_visible()
        await page.get_by_label("Show those who were reached").check()
        await expect(waiting).to_contain_text("reached")


async def test_a_program_lets_the_page_phone(tmp_path: Path, new_page: NewPage) -> None:
    """Click to call from a CRM: the agent's page dials by itself."""
    async with staged(tmp_path, number=PNID) as stage:
        user = stage.user()
        user.grant()
        user.will_answer()
        page = await desk_of(stage, new_page)
        wish = {"agent": "ann", "user_id": user.identity.user_id, "number": f"+{user.identity.number}"}
        status, answer = await RestClient(stage, "crm", Role.INTEGRATION).ask("POST", "/calls", wish)
        assert status == 202, answer
        await expect(page.get_by_test_id("timer")).to_be_visible()
        await page.get_by_test_id("hang-up").click()
        await expect(page.get_by_test_id("ended")).to_be_visible()
