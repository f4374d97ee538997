"""Edges of sounds: silence goes, sound stays, nothing clicks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE
from hold_audio.cutting import MARGIN_S, for_ever, for_once, trimmed
from tests.hold_audio.listening import dbfs, largest_step
from tests.hold_audio.sound_files import voice


@settings(deadline=None)
@given(st.integers(0, 60_000), st.integers(0, 60_000), st.integers(480, 30_000))
def test_silence_before_and_behind_goes_and_no_sound_with_it(before: int, behind: int, length: int) -> None:
    sound = np.full(length, 0.1, np.float32)
    whole = np.concatenate([np.zeros(before, np.float32), sound, np.zeros(behind, np.float32)])
    cut = trimmed(whole)
    assert np.count_nonzero(cut) == length, "part of the sound was cut off"
    assert len(cut) - length <= 2 * (MARGIN_S + 0.01) * SAMPLE_RATE, "silence was left"


def test_of_silence_nothing_is_left() -> None:
    assert not len(trimmed(np.zeros(5000, np.float32)))
    assert not len(trimmed(np.zeros(0, np.float32)))


@settings(deadline=None)
@given(st.integers(1, 40_000))
def test_a_sound_for_once_begins_and_ends_in_silence(length: int) -> None:
    """Lesson #15: whatever is played before and after, there is no edge."""
    ready = for_once(np.full(length, 0.5, np.float32))
    assert len(ready) % FRAME_SAMPLES == 0, "a broken frame cannot be encoded"
    assert not ready[:FRAME_SAMPLES].any()
    assert not ready[-FRAME_SAMPLES:].any()
    if length > 1000:
        assert largest_step(ready) < 0.03, "an edge clicks"


def test_what_begins_at_once_is_kept_whole() -> None:
    """Lessons #44 to #46: the ramp takes a fiftieth of the first syllable's first tenth of a second."""
    sound = voice(1.0)
    kept = for_once(sound)[FRAME_SAMPLES:]
    assert np.array_equal(kept[96 : len(sound) - 480], sound[96 : len(sound) - 480])


@settings(deadline=None)
@given(st.integers(FRAME_SAMPLES * 2, 200_000), st.integers(0, 100))
def test_a_loop_is_whole_frames_without_a_step_at_its_seam(length: int, seed: int) -> None:
    """Lesson #15."""
    hertz = np.random.default_rng(seed).uniform(100, 2000)
    sound = (0.3 * np.sin(2 * np.pi * hertz * np.arange(length) / SAMPLE_RATE)).astype(np.float32)
    loop = for_ever(sound)
    assert len(loop) % FRAME_SAMPLES == 0
    assert length - len(loop) <= 0.25 * SAMPLE_RATE + FRAME_SAMPLES
    natural = largest_step(sound)
    assert largest_step(np.concatenate([loop[-10:], loop[:10]])) <= natural * 1.2, "the seam clicks"


def test_the_seam_of_a_loop_keeps_its_level() -> None:
    sound = voice(4.0)
    seam = for_ever(sound)[:12_000]
    assert dbfs(seam) == pytest.approx(dbfs(sound), abs=4), "the music dips or swells at each turn"
