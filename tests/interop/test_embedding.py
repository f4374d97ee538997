"""A CRM's own page, on another origin, with the softphone in it: what the README says about embedding is so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import expect

from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from tests.interop.conftest import NewPage
from tests.interop.voices import MICROPHONE, SPY, answer, hears, take_calls
from tests.support.stage import staged

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = """<!doctype html>
<html lang="en"><title>A CRM</title>
<style>
  ringbridge-softphone { --ringbridge-accent: rgb(120, 40, 90); max-width: 24rem; }
  ringbridge-softphone::part(shell) { border: 2px solid rgb(1, 2, 3); }
</style>
<ringbridge-softphone server="%(server)s" lang="ja"></ringbridge-softphone>
<script type="module" src="%(server)s/softphone/softphone.js"></script>
<script>
  addEventListener("ringbridge-change", ({ detail }) => {
    document.title = `${detail.connection} ${detail.presence} ${detail.phase} ${detail.customer?.name}`;
  });
</script>
</html>"""


SIGN_IN = """async (token) => {
  await customElements.whenDefined("ringbridge-softphone");
  document.querySelector("ringbridge-softphone").signIn(token);
}"""


class Crm:
    """A web server of somebody else's."""

    def __init__(self) -> None:
        self.page = ""
        self.origin = ""

    async def show(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.page, content_type="text/html")


@asynccontextmanager
async def crm() -> AsyncIterator[Crm]:
    """A CRM that listens on a free port of loopback."""
    site = Crm()
    app = web.Application()
    app.add_routes([web.get("/", site.show), web.get("/favicon.ico", site.show)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()


async def test_a_crm_embeds_the_phone_hears_its_events_and_gives_it_its_colours(
    tmp_path: Path, new_page: NewPage
) -> None:
    async with crm() as site, staged(tmp_path, tables={"http": {"port": 0, "origins": [site.origin]}}) as stage:
        site.page = PAGE % {"server": stage.address}
        page = await new_page(site.origin, script=SPY + MICROPHONE % AGENT_TONE.hertz)
        await page.evaluate(SIGN_IN, stage.token("ana"))
        await expect(page.get_by_test_id("presence")).to_have_text("離席中")
        await page.get_by_test_id("language").select_option("en")
        await take_calls(page)
        await expect(page).to_have_title("connected ready none undefined")
        call = stage.phone()
        await answer(page)
        await expect(page).to_have_title("connected busy talking Noor Haddad")
        await hears(page, CALLER_TONE)
        shell = page.locator("ringbridge-softphone .shell")
        assert await shell.evaluate("node => getComputedStyle(node).borderTopColor") == "rgb(1, 2, 3)"
        call.hang_up()
        done = page.get_by_test_id("done")
        assert await done.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(120, 40, 90)"
        await stage.record_of(call)


async def test_a_page_of_an_origin_that_was_not_named_is_not_served(tmp_path: Path, new_page: NewPage) -> None:
    async with crm() as site, staged(tmp_path) as stage:
        site.page = PAGE % {"server": stage.address}
        page = await new_page(site.origin, tolerate="WebSocket connection to")
        await page.evaluate(SIGN_IN, stage.token("ana"))
        await expect(page.get_by_test_id("connection-warning")).to_be_visible()
