"""Wait strategies as data: in the right order, without an end, and never of sounds that are not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold_audio.clip import MUSIC
from hold_audio.library import Library
from hold_audio.ringback import ZONES
from hold_audio.strategy import (
    FOR_EVER,
    Announcement,
    Programme,
    Segment,
    WaitStrategy,
    clip_names,
    playable,
    programme,
)

COUNTRIES = st.one_of(st.sampled_from(sorted({code for zone in ZONES for code in zone.countries})), st.text(max_size=3))
SEGMENTS = st.lists(st.builds(Segment, st.sampled_from(["music", "ringback-eu"]), st.integers(-1, 3)), max_size=5)
ENDLESS = Programme((Segment(MUSIC, FOR_EVER),))


@given(COUNTRIES, st.integers(0, 100), st.booleans())
def test_whatever_is_configured_the_caller_hears_something_for_ever(country: str, cycles: int, music: bool) -> None:
    """Lessons #1 and #11: no setting ends in silence or leaves a hole between two segments."""
    segments = programme(country, ringback_cycles=cycles, music=MUSIC if music else None).segments
    assert segments[-1].repeats == FOR_EVER, "a patient caller would end in silence"
    assert all(segment.repeats > 0 for segment in segments[:-1]), "a segment in the middle never ends"


@given(COUNTRIES, st.integers(0, 100), st.booleans())
def test_a_programme_asks_only_for_clips_that_exist(library: Library, country: str, cycles: int, music: bool) -> None:
    """Lesson #19: a missing clip would be a hole."""
    segments = programme(country, ringback_cycles=cycles, music=MUSIC if music else None).segments
    assert all(segment.clip_name in library for segment in segments)


@given(COUNTRIES, st.integers(1, 100))
def test_ringing_comes_first_then_music(country: str, cycles: int) -> None:
    ringing, music = programme(country, ringback_cycles=cycles, music="jazz").segments
    assert ringing.clip_name.startswith("ringback-")
    assert ringing.repeats == cycles
    assert music == Segment("jazz", FOR_EVER), "lesson #25: each queue has its own music"


def test_ringing_can_be_left_out() -> None:
    """Lesson #6: who does not want the ring does not get it."""
    assert programme("us", ringback_cycles=0, music=MUSIC).segments == (Segment(MUSIC, FOR_EVER),)


@pytest.mark.parametrize("cycles", [0, 2])
def test_without_music_the_ringing_goes_on(cycles: int) -> None:
    segments = programme("jp", ringback_cycles=cycles, music=None).segments
    assert segments == (Segment("ringback-jp", FOR_EVER),)


@given(SEGMENTS)
def test_a_programme_that_could_end_cannot_be_made(segments: list[Segment]) -> None:
    repeats = [segment.repeats for segment in segments]
    if repeats and repeats[-1] == FOR_EVER and all(count > 0 for count in repeats[:-1]):
        assert Programme(tuple(segments)).segments == tuple(segments)
    else:
        with pytest.raises(ValueError, match=r"last segment|before the last"):
            Programme(tuple(segments))


def test_what_is_missing_is_replaced_and_named() -> None:
    """Lesson #19: a broken file costs its own sound, never the caller's."""
    wanted = WaitStrategy(
        background=programme("gb", ringback_cycles=2, music="jazz"),
        hold=programme("gb", ringback_cycles=0, music="piano"),
        greeting=("welcome", "hours"),
        announcements=(
            Announcement(("place", "wait"), 60, 30),
            Announcement(("sorry", "place"), 60, 30),
            Announcement(("offer",), 60, 30),
        ),
    )
    mended, missing = playable(wanted, {"music", "ringback-gb", "hours", "offer", "piano"})
    assert missing == ("jazz", "sorry", "welcome")
    assert mended.background.segments == (Segment("ringback-gb", 2), Segment(MUSIC, FOR_EVER))
    assert mended.hold == wanted.hold
    assert mended.greeting == ("hours",)
    assert [announcement.say for announcement in mended.announcements] == [("place", "wait"), ("offer",)]
    assert clip_names(mended) == {"ringback-gb", "music", "piano", "hours", "offer"}


@given(st.sets(st.sampled_from(["jazz", "piano", "welcome", "offer"])))
def test_whatever_is_missing_the_rest_is_there(there: set[str]) -> None:
    """Lesson #19."""
    wanted = WaitStrategy(
        background=programme("eu", ringback_cycles=1, music="jazz"),
        hold=programme("eu", ringback_cycles=0, music="piano"),
        greeting=("welcome",),
        announcements=(Announcement(("offer", "wait"), 60, 30),),
    )
    known = there | {"music", "ringback-eu"}
    mended, missing = playable(wanted, known)
    assert clip_names(mended) <= known
    assert set(missing) == {"jazz", "piano", "welcome", "offer"} - there


def test_what_cannot_be_played_cannot_be_configured() -> None:
    with pytest.raises(ValueError, match="8 clips"):
        WaitStrategy(ENDLESS, ENDLESS, greeting=("welcome",) * 9)
    for say, every_s, first_s in [((), 60, 30), (("a",) * 4, 60, 30), (("a",), 0, 30), (("a",), 60, -1)]:
        with pytest.raises(ValueError, match="an announcement"):
            Announcement(say, every_s, first_s)
