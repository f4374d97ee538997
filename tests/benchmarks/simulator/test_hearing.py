"""The ear tells ringback, music, voices and silence apart, and hears one beneath the other (lessons #12, #13, #16)."""

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.opus import FRAME_S, Pcm
from benchmarks.simulator.tones import (
    AGENT_TONE,
    CALLER_TONE,
    COLLEAGUE_TONE,
    Tone,
    silence_frames,
    synthesise,
    voice_frames,
)
from tests.benchmarks.simulator.recordings import chord, encoded, melody, recording, silence

VOICE_AT = 100.0
"""Arrival of the first packet of a recording."""


def sounds(payloads: Sequence[bytes]) -> list[tuple[str, float]]:
    """Names and rounded lengths of what was heard."""
    return [(seg.name, round(seg.seconds, 2)) for seg in Hearing(recording(payloads)).segments()]


@pytest.mark.parametrize("tone", [AGENT_TONE, CALLER_TONE])
def test_a_voice_is_known_by_its_name(tone: Tone) -> None:
    hearing = Hearing(recording(voice_frames(tone)))
    assert [(seg.sound, seg.name) for seg in hearing.segments()] == [(Sound.VOICE, tone.name)]
    assert hearing.hears(tone)
    assert hearing.loudest_besides(tone, 100.1, 101.0) < 0.002, "a voice alone must sound alone"


def test_voices_are_not_mistaken_for_each_other() -> None:
    assert not Hearing(recording(voice_frames(AGENT_TONE))).hears(CALLER_TONE)
    assert not Hearing(recording(voice_frames(CALLER_TONE))).hears(AGENT_TONE)


@pytest.mark.parametrize("hertz", [(425,), (440, 480), (400, 450)])
def test_ringback_of_the_large_networks_is_ringback(hertz: tuple[float, ...]) -> None:
    assert sounds(encoded(chord(1.0, *hertz))) == [("ringback", 1.0)]


@pytest.mark.parametrize("modulation", [16, 25])
def test_warbling_ringback_is_ringback(modulation: int) -> None:
    tone = chord(1.0, 400).astype(np.float64)
    warble = 0.75 + 0.25 * np.sin(2 * np.pi * modulation * np.arange(len(tone)) / 48_000)
    assert sounds(encoded((tone * warble).astype(np.int16))) == [("ringback", 1.0)]


def test_music_is_music_and_never_a_voice() -> None:
    heard = Hearing(recording(encoded(melody(6.0)))).segments()
    assert {seg.sound for seg in heard} == {Sound.MUSIC}


@pytest.mark.parametrize("note", [659.26, 698.46, 739.99, 1108.73, 1174.66])
def test_the_notes_next_to_a_test_tone_are_no_voice(note: float) -> None:
    heard = Hearing(recording(encoded(synthesise(note, 1.0)))).segments()
    assert {seg.sound for seg in heard} == {Sound.MUSIC}, "a pure note must not pass for an agent"


def test_comfort_frames_are_silence() -> None:
    assert sounds(silence_frames()) == [("silence", 0.5)]
    noise = np.random.default_rng(1).normal(0, 30, 48_000).astype(np.int16)
    assert sounds(encoded(noise)) == [("silence", 1.0)], "comfort noise at -60 dBFS is not music"


def test_a_whole_call_is_told_in_order() -> None:
    ring = np.concatenate([chord(1.0, 425), silence(2.0)])
    payloads = [*encoded(ring, melody(2.0)), *voice_frames(AGENT_TONE)]
    assert [name for name, _ in sounds(payloads)] == ["ringback", "silence", "music", "agent"]


@pytest.mark.parametrize("before", [melody(1.0), chord(1.0, 425), silence(1.0)], ids=["music", "ringback", "silence"])
def test_the_first_packet_of_a_voice_is_found_within_one_frame(before: Pcm) -> None:
    payloads = [*encoded(before), *voice_frames(AGENT_TONE)]
    found = Hearing(recording(payloads)).first_voice_at(AGENT_TONE)
    assert found == pytest.approx(VOICE_AT + 1.0, abs=FRAME_S + 1e-6)


def test_no_voice_no_moment() -> None:
    assert Hearing(recording(encoded(melody(1.0)))).first_voice_at(AGENT_TONE) is None


def test_a_short_blip_is_not_hearing_the_agent() -> None:
    payloads = [*encoded(silence(1.0)), *voice_frames(AGENT_TONE)[:3], *encoded(silence(1.0))]
    assert not Hearing(recording(payloads)).hears(AGENT_TONE)


@pytest.mark.parametrize("quieter", [1.0, 0.3, 0.1])
@pytest.mark.parametrize("beneath", [melody(1.0), chord(1.0, 425)], ids=["music", "ringback"])
def test_sound_that_goes_on_beneath_the_agent_is_noticed(beneath: Pcm, quieter: float) -> None:
    mixed = (synthesise(AGENT_TONE.hertz, 1.0) * 0.7 + beneath * quieter).astype(np.int16)
    besides = Hearing(recording(encoded(mixed))).loudest_besides(AGENT_TONE, 100.1, 101.0)
    assert besides > 0.005, "music mixed with the agent, 20 dB down, must show"


def test_telephone_events_and_garbage_do_not_deafen() -> None:
    heard = recording(voice_frames(AGENT_TONE))
    digit = heard[5]._replace(packet=heard[5].packet._replace(payload_type=126, payload=b"\x01\x0a\x00\xa0"))
    broken = heard[20]._replace(packet=heard[20].packet._replace(payload=b""))
    hearing = Hearing([*heard[:5], digit, *heard[5:20], broken, *heard[21:]])
    assert hearing.hears(AGENT_TONE)


def test_nothing_heard_has_no_segments() -> None:
    assert Hearing([]).segments() == []


def test_mixed_voices_share_the_energy_and_silence_has_none() -> None:
    both = synthesise(CALLER_TONE.hertz, 1.0, 0.2) + synthesise(AGENT_TONE.hertz, 1.0, 0.2)
    hearing = Hearing(recording([*encoded(both), *encoded(silence(1.0))]))
    for tone in (CALLER_TONE, AGENT_TONE):
        assert hearing.share(tone, VOICE_AT + 0.1, VOICE_AT + 3.0) == pytest.approx(0.5, abs=0.05)
    assert hearing.share(COLLEAGUE_TONE, VOICE_AT + 0.1, VOICE_AT + 3.0) < 0.01, "a voice is heard that is not there"
    assert hearing.share(CALLER_TONE, VOICE_AT + 1.2, VOICE_AT + 2.0) == 0.0
