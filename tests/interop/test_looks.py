"""Every state of the page, in both languages and themes: accessible by axe's judgement (WCAG 2.2 AA), and pictured.

The pictures are for people to look at: ``tests/artifacts/``, one for each state, language and theme.
"""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from signaling.agents.messages import (
    AudioAlarm,
    CallEnded,
    Consulting,
    Customer,
    Digit,
    Held,
    Joined,
    Presence,
    Ring,
)
from signaling.agents.sideline_messages import (
    Colleague,
    Colleagues,
    QueueNow,
    WatchWallboard,
)
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import TOKEN, ScriptedDesk
from tests.interop.test_wallboard import queue, site

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".venv/node_modules/axe-core/axe.min.js"
ARTIFACTS = ROOT / "tests/artifacts"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CALL = "wacid.1"


async def states(page: Page, desk: ScriptedDesk) -> AsyncIterator[str]:
    """Lead a supervisor's page through everything that can be seen; the name of each state as it is reached."""
    yield "signed-out"
    await page.get_by_test_id("token").fill(TOKEN)
    await page.get_by_test_id("sign-in").click()
    await desk.hears(WatchWallboard)
    await desk.say(site(queue(waiting=3, since=time.time() - 42), queue("billing", waiting=5, ready=0)))
    await expect(page.get_by_test_id("queues").locator("li")).to_have_count(2)
    yield "away"
    await page.get_by_test_id("show-settings").click()
    await expect(page.get_by_test_id("settings")).to_be_visible()
    yield "settings"
    await page.get_by_test_id("close-settings").click()
    await desk.say(Presence(presence="ringing"))
    await desk.say(
        Ring(
            call_id=CALL,
            direction="inbound",
            channel="whatsapp",
            customer=Customer(name="Maria Okafor", number="+82 10-7700-9001", country="KR", time_zone="Asia/Seoul"),
            queue="sales",
            waiting_since=time.time() - 42,
            cta_payload="order-5521",
        )
    )
    await expect(page.get_by_test_id("popup")).to_be_visible()
    yield "ringing"
    await page.get_by_test_id("answer").click()
    await desk.say(
        Presence(presence="busy"), Joined(call_id=CALL, joined_at=time.time()), Digit(call_id=CALL, digit="4")
    )
    await expect(page.get_by_test_id("digits")).to_be_visible()
    yield "talking"
    await page.get_by_test_id("transfer").click()
    ben, kenji = (
        Colleague(agent="Ben Adler", presence="ready", since=0),
        Colleague(agent="Kenji Sato", presence="away", since=0, away_reason="Lunch"),
    )
    await desk.say(Colleagues(agents=(ben, kenji), queues=(QueueNow(queue="billing", waiting=2, ready=1),)))
    await expect(page.get_by_test_id("transfer-targets").locator("li")).to_have_count(3)
    yield "transfer"
    await page.keyboard.press("Escape")
    await page.keyboard.press("k")
    await page.keyboard.type("42#")
    yield "keypad"
    await desk.say(Held(call_id=CALL, joined_at=time.time()))
    await desk.say(Consulting(call_id=CALL, stage="talking", colleague="Ben Adler"))
    await desk.say(AudioAlarm(call_id=CALL, silent="agent"))
    await expect(page.get_by_test_id("consult")).to_be_visible()
    yield "consulting"
    ended = CallEnded(call_id=CALL, ended_by="meta", reason="failed", error_code=138021, error_text="Media timeout")
    await desk.say(ended, Presence(presence="wrap_up", wrap_up_until=time.time() + 24))
    await expect(page.get_by_test_id("ended")).to_be_visible()
    yield "ended"
    await page.get_by_test_id("done").click()
    yield "wrap-up"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
async def test_every_state_is_accessible(desk: ScriptedDesk, new_page: NewPage, locale: str, theme: str) -> None:
    desk.role = "supervisor"
    page = await new_page(
        desk.url, locale=locale, color_scheme=theme, reduced_motion="reduce", viewport={"width": 1400, "height": 900}
    )
    ARTIFACTS.mkdir(exist_ok=True)
    found = {}
    async for state in states(page, desk):
        await page.screenshot(path=ARTIFACTS / f"{state}-{locale[:2]}-{theme}.png")
        if violations := await judge(page):
            found[state] = violations
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


async def judge(page: Page) -> list[dict[str, Any]]:
    """What axe has against the page as it is now."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(AXE.read_text("utf-8"))
    result = await page.evaluate("(tags) => axe.run(document, { runOnly: tags })", RULES)
    return [
        {"rule": one["id"], "why": one["help"], "where": [node["html"][:150] for node in one["nodes"]]}
        for one in result["violations"]
    ]
