"""A queue that picks up together with an agent: WhatsApp rings, and the first sound of ours is the agent's voice."""

from pathlib import Path

from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from tests.support.stage import PATIENCE_S, staged, until

WITH_AGENT = {"answer": "with_agent"}


async def test_the_phone_rings_until_an_agent_answers_and_voices_follow_at_once(tmp_path: Path) -> None:
    """#1 #7 #16: no packet before accept's 200, no ringback and no music of ours, and no dead air after it."""
    async with staged(tmp_path, queue=WITH_AGENT) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        ringing = await ana.next_ring(PATIENCE_S)
        await until(ringing.media_up)
        assert call.accepted.at is None, "picked up before anybody was there"
        assert "accept" not in [action for action, _ in stage.cloud.requests]
        await ringing.answer()
        await until(ringing.joined)
        await until(call.accepted)
        await call.ear.listen(0.6, PATIENCE_S)
        call.hang_up()
        await until(ringing.ended)
        record = await stage.record_of(call)

    assert call.violations == [], "audio before the 200 of accept, or another rule of Meta's broken"
    assert discontinuities(call.ear.recording) == []
    assert ringing.answered.at is not None
    heard = Hearing(call.ear.recording)
    assert {segment.sound for segment in heard.segments()} <= {Sound.VOICE, Sound.SILENCE}, "no ringback over a voice"
    voice = heard.first_voice_at(AGENT_TONE)
    assert voice is not None
    assert voice - ringing.answered.at < 1.0, "accept is one request away"
    assert Hearing(ringing.ear.recording).hears(CALLER_TONE)
    assert record.accepted_at is not None
    assert record.answered_at == record.accepted_at


async def test_a_caller_who_gives_up_before_anybody_answers_stops_the_ringing(tmp_path: Path) -> None:
    """#94."""
    async with staged(tmp_path, queue=WITH_AGENT) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        ringing = await ana.next_ring(PATIENCE_S)
        call.hang_up()
        await until(ringing.stopped)
        record = await stage.record_of(call)
    assert (record.ended_by, record.accepted_at) == ("caller", None)
    assert call.ear.recording == [], "a phone that was never picked up heard something"


async def test_a_queue_that_keeps_no_call_rejects_it_unanswered(tmp_path: Path) -> None:
    async with staged(tmp_path, queue={**WITH_AGENT, "unstaffed_wait_s": 0.2}) as stage:
        call = stage.phone()
        await until(call.ended)
        record = await stage.record_of(call)
        assert ("reject", 200) in stage.cloud.requests, "Meta refuses a terminate before accept"
        assert "terminate" not in [action for action, _ in stage.cloud.requests]
    assert (record.reason, record.accepted_at) == ("no agent is signed in", None)
    assert call.ear.recording == []
