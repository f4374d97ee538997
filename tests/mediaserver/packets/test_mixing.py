"""Three in one call: each hears all the others, and nothing of it outlasts the third one."""

import itertools

import numpy as np
import pytest

from benchmarks.simulator.opus import decode, encode
from mediaserver.packets.types import Cue
from tests.support.conference import TONES, Conference, Speaker, share, tone, tones, undisturbed
from tests.support.engine_room import COMFORT, EngineRoom
from tests.support.rtp_peer import Rtp

SETTLED = 14
"""Ticks after which a switch is over: the pacing slot, the buffer's 60 ms and six frames to judge."""


def mix(room: EngineRoom, conference: Conference) -> None:
    """Let everybody hear all the others."""
    for speaker in conference.speakers:
        room.engine.mix(speaker.leg, [other.leg for other in conference.speakers if other is not speaker])


def assert_one_stream(packets: list[Rtp]) -> None:
    assert len({packet.ssrc for packet in packets}) == 1, "the SSRC changed"
    for before, after in itertools.pairwise(packets):
        assert (after.sequence - before.sequence) % 2**16 == 1, "the sequence jumps"
        frames, rest = divmod((after.timestamp - before.timestamp) % 2**32, 960)
        assert rest == 0, "the clock leaves its frames"
        assert 1 <= frames <= 3, "the clock jumps"


@pytest.mark.parametrize("size", [3, 4])
def test_everybody_hears_all_the_others_and_not_himself(room: EngineRoom, size: int) -> None:
    conference = Conference(room, tones(size))
    mix(room, conference)
    conference.run(SETTLED)
    everybody = set(TONES[:size])
    for speaker, own in zip(conference.speakers, TONES, strict=False):
        assert speaker.hears() == everybody - {own}, "somebody is missing, or hears himself"


def test_26_two_become_three_and_two_again_in_one_stream(room: EngineRoom) -> None:
    """#26: one sender and one RTP clock, however the sound comes about; afterwards packets pass as they are."""
    voices: list[set[int]] = []

    def talk(conference: Conference) -> None:
        caller, agent, colleague = conference.speakers
        room.engine.listen(caller.leg, agent.leg)
        room.engine.listen(agent.leg, caller.leg)
        conference.run(SETTLED)
        voices[:] = caller.hears(), agent.hears()
        mix(room, conference)
        conference.run(SETTLED)
        voices.append(caller.hears())
        room.engine.listen(caller.leg, colleague.leg)
        room.engine.listen(colleague.leg, caller.leg)
        room.engine.comfort(agent.leg)
        conference.run(SETTLED)
        voices.extend((caller.hears(), colleague.hears()))

    conference = undisturbed(room, tones(3), talk)
    caller, agent, _ = conference.speakers
    assert voices[:2] == [{TONES[1]}, {TONES[0]}]
    assert voices[2] == {TONES[1], TONES[2]}, "the colleague is not heard"
    assert voices[3:] == [{TONES[2]}, {TONES[0]}], "the agent is still heard, or nobody"
    assert agent.heard[-1].payload == COMFORT
    for speaker in conference.speakers:
        assert_one_stream(speaker.heard)
        assert room.engine.counters(speaker.leg).longest_gap_us < 45_000, "a hole at a switch"
    counters = room.engine.counters(caller.leg)
    assert counters.sent == counters.forwarded + counters.mixed + counters.comfort_frames
    assert counters.mixed >= SETTLED - 5, "the mix was not used while there were three"


def test_hold_audio_gives_way_to_the_mix_whole(room: EngineRoom) -> None:
    """#13: of what played before nothing is left, in any direction."""
    conference = Conference(room, tones(3))
    caller = conference.speakers[0]
    music = room.engine.add_clip(encode(tone(TONES[3])))
    room.engine.play(caller.leg, [Cue(music, 0)])
    conference.run(SETTLED)
    assert caller.hears() == {TONES[3]}
    mix(room, conference)
    conference.run(SETTLED)
    for speaker in conference.speakers:
        assert TONES[3] not in speaker.hears(), "music is mixed with voices"
    room.engine.remove_clip(music)


def test_whoever_is_silent_adds_nothing(room: EngineRoom) -> None:
    conference = Conference(room, tones(3))
    caller, agent, colleague = conference.speakers
    mix(room, conference)
    conference.run(SETTLED)
    conference.run(SETTLED, mute=[colleague])
    assert caller.hears() == {TONES[1]}, "what a stalled leg said last goes on, or everything went with it"
    conference.run(SETTLED, mute=[agent, colleague])
    assert caller.heard[-1].payload == COMFORT, "dead air"
    conference.run(SETTLED)
    assert caller.hears() == {TONES[1], TONES[2]}, "nobody is heard again after a silence"


def test_who_leaves_is_left_out(room: EngineRoom) -> None:
    conference = Conference(room, tones(3))
    caller, agent, colleague = conference.speakers
    mix(room, conference)
    conference.run(SETTLED)
    room.remove(colleague.leg)
    conference.run(SETTLED, mute=[colleague])
    assert (caller.hears(), agent.hears()) == ({TONES[1]}, {TONES[0]})
    room.remove(agent.leg)
    conference.run(5, mute=[agent, colleague])
    assert caller.heard[-1].payload == COMFORT, "dead air"
    assert_one_stream(caller.heard)


def test_the_same_mix_goes_on_and_a_fourth_disturbs_nobody(room: EngineRoom) -> None:
    conference = Conference(room, tones(4))
    caller, agent, colleague, fourth = conference.speakers
    room.engine.mix(caller.leg, [agent.leg, colleague.leg])
    conference.run(SETTLED)
    comfort = room.engine.counters(caller.leg).comfort_frames
    room.engine.mix(caller.leg, [colleague.leg, agent.leg])
    room.engine.mix(caller.leg, [fourth.leg, colleague.leg, agent.leg])
    conference.run(SETTLED)
    assert room.engine.counters(caller.leg).comfort_frames == comfort, "those who were heard were interrupted"
    assert caller.hears() == {*TONES[1:]}


@pytest.mark.parametrize("sources", [[], [1], [0, 1], [1, 1], [1, 2, 3, 4]])
def test_a_mix_is_of_two_or_three_others(room: EngineRoom, sources: list[int]) -> None:
    legs = [room.join().leg for _ in range(5)]
    with pytest.raises(ValueError, match="two or three other legs"):
        room.engine.mix(legs[0], [legs[at] for at in sources])
    with pytest.raises(ValueError, match="no such leg"):
        room.engine.mix(legs[0], [legs[1], 12345])


def test_loud_voices_saturate(room: EngineRoom) -> None:
    """Twice full scale is full scale: a sum that wraps round would be noise."""
    conference = Conference(room, tones(3))
    caller = conference.speakers[0]
    loud = encode(tone(TONES[0], level_dbfs=-4))
    conference.speakers[1:] = [Speaker(speaker.party, loud) for speaker in conference.speakers[1:]]
    mix(room, conference)
    conference.run(SETTLED + 5)
    pcm = decode(packet.payload for packet in caller.heard[-10:])[2:].reshape(-1)
    assert np.abs(pcm).max() > 30_000, "the voices are not added up"
    tonal = sum(share(pcm, TONES[0] * harmonic) for harmonic in (1, 3, 5, 7))
    assert tonal > 0.97, "clipping adds odd harmonics and nothing else"


def test_what_is_no_opus_harms_nobody(room: EngineRoom) -> None:
    conference = Conference(room, tones(3))
    mix(room, conference)
    caller, agent, colleague = conference.speakers
    for number in range(40):
        conference.run(1, mute=[colleague])
        garbage = bytes([255, 63, number]) * (number % 7 + 1)
        colleague.party.peer.speak(garbage, sequence=number, timestamp=number * 960)
    assert TONES[1] in caller.hears()
    assert TONES[0] in agent.hears()


def test_keys_are_pressed_in_the_middle_of_a_mix(room: EngineRoom) -> None:
    conference = Conference(room, tones(3))
    caller = conference.speakers[0]
    mix(room, conference)
    conference.run(SETTLED)
    room.engine.send_digits(caller.leg, "7")
    while 126 not in {packet.payload_type for packet in caller.heard}:
        conference.run(1)
    conference.run(2 * SETTLED)
    assert caller.heard[-1].payload_type == 111, "the key is never let go"
    assert caller.hears() == {TONES[1], TONES[2]}, "the mix does not come back after a key"


def test_a_mix_is_wideband_and_small(room: EngineRoom) -> None:
    """Speech needs 8 kHz and WhatsApp plays no more; 32 kbit/s are a fifth of what the path carries at most."""
    conference = Conference(room, tones(3))
    high = encode(tone(6000))
    conference.speakers[1] = Speaker(conference.speakers[1].party, high)
    mix(room, conference)
    conference.run(2 * SETTLED)
    pcm = decode(packet.payload for packet in conference.speakers[0].heard[-10:])[2:].reshape(-1)
    assert share(pcm, 6000) > 0.2, "consonants are lost"
    sizes = [len(packet.payload) for packet in conference.speakers[0].heard[-15:]]
    assert sum(sizes) / len(sizes) < 160, "more than 64 kbit/s"
