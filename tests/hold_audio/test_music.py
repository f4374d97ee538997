"""The hold music as a caller hears it: never silent, never harsh, no ringing tone, and without a seam."""

import numpy as np
import pytest

from hold_audio.clip import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Samples
from hold_audio.encode import decode
from hold_audio.library import Library
from hold_audio.music import PIECE, frequency_hz, music_loop
from tests.hold_audio.listening import dbfs, largest_step, levels_dbfs, peak_dbfs, spectrum


@pytest.fixture(scope="module")
def heard(library: Library) -> Samples:
    """Two rounds of the loop."""
    return decode(library["music"].frames * 2)


@pytest.fixture(scope="module")
def second_round(heard: Samples) -> Samples:
    return heard[len(heard) // 2 :]


def test_the_loop_is_long_enough_to_be_borne(library: Library) -> None:
    assert 20 <= library["music"].duration_s <= 40


def test_it_is_never_silent(second_round: Samples) -> None:
    """Lesson #1: a pause in the music sounds like a dropped call."""
    assert levels_dbfs(second_round, 0.1).min() > -35
    assert levels_dbfs(second_round, 0.02).min() > -45


def test_its_level_is_that_of_speech(second_round: Samples) -> None:
    assert -20 < dbfs(second_round) < -17, "louder than the agent, or lost on a loudspeaker"
    assert peak_dbfs(second_round) <= -6, "peaks distort on telephones"


def test_it_breathes_gently(second_round: Samples) -> None:
    seconds = levels_dbfs(second_round, 1.0)
    assert seconds.max() - seconds.min() < 10, "the volume jumps"
    assert largest_step(second_round) < 0.08, "an attack clicks"


def test_it_fits_a_narrow_band(second_round: Samples) -> None:
    power = np.abs(np.fft.rfft(second_round)) ** 2
    frequencies = np.fft.rfftfreq(len(second_round), 1 / SAMPLE_RATE)
    share = power / power.sum()
    assert share[frequencies > 7_000].sum() < 1e-4, "WhatsApp plays nothing above 8 kHz"
    assert share[(frequencies > 300) & (frequencies < 3_400)].sum() > 0.3, "too little for a small loudspeaker"


def test_it_is_not_taken_for_a_ringing_tone(library: Library, second_round: Samples) -> None:
    def strongest_line(sound: Samples) -> float:
        return float(np.convolve(spectrum(sound), np.ones(11), "same").max())

    ringing = decode(library["ringback-eu"].frames)[FRAME_SAMPLES : SAMPLE_RATE // 2]
    assert strongest_line(ringing) > 0.9
    seconds = second_round[: len(second_round) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    assert max(map(strongest_line, seconds)) < 0.7, "one second of the music is a single tone"
    assert np.median(list(map(strongest_line, seconds))) < 0.4


def test_notes_sound_on_over_the_loop_point() -> None:
    """Lesson #15: a note cut off at the end makes a click, which is energy where the music has none."""
    piece = music_loop()
    spectrum_of_all = np.fft.rfft(piece)
    spectrum_of_all[np.fft.rfftfreq(len(piece), 1 / SAMPLE_RATE) < 4_500] = 0
    centred_on_frames = np.roll(np.fft.irfft(spectrum_of_all, len(piece)), FRAME_SAMPLES // 2)
    downbeats = levels_dbfs(centred_on_frames, FRAME_S)[:: len(piece) // FRAME_SAMPLES // len(PIECE)]
    assert downbeats[0] < np.median(downbeats[1:]) + 3


def test_the_loop_has_no_seam(heard: Samples, library: Library) -> None:
    """Lessons #15 and #20."""
    seam = len(heard) // 2
    around = heard[seam - FRAME_SAMPLES : seam + FRAME_SAMPLES]
    assert largest_step(around) <= largest_step(heard[SAMPLE_RATE : seam - SAMPLE_RATE]), "the loop clicks"
    third_round = decode(library["music"].frames * 3)[2 * seam :]
    assert np.array_equal(heard[seam:], third_round), "later rounds sound different"


def test_notes_are_named_as_musicians_name_them() -> None:
    assert frequency_hz("A4") == 440
    assert frequency_hz("C4") == pytest.approx(261.626, abs=0.001)
    assert frequency_hz("Bb3") == pytest.approx(233.082, abs=0.001)


def test_every_bar_is_full() -> None:
    for number, bar in enumerate(PIECE, 1):
        assert len(bar.melody.split()) == 8, f"bar {number} has not eight eighths"
