"""Agents refuse, do not answer, answer twice or vanish; the caller goes on hearing the same and gets the next one."""

from pathlib import Path

from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.media_end import MediaEnd
from tests.support.stage import PATIENCE_S, Stage, staged, until


async def test_a_refusal_moves_on_to_the_next_agent(stage: Stage) -> None:
    """#75: and the one who refused is not rung for it again."""
    ana = await stage.agent("ana")
    call = stage.phone()
    ringing = await ana.next_ring(PATIENCE_S)
    ben = await stage.agent("ben")
    await ringing.reject()
    talk = await stage.talk(ben)
    assert ringing.stopped.at is not None, "ana's popup is gone"
    call.hang_up()
    await until(talk.ended)
    assert len(ana.calls) == 1, "a refused call must not ring there again"
    record = await stage.record_of(call)
    assert record.agents_tried == ("ana", "ben"), "the record tells who was rung"
    assert discontinuities(call.ear.recording) == [], "the caller's sound was never touched (#10)"


async def test_no_answer_moves_on_to_the_next_agent(tmp_path: Path) -> None:
    async with staged(tmp_path, queue={"ring_s": 0.5}) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        ringing = await ana.next_ring(PATIENCE_S)
        ben = await stage.agent("ben")
        talk = await stage.talk(ben)
        assert ringing.stopped.at is not None, "ana's popup is gone"
        call.hang_up()
        await until(talk.ended)
        assert (await stage.record_of(call)).agent == "ben", "the second agent had the call"


async def test_the_first_tab_to_answer_wins_and_the_others_fall_silent(stage: Stage) -> None:
    """#84 #91: every tab rings, one answers, the rest stop within half a second."""
    tabs = [await stage.agent("ana") for _ in range(3)]
    call = stage.phone()
    rings = [await tab.next_ring(PATIENCE_S) for tab in tabs]
    for ring in rings:
        await until(ring.media_up)
    await rings[1].answer()
    joined_at = await until(rings[1].joined)
    for other in (rings[0], rings[2]):
        assert await until(other.stopped) - joined_at < 0.5, "a ghost rings on"
        assert other.joined.at is None, "two tabs in one conversation"
    await rings[0].answer()
    await call.ear.listen(0.5, PATIENCE_S)
    assert rings[0].joined.at is None, "a late second Answer is harmless (#89)"
    call.hang_up()
    await until(rings[1].ended)


async def test_an_agent_whose_network_fails_is_covered_by_hold_audio_and_joined_again(tmp_path: Path) -> None:
    """#39, #58: seconds before ICE gives the agent up, the caller hears music; once back, the same conversation."""
    async with staged(tmp_path, tables={"media": {"lost_ms": 500}}) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        talk = await stage.talk(ana)
        await call.ear.listen(0.5, PATIENCE_S)
        microphone = talk.browser.media
        assert isinstance(microphone, MediaEnd)
        microphone.cut()
        await call.ear.listen(2.0, PATIENCE_S)
        microphone.unmute()
        await call.ear.listen(0.5, PATIENCE_S)
        call.hang_up()
        await until(talk.ended)
        sounds = [segment.sound for segment in Hearing(call.ear.recording).segments()]
        first, last = sounds.index(Sound.VOICE), len(sounds) - 1 - sounds[::-1].index(Sound.VOICE)
        assert {Sound.RINGBACK, Sound.MUSIC} & set(sounds[first:last]), "the caller waits in dead air"
        assert discontinuities(call.ear.recording) == [], "the caller's phone must not notice (#26)"
        assert (await stage.record_of(call)).agents_tried == ("ana",), "silence alone loses no agent"


async def test_an_agent_who_is_offline_is_never_rung(stage: Stage) -> None:
    """#85: a call waits rather than ring in nobody's browser."""
    ana = await stage.agent("ana")
    await ana.close()
    call = stage.phone()
    await until(call.accepted)
    await call.ear.listen(0.5, PATIENCE_S)
    assert ana.calls == [], "a closed tab cannot ring"
    call.hang_up()
    assert (await stage.record_of(call)).agents_tried == (), "nobody was bothered"


async def test_calls_go_round_the_longest_idle_agents(stage: Stage) -> None:
    """#77: calls one after the other, three agents, each call exactly one agent, nobody stuck."""
    agents = [await stage.agent(name) for name in ("ana", "ben", "cem")]
    for number in range(6):
        call = stage.phone()
        talk = await stage.talk(agents[number % 3])
        call.hang_up()
        await until(talk.ended)
        await stage.record_of(call)
    served = [record.agent for record in reversed(await stage.records())]
    assert served == ["ana", "ben", "cem"] * 2, "the longest idle agent is next, and nobody gets stuck"
