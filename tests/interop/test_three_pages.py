"""Two agents and a supervisor in a real Chromium, a customer on WhatsApp and a real server between them.

Every voice is a note of its own, so who hears whom is measured and not believed.
"""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.meta_sdp import TELEPHONE_EVENT_PAYLOAD_TYPE
from benchmarks.simulator.presses import presses
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, COLLEAGUE_TONE
from tests.interop.conftest import NewPage
from tests.interop.voices import TONES, answer, hears, open_page, open_wallboard, take_calls
from tests.support.stage import PATIENCE_S, Stage, staged, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


LEVEL = "bar => parseInt(bar.style.getPropertyValue('--level'))"
"""How far a meter is filled, in per cent."""


async def in_conversation(stage: Stage, ana: Page) -> SimulatedCall:
    """Ana talks with a customer."""
    await take_calls(ana)
    call = stage.phone()
    await answer(ana)
    await hears(ana, CALLER_TONE)
    return call


async def customer_hears(call: SimulatedCall) -> set[str]:
    """Whose voices the customer hears just now."""
    since = call.ear.last_at
    assert since is not None
    await call.ear.listen(0.6, PATIENCE_S)
    now = call.ear.last_at
    assert now is not None
    hearing = Hearing(call.ear.recording, tones=TONES)
    return {tone.name for tone in TONES if hearing.share(tone, since, now) > 0.2}


async def choose(page: Page, act: str, colleague: str) -> None:
    """The agent opens the list, finds the colleague, and hands over or asks first."""
    await page.keyboard.press("t")
    await page.get_by_test_id("transfer-search").fill(colleague)
    target = page.get_by_test_id("transfer-targets").locator("li")
    await expect(target).to_have_count(1)
    await expect(target).to_contain_text("Ready")
    await target.get_by_role("button", name=act).click()


async def board_says(board: Page, *, calls: list[str], agents: dict[str, str]) -> None:
    """The wallboard comes to show exactly these calls, by agent, and these agents' states."""
    rows = board.get_by_test_id("calls").locator("tr")
    await expect(rows).to_have_count(len(calls))
    for row, fact in enumerate(calls):
        await expect(rows.nth(row)).to_contain_text(fact)
    for name, state in agents.items():
        await expect(board.get_by_test_id("agents").locator("tr", has_text=name)).to_contain_text(state)


async def test_78_115_asked_merged_and_handed_over_in_three_pages(tmp_path: Path, new_page: NewPage) -> None:
    """#78 #115 #117: what pages and wallboard show is what is heard, from the first ring to the last hang-up."""
    async with staged(tmp_path, queue={"music": False}) as stage:
        ana = await open_page(stage, new_page, "ana", AGENT_TONE)
        ben = await open_page(stage, new_page, "ben", COLLEAGUE_TONE)
        board = await open_wallboard(stage, new_page)
        call = await in_conversation(stage, ana)
        assert await customer_hears(call) == {"agent"}
        await board_says(board, calls=["ana"], agents={"ana": "In a call", "ben": "Away"})

        await take_calls(ben)
        await choose(ana, "Ask first: ben", "ben")
        await expect(ben.get_by_test_id("popup")).to_contain_text("ana")
        await expect(ana.get_by_test_id("consult")).to_contain_text("ben is being rung")
        await answer(ben)
        await expect(ana.get_by_test_id("consult")).to_contain_text("You talk with ben")
        await hears(ana, COLLEAGUE_TONE)
        await hears(ben, AGENT_TONE)
        assert await customer_hears(call) == set(), "the customer hears what is said about him"

        await ana.get_by_test_id("merge").click()
        await expect(ana.get_by_test_id("consult")).to_contain_text("hear each other")
        await hears(ana, CALLER_TONE, COLLEAGUE_TONE)
        await hears(ben, CALLER_TONE, AGENT_TONE)
        assert await customer_hears(call) == {"agent", "colleague"}

        await ana.get_by_test_id("complete-transfer").click()
        await expect(ana.get_by_test_id("ended")).to_be_visible()
        await expect(ben.get_by_test_id("notice")).to_have_text("The call is yours now.")
        await hears(ben, CALLER_TONE)
        assert await customer_hears(call) == {"colleague"}
        await board_says(board, calls=["ben"], agents={"ben": "In a call"})

        await ben.get_by_test_id("hang-up").click()
        await until(call.ended)
        await board_says(board, calls=[], agents={"ana": "Ready", "ben": "Ready"})
        await expect(board.get_by_test_id("queues").locator('[data-fact="answered"]')).to_have_text("1")
        assert discontinuities(call.ear.recording) == [], "the customer's phone noticed"
        record = await stage.record_of(call)
        assert (record.agent, record.ended_by) == ("ben", "agent")
        assert [transfer.outcome for transfer in record.transfers] == ["completed"]


async def test_a_blind_transfer_rings_every_window_of_the_colleague_until_one_answers(
    tmp_path: Path, new_page: NewPage
) -> None:
    """#84 #117: wrap-up begins for the one, the other's second window says where the call is."""
    async with staged(tmp_path, queue={"music": False, "wrap_up_s": 60}) as stage:
        ana = await open_page(stage, new_page, "ana", AGENT_TONE)
        ben = await open_page(stage, new_page, "ben", COLLEAGUE_TONE)
        second = await open_page(stage, new_page, "ben", COLLEAGUE_TONE)
        call = await in_conversation(stage, ana)
        await take_calls(ben)
        await expect(second.get_by_test_id("presence")).to_have_text("Ready")
        await choose(ana, "Hand over: ben", "ben")
        await expect(ana.get_by_test_id("ended")).to_be_visible()
        await expect(ana.get_by_test_id("wrap-up")).to_contain_text("0:5")
        await expect(second.get_by_test_id("popup")).to_contain_text("Noor Haddad")
        await answer(ben)
        await expect(second.get_by_test_id("notice")).to_have_text("Answered in another window")
        await expect(second.get_by_test_id("idle-title")).to_have_text("In a call in another window")
        await hears(ben, CALLER_TONE)
        assert await customer_hears(call) == {"colleague"}

        await ana.get_by_test_id("presence-toggle").click()
        await expect(ana.get_by_test_id("presence")).to_have_text("Ready")
        call.hang_up()
        await expect(ben.get_by_test_id("ended")).to_contain_text("The customer hung up")
        await stage.record_of(call)


async def test_what_a_page_says_of_its_line_is_so(tmp_path: Path, new_page: NewPage) -> None:
    """#39: figures and levels of both directions, keys that arrive, a shut microphone that is spoken to, a dead one."""
    tables = {"media": {"inaudible_ms": 2000}}
    async with staged(tmp_path, queue={"music": False, "one_way_alarm_s": 1.0}, tables=tables) as stage:
        ana = await open_page(stage, new_page, "ana", AGENT_TONE)
        call = await in_conversation(stage, ana)
        for direction in ("hearing", "heard"):
            await expect(ana.get_by_test_id(f"{direction}-verdict")).to_have_text("Good line")
            level = await ana.get_by_test_id(f"{direction}-level").evaluate(
                "bar => bar.style.getPropertyValue('--level')"
            )
            assert int(level.rstrip("%")) > 20, f"the meter of {direction} stands still at {level}"
        title = await ana.get_by_test_id("hearing-verdict").get_attribute("title")
        assert title is not None
        assert title.startswith("Loss 0 %, jitter ")

        await ana.keyboard.press("k")
        await ana.keyboard.type("42#")
        await expect(ana.get_by_test_id("keypad-pressed")).to_have_text("42#")
        await call.ear.listen(1.0, PATIENCE_S)
        assert presses(call.ear.recording, TELEPHONE_EVENT_PAYLOAD_TYPE) == "42#"
        await ana.keyboard.press("k")

        await ana.get_by_test_id("mute").click()
        await expect(ana.get_by_test_id("talks-muted")).to_have_text("You are muted but speaking.")
        assert "agent" not in await customer_hears(call)
        await ana.get_by_test_id("mute").click()
        await expect(ana.get_by_test_id("talks-muted")).to_be_hidden()

        await ana.evaluate("speakUp(false)")
        # Up to four seconds until nothing is found to be heard of her (media.inaudible_ms), and one until the alarm.
        await expect(ana.get_by_test_id("alarm")).to_contain_text("The customer hears nothing of you", timeout=10_000)
        await ana.evaluate("speakUp(true)")
        await expect(ana.get_by_test_id("alarm")).to_be_hidden()
        call.hang_up()
        await expect(ana.get_by_test_id("ended")).to_be_visible()
        await stage.record_of(call)
