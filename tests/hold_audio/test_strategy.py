"""The programme of a waiting caller: in the right order, and without an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold_audio.library import Library
from hold_audio.ringback import ZONES
from hold_audio.strategy import FOR_EVER, Programme, Segment, default_programme

COUNTRIES = st.one_of(st.sampled_from(sorted({code for zone in ZONES for code in zone.countries})), st.text(max_size=3))
SEGMENTS = st.lists(st.builds(Segment, st.sampled_from(["music", "ringback-eu"]), st.integers(-1, 3)), max_size=5)


@given(COUNTRIES, st.integers(0, 100), st.booleans())
def test_whatever_is_configured_the_caller_hears_something_for_ever(country: str, cycles: int, music: bool) -> None:
    """Lessons #1 and #11: no setting ends in silence or leaves a hole between two segments."""
    segments = default_programme(country, ringback_cycles=cycles, music=music).segments
    assert segments[-1].repeats == FOR_EVER, "a patient caller would end in silence"
    assert all(segment.repeats > 0 for segment in segments[:-1]), "a segment in the middle never ends"


@given(COUNTRIES, st.integers(0, 100), st.booleans())
def test_a_programme_asks_only_for_clips_that_exist(library: Library, country: str, cycles: int, music: bool) -> None:
    """Lesson #19: a missing clip would be a hole."""
    segments = default_programme(country, ringback_cycles=cycles, music=music).segments
    assert all(segment.clip_name in library for segment in segments)


@given(COUNTRIES, st.integers(1, 100))
def test_ringing_comes_first_then_music(country: str, cycles: int) -> None:
    ringing, music = default_programme(country, ringback_cycles=cycles, music=True).segments
    assert ringing.clip_name.startswith("ringback-")
    assert ringing.repeats == cycles
    assert music == Segment("music", FOR_EVER)


def test_ringing_can_be_left_out() -> None:
    """Lesson #6: who does not want the ring does not get it."""
    assert default_programme("us", ringback_cycles=0, music=True).segments == (Segment("music", FOR_EVER),)


@pytest.mark.parametrize("cycles", [0, 2])
def test_without_music_the_ringing_goes_on(cycles: int) -> None:
    programme = default_programme("jp", ringback_cycles=cycles, music=False)
    assert programme.segments == (Segment("ringback-jp", FOR_EVER),)


@given(SEGMENTS)
def test_a_programme_that_could_end_cannot_be_made(segments: list[Segment]) -> None:
    repeats = [segment.repeats for segment in segments]
    if repeats and repeats[-1] == FOR_EVER and all(count > 0 for count in repeats[:-1]):
        assert Programme(tuple(segments)).segments == tuple(segments)
    else:
        with pytest.raises(ValueError, match=r"last segment|before the last"):
            Programme(tuple(segments))
