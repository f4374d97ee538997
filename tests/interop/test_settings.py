"""The settings dialog: everything a call will need is chosen and tried before the first one rings."""

import re
import time
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from benchmarks.simulator.tones import AGENT_TONE
from signaling.agents.messages import Joined, MediaOffer, StopRing
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import TOKEN, ScriptedDesk
from tests.interop.test_softphone_page import CALL, ring, signed_in
from tests.interop.voices import MICROPHONE, open_page
from tests.support.stage import staged

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTES_COUNTED = """() => {
  const told = document.documentElement.dataset;
  told.notes = 0;
  globalThis.OscillatorNode = class extends OscillatorNode {
    start(...rest) { super.start(...rest); told.notes = Number(told.notes) + 1; }
  };
}"""
MICROPHONE_TOLD = """() => {
  const replace = RTCRtpSender.prototype.replaceTrack;
  RTCRtpSender.prototype.replaceTrack = async function (track) {
    await replace.call(this, track);
    document.documentElement.dataset.speaksInto = track.label;
  };
}"""
REFUSED = """() => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
}"""
UNPLUGGED = """(label) => {
  const all = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () => (await all()).filter((device) => device.label !== label);
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
}"""
NOTIFICATIONS = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden" });
  const told = document.documentElement.dataset;
  globalThis.Notification = class {
    static permission = "default";
    static async requestPermission() { return (Notification.permission = "granted"); }
    constructor(title, { body }) { told.shown = `${title} (${body})`; }
    close() { told.shown = ""; }
  };
}"""
"""A page in the background, and a person who allows notifications: no test can press what the browser itself asks."""
SECOND = "Fake Audio Input 2"
"""What Chromium calls one of its fake microphones; they beep once a second."""


async def settings(page: Page) -> None:
    """The dialog is open and knows the names of the devices."""
    await page.get_by_test_id("show-settings").click()
    await expect(page.get_by_test_id("microphone-choice")).to_contain_text(SECOND)


async def test_a_microphone_is_chosen_and_remembered(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await settings(page)
    choice = page.get_by_test_id("microphone-choice")
    await choice.select_option(label=SECOND)
    chosen = await choice.input_value()
    await page.reload()
    await settings(page)
    await expect(choice).to_have_value(chosen)


async def test_the_meter_moves_with_the_voice(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await new_page(f"{desk.url}#token={TOKEN}", script=MICROPHONE % AGENT_TONE.hertz)
    await page.get_by_test_id("show-settings").click()
    meter = page.get_by_test_id("microphone-level")
    await expect(meter).to_have_attribute("aria-valuenow", re.compile(r"^7\d$"))
    await page.evaluate("speakUp(false)")
    await expect(meter).to_have_attribute("aria-valuenow", "0")


async def test_speaker_and_bell_are_tried(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Lesson #99: and trying them is the gesture that the browser wants before it lets a page ring."""
    page = await signed_in(desk, new_page)
    await page.evaluate(NOTES_COUNTED)
    await settings(page)
    await page.get_by_test_id("test-speaker").click()
    await expect(page.locator("html")).to_have_attribute("data-notes", "2")
    await page.get_by_test_id("test-bell").click()
    await page.get_by_test_id("close-settings").click()
    assert await page.evaluate("sounds") == 1, "the bell is not tried"


async def test_99_a_refused_microphone_says_what_to_do(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await page.evaluate(REFUSED)
    findings = page.get_by_test_id("line-findings")
    await page.get_by_test_id("show-settings").click()
    await expect(findings).to_contain_text("Allow it beside the address")
    await page.get_by_test_id("test-line").click()
    await expect(findings).to_contain_text("There is no microphone to test with.")
    await page.get_by_test_id("close-settings").click()
    await page.get_by_test_id("presence-toggle").click()
    await expect(page.get_by_test_id("microphone-warning")).to_contain_text("Allow it beside the address")


async def test_99_a_microphone_that_is_unplugged_in_mid_call_is_replaced(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await page.evaluate(MICROPHONE_TOLD)
    await settings(page)
    await page.get_by_test_id("microphone-choice").select_option(label=SECOND)
    await page.get_by_test_id("close-settings").click()
    await desk.say(ring())
    await desk.hears(MediaOffer)
    assert await page.evaluate("peers.at(-1).getSenders()[0].track.label") == SECOND
    await page.get_by_test_id("answer").click()
    await desk.say(Joined(call_id=CALL, joined_at=time.time()))
    await page.evaluate(UNPLUGGED, SECOND)
    await expect(page.get_by_test_id("notice")).to_contain_text("Your microphone was unplugged. The default one is")
    await expect(page.locator("html")).to_have_attribute("data-speaks-into", "Fake Default Audio Input")


async def test_a_call_is_shown_on_the_desktop_while_the_page_is_not_in_sight(
    desk: ScriptedDesk, new_page: NewPage
) -> None:
    """#84: and is gone from there with the call."""
    page = await signed_in(desk, new_page)
    await page.evaluate(NOTIFICATIONS)
    await settings(page)
    await page.get_by_test_id("allow-notifications").click()
    await expect(page.get_by_test_id("allow-notifications")).to_be_hidden()
    await page.get_by_test_id("close-settings").click()
    await desk.say(ring())
    await expect(page.locator("html")).to_have_attribute("data-shown", re.compile(r"Maria Okafor \(Queue: Support\)$"))
    await desk.say(StopRing(call_id=CALL, reason="answered_elsewhere"))
    await expect(page.locator("html")).to_have_attribute("data-shown", "")


async def test_a_test_call_to_the_real_server_names_the_path_and_the_round_trip(
    tmp_path: Path, new_page: NewPage
) -> None:
    async with staged(tmp_path) as stage:
        page = await open_page(stage, new_page, "ana", AGENT_TONE)
        await page.get_by_test_id("show-settings").click()
        await page.get_by_test_id("test-line").click()
        findings = page.get_by_test_id("line-findings")
        await expect(findings).to_have_attribute("data-state", "good", timeout=15_000)
        for words in ("The line works", "Straight to the server over UDP", "Round trip", "Good line"):
            await expect(findings).to_contain_text(words)
