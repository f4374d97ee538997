"""The table of ringing tones: complete, consistent, and with an answer for every country."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold_audio.clip import FRAME_S
from hold_audio.ringback import ZONES, Ringback, ringback_for


def test_a_country_has_one_ringing_tone() -> None:
    codes = [code for zone in ZONES for code in zone.countries]
    assert len(codes) == len(set(codes)), "a country in two zones would hear whichever comes last"
    assert len({zone.zone for zone in ZONES}) == len(ZONES), "two zones of one name would share one clip"


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.zone)
def test_a_zone_is_playable(zone: Ringback) -> None:
    assert len(zone.cadence_s) % 2 == 0, "a cadence that ends with a tone runs into the next cycle's tone"
    assert zone.cadence_s[-1] > FRAME_S, "the silent frame ahead of the tone is taken from the last pause"
    frames = zone.cycle_s / FRAME_S
    assert frames == pytest.approx(round(frames)), "a cycle of broken frames would stretch the cadence"
    assert zone.source, "a figure without a source cannot be checked"
    assert -20 <= zone.level_dbm0 <= -5, "louder or fainter than any network's tones (ITU-T E.180)"


@pytest.mark.parametrize(
    ("country", "zone"),
    [("de", "eu"), ("BR", "eu"), ("CA", "us"), ("GB", "gb"), ("uk", "gb"), ("nz", "gb"), ("tw", "kr"), ("eu", "eu")],
)
def test_a_caller_hears_the_tone_of_his_country(country: str, zone: str) -> None:
    assert ringback_for(country).zone == zone


@given(st.text(alphabet=string.printable, max_size=4))
def test_a_country_nobody_listed_still_rings(country: str) -> None:
    """Lesson #5: a wrong or unknown country in the configuration must not mean silence."""
    ringback = ringback_for(country)
    assert ringback.zone == "eu" or country.lower() in {ringback.zone, *ringback.countries}
