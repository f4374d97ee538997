"""The softphone in a real Chromium, against a server that says what the test says: what is shown is the server's."""

import re
import time

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole
from playwright.async_api import Page, expect

from signaling.agents.messages import (
    Answer,
    Away,
    CallEnded,
    CloseCode,
    Customer,
    Digit,
    HangUp,
    Held,
    Hello,
    Hold,
    Joined,
    MediaAnswer,
    MediaOffer,
    Presence,
    Ready,
    Reject,
    Resume,
    Retrieve,
    Ring,
    StopRing,
)
from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import TOKEN, ScriptedDesk, scripted_desk

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALL = "wacid.1"
SPY = """
globalThis.peers = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...rest) { super(...rest); peers.push(this); }
};
globalThis.sounds = 0;
globalThis.AudioBufferSourceNode = class extends AudioBufferSourceNode {
  start(...rest) { super.start(...rest); sounds += 1; }
  stop(...rest) { super.stop(...rest); sounds -= 1; }
};
"""
"""Lets a test see what an agent hears and sends: ``peers`` in order, and how many ring sounds play."""
WARNING_SEEN = """
const look = () => {
  const softphone = document.querySelector("ringbridge-softphone")?.shadowRoot;
  const warning = softphone?.querySelector("[part=ring-warning]");
  if (warning?.checkVisibility()) console.info("ring warning seen");
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Says so on the console, because whatever Playwright evaluates in a page counts as the gesture that lifts the ban."""
SENT_TRACK_ENABLED = "peers.at(-1).getSenders()[0].track.enabled"


async def signed_in(desk: ScriptedDesk, new_page: NewPage, **options: str) -> Page:
    """An agent's page, signed in by hand, so that the browser has had its gesture."""
    page = await new_page(desk.url, script=SPY, **({"locale": "en-GB"} | options))
    await page.get_by_test_id("token").fill(TOKEN)
    await page.get_by_test_id("sign-in").click()
    await desk.hears(Hello)
    return page


def ring(call_id: str = CALL, *, customer: Customer | None = None, waited_s: float = 42) -> Ring:
    return Ring(
        call_id=call_id,
        direction="inbound",
        channel="whatsapp",
        customer=customer or Customer(name="Maria Okafor", number="+44 7700 900123"),
        queue="Support",
        waiting_since=time.time() - waited_s,
    )


async def ringing(desk: ScriptedDesk, new_page: NewPage) -> Page:
    page = await signed_in(desk, new_page)
    await desk.say(Presence(presence="ringing"), ring())
    await expect(page.get_by_test_id("popup")).to_be_visible()
    return page


async def talking(desk: ScriptedDesk, new_page: NewPage) -> Page:
    page = await ringing(desk, new_page)
    await page.get_by_test_id("answer").click()
    await desk.say(Presence(presence="busy"), Joined(call_id=CALL, joined_at=time.time()))
    await expect(page.get_by_test_id("timer")).to_be_visible()
    return page


async def test_a_sign_in_link_leaves_no_token_in_the_address_bar(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await new_page(f"{desk.url}#token={TOKEN}")
    assert (await desk.hears(Hello)).token == TOKEN
    assert page.url == desk.url, "the token stays readable in the address bar"
    await page.reload()
    assert (await desk.hears(Hello)).token == TOKEN, "a reload signs the agent out"
    await page.get_by_test_id("sign-out").click()
    await expect(page.get_by_test_id("token")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0, "the token survives signing out"


async def test_a_refused_token_is_explained_and_forgotten(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await new_page(f"{desk.url}#token=forged", locale="en-GB")
    await expect(page.get_by_test_id("sign-in-error")).to_contain_text("not valid")
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "refused")
    assert await page.evaluate("sessionStorage.length") == 0, "a reload would try the refused token again"


async def test_presence_shown_is_the_servers(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Lesson #86."""
    page = await signed_in(desk, new_page)
    toggle, presence = page.get_by_test_id("presence-toggle"), page.get_by_test_id("presence")
    desk.confirms_presence = False
    await toggle.click()
    await desk.hears(Ready)
    assert await presence.text_content() == "Away", "the page shows ready before the server said so"
    assert await toggle.get_attribute("aria-checked") == "false"
    await desk.say(Presence(presence="ready"))
    await expect(presence).to_have_text("Ready")
    await expect(toggle).to_have_attribute("aria-checked", "true")
    await toggle.click()
    await desk.hears(Away)
    await desk.say(Presence(presence="busy"))
    await expect(presence).to_have_text("In a call")
    await expect(toggle).to_be_disabled()


async def test_the_popup_says_who_calls_and_where_from(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await ringing(desk, new_page)
    popup = page.get_by_test_id("popup")
    for fact in ("Incoming", "WhatsApp", "Maria Okafor", "+44 7700 900123", "Support"):
        await expect(popup).to_contain_text(fact)
    await expect(page.get_by_test_id("waiting")).to_have_text(re.compile(r"^0:4[2-9]$"))
    await expect(page.get_by_role("alertdialog", name="Incoming call Maria Okafor")).to_be_visible()
    await expect(page).to_have_title(re.compile("^Incoming call .* Maria Okafor$"))


async def test_a_customer_without_a_number_is_shown_by_user_id(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await desk.say(ring(customer=Customer(user_id="GB.1234567890")))
    await expect(page.get_by_test_id("popup")).to_contain_text("GB.1234567890")
    await desk.say(ring("wacid.2", customer=Customer()))
    await expect(page.get_by_test_id("popup")).to_contain_text("Unknown caller")


async def test_media_is_offered_while_it_rings(desk: ScriptedDesk, new_page: NewPage) -> None:
    await ringing(desk, new_page)
    offer = await desk.hears(MediaOffer)
    codecs = set(re.findall(r"a=rtpmap:\d+ ([\w-]+)/", offer.sdp))
    assert offer.call_id == CALL
    assert codecs == {"opus", "telephone-event"}, "the engine forwards Opus only"
    assert "a=candidate" in offer.sdp, "the offer left before its candidates were gathered"
    assert desk.heard_nothing_of(Answer), "the page answered by itself"


async def test_answer_is_a_wish_until_the_server_joins_the_voices(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Lesson #86: media may come up late, the call rings until the server says otherwise."""
    page = await ringing(desk, new_page)
    await page.get_by_test_id("answer").click()
    assert (await desk.hears(Answer)).call_id == CALL
    await expect(page.get_by_test_id("popup")).to_contain_text("Connecting you")
    await expect(page.get_by_test_id("timer")).to_be_hidden()
    await page.keyboard.press("a")
    await desk.say(Joined(call_id=CALL, joined_at=time.time()))
    await expect(page.get_by_test_id("timer")).to_have_text("0:00")
    await expect(page.get_by_test_id("popup")).to_be_hidden()
    assert desk.heard_nothing_of(Answer), "a second press was sent as well"


@pytest.mark.parametrize(("key", "kind"), [("a", Answer), ("Enter", Answer), ("r", Reject), ("Escape", Reject)])
async def test_the_keyboard_is_enough(
    desk: ScriptedDesk, new_page: NewPage, key: str, kind: type[Answer] | type[Reject]
) -> None:
    page = await ringing(desk, new_page)
    await page.keyboard.press(key)
    assert (await desk.hears(kind)).call_id == CALL


async def test_every_tab_stops_ringing_and_says_why(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Lesson #84."""
    pages = [await signed_in(desk, new_page), await signed_in(desk, new_page)]
    await desk.say(ring())
    for page in pages:
        await expect(page.get_by_test_id("popup")).to_be_visible()
    await desk.say(StopRing(call_id="another call", reason="caller_left"))
    await desk.say(StopRing(call_id=CALL, reason="answered_elsewhere"))
    for page in pages:
        await expect(page.get_by_test_id("popup")).to_be_hidden()
        await expect(page.get_by_test_id("notice")).to_have_text("Answered in another window")


async def test_the_ring_sound_starts_and_stops_with_the_state(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Lesson #93."""
    page = await ringing(desk, new_page)
    assert await page.evaluate("sounds") == 1, "the popup is silent"
    await desk.say(StopRing(call_id=CALL, reason="no_answer"))
    await expect(page.get_by_test_id("popup")).to_be_hidden()
    assert await page.evaluate("sounds") == 0, "it rings on after the caller was taken away"
    await desk.say(ring("wacid.2"))
    await page.get_by_test_id("answer").click()
    assert await page.evaluate("sounds") == 0, "it rings on into the agent's ear after Answer"


async def test_nothing_is_heard_before_joined_nor_while_muted(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await ringing(desk, new_page)
    offer = await desk.hears(MediaOffer)
    server = RTCPeerConnection()
    ear = MediaBlackhole()
    server.on("track", ear.addTrack)
    await server.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
    await server.setLocalDescription(await server.createAnswer())
    await ear.start()
    await desk.say(MediaAnswer(call_id=CALL, sdp=server.localDescription.sdp))
    await expect(page.get_by_test_id("popup")).to_contain_text("Voice line ready")
    assert not await page.evaluate(SENT_TRACK_ENABLED), "the agent is heard while it rings"
    await page.get_by_test_id("answer").click()
    await desk.hears(Answer)
    assert not await page.evaluate(SENT_TRACK_ENABLED), "the agent is heard before the voices are joined"
    await desk.say(Joined(call_id=CALL, joined_at=time.time()))
    mute = page.get_by_test_id("mute")
    await expect(mute).to_be_visible()
    assert await page.evaluate(SENT_TRACK_ENABLED), "the agent is not heard after Joined"
    await mute.click()
    await expect(mute).to_have_attribute("aria-pressed", "true")
    assert not await page.evaluate(SENT_TRACK_ENABLED), "a muted agent is heard"
    await page.keyboard.press("m")
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await desk.say(Digit(call_id=CALL, digit="4"), Digit(call_id=CALL, digit="#"))
    await expect(page.get_by_test_id("digits")).to_have_text("The customer pressed: 4#")
    await desk.say(CallEnded(call_id=CALL, ended_by="caller", reason="hung up"))
    await expect(page.get_by_test_id("ended")).to_be_visible()
    assert await page.evaluate("peers.map((peer) => peer.connectionState)") == ["closed"]
    await ear.stop()
    await server.close()


async def test_the_end_says_who_and_what_meta_said(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await talking(desk, new_page)
    await page.get_by_test_id("hang-up").click()
    assert (await desk.hears(HangUp)).call_id == CALL
    await expect(page.get_by_test_id("timer")).to_be_visible()
    await desk.say(
        CallEnded(
            call_id=CALL,
            ended_by="meta",
            reason="Meta ended the call",
            error_code=138006,
            error_text="Receiver is out of reach",
        ),
        Presence(presence="ready"),
    )
    ended = page.get_by_test_id("ended")
    for words in ("WhatsApp ended the call", "138006", "Receiver is out of reach"):
        await expect(ended).to_contain_text(words)
    await page.get_by_test_id("done").click()
    await expect(ended).to_be_hidden()
    await expect(page.get_by_test_id("presence")).to_have_text("Ready")


async def test_a_lost_connection_is_shown_and_comes_back_by_itself(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await ringing(desk, new_page)
    await page.evaluate("""() => {
        globalThis.states = [];
        addEventListener("ringbridge-change", ({ detail }) => states.push(`${detail.connection} ${detail.phase}`));
    }""")
    desk.presence = "away"
    await desk.hang_up_tabs(CloseCode.TOO_SLOW)
    assert (await desk.hears(Hello)).token == TOKEN
    await desk.hears(Ready)
    await expect(page.get_by_test_id("connection")).to_have_text("Connected")
    await expect(page.get_by_test_id("presence")).to_have_text("Ready")
    assert "lost none" in await page.evaluate("states"), "a call that nobody can answer went on ringing"


async def test_a_reload_costs_an_agent_no_calls(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await talking(desk, new_page)
    desk.presence = "away"
    await page.reload()
    await desk.hears(Ready)
    await expect(page.get_by_test_id("presence")).to_have_text("Ready")
    await page.get_by_test_id("presence-toggle").click()
    await expect(page.get_by_test_id("presence")).to_have_text("Away")
    await page.reload()
    await desk.hears(Hello)
    await expect(page.get_by_test_id("presence")).to_have_text("Away")
    assert desk.heard_nothing_of(Ready), "an agent who went away is put back to work by a reload"


async def test_117_hold_is_shown_when_the_server_says_so(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await talking(desk, new_page)
    hold = page.get_by_test_id("hold")
    await page.keyboard.press("h")
    assert (await desk.hears(Hold)).call_id == CALL
    await expect(hold).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(SENT_TRACK_ENABLED)
    await desk.say(Held(call_id=CALL, joined_at=time.time()))
    await expect(hold).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_test_id("conversation")).to_contain_text("The caller hears hold music")
    assert not await page.evaluate(SENT_TRACK_ENABLED), "the microphone stays open while the caller is on hold"
    await hold.click()
    assert (await desk.hears(Retrieve)).call_id == CALL
    await desk.say(Joined(call_id=CALL, joined_at=time.time()))
    await expect(hold).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(SENT_TRACK_ENABLED), "the agent is not heard after the hold"


def resume(*, talked_s: float) -> Resume:
    return Resume(
        call_id=CALL,
        direction="inbound",
        channel="whatsapp",
        customer=Customer(name="Maria Okafor", number="+44 7700 900123"),
        queue="Support",
        joined_at=time.time() - talked_s,
    )


@pytest.mark.parametrize("lost", ["reload", "connection"])
async def test_95_a_page_takes_up_the_conversation_it_lost(desk: ScriptedDesk, new_page: NewPage, lost: str) -> None:
    """#95 #58: new media without a press, the true timer, a shut microphone until the server has joined the voices."""
    page = await talking(desk, new_page)
    first = await desk.hears(MediaOffer)
    if lost == "reload":
        await page.reload()
    else:
        await desk.hang_up_tabs(CloseCode.TOO_SLOW)
    assert (await desk.hears(Hello)).page is not None, "the server could not tell the page from another"
    await desk.say(resume(talked_s=754))
    offer = await desk.hears(MediaOffer)
    assert offer.call_id == CALL
    assert offer.sdp != first.sdp, "the lost line was offered again"
    await expect(page.get_by_test_id("conversation")).to_contain_text("Maria Okafor")
    await expect(page.get_by_test_id("conversation")).to_contain_text("Taking you back to the call")
    if lost == "reload":
        await expect(page.get_by_test_id("timer")).to_contain_text("12:3")
    assert not await page.evaluate(SENT_TRACK_ENABLED), "the agent is heard before the voices are joined"
    await desk.say(Joined(call_id=CALL, joined_at=time.time() - 754))
    await expect(page.get_by_test_id("conversation")).to_contain_text("Connected")
    assert await page.evaluate(SENT_TRACK_ENABLED), "the agent is not heard after Joined"
    await page.get_by_test_id("hang-up").click()
    assert (await desk.hears(HangUp)).call_id == CALL


async def test_after_a_long_break_nobody_is_put_back_to_work(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page)
    await desk.say(Presence(presence="ready"))
    await expect(page.get_by_test_id("presence")).to_have_text("Ready")
    await page.clock.set_fixed_time((time.time() + 600) * 1000)
    desk.presence = "away"
    await desk.hang_up_tabs()
    await expect(page.get_by_test_id("notice")).to_have_text("You are away since the connection was lost.")
    assert desk.heard_nothing_of(Ready), "an empty chair is rung"


async def test_a_server_that_stays_away_is_said_in_words(new_page: NewPage) -> None:
    async with scripted_desk() as desk:
        page = await new_page(desk.url, locale="en-GB", tolerate="WebSocket connection to")
        await page.get_by_test_id("token").fill(TOKEN)
        await page.get_by_test_id("sign-in").click()
        await desk.hears(Hello)
        await expect(page.get_by_test_id("list-none")).to_be_visible()
    warning = page.get_by_test_id("connection-warning")
    await expect(warning).to_contain_text("Calls do not reach you")
    await expect(page.get_by_test_id("presence")).to_have_text("Offline")


async def test_a_blocked_ring_is_said_before_a_call_is_missed(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Lesson #99."""
    desk.presence = "ready"
    page = await new_page("about:blank", script=WARNING_SEEN)
    async with page.expect_console_message(lambda message: message.text == "ring warning seen"):
        await page.goto(f"{desk.url}#token={TOKEN}")
    await page.mouse.click(10, 10)
    await expect(page.get_by_test_id("ring-warning")).to_be_hidden()


async def test_the_policy_of_the_page_refuses_foreign_code(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await new_page(desk.url, tolerate="Content Security Policy")
    await page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "globalThis.injected = true";
        document.body.append(script);
    }""")
    assert await page.evaluate("globalThis.injected") is None, "inline code runs"


async def test_japanese_is_complete_and_switched_at_once(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await signed_in(desk, new_page, locale="ja-JP")
    await expect(page.get_by_test_id("presence")).to_have_text("離席中")
    await page.get_by_test_id("language").select_option("en")
    await expect(page.get_by_test_id("presence")).to_have_text("Away")
    keys = await page.evaluate(
        "import('/softphone/strings.js').then(({ STRINGS }) => "
        "Object.values(STRINGS).map((table) => Object.keys(table).sort()))"
    )
    assert keys[0] == keys[1], "a sentence exists in one language only"
