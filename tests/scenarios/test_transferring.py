"""Blind transfer on a whole server: the caller hears hold audio and then the colleague, in one unbroken stream."""

from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.tones import CALLER_TONE
from tests.support.stage import PATIENCE_S, Stage, until


async def test_115_a_blind_transfer_rings_the_colleague_and_joins_both_ways(stage: Stage) -> None:
    """#115 #13: two-way voice with the colleague, hold audio in between and no music beneath the voice."""
    ana = await stage.agent("ana")
    call = stage.phone()
    first = await stage.talk(ana)
    await call.ear.listen(0.5, PATIENCE_S)
    await stage.agent("abe")
    ben = await stage.agent("ben")
    await first.transfer(to_agent="ben")
    transferred_at = await until(first.ended)
    second = await ben.next_ring(PATIENCE_S)
    await until(second.media_up)
    await call.ear.listen(2.5, PATIENCE_S)
    await second.answer()
    joined_at = await until(second.joined)
    await call.ear.listen(0.6, PATIENCE_S)
    call.hang_up()
    await until(second.ended)

    sounds = [
        segment.sound
        for segment in Hearing(call.ear.recording).segments()
        if segment.end > transferred_at and segment.sound is not Sound.SILENCE
    ]
    assert {Sound.RINGBACK, Sound.MUSIC} & set(sounds), "the caller sat in silence while the colleague was rung"
    assert sounds[-1] is Sound.VOICE, "the caller hears the colleague"
    assert call.ended.at is not None
    assert joined_at < call.ended.at
    assert Hearing(second.ear.recording).hears(CALLER_TONE, 0.3), "the colleague hears the caller"
    assert discontinuities(call.ear.recording) == [], "the caller's phone must not notice (#26)"
    record = await stage.record_of(call)
    assert record.agents_tried == ("ana", "ben"), "an agent who was not asked for rang first"
