"""One-way audio on a whole server: from the packets that carry nothing to the agent's tab and the call record."""

from pathlib import Path

from benchmarks.simulator.ear import Ear
from benchmarks.simulator.tones import AGENT_TONE, silence_frames, voice_frames
from tests.support.stage import PATIENCE_S, staged, until

QUICK = {"media": {"inaudible_ms": 2000}}


async def test_39_an_agent_whose_microphone_is_dead_is_told_and_told_when_it_is_heard_again(tmp_path: Path) -> None:
    async with staged(tmp_path, queue={"one_way_alarm_s": 1.0}, tables=QUICK) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        talk = await stage.talk(ana)
        await call.ear.listen(0.5, PATIENCE_S)
        assert talk.alarms == [], "two who hear each other need no alarm"
        talk.browser.media.say(silence_frames())
        await alarmed(call.ear, talk.alarms, 1)
        talk.browser.media.say(voice_frames(AGENT_TONE))
        await alarmed(call.ear, talk.alarms, 2)
        call.hang_up()
        await until(talk.ended)
        record = await stage.record_of(call)
    assert talk.alarms == ["agent", None]
    (alarm,) = record.alarms
    assert alarm.silent == "agent"
    assert alarm.until is not None
    assert record.answered_at is not None
    assert record.answered_at < alarm.since < alarm.until < record.ended_at


async def alarmed(ear: Ear, alarms: list[str | None], times: int) -> None:
    """Wait until the tab was told this often."""
    for _ in range(200):
        if len(alarms) >= times:
            return
        await ear.listen(0.1, PATIENCE_S)
    raise AssertionError("the agent was not told")
