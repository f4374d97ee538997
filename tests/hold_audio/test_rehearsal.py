"""A whole wait as a caller hears it, decoded: in its order, without a click and without a hole."""

import numpy as np
import pytest

from hold_audio.checking import check
from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Clip, Samples
from hold_audio.encode import decode
from hold_audio.intake import frames_of
from hold_audio.library import Library
from hold_audio.loudness import HEARD_DBTP, loudness_lufs, normalised, true_peak_dbtp
from hold_audio.prompts.recordings import prompts
from hold_audio.rehearsal import Rehearsal, Stretch, rehearse
from hold_audio.strategy import Announcement, WaitStrategy, programme
from hold_audio.timeline import Outlook
from tests.hold_audio.listening import largest_step, levels_dbfs
from tests.hold_audio.sound_files import voice

WAITS_S = 180
STEP_BOUND = 0.02
"""As in ``test_intake``: how much larger a step may be where two clips meet than within them."""


@pytest.fixture(scope="module", params=["en", "ja"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def wait(library: Library, locale: str) -> Rehearsal:
    """Three minutes, with everything that can be said."""
    own = {name: Clip(name, frames_of(normalised(voice(2.0, seed)), loop=False)) for seed, name in enumerate("ab")}
    strategy = WaitStrategy(
        programme("us", ringback_cycles=2, music="music"),
        programme("us", ringback_cycles=0, music="music"),
        greeting=("a",),
        announcements=(Announcement(("place", "wait"), every_s=30, first_s=8.3), Announcement(("b",), 41, 20.7)),
        spacing_s=5,
        locale=locale,
    )
    clips = {**library, **own, **prompts(locale)[0]}
    return rehearse(strategy, clips, WAITS_S, lambda after_s: Outlook(max(1, 24 - int(after_s // 20)), 400 - after_s))


@pytest.fixture(scope="module")
def heard(wait: Rehearsal) -> Samples:
    return decode(wait.frames)


def test_all_of_it_is_heard_in_its_order(wait: Rehearsal, locale: str) -> None:
    names = [stretch.clip_name for stretch in wait.stretches]
    assert names[:3] == ["a", "ringback-us", f"{locale}/place-before"]
    assert names[3:6] == [f"{locale}/20", f"{locale}/4", f"{locale}/place-after"]
    assert {"music", "b", f"{locale}/minutes-7"} <= set(names)
    assert wait.stretches[-1].end_s == pytest.approx(WAITS_S)


def test_a_wait_has_no_hole(wait: Rehearsal, heard: Samples) -> None:
    """Lesson #11: nothing but the pauses of the ringing tone and of speech is quiet."""
    assert len(wait.frames) == WAITS_S * 50
    quiet = levels_dbfs(heard, 0.1) < -45
    for number in np.flatnonzero(quiet):
        name = _at(wait.stretches, number * 0.1).clip_name
        assert name != "music", f"silence at {number * 0.1:.1f} s"


def test_a_wait_has_no_click(wait: Rehearsal, heard: Samples) -> None:
    """Lessons #15 and #20: no step at any edge of a clip is larger than those within the clips beside it."""
    assert len(wait.stretches) > 40
    for before, after in zip(wait.stretches, wait.stretches[1:], strict=False):
        edge = round(after.start_s * SAMPLE_RATE)
        natural = max(largest_step(_sound(heard, stretch)) for stretch in (before, after))
        step = largest_step(heard[edge - FRAME_SAMPLES : edge + 2 * FRAME_SAMPLES])
        assert step <= natural + STEP_BOUND, f"{before.clip_name} to {after.clip_name} clicks at {after.start_s:.2f} s"
    clicks = [finding for finding in check(heard) if finding.flaw == "click"]
    assert clicks == []


def test_a_wait_is_of_one_loudness(wait: Rehearsal, heard: Samples) -> None:
    assert true_peak_dbtp(heard) <= HEARD_DBTP
    long = [stretch for stretch in wait.stretches if stretch.end_s - stretch.start_s > 1.5]
    louds = {
        stretch.clip_name: loudness_lufs(_sound(heard, stretch)) for stretch in long if "ring" not in stretch.clip_name
    }
    assert max(louds.values()) - min(louds.values()) < 3, f"one clip drowns another: {louds}"


def _sound(heard: Samples, stretch: Stretch) -> Samples:
    return heard[round(stretch.start_s * SAMPLE_RATE) : round(stretch.end_s * SAMPLE_RATE)]


def _at(stretches: tuple[Stretch, ...], at_s: float) -> Stretch:
    return next(stretch for stretch in stretches if stretch.start_s <= at_s + 1e-6 < stretch.end_s)
