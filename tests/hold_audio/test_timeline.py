"""What a waiting caller hears over time: never a hole, music that keeps its place, announcements that keep out."""

import itertools
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hold_audio.clip import FRAME_S
from hold_audio.strategy import FOR_EVER, Announcement, Programme, Segment, WaitStrategy
from hold_audio.timeline import (
    ASK_AGAIN_S,
    Decision,
    Listening,
    Outlook,
    Play,
    begin,
    go_on,
    held,
    pause,
    resume,
)

MOST_CUES = 16
"""Of the packet engine."""
LENGTHS = {"ring": 250, "music": 1920, "piano": 700, "hello": 120, "hours": 80, "sorry": 150} | {
    f"en/{name}": 40
    for name in (
        *("next", "place-before", "place-after", "wait-before", "wait-after", "wait-long"),
        *(str(number) for number in (*range(1, 21), 30, 40, 50, 60, 70, 80, 90)),
        *(f"minutes-{number}" for number in (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60)),
    )
}
BACKGROUND = Programme((Segment("ring", 2), Segment("music", FOR_EVER)))
HOLD = Programme((Segment("piano", FOR_EVER),))
SORRY = Announcement(("sorry",), every_s=60, first_s=30)
PLACE = Announcement(("place", "wait"), every_s=60, first_s=30)
SOMEBODY = Outlook(place=3, wait_s=240)


@dataclass
class Ear:
    """Plays what is decided as the engine does, one frame each 20 ms, and notes what is heard."""

    strategy: WaitStrategy
    now: float = 1000.0
    heard: list[tuple[str, int]] = field(default_factory=list)
    """Clip and frame."""
    starts: list[tuple[float, tuple[Play, ...]]] = field(default_factory=list)
    listening: Listening = field(init=False)
    again_at: float | None = field(init=False)
    _playlist: tuple[Play, ...] = ()
    _at: int = 0

    def __post_init__(self) -> None:
        self.take(begin(self.strategy, LENGTHS, self.now))

    def take(self, decision: Decision) -> None:
        self.listening, playlist, self.again_at = decision
        if playlist is not None:
            assert 0 < len(playlist) <= MOST_CUES, "the engine refuses this playlist, and the caller hears nothing"
            assert playlist[-1].repeats == FOR_EVER, "lesson #11: a hole as soon as nobody decides in time"
            assert all(play.repeats > 0 for play in playlist[:-1])
            assert all(0 <= play.start < LENGTHS[play.clip_name] for play in playlist)
            self._playlist, self._at = playlist, 0
            self.starts.append((self.now, playlist))

    def listen(self, seconds: float, outlook: Outlook = SOMEBODY, late_s: float = 0.0) -> None:
        """Let time pass; decisions are made when they were asked for, or ``late_s`` after."""
        for _ in range(round(seconds / FRAME_S)):
            if self.again_at is not None and self.now >= self.again_at + late_s:
                self.take(go_on(self.strategy, LENGTHS, self.listening, outlook, self.now))
            self.heard.append(self._frame())
            self._at += 1
            self.now += FRAME_S

    def _frame(self) -> tuple[str, int]:
        at = self._at
        for play in self._playlist:
            length = LENGTHS[play.clip_name]
            frames = math.inf if play.repeats == FOR_EVER else play.repeats * length - play.start
            if at < frames:
                return play.clip_name, (play.start + at) % length
            at -= int(frames)
        raise AssertionError("lesson #11: the playlist is over and the caller hears nothing")

    def background(self) -> list[tuple[str, int]]:
        return [frame for frame in self.heard if frame[0] in ("ring", "music")]

    def said(self) -> list[tuple[float, tuple[str, ...]]]:
        """When was spoken, and the clips."""
        return [(at, words) for at, playlist in self.starts if (words := _words(playlist))]


def _words(playlist: tuple[Play, ...]) -> tuple[str, ...]:
    return tuple(play.clip_name for play in playlist if play.clip_name not in ("ring", "music"))


def undisturbed(frames: int) -> list[tuple[str, int]]:
    """The background as it is without a word in between."""
    ringing = [("ring", at % 250) for at in range(500)]
    return [*ringing, *(("music", at % 1920) for at in range(max(0, frames - 500)))][:frames]


def test_greeting_then_ringing_then_music() -> None:
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, greeting=("hello", "hours")))
    ear.listen(20)
    greeting = [("hello", at) for at in range(120)] + [("hours", at) for at in range(80)]
    assert ear.heard == greeting + undisturbed(800)
    assert ear.again_at is None, "a queue without announcements costs a timer (lesson #68)"


def test_announcements_come_when_they_are_due() -> None:
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, greeting=("hello",), announcements=(SORRY,)))
    ear.listen(200)
    times = [at - 1000 for at, words in ear.said() if words == ("sorry",)]
    assert times == pytest.approx([30, 90, 150], abs=0.1)


def test_a_place_and_a_wait_are_said_in_words() -> None:
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, announcements=(PLACE,)))
    ear.listen(40, Outlook(place=23, wait_s=500))
    assert [words for _, words in ear.said()] == [
        tuple(f"en/{name}" for name in ("place-before", "20", "3", "place-after"))
        + tuple(f"en/{name}" for name in ("wait-before", "minutes-10", "wait-after"))
    ]


def test_nobody_is_told_what_nobody_knows() -> None:
    """And the announcement that can be made is not kept waiting by the one that cannot."""
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, announcements=(PLACE, SORRY)))
    ear.listen(40, Outlook(place=3, wait_s=None))
    assert [words for _, words in ear.said()] == [("sorry",)]


@pytest.mark.parametrize("rings_from", [0, 10, 29, 80])
def test_a_caller_about_to_be_connected_is_told_nothing(rings_from: float) -> None:
    """Lesson #21: no announcement begins while an agent is rung; the ones left out come when he does not answer."""
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, announcements=(SORRY,)))
    ear.listen(rings_from)
    before = len(ear.starts)
    ear.listen(60, SOMEBODY._replace(connecting=True))
    assert len(ear.starts) == before, "the first caller is made to listen while an agent is free"
    ear.listen(ASK_AGAIN_S + FRAME_S)
    assert ear.said()[-1][1] == ("sorry",)
    assert len(ear.starts) == before + 1


def test_two_announcements_keep_their_distance() -> None:
    strategy = WaitStrategy(BACKGROUND, HOLD, greeting=("hello",), announcements=(SORRY, PLACE), spacing_s=25)
    ear = Ear(strategy)
    ear.listen(400)
    ends = [(at, at + sum(LENGTHS[word] for word in words) * FRAME_S) for at, words in ear.said()]
    assert len(ends) > 10
    for (_, end), (start, _) in itertools.pairwise(ends):
        assert start - end >= 25 - 0.001, "a caller is talked at without a pause"
    kinds = [words[0] for _, words in ear.said()[1:]]
    assert {"sorry", "en/place-before"} == set(kinds[:2]) == set(kinds[-2:]), "one of them is never heard"


def test_music_keeps_its_place_around_announcements() -> None:
    """Lesson #10."""
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, greeting=("hello",), announcements=(SORRY,)))
    ear.listen(300)
    background = ear.background()
    assert len(ear.said()) == 6
    assert background == undisturbed(len(background)), "music started over, or skipped"


def test_music_keeps_its_place_around_a_conversation() -> None:
    """Lesson #10, and #14: the caller comes back, the greeting does not."""
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, greeting=("hello",)))
    ear.listen(25)
    away = pause(ear.listening, ear.now)
    ear.now += 100
    ear.take(resume(ear.strategy, LENGTHS, away, ear.now))
    ear.listen(5)
    assert ear.heard.count(("hello", 0)) == 1
    background = ear.background()
    assert background == undisturbed(len(background))


def test_a_greeting_cut_short_is_not_taken_up_again() -> None:
    """Lesson #12: an agent answers in mid-greeting; whoever comes back hears ringing from its start."""
    ear = Ear(WaitStrategy(BACKGROUND, HOLD, greeting=("hello",)))
    ear.listen(1)
    ear.take(resume(ear.strategy, LENGTHS, pause(ear.listening, ear.now), ear.now))
    ear.listen(2)
    assert ear.heard[50:] == undisturbed(100)


def test_hold_audio_is_its_own() -> None:
    """Lesson #18: hold and wait of one queue may sound different."""
    assert held(WaitStrategy(BACKGROUND, HOLD)) == (Play("piano", FOR_EVER),)


NAMES = st.sampled_from(["hello", "hours", "sorry", "missing"])
ANNOUNCEMENTS = st.builds(
    Announcement,
    st.lists(st.one_of(NAMES, st.sampled_from(["place", "wait"])), min_size=1, max_size=3).map(tuple),
    every_s=st.floats(0.01, 30),
    first_s=st.floats(0, 30),
)
STRATEGIES = st.builds(
    WaitStrategy,
    st.sampled_from([BACKGROUND, Programme((Segment("ring", FOR_EVER),)), Programme((Segment("music", FOR_EVER),))]),
    st.just(HOLD),
    greeting=st.lists(NAMES, max_size=8).map(tuple),
    announcements=st.lists(ANNOUNCEMENTS, max_size=4).map(tuple),
    spacing_s=st.floats(0, 30),
    locale=st.sampled_from(["en", "ja"]),  # Nothing of Japanese is among the clips: its prompts are broken.
)
OUTLOOKS = st.builds(
    Outlook,
    st.one_of(st.none(), st.integers(-5, 200)),
    st.one_of(st.none(), st.floats(allow_nan=True)),
    st.booleans(),
)
STEPS = st.lists(st.tuples(st.floats(0.02, 20), OUTLOOKS, st.floats(0, 2), st.booleans()), max_size=8)


@settings(deadline=None)
@given(STRATEGIES, STEPS)
def test_whatever_happens_there_is_never_a_hole(
    strategy: WaitStrategy, steps: list[tuple[float, Outlook, float, bool]]
) -> None:
    """Lesson #11: any strategy, any news, late decisions, conversations in between: each frame is one of a clip."""
    ear = Ear(strategy)
    for seconds, outlook, late_s, conversation in steps:
        ear.listen(seconds, outlook, late_s)
        if conversation:
            away = pause(ear.listening, ear.now)
            ear.now += seconds
            ear.take(resume(strategy, LENGTHS, away, ear.now))
    background = ear.background()
    if strategy.background is BACKGROUND:
        assert background == undisturbed(len(background)), "lesson #10: music started over, or skipped"


@settings(deadline=None)
@given(STRATEGIES, STEPS)
def test_deciding_never_loops_without_time_passing(
    strategy: WaitStrategy, steps: list[tuple[float, Outlook, float, bool]]
) -> None:
    ear = Ear(strategy)
    for seconds, outlook, _, _ in steps:
        decision = go_on(strategy, LENGTHS, ear.listening, outlook, ear.now)
        ear.take(decision)
        assert ear.again_at is None or ear.again_at > ear.now, "the timer fires again at once, for ever"
        ear.listen(seconds, outlook)
