"""Owns the one real Chromium of the interop tests, as agents have it: fake microphone, but the real autoplay policy.

Playwright is bound to the event loop it was started in, so a test module that uses these fixtures says
``pytestmark = pytest.mark.asyncio(loop_scope="session")``.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.interop.scripted_desk import ScriptedDesk, scripted_desk

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # What a fresh profile does: no sound before the first gesture. Signing in with the mouse is one.
    "--autoplay-policy=document-user-activation-required",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

NOBODY_THERE = "net::ERR_CONNECTION_REFUSED"
"""A test's server goes before its pages do; what they ask for meanwhile nobody answers."""

NewPage: TypeAlias = Callable[..., Awaitable[Page]]
"""``await new_page(url, tolerate="", script="", **context)`` opens ``url`` in a fresh profile with a microphone.

``script`` runs before the page's own; ``context`` goes to Playwright's ``new_context`` (``locale``, ``viewport`` …).
The test fails if a page writes an error or a security violation to its console that does not contain ``tolerate``.
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, started once for all tests."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("The interop tests need the Debian package chromium; no command of that name is on the PATH.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(chromium: Browser) -> AsyncIterator[NewPage]:
    """Opens pages, closes them after the test, and fails the test for what they complained about."""
    contexts = []
    complaints: list[str] = []

    async def open_page(url: str, *, tolerate: str = "", script: str = "", **options: Any) -> Page:
        def note(text: str) -> None:
            if NOBODY_THERE not in text and (not tolerate or tolerate not in text):
                complaints.append(text)

        def note_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                note(message.text)

        context = await chromium.new_context(permissions=["microphone"], **options)
        contexts.append(context)
        await context.add_init_script(script)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", note_console)
        page.on("pageerror", lambda error: note(str(error)))
        await page.goto(url)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == [], "a page wrote errors to its console"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[ScriptedDesk]:
    """A server that says only what the test tells it to."""
    async with scripted_desk() as desk:
        yield desk
