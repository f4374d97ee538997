"""Owns agents' pages that speak in a tone of their own, and what each of them would hear from its loudspeaker."""

from typing import Any

from playwright.async_api import Page, expect

from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, COLLEAGUE_TONE, Tone
from signaling.agents.tokens import Role
from tests.interop.conftest import NewPage
from tests.support.stage import Stage

LOOKS = 40
"""How often a page is listened to, a third of a second each, until it hears what it should."""

SPY = """
globalThis.peers = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...rest) { super(...rest); peers.push(this); }
};
"""
"""Keeps the page's peer connections where the test finds them."""

MICROPHONE = """
{
  let context, voice;
  navigator.mediaDevices.getUserMedia = async () => {
    if (!context) {
      context = new AudioContext();
      voice = new GainNode(context, { gain: 0.25 });
      const tone = new OscillatorNode(context, { frequency: %d });
      tone.connect(voice);
      tone.start();
      globalThis.speakUp = (on) => (voice.gain.value = on ? 0.25 : 0);
    }
    const track = new MediaStreamAudioDestinationNode(context);
    voice.connect(track);
    return track.stream;
  };
}
"""
"""A microphone before which somebody sings one note; ``speakUp(false)`` makes it dead."""

HEARD = """
async (notes) => {
  globalThis.ear ??= new AudioContext();
  const track = peers.at(-1).getReceivers()[0].track;
  const analyser = new AnalyserNode(ear, { fftSize: 8192, smoothingTimeConstant: 0 });
  const source = ear.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 350));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  source.disconnect();
  return notes.filter((hertz) => bins[Math.round((hertz * analyser.fftSize) / ear.sampleRate)] > -50);
}
"""
"""Which of these notes the loudspeaker would play now."""

TONES = (CALLER_TONE, AGENT_TONE, COLLEAGUE_TONE)


async def open_page(stage: Stage, new_page: NewPage, agent: str, voice: Tone, **options: Any) -> Page:
    """An agent opens the sign-in link; he is away yet."""
    script = SPY + MICROPHONE % voice.hertz
    return await new_page(
        f"{stage.address}/#token={stage.token(agent)}", script=script, **({"locale": "en-GB"} | options)
    )


async def take_calls(page: Page) -> None:
    """The agent turns the switch, and is ready once the server says so."""
    await page.get_by_test_id("presence-toggle").click()
    await expect(page.get_by_test_id("presence")).to_have_attribute("data-state", "ready")


async def open_wallboard(stage: Stage, new_page: NewPage) -> Page:
    """A supervisor's page."""
    token = stage.token("sue", Role.SUPERVISOR)
    return await new_page(f"{stage.address}/#token={token}", locale="en-GB", viewport={"width": 1400, "height": 900})


async def answer(page: Page) -> None:
    """The agent answers once the voice line is ready."""
    await expect(page.get_by_test_id("popup")).to_contain_text("Voice line ready")
    await page.get_by_test_id("answer").click()
    await expect(page.get_by_test_id("timer")).to_be_visible()


async def hears(page: Page, *tones: Tone) -> None:
    """The page comes to hear these voices and no other."""
    wanted = sorted(tone.hertz for tone in tones)
    heard: list[int] = []
    for _ in range(LOOKS):
        heard = sorted(await page.evaluate(HEARD, [tone.hertz for tone in TONES]))
        if heard == wanted:
            return
    raise AssertionError(f"the page hears {heard} Hz and not {wanted} Hz")
