"""What a configuration sounds like, and what becomes of it when its sounds are missing."""

from pathlib import Path

import pytest

from hold_audio.clip import Clip
from hold_audio.library import Library
from hold_audio.shelf import Shelf
from hold_audio.strategy import FOR_EVER, Segment
from mediaserver.wait_config import AnnouncementSection, AudioSection, WaitSection
from mediaserver.wait_sounds import load_sounds
from mediaserver.waiting_config import QueueSection

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
    assert sounds.clips.keys() == {"ringback-eu", "ringback-gb", "music"}
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


def test_nobody_can_take_the_place_of_a_built_in_sound(library: Library, tmp_path: Path) -> None:
    """#19: not even by putting a file there by hand."""
    (tmp_path / "music.clip").write_bytes(b"anything")
    sounds = load_sounds([QueueSection()], AudioSection(folder=tmp_path), library)
    assert sounds.clips["music"] == library["music"]
