"""An agent's page is reloaded, crashes or changes its network in mid-call: the caller hears hold audio and no seam."""

from pathlib import Path

import pytest

from benchmarks.simulator.agent import ScriptedAgent
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.continuity import discontinuities, longest_gap
from benchmarks.simulator.hearing import Hearing, Segment, Sound
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from tests.support.stage import PATIENCE_S, Stage, staged, until

GAP_S = 0.4
"""Longest gap tolerated here, in seconds: the engine's stall time of 200 ms and a machine that others share."""


def heard_since(call: SimulatedCall, moment: float) -> list[Segment]:
    """What the caller has heard since this moment, without silence."""
    heard = Hearing(call.ear.recording).segments()
    return [segment for segment in heard if segment.end > moment and segment.sound is not Sound.SILENCE]


async def lose(agent: ScriptedAgent, how: str) -> None:
    """The tab goes away."""
    await (agent.crash() if how == "crash" else agent.close())


@pytest.mark.parametrize("how", ["reload", "crash"])
async def test_95_the_same_agent_is_back_within_five_seconds_and_the_caller_heard_no_seam(
    stage: Stage, how: str
) -> None:
    """#95 #96 #97 #98 #38: hold audio within a second, both hear each other again, and it is one call."""
    ana = await stage.agent("ana")
    call = stage.phone()
    first = await stage.talk(ana)
    await call.ear.listen(1.0, PATIENCE_S)
    lost_at = call.ear.last_at
    assert lost_at is not None
    await lose(ana, how)
    await call.ear.listen(1.0, PATIENCE_S)
    back = await stage.agent("ana")
    talk = await back.next_resumed(PATIENCE_S)
    joined_at = await until(talk.joined)
    await call.ear.listen(2.5, PATIENCE_S)
    call.hang_up()
    await until(talk.ended)

    _, hold, voice = [segment.sound for segment in heard_since(call, lost_at - 0.2)][:3]
    assert (hold, voice) == (Sound.RINGBACK, Sound.VOICE) or (hold, voice) == (Sound.MUSIC, Sound.VOICE)
    began = heard_since(call, lost_at + 0.1)[0]
    assert began.start - lost_at < 1.0, "the caller sat in silence while the agent's page reloaded"
    assert joined_at - lost_at < 5.0, "the agent was away for too long"
    assert Hearing([heard for heard in call.ear.recording if heard.at > joined_at]).hears(AGENT_TONE, 0.5)
    assert Hearing(talk.ear.recording).hears(CALLER_TONE, 0.5), "the agent hears the caller again"
    assert talk.ring.call_id == first.ring.call_id
    assert discontinuities(call.ear.recording) == [], "the caller's phone must not notice (#26)"
    gap = longest_gap(call.ear.recording, until=call.ended.at)
    assert gap is not None
    assert gap.seconds < GAP_S, "the caller was left in a hole"
    record = await stage.record_of(call)
    assert (record.agent, record.agents_tried, record.ended_by) == ("ana", ("ana",), "caller")
    assert len(await stage.records()) == 1, "a reload made a second call of it"
    assert call.violations == [], "WhatsApp's side was touched"


async def test_95_an_agent_who_does_not_come_back_loses_the_call_to_the_next(tmp_path: Path) -> None:
    """#14 #38: the conversation breaks off, the caller's stream does not."""
    async with staged(tmp_path, queue={"agent_return_s": 0.5}) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        await stage.talk(ana)
        await call.ear.listen(0.5, PATIENCE_S)
        ben = await stage.agent("ben")
        await ana.crash()
        talk = await stage.talk(ben)
        await call.ear.listen(0.5, PATIENCE_S)
        call.hang_up()
        await until(talk.ended)
        sounds = [segment.sound for segment in Hearing(call.ear.recording).segments()]
        first, last = sounds.index(Sound.VOICE), len(sounds) - 1 - sounds[::-1].index(Sound.VOICE)
        assert {Sound.RINGBACK, Sound.MUSIC} & set(sounds[first:last]), "hold audio fills the gap between two agents"
        assert discontinuities(call.ear.recording) == [], "the caller's phone must not notice (#26)"
        assert (await stage.record_of(call)).agents_tried == ("ana", "ben"), "one call, one record"


async def test_an_agent_who_returned_takes_the_next_call_like_any_other(stage: Stage) -> None:
    """#73: a return leaves nobody stuck in a state."""
    ana = await stage.agent("ana")
    call = stage.phone()
    await stage.talk(ana)
    await ana.crash()
    back = await stage.agent("ana")
    talk = await back.next_resumed(PATIENCE_S)
    await until(talk.joined)
    await talk.hang_up()
    await until(call.ended)
    second = stage.phone()
    again = await stage.talk(back)
    second.hang_up()
    await until(again.ended)
    assert (await stage.record_of(second)).agent == "ana", "the agent got stuck in the call before"


async def test_94_a_caller_who_leaves_while_the_agent_is_awaited_leaves_nothing(stage: Stage) -> None:
    """#92: the agent who comes back finds no dead call."""
    ana = await stage.agent("ana")
    call = stage.phone()
    await stage.talk(ana)
    await ana.crash()
    await call.ear.listen(0.3, PATIENCE_S)
    call.hang_up()
    assert (await stage.record_of(call)).ended_by == "caller"
    back = await stage.agent("ana")
    second = stage.phone()
    talk = await stage.talk(back)
    assert talk.call_id == second.call_id, "the dead call came back"
    second.hang_up()
    await until(talk.ended)
