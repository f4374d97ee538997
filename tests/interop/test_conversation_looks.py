"""The conversation panel in every state, language and theme: accessible by axe's judgement, and pictured."""

import json
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from signaling.pause import pause
from tests.interop import panel_site
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import TOKEN, ScriptedDesk
from tests.interop.test_looks import ARTIFACTS, judge

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER = "+81312345678"


async def states(page: Page, desk: ScriptedDesk) -> AsyncIterator[str]:
    """Lead an agent's page through the panel; the name of each state as it is reached."""
    await page.get_by_test_id("list").locator("button").click()
    await expect(page.get_by_test_id("request-until")).to_be_visible()
    await expect(page.get_by_test_id("entries").locator("li.entry")).to_have_count(7)
    yield "thread"
    await page.get_by_test_id("details").click()
    await page.get_by_test_id("write-button").click()
    await page.get_by_test_id("label").fill("A label that is far too long")
    yield "thread-button"
    await page.get_by_test_id("details").click()
    desk.rest.pop("GET /permissions")
    await page.get_by_test_id("plus").click()
    await page.get_by_test_id("to").fill("Maria")
    await page.get_by_test_id("to-list").get_by_role("option").click()
    await expect(page.get_by_test_id("exists")).to_be_visible()
    await expect(page.get_by_test_id("new").get_by_role("alert")).to_be_visible()
    yield "new-failure"
    panel_site.furnish(desk, permission=panel_site.askable(time.time()))
    await page.get_by_test_id("to").fill(NUMBER)
    await expect(page.get_by_test_id("to-list").get_by_role("option")).to_have_count(2)
    yield "new-options"
    await page.get_by_test_id("to-list").get_by_role("option").nth(1).click()
    await page.get_by_test_id("template-list").get_by_role("button").click()
    await expect(page.get_by_test_id("preview-body")).to_contain_text("Hello Maria")
    yield "new-template"
    await page.get_by_test_id("from").select_option("2")
    await expect(page.get_by_test_id("from-words")).to_be_visible()
    yield "new-restricted"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
async def test_every_state_is_accessible(desk: ScriptedDesk, new_page: NewPage, locale: str, theme: str) -> None:
    panel_site.furnish(desk)
    page = await new_page(
        f"{desk.url}#token={TOKEN}",
        locale=locale,
        color_scheme=theme,
        reduced_motion="reduce",
        viewport={"width": 1500, "height": 950},
        tolerate="status of 404",
    )
    ARTIFACTS.mkdir(exist_ok=True)
    found = {}
    async for state in states(page, desk):
        await page.screenshot(path=ARTIFACTS / f"panel-{state}-{locale[:2]}-{theme}.png")
        if violations := await judge(page):
            found[state] = violations
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


async def test_on_a_telephone_one_thing_is_seen_at_a_time(desk: ScriptedDesk, new_page: NewPage) -> None:
    panel_site.furnish(desk)
    page = await new_page(f"{desk.url}#token={TOKEN}", locale="en-GB", viewport={"width": 390, "height": 844})
    await page.get_by_test_id("list").locator("button").click()
    await expect(page.get_by_test_id("thread-name")).to_have_text("Maria Okafor")
    await expect(page.get_by_test_id("plus")).to_be_hidden()
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page has to be moved sideways"
    await page.screenshot(path=ARTIFACTS / "panel-telephone.png", full_page=True)
    await page.get_by_test_id("back").click()
    await expect(page.get_by_test_id("plus")).to_be_focused()


async def test_a_server_in_trouble_is_said_and_asked_again(desk: ScriptedDesk, new_page: NewPage) -> None:
    problem = {"title": "Try again later", "status": 503, "code": "store_unavailable"}
    desk.rest["GET /conversations"] = web.json_response(problem, status=503)
    page = await new_page(f"{desk.url}#token={TOKEN}", locale="en-GB", tolerate="status of 503")
    await expect(page.get_by_role("alert")).to_contain_text("cannot reach its records just now")
    panel_site.furnish(desk)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_test_id("list")).to_contain_text("Order 5521 is late")
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_what_an_agent_fills_in_is_sent_as_it_is_changed(desk: ScriptedDesk, new_page: NewPage) -> None:
    panel_site.furnish(desk)
    desk.rest[f"PATCH /conversations/{panel_site.ID}"] = desk.rest[f"GET /conversations/{panel_site.ID}"]
    page = await new_page(f"{desk.url}#token={TOKEN}", locale="en-GB")
    await page.get_by_test_id("list").locator("button").click()
    await page.get_by_test_id("details").click()
    await page.get_by_test_id("status").select_option("solved")
    await page.get_by_test_id("tags").fill("order, refund , late")
    await page.get_by_test_id("tags").press("Tab")
    path = f"PATCH /conversations/{panel_site.ID}"
    await page.get_by_test_id("form-agent").select_option("Amara Osei")
    await page.get_by_test_id("form-queue").select_option("")
    for _ in range(100):
        if len(desk.asked) == 4:
            break
        await pause(0.05)
    assert desk.asked == [
        (path, {"status": "solved"}),
        (path, {"tags": ["order", "refund", "late"]}),
        (path, {"agent": "Amara Osei"}),
        (path, {"queue": ""}),
    ]
