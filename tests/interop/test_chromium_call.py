"""A real browser takes a simulated WhatsApp call on a real server: sound is verified in both directions."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.hearing import Hearing, Segment, Sound
from benchmarks.simulator.tones import CALLER_TONE
from tests.interop.conftest import NewPage
from tests.support.stage import PATIENCE_S, Stage, staged, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPY = """
globalThis.peers = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...rest) { super(...rest); peers.push(this); }
};
"""
"""Keeps the page's peer connections where the test finds them."""

LOUDEST_HERTZ = """
async () => {
  const context = new AudioContext();
  const track = peers.at(-1).getReceivers()[0].track;
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  for (let look = 0; look < 200; look += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    analyser.getFloatFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins));
    if (bins[loudest] > -60) return (loudest * context.sampleRate) / analyser.fftSize;
  }
  return 0;
}
"""
"""What the agent's loudspeaker would play: the frequency of the strongest sound, in Hz; 0 for silence."""

CONNECTED = """
async () => {
  while (peers.at(-1)?.connectionState !== "connected") await new Promise((resolve) => setTimeout(resolve, 20));
}
"""
"""Resolves once the media of the latest ring is up; the page's security policy forbids Playwright's own polling."""

WITHOUT_MUSIC = {"music": False}
"""Then whatever is neither ringback nor silence is the browser's microphone."""


async def open_softphone(stage: Stage, new_page: NewPage, agent: str, *, already_ready: bool = False) -> Page:
    """An agent opens the sign-in link and goes ready; further tabs of his show that he is."""
    page = await new_page(f"{stage.address}/#token={stage.token(agent)}", script=SPY)
    if not already_ready:
        await page.get_by_test_id("presence-toggle").click()
    await expect(page.get_by_test_id("presence")).to_have_attribute("data-state", "ready")
    return page


async def test_an_agent_in_chromium_answers_and_both_hear_each_other(tmp_path: Path, new_page: NewPage) -> None:
    """#27: the whole product with nothing faked between the phone's ear and the browser's microphone."""
    async with staged(tmp_path, queue=WITHOUT_MUSIC) as stage:
        page = await open_softphone(stage, new_page, "ana")
        call = stage.phone()
        popup = page.get_by_test_id("popup")
        await expect(popup).to_contain_text("Noor Haddad")
        await expect(popup).to_contain_text("+44 7700 900123")
        await asyncio.wait_for(page.evaluate(CONNECTED), PATIENCE_S)
        await page.get_by_test_id("answer").click()
        await expect(page.get_by_test_id("timer")).to_be_visible()

        heard = await page.evaluate(LOUDEST_HERTZ)
        assert abs(heard - CALLER_TONE.hertz) < 12, "the agent hears the caller's tone"
        # Chromium's fake microphone beeps once a second.
        await call.ear.listen(2.5, PATIENCE_S)
        await page.get_by_test_id("hang-up").click()
        await until(call.ended)

        hearing = Hearing(call.ear.recording)
        sounds = [segment.sound for segment in hearing.segments()]
        assert Sound.RINGBACK in sounds, "the caller heard ringing first"
        beeps = [segment for segment in hearing.segments() if segment.sound is Sound.MUSIC]
        assert beeps, "the caller hears the browser's microphone"
        assert sounds.index(Sound.RINGBACK) < sounds.index(Sound.MUSIC), "ringing stops where the voice begins"
        assert discontinuities(call.ear.recording) == [], "a real browser's stream is joined without a seam (#26)"
        assert call.violations == [], "Meta's rules hold with a real browser behind"
        record = await stage.record_of(call)
        assert (record.ended_by, record.agent) == ("agent", "ana"), "the record tells who ended it"


async def test_a_caller_who_leaves_takes_the_popup_along(tmp_path: Path, new_page: NewPage) -> None:
    """#84 #92: in every tab, and without a ghost."""
    async with staged(tmp_path) as stage:
        pages = [await open_softphone(stage, new_page, "ana", already_ready=second) for second in (False, True)]
        call = stage.phone()
        for page in pages:
            await expect(page.get_by_test_id("popup")).to_be_visible()
        call.hang_up()
        for page in pages:
            await expect(page.get_by_test_id("popup")).to_be_hidden()
        await stage.record_of(call)


HEARD_IN_THE_PAGE = """
() => {
  const voice = document.querySelector("ringbridge-softphone").shadowRoot.querySelector("audio");
  return !voice.paused && !voice.muted;
}
"""
"""Whether the page really plays the caller's voice; a browser may forbid it to a page that was not yet touched."""


async def test_95_a_reload_in_mid_call_brings_the_same_agent_back(tmp_path: Path, new_page: NewPage) -> None:
    """#95 #96 #38: hold audio within a second, both hear each other again within five, and it is one call."""
    async with staged(tmp_path, queue=WITHOUT_MUSIC) as stage:
        page = await open_softphone(stage, new_page, "ana")
        call = stage.phone()
        await asyncio.wait_for(page.evaluate(CONNECTED), PATIENCE_S)
        await page.get_by_test_id("answer").click()
        await expect(page.get_by_test_id("timer")).to_be_visible()
        await call.ear.listen(1.5, PATIENCE_S)
        lost_at = call.ear.last_at
        assert lost_at is not None
        await page.reload()
        await expect(page.get_by_test_id("conversation")).to_contain_text("Connected")
        back_at = call.ear.last_at
        assert back_at is not None
        assert back_at - lost_at < 5.0, "the agent was away for too long"

        heard = await page.evaluate(LOUDEST_HERTZ)
        assert abs(heard - CALLER_TONE.hertz) < 12, "the agent hears the caller again"
        assert await page.evaluate(HEARD_IN_THE_PAGE), "the browser keeps the reloaded page silent"
        await call.ear.listen(2.5, PATIENCE_S)
        await page.get_by_test_id("hang-up").click()
        await until(call.ended)

        # A beep of the microphone is short; hold audio is what lasts.
        meanwhile = [segment for segment in _since(call, lost_at) if segment.start < back_at]
        hold = max(meanwhile, key=lambda segment: min(segment.end, back_at) - max(segment.start, lost_at))
        assert hold.sound in (Sound.MUSIC, Sound.RINGBACK), "the caller hears hold audio meanwhile"
        assert hold.start - lost_at < 1.0, "the caller sat in silence while the page reloaded"
        assert Sound.MUSIC in [segment.sound for segment in _since(call, back_at)], "the browser's microphone is back"
        assert discontinuities(call.ear.recording) == [], "the caller's phone never noticed"
        record = await stage.record_of(call)
        assert (record.agents_tried, record.ended_by) == (("ana",), "agent"), "it is one call of one agent"
        assert len(await stage.records()) == 1


def _since(call: SimulatedCall, moment: float) -> list[Segment]:
    return [segment for segment in Hearing(call.ear.recording).segments() if segment.end > moment]
