"""The wallboard in a real Chromium: what a supervisor sees is what the server says, and nobody else sees it."""

import time

import pytest
from playwright.async_api import Page, expect

from signaling.agents.sideline_messages import (
    Wallboard,
    WatchWallboard,
)
from signaling.calls.call import Phase
from signaling.waiting.board import Presence
from signaling.wallboard.view import AgentNow, CallNow, QueueNow, WallboardNow
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import TOKEN, ScriptedDesk

pytestmark = pytest.mark.asyncio(loop_scope="session")


def queue(name: str = "sales", *, waiting: int = 0, ready: int = 1, since: float | None = None) -> QueueNow:
    return QueueNow(name, waiting, 0, since, ready, 2, 41, 3, 1, 0.932, 12.4)


def site(*queues: QueueNow) -> Wallboard:
    now = time.time()
    agents = (
        AgentNow("Amara Osei", Presence.BUSY, now - 75, "sales", ""),
        AgentNow("Kenji Sato", Presence.AWAY, now - 600, None, "Lunch"),
    )
    calls = (CallNow("c1", "Maria Okafor", "sales", "Amara Osei", Phase.TALKING, now - 80),)
    return Wallboard(board=WallboardNow(now, queues, agents, calls))


async def watching(desk: ScriptedDesk, new_page: NewPage, **options: str) -> Page:
    desk.role = "supervisor"
    page = await new_page(f"{desk.url}#token={TOKEN}", **({"locale": "en-GB"} | options))
    assert (await desk.hears(WatchWallboard)).on
    return page


async def test_a_supervisor_sees_queues_agents_and_calls(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await watching(desk, new_page)
    await desk.say(site(queue(waiting=3, since=time.time() - 42), queue("support")))
    sales = page.get_by_test_id("queues").locator("li").first
    for fact in ("sales", "3", "0:4", "1 of 2 agents ready", "41", "93 %", "0:12"):
        await expect(sales).to_contain_text(fact)
    agents = page.get_by_test_id("agents").locator("tr")
    await expect(agents.nth(0)).to_contain_text("In a call")
    await expect(agents.nth(1)).to_contain_text("Lunch")
    await expect(page.get_by_test_id("calls")).to_contain_text("Maria Okafor")


async def test_78_what_is_gone_at_the_server_is_gone_here(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await watching(desk, new_page)
    await desk.say(site(queue("sales"), queue("support")))
    await expect(page.get_by_test_id("queues").locator("li")).to_have_count(2)
    await desk.say(Wallboard(board=WallboardNow(time.time(), (queue("support"),), (), ())))
    await expect(page.get_by_test_id("queues").locator("li h3")).to_have_text(["support"])
    await expect(page.get_by_test_id("calls").locator("tr")).to_have_count(0)
    await expect(page.get_by_text("No calls just now.")).to_be_visible()


async def test_ages_go_on_between_two_messages(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await watching(desk, new_page)
    await desk.say(site(queue(waiting=1, since=time.time() - 58.5)))
    await expect(page.get_by_test_id("queues")).to_contain_text("1:00", timeout=6_000)


async def test_an_agent_sees_no_wallboard_and_loads_none(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await new_page(f"{desk.url}#token={TOKEN}")
    await expect(page.get_by_test_id("presence-toggle")).to_be_visible()
    loaded = await page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in loaded if "wallboard" in name]
    assert desk.heard_nothing_of(WatchWallboard)


async def test_the_wallboard_speaks_the_agents_language(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await watching(desk, new_page, locale="ja-JP")
    await desk.say(site(queue()))
    await expect(page.get_by_role("heading", name="進行中の通話")).to_be_visible()


async def test_a_new_connection_watches_again(desk: ScriptedDesk, new_page: NewPage) -> None:
    await watching(desk, new_page)
    await desk.hang_up_tabs()
    assert (await desk.hears(WatchWallboard)).on, "the wallboard stands still after the first hiccup of the network"
