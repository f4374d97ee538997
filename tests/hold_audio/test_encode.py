"""Opus frames: shape, size, determinism, and that any of them may follow any other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Samples
from hold_audio.encode import decode, encode
from hold_audio.library import Library
from tests.hold_audio.listening import dbfs, frame, largest_step, levels_dbfs

DELAY_SAMPLES = 120
"""2.5 ms: how much later Opus sounds in its low-delay mode (RFC 6716 4.3.7, the overlap of frames)."""
CELT_WIDEBAND_20_MS = 23
"""Configuration number of RFC 6716 table 2."""
SOURCES = ("music", "comfort", "ringback-eu", "ringback-jp", "ringback-us")
CUT = 12
"""Frames on each side of a switch that are decoded."""


def _loop(seconds: float) -> Samples:
    """A chord in which every frequency fits the loop's length a whole number of times."""
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return sum((0.1 * np.sin(2 * np.pi * hertz * time_s) for hertz in (300, 450, 1100)), np.zeros(1)).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 3, 25, 60])
def test_each_20_ms_become_one_frame(frames: int) -> None:
    encoded = encode(_loop(frames * 0.02), 24_000)
    assert len(encoded) == frames, "a missing or extra frame shifts every later one"
    assert len(decode(encoded)) == frames * FRAME_SAMPLES


def test_broken_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        encode(_loop(0.02)[:-1], 24_000)


def test_the_same_samples_give_the_same_frames() -> None:
    assert encode(_loop(1.0), 24_000) == encode(_loop(1.0), 24_000), "nodes and restarts would sound different"


def test_what_goes_in_comes_out() -> None:
    sound = _loop(1.0)
    heard = decode(encode(sound, 32_000) * 2)[len(sound) :]
    error = heard - np.roll(sound, DELAY_SAMPLES)
    assert dbfs(sound) - dbfs(error) > 25, "noise of the codec is audible under the sound"


def test_the_seam_of_a_loop_is_coded_as_well_as_the_rest() -> None:
    """Lessons #15 and #20: the encoder must have heard the loop's end before its first frame."""
    sound = _loop(1.0)
    heard = decode(encode(sound, 32_000) * 2)[len(sound) :]
    errors = levels_dbfs(heard - np.roll(sound, DELAY_SAMPLES), 0.02)
    assert errors[0] < np.median(errors) + 6, "the first frame does not join the last one"


def test_a_frame_is_20_ms_of_mono_in_one_mode(library: Library) -> None:
    for clip in library.values():
        for number, packet in enumerate(clip.frames):
            toc = packet[0]
            assert toc >> 3 == CELT_WIDEBAND_20_MS, f"{clip.name}[{number}] makes the decoder change its mode"
            assert toc & 0b111 == 0, f"{clip.name}[{number}] is not one mono frame (RFC 6716 3.1)"


def test_no_clip_exceeds_what_whatsapp_asks_for(library: Library) -> None:
    for clip in library.values():
        bit_rate = sum(map(len, clip.frames)) * 8 / clip.duration_s
        assert bit_rate <= 20_000, f"{clip.name} averages {bit_rate:.0f} bit/s (maxaveragebitrate, RFC 7587 6.1)"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SOURCES), st.sampled_from(SOURCES), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_switch_anywhere_does_not_click(library: Library, before: str, after: str, end: int, start: int) -> None:
    """Lessons #15 and #20: no step that neither sound has by itself."""
    left, right = _cut(library[before].frames, end), _cut(library[after].frames, start)
    natural = max(largest_step(decode(left)), largest_step(decode(right)))
    assert largest_step(decode(left + right)) <= natural + 0.02


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SOURCES), st.sampled_from(SOURCES), st.integers(0, 10_000), st.integers(0, 10_000))
def test_two_frames_after_a_switch_nothing_is_left_of_the_old_sound(
    library: Library, before: str, after: str, end: int, start: int
) -> None:
    """Lesson #13, in the listener's decoder: music and noise resumed anywhere, a ringing tone begun at its start."""
    if after.startswith("ringback-"):
        start = 0
    left, right = _cut(library[before].frames, end), _cut(library[after].frames, start)
    undisturbed = decode(_cut(library[after].frames, start - CUT) + right)[CUT * FRAME_SAMPLES :]
    heard = decode(left + right)[CUT * FRAME_SAMPLES :]
    assert dbfs(frame(heard - undisturbed, 2, CUT - 2)) < -70


def _cut(frames: tuple[bytes, ...], start: int) -> tuple[bytes, ...]:
    """Frames in a row, from any place of the loop."""
    return tuple(frames[(start + offset) % len(frames)] for offset in range(CUT))
