"""All that callers hear has one loudness, and no peak distorts."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hold_audio.clip import SAMPLE_RATE, Samples
from hold_audio.loudness import (
    CEILING_DBTP,
    TARGET_LUFS,
    TooQuiet,
    loudness_lufs,
    normalised,
    true_peak_dbtp,
)
from hold_audio.music import music_loop
from tests.hold_audio.sound_files import voice


def sine(dbfs: float, hertz: float = 997.0, seconds: float = 3.0) -> Samples:
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * time_s)).astype(np.float32)


SOUNDS: dict[str, Callable[[int], Samples]] = {
    "voice": lambda seed: voice(2.0, seed),
    "music": lambda _: music_loop()[: 2 * SAMPLE_RATE],
    "sine": lambda _: sine(-20),
    "pulses": lambda _: np.tile(np.array([0.7] + [0] * 479, np.float32), 200),
}


def test_loudness_is_that_of_the_standard() -> None:
    """ITU-R BS.1770-4: a sine of 997 Hz at full scale in one channel is -3.01 LKFS."""
    assert loudness_lufs(sine(0)) == pytest.approx(-3.01, abs=0.05)
    assert loudness_lufs(sine(-20)) == pytest.approx(-23.01, abs=0.05)


def test_a_short_prompt_has_a_loudness_too() -> None:
    assert loudness_lufs(sine(-20, seconds=0.12)) == pytest.approx(-23.0, abs=0.3)


def test_a_peak_between_samples_is_seen() -> None:
    """A quarter of the sample rate, sampled 45 degrees off its peaks, is 3 dB higher than any sample."""
    sound = np.tile(np.array([0.5, 0.5, -0.5, -0.5], np.float32), SAMPLE_RATE)
    assert true_peak_dbtp(sound) == pytest.approx(-3.01, abs=0.3)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(SOUNDS)), st.floats(-20, 12), st.integers(0, 1000), st.booleans())
def test_every_sound_comes_out_at_one_loudness(kind: str, gain_db: float, seed: int, spiked: bool) -> None:
    sound = SOUNDS[kind](seed)
    if spiked:
        sound[np.random.default_rng(seed).integers(0, len(sound), 5)] = 0.9
    level = normalised(sound * np.float32(10 ** (gain_db / 20)))
    assert true_peak_dbtp(level) <= CEILING_DBTP + 0.1, "peaks distort on telephones"
    if kind != "pulses":
        assert loudness_lufs(level) == pytest.approx(TARGET_LUFS, abs=0.5), "louder or fainter than the rest"


def test_the_limiter_leaves_alone_what_is_within_bounds() -> None:
    sound = sine(-20)
    ratio = normalised(sound)[100:200] / sound[100:200]
    assert np.ptp(ratio) < 1e-4, "the sound is distorted without need"


@pytest.mark.parametrize("sound", [np.zeros(SAMPLE_RATE, np.float32), sine(-75), np.zeros(1, np.float32)])
def test_silence_is_not_made_loud(sound: Samples) -> None:
    with pytest.raises(TooQuiet, match="silent"):
        normalised(sound)
