"""Whole calls against a business on stock aiortc: sound both ways, and every broken promise noticed."""

import asyncio

import pytest

from benchmarks.simulator.call import Windows
from benchmarks.simulator.cloud import CallScript
from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.payloads import Batch
from benchmarks.simulator.relayed_phone import Ipv6
from benchmarks.simulator.report import report, timeline
from benchmarks.simulator.tones import AGENT_TONE, Tone
from tests.benchmarks.simulator.conftest import MakeStage, Stage
from tests.benchmarks.simulator.stock_business import Manners


async def heard_both_ways(stage: Stage, script: CallScript) -> None:
    """A call from ring to hang-up in which both hear each other."""
    call = stage.cloud.place_call(script)
    await call.accepted.wait(10)
    await asyncio.wait_for(stage.business.heard_caller.wait(), 10)
    call.hang_up()
    await stage.cloud.settled()
    assert call.violations == []
    assert Hearing(call.ear.recording).hears(AGENT_TONE), "the caller must hear the business"
    assert discontinuities(call.ear.recording) == []
    assert stage.business.events == [("connect", call.call_id), ("terminate", call.call_id)]
    assert stage.business.values[-1]["calls"][0]["duration"] >= 0, "an answered call has a duration"


@pytest.mark.parametrize("ipv6", [Ipv6.ABSENT, Ipv6.DEAD])
async def test_caller_and_a_proper_business_hear_each_other(stage: Stage, ipv6: Ipv6) -> None:
    """Lessons #27, #31: a full agent facing a lite one controls, is DTLS client, and audio flows both ways."""
    await heard_both_ways(stage, CallScript(ipv6=ipv6))


async def test_the_phone_is_silent_until_it_has_heard_something(make_stage: MakeStage) -> None:
    """Lesson #34: who waits for the caller to speak first, waits for ever and loses the call."""
    stage = await make_stage(windows=Windows(first_media_s=0.3), manners=Manners(never_speaks=True))
    call = stage.cloud.place_call()
    await call.ended.wait(10)
    await stage.cloud.settled()
    assert call.phone.media.packets_sent == 0
    assert "no media came after accept" in call.violations
    value = stage.business.values[-1]
    assert value["calls"][0]["status"] == "FAILED"
    assert value["errors"][0]["code"] == 138021


async def test_media_that_stops_ends_the_call(make_stage: MakeStage) -> None:
    stage = await make_stage(windows=Windows(media_gap_s=0.3))
    call = stage.cloud.place_call()
    await call.accepted.wait(10)
    await asyncio.wait_for(stage.business.heard_caller.wait(), 10)
    await stage.business.close()
    await call.ended.wait(10)
    assert "media stopped during the call" in call.violations


async def test_audio_before_accept_is_noted(make_stage: MakeStage) -> None:
    stage = await make_stage(manners=Manners(speaks_before_accept=True))
    call = stage.cloud.place_call()
    await call.accepted.wait(10)
    await asyncio.wait_for(stage.business.heard_caller.wait(), 10)
    call.hang_up()
    assert any("answered too early" in text for text in call.violations)


async def test_a_call_nobody_accepts_ends_unanswered(make_stage: MakeStage) -> None:
    stage = await make_stage(windows=Windows(accept_s=0.1), manners=Manners(never_accepts=True))
    call = stage.cloud.place_call()
    await call.ended.wait(5)
    await stage.cloud.settled()
    assert call.violations == ["accept did not come in time"]
    terminate = stage.business.values[-1]["calls"][0]
    assert terminate["event"] == "terminate"
    assert "start_time" not in terminate, "unanswered calls have no times"


async def test_terminate_can_come_before_connect(make_stage: MakeStage) -> None:
    stage = await make_stage(manners=Manners(never_accepts=True))
    call = stage.cloud.place_call(CallScript(hold_back_connect=True))
    call.hang_up()
    await stage.cloud.settled()
    stage.cloud.send_late_connect(call)
    await stage.cloud.settled()
    assert [event for event, _ in stage.business.events] == ["terminate", "connect"]


async def test_every_webhook_can_come_twice(make_stage: MakeStage) -> None:
    stage = await make_stage(manners=Manners(never_accepts=True))
    call = stage.cloud.place_call(CallScript(twice=True))
    call.hang_up()
    await stage.cloud.settled()
    assert sorted(event for event, _ in stage.business.events) == ["connect", "connect", "terminate", "terminate"]


@pytest.mark.parametrize("batch", list(Batch))
async def test_two_calls_can_share_a_post(make_stage: MakeStage, batch: Batch) -> None:
    stage = await make_stage(manners=Manners(never_accepts=True))
    calls = stage.cloud.place_calls([CallScript(), CallScript()], batch)
    await stage.cloud.settled()
    assert len(stage.cloud.deliveries) == 1, "one POST for both"
    assert [call_id for _, call_id in stage.business.events] == [call.call_id for call in calls]


async def test_the_report_tells_what_the_caller_heard(stage: Stage) -> None:
    call = stage.cloud.place_call(CallScript(voice=Tone("caller", 719)))
    await call.accepted.wait(10)
    await asyncio.wait_for(stage.business.heard_caller.wait(), 10)
    call.hang_up()
    keys = report(call, None)
    assert keys["caller_hears_agent"]
    assert keys["rtp_discontinuities"] == 0
    assert keys["accept_to_first_audio_ms"] > 0
    assert keys["max_gap_ms"] >= 20
    assert keys["other_sound_after_join"] < 0.01, "a lone tone has nothing beneath it"
    assert keys["agent_answer_to_voice_ms"] is None
    lines = timeline(call, None)
    assert [line.at_s for line in lines] == sorted(line.at_s for line in lines)
    assert any("hears agent" in line.what for line in lines)
