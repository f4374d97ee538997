"""Samples before encoding: whole frames, no clicks, the right level, silence where a clip may be joined."""

import numpy as np
import pytest

from hold_audio.clip import FRAME_SAMPLES
from hold_audio.ringback import ZONES, Ringback
from hold_audio.synthesis import LEAD_SAMPLES, comfort_noise, raised_cosine, ringback_cycle
from tests.hold_audio.listening import dbfs, largest_step


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.zone)
def test_a_cycle_begins_and_ends_in_silence(zone: Ringback) -> None:
    cycle = ringback_cycle(zone)
    assert len(cycle) % FRAME_SAMPLES == 0, "a broken frame cannot be encoded"
    assert not cycle[:LEAD_SAMPLES].any(), "the tone's attack would depend on what was heard before"
    assert not cycle[-FRAME_SAMPLES:].any(), "a tone at the seam clicks"


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.zone)
def test_no_edge_of_a_tone_is_steeper_than_the_tone_itself(zone: Ringback) -> None:
    """Lesson #15: an abrupt start or end is a click."""
    cycle = ringback_cycle(zone)
    highest = max(tone.frequency_hz + tone.modulation_hz for tone in zone.tones)
    steepest = np.abs(cycle).max() * 2 * np.sin(np.pi * highest / 48_000)
    assert largest_step(cycle) <= steepest * 1.02


def test_comfort_noise_runs_through_its_seam() -> None:
    noise = comfort_noise()
    around_seam = np.concatenate([noise[-FRAME_SAMPLES:], noise[:FRAME_SAMPLES]])
    assert largest_step(around_seam) <= largest_step(noise), "the loop would tick every few seconds"
    assert dbfs(around_seam) == pytest.approx(dbfs(noise), abs=3)


def test_a_ramp_rises_from_nothing_to_all() -> None:
    ramp = raised_cosine(384)
    assert ramp[0] < 1e-4
    assert ramp[-1] > 1 - 1e-4
    assert np.all(np.diff(ramp) > 0)
