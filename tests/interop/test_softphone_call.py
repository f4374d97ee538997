"""What the softphone knows of its call, run in a real browser: in every order of events, what the server said."""

import pytest

from tests.interop.conftest import NewPage
from tests.interop.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_no_sequence_of_events_breaks_the_call_state(desk: ScriptedDesk, new_page: NewPage) -> None:
    """Every sequence of five events: presses move no phase, nothing is heard before Joined or after the end."""
    page = await new_page(desk.url)
    broken = await page.evaluate("""async () => {
        const { NO_CALL, live, rings, speaks, step } = await import("/softphone/call.js");
        const wishes = ["answer", "reject", "hang_up", "mute"].map((type) => ({ type }));
        const facts = ["ring", "joined", "held", "stop_ring", "call_ended"].map((type) => ({ type, callId: "1" }));
        const events = [...wishes, ...facts, { type: "ring", callId: "2" }, { type: "joined", callId: "2" },
            { type: "resume", callId: "1", talkedMs: 0 }, { type: "connection_lost" }, { type: "time_passed" },
            { type: "dismiss" }];
        const broken = [];
        const walk = (call, joined, path) => {
            if (path.length === 5) return;
            for (const event of events) {
                const next = step(call, event, path.length);
                const lost = event.type === "connection_lost" || event.type === "resume";
                const nowJoined = next.callId === call.callId && next.phase !== "ringing" && !lost
                    ? joined || (["joined", "held"].includes(event.type) && event.callId === call.callId) : false;
                const wrong =
                    (wishes.includes(event) && next.phase !== call.phase && "a press moved the phase") ||
                    (speaks(next) && !nowJoined && "heard before Joined") ||
                    (event.type === "held" && event.callId === next.callId && speaks(next) && "heard on hold") ||
                    (rings(next) && next.phase !== "ringing" && "rings outside its phase") ||
                    (lost && (speaks(next) || rings(next)) && "a call goes on without its line") ||
                    (event.type === "call_ended" && next.callId === "1" && live(next) && "a call outlives its end");
                if (wrong) broken.push(`${wrong}: ${[...path, event.type].join(" ")}`);
                walk(next, nowJoined, [...path, event.type]);
            }
        };
        walk(NO_CALL, false, []);
        return broken.slice(0, 5);
    }""")
    assert broken == []


async def test_a_lost_conversation_that_nobody_gives_back_is_over(desk: ScriptedDesk, new_page: NewPage) -> None:
    page = await new_page(desk.url)
    phases = await page.evaluate("""async () => {
        const { NO_CALL, step } = await import("/softphone/call.js");
        const events = ["ring", "joined", "connection_lost"].map((type) => ({ type, callId: "1" }));
        const lost = events.reduce((call, event) => step(call, event, 1000), NO_CALL);
        return [1000, 8999, 9000].map((now) => step(lost, { type: "time_passed" }, now).phase);
    }""")
    assert phases == ["returning", "returning", "ended"], "the page shows a call that the server gave to another agent"


async def test_a_page_that_was_left_out_does_not_say_that_the_caller_went_back(
    desk: ScriptedDesk, new_page: NewPage
) -> None:
    """The agent is in a call all the same: another window of his was given the conversation."""
    page = await new_page(desk.url)
    told = await page.evaluate("""async () => {
        const { NO_CALL, step } = await import("/softphone/call.js");
        const events = ["ring", "joined", "connection_lost"].map((type) => ({ type, callId: "1" }));
        const lost = events.reduce((call, event) => step(call, event, 1000), NO_CALL);
        return [true, false].map((elsewhere) => step(lost, { type: "time_passed", elsewhere }, 9000).end.endedBy);
    }""")
    assert told == ["elsewhere", "connection"]
