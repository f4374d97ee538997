"""What a configuration sounds like, and what becomes of it when its sounds are missing."""

from pathlib import Path

import pytest

from hold_audio.clip import Clip
from hold_audio.library import Library
from hold_audio.occasions import Choice, Occasion
from hold_audio.shelf import Shelf
from hold_audio.strategy import FOR_EVER, Announcement, Segment
from mediaserver.hours_config import HoursSection
from mediaserver.wait_config import AnnouncementSection, AudioSection, CallBackSection, FarewellSection, WaitSection
from mediaserver.wait_sounds import load_sounds
from mediaserver.waiting_config import QueueSection
from signaling.calls.events import Overflow

FRAMES = (b"\x01", b"\x02")


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(["gb"])


@pytest.fixture
def audio(tmp_path: Path) -> AudioSection:
    shelf = Shelf(tmp_path)
    for name in ("jazz", "welcome"):
        shelf.put(Clip(name, FRAMES))
    return AudioSection(folder=tmp_path)


def test_a_queue_of_which_nothing_is_said_rings_and_plays(library: Library, tmp_path: Path) -> None:
    """No strategy is the default strategy, never silence."""
    sounds = load_sounds([QueueSection()], AudioSection(folder=tmp_path / "missing"), library)
    strategy = sounds.strategies["main"]
    assert strategy.background.segments == (Segment("ringback-eu", 2), Segment("music", FOR_EVER))
    assert strategy.hold.segments == (Segment("music", FOR_EVER),)
    words = {"en/busy", "en/try-later"}
    assert sounds.clips.keys() == {"ringback-eu", "ringback-gb", "music", *words}, "and it says why it hangs up"
    assert sounds.problems == ()


def test_each_queue_has_its_own_sounds(library: Library, audio: AudioSection) -> None:
    """#5, #6 and #25."""
    wait = WaitSection(
        music="jazz",
        greeting=("welcome",),
        announcements=(AnnouncementSection(say=("place", "wait")),),
        language="ja",
    )
    queues = [QueueSection(name="vip", country="gb", wait=wait), QueueSection(name="quick", ringback_cycles=0)]
    sounds = load_sounds(queues, audio, library)
    assert sounds.strategies["vip"].background.segments == (Segment("ringback-gb", 2), Segment("jazz", FOR_EVER))
    assert sounds.strategies["quick"].background.segments == (Segment("music", FOR_EVER),)
    assert {"welcome", "jazz", "music", "ringback-gb", "ja/next"} <= sounds.clips.keys()
    assert "en/next" not in sounds.clips, "prompts that nobody hears take up the engine's places"


def test_broken_and_missing_sounds_are_told_and_replaced(library: Library, audio: AudioSection) -> None:
    """#19."""
    (audio.folder / "jazz.clip").write_bytes(b"RBCLIP rubbish")
    queue = QueueSection(wait=WaitSection(music="jazz", hold="piano", greeting=("welcome",)))
    sounds = load_sounds([queue], audio, library)
    strategy = sounds.strategies["main"]
    assert strategy.background.segments[-1] == Segment("music", FOR_EVER)
    assert strategy.hold.segments == (Segment("music", FOR_EVER),)
    assert strategy.greeting == ("welcome",)
    assert len(sounds.problems) == 3, "one for the broken file, one for each sound that cannot be heard"
    assert all("jazz" in problem or "piano" in problem for problem in sounds.problems)


CLOSED_AT_TIMES = HoursSection(zone="UTC")


def test_what_is_said_once_is_each_queues_own(library: Library, audio: AudioSection) -> None:
    """#22 #25: clips of the installation by their names, built-in words by theirs, in the queue's language."""
    wait = WaitSection(language="ja", call_back=CallBackSection(key="5", then="stay", noted=("welcome", "keep-place")))
    farewell = FarewellSection(closed=("welcome",), call_back=("busy",))
    queue = QueueSection(wait=wait, farewell=farewell, hours=CLOSED_AT_TIMES, overflow=Overflow.CALL_BACK)
    sounds = load_sounds([queue], audio, library)
    strategy = sounds.strategies["main"]
    assert strategy.said == {
        Occasion.CLOSED: ("welcome",),
        Occasion.CALL_BACK: ("ja/busy",),
        Occasion.ASKED_TO_STAY: ("welcome", "ja/keep-place"),
    }
    assert strategy.keys == {"5": Choice.CALL_BACK_AND_STAY}
    assert strategy.announcements == (Announcement(("press-key",), every_s=120.0, first_s=60.0),)
    assert {"ja/busy", "ja/offer-before", "ja/5"} <= sounds.clips.keys()


def test_an_own_clip_takes_the_place_of_a_built_in_sentence(library: Library, audio: AudioSection) -> None:
    Shelf(audio.folder).put(Clip("busy", FRAMES))
    strategy = load_sounds([QueueSection()], audio, library).strategies["main"]
    assert strategy.said == {Occasion.OVERFLOW: ("busy", "en/try-later")}


def test_missing_words_become_the_built_in_ones(library: Library, audio: AudioSection) -> None:
    """#19: nobody is sent away without a word, and the operator is told."""
    queue = QueueSection(farewell=FarewellSection(closed=("office-hours", "welcome")), hours=CLOSED_AT_TIMES)
    sounds = load_sounds([queue], audio, library)
    assert sounds.strategies["main"].said[Occasion.CLOSED] == ("en/closed",)
    assert [problem for problem in sounds.problems if "office-hours" in problem]
    assert {"en/closed"} <= sounds.clips.keys()


def test_who_overflows_into_a_closed_queue_is_told_so_although_it_rejects_calls(
    library: Library, audio: AudioSection
) -> None:
    strategy = load_sounds([QueueSection(hours=CLOSED_AT_TIMES)], audio, library).strategies["main"]
    assert strategy.said[Occasion.CLOSED] == ("en/closed",)


def test_a_farewell_beyond_its_bound_is_told(library: Library, audio: AudioSection) -> None:
    Shelf(audio.folder).put(Clip("endless", (b"x",) * 6001))
    queue = QueueSection(farewell=FarewellSection(overflow=("endless",)))
    problems = load_sounds([queue], audio, library).problems
    assert problems == ("queue main: the words of overflow last 120.02 s; callers hear the first 120",)


def test_nobody_can_take_the_place_of_a_built_in_sound(library: Library, tmp_path: Path) -> None:
    """#19: not even by putting a file there by hand."""
    (tmp_path / "music.clip").write_bytes(b"anything")
    sounds = load_sounds([QueueSection()], AudioSection(folder=tmp_path), library)
    assert sounds.clips["music"] == library["music"]
