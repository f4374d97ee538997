"""What a caller would complain about is found where it is, and nothing else is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hold_audio.checking import Finding, Flaw, check
from hold_audio.clip import SAMPLE_RATE, Samples
from hold_audio.encode import decode
from hold_audio.library import Library
from hold_audio.music import music_loop
from tests.hold_audio.sound_files import voice

MUSIC = music_loop()


def clicks_s(samples: Samples) -> list[float]:
    return [finding.at_s for finding in check(samples) if finding.flaw is Flaw.CLICK]


@settings(max_examples=30, deadline=None)
@given(st.integers(5_000, len(MUSIC) - 5_000), st.sampled_from([-0.2, 0.15]))
def test_a_crackle_is_found(at: int, step: float) -> None:
    """Lesson #20."""
    sound = MUSIC.copy()
    sound[at] += step
    assert clicks_s(sound) == [pytest.approx(at / SAMPLE_RATE, abs=0.003)]


def test_a_dropped_stretch_is_found() -> None:
    """Lesson #15: what a bad cut leaves."""
    hum = (0.2 * np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE * 2) / SAMPLE_RATE)).astype(np.float32)
    assert clicks_s(np.delete(hum, slice(48_000, 48_060))) == [pytest.approx(1.0, abs=0.003)]


def test_the_built_in_sounds_do_not_click(library: Library) -> None:
    for clip in library.values():
        assert clicks_s(decode(clip.frames * 2)) == [], f"{clip.name} clicks"


def test_consonants_and_drums_are_no_clicks() -> None:
    assert clicks_s(voice(5.0)) == []
    drum = np.random.default_rng(1).normal(0, 0.3, 2400) * np.exp(-np.arange(2400) / 300)
    beat = np.tile(np.concatenate([drum, np.zeros(21_600)]), 8).astype(np.float32)
    assert clicks_s(beat + 0.01 * np.random.default_rng(2).normal(size=len(beat)).astype(np.float32)) == []


def test_a_long_pause_is_found_and_a_breath_is_not() -> None:
    """Lesson #1: a caller takes it for a dropped call."""
    pause = MUSIC[: 10 * SAMPLE_RATE].copy()
    pause[3 * SAMPLE_RATE : 5 * SAMPLE_RATE] = 0
    pause[7 * SAMPLE_RATE : 8 * SAMPLE_RATE] = 0
    silences = [finding for finding in check(pause) if finding.flaw is Flaw.SILENCE]
    assert [finding.at_s for finding in silences] == [pytest.approx(3.0, abs=0.02)]
    assert [finding.lasts_s for finding in silences] == [pytest.approx(2.0, abs=0.03)]


def test_flat_peaks_near_each_other_are_one_finding() -> None:
    findings = check(voice(1.0), (0.20, 0.21, 0.22, 0.6))
    assert findings == (Finding(Flaw.CLIPPING, 0.20), Finding(Flaw.CLIPPING, 0.6))


def test_a_finding_says_what_and_where() -> None:
    assert str(Finding(Flaw.SILENCE, 3.0, 2.0)) == "silence at 3.00 s for 2.0 s"
    assert str(Finding(Flaw.CLICK, 0.5)) == "click at 0.50 s"


@pytest.mark.parametrize("length", [0, 1, 100, 2000])
def test_the_shortest_sounds_can_be_checked(length: int) -> None:
    assert check(np.zeros(length, np.float32)) == ()
