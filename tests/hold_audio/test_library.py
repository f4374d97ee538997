"""The built-in clips, measured from what a listener's decoder gives: cadence, pitch, level, seams, cost."""

import time

import numpy as np
import pytest

from hold_audio.clip import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE
from hold_audio.encode import decode
from hold_audio.library import Library, built_in
from hold_audio.ringback import ZONES, Ringback
from tests.hold_audio.listening import bursts_s, dbfs, frame, largest_step, levels_dbfs, peak_dbfs, spectrum

FULL_SCALE_SINE_DBFS = -3.01
CADENCES = {
    "eu": ([425], [1.0, 4.0]),
    "us": ([440, 480], [2.0, 4.0]),
    "gb": ([400, 450], [0.4, 0.2, 0.4, 2.0]),
    "jp": ([384, 400, 416], [1.0, 2.0]),
    "in": ([375, 400, 425], [0.4, 0.2, 0.4, 2.0]),
    "au": ([400, 425, 450], [0.4, 0.2, 0.4, 2.0]),
    "fr": ([440], [1.5, 3.5]),
    "cn": ([450], [1.0, 4.0]),
}
"""Lines in the spectrum and seconds of tone and pause, written down a second time from the sources."""


def _measured_cadence(library: Library, clip_name: str) -> list[float]:
    """Seconds of tone, pause, tone, pause … of the second of three cycles."""
    clip = library[clip_name]
    bursts = bursts_s(decode(clip.frames * 3))
    in_cycle = len(bursts) // 3
    edges = [edge for burst in bursts for edge in burst][2 * in_cycle : 4 * in_cycle + 1]
    return list(np.diff(edges))


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.zone)
def test_a_cadence_keeps_its_time(library: Library, zone: Ringback) -> None:
    """Lesson #5: each country's cadence, measured back within one frame."""
    assert _measured_cadence(library, zone.clip_name) == pytest.approx(list(zone.cadence_s), abs=FRAME_S)


@pytest.mark.parametrize("zone", CADENCES)
def test_a_caller_recognises_the_tone_of_home(library: Library, zone: str) -> None:
    """Lesson #5: pitch and rhythm against figures that are not the program's own."""
    lines_hz, cadence_s = CADENCES[zone]
    assert _measured_cadence(library, f"ringback-{zone}") == pytest.approx(cadence_s, abs=FRAME_S)
    heard = decode(library[f"ringback-{zone}"].frames)
    start, end = (round(edge * SAMPLE_RATE) for edge in bursts_s(heard)[0])
    share = spectrum(heard[start + 960 : min(end, start + SAMPLE_RATE) - 960])
    near_a_line = np.zeros(len(share), dtype=bool)
    for hertz in lines_hz:
        near = slice(hertz - 7, hertz + 8)
        assert np.argmax(share[near]) == pytest.approx(7, abs=2), f"no line at {hertz} Hz"
        assert share[near].sum() > 0.5 / len(lines_hz) ** 2, f"the line at {hertz} Hz is too weak"
        near_a_line[near] = True
    assert share[~near_a_line].sum() < 0.01, "something sounds that does not belong to the tone"


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.zone)
def test_a_tone_has_its_level(library: Library, zone: Ringback) -> None:
    heard = decode(library[zone.clip_name].frames)
    start, end = (round(edge * SAMPLE_RATE) for edge in bursts_s(heard)[0])
    expected = zone.level_dbm0 - 3.14 + FULL_SCALE_SINE_DBFS
    assert dbfs(heard[start:end]) == pytest.approx(expected, abs=0.6), "too loud or too faint (ITU-T E.180)"
    assert peak_dbfs(heard) < -6


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.zone)
def test_a_ringing_tone_has_no_seam(library: Library, zone: Ringback) -> None:
    """Lessons #15 and #20: the clip follows itself sample for sample as it began."""
    clip = library[zone.clip_name]
    first, second = np.split(decode(clip.frames * 2), 2)
    assert np.array_equal(first, second), "the second ring sounds unlike the first"
    assert largest_step(np.concatenate([first[-FRAME_SAMPLES:], frame(second, 0)])) < 1e-3, "the loop clicks"


def test_comfort_noise_is_felt_rather_than_heard(library: Library) -> None:
    """Lesson #8: the line is never dead, and nobody notices."""
    heard = decode(library["comfort"].frames * 2)
    frames = levels_dbfs(heard, FRAME_S)
    assert frames.min() > -80, "digital silence: the line sounds dead"
    assert frames.max() < -55, "the noise is heard as noise"
    assert np.ptp(levels_dbfs(heard, 0.2)) < 6, "the noise pumps"


def test_a_tone_starts_within_two_frames(library: Library) -> None:
    """Lesson #3: the first ring is heard at once, not after a pause."""
    for clip in library.values():
        if clip.name.startswith("ringback-"):
            assert bursts_s(decode(clip.frames))[0][0] <= 2 * FRAME_S, f"{clip.name} begins with silence"


def test_only_the_zones_asked_for_are_encoded() -> None:
    assert set(Library(["US", "ca"])) == {"music", "comfort", "ringback-eu", "ringback-us"}


def test_every_library_is_the_same(library: Library) -> None:
    built_in.cache_clear()
    again = Library(["jp"])
    assert all(again[name] == library[name] for name in again), "nodes of one service would sound different"


def test_start_up_is_quick() -> None:
    built_in.cache_clear()
    began = time.process_time()
    Library(["us"])
    assert time.process_time() - began < 1.5, "the server is slow to take its first call"


def test_clips_cannot_be_changed(library: Library) -> None:
    assert not hasattr(library, "__setitem__"), "one call could change what all others hear"
    assert all(isinstance(clip.frames, tuple) for clip in library.values())
    with pytest.raises(KeyError):
        library["no such clip"]
