"""Strategies on the engine: announcements at their time, the music where it was, and never silence."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hold_audio.clip import Clip
from hold_audio.occasions import Choice, Occasion
from hold_audio.strategy import FOR_EVER, Announcement, Programme, Segment, WaitStrategy
from mediaserver.packets.types import Cue
from mediaserver.wait_player import WaitPlayer
from mediaserver.wait_sounds import Sounds
from tests.support.unseen import Unseen

LEG, OTHER_LEG = 7, 8
LENGTHS = {"ring": 250, "music": 1500, "jazz": 900, "hello": 100, "sorry": 150, "hold": 500, "fallback": 250}
SPOKEN = ("en/place-before", "en/3", "en/place-after", "en/offer-before", "en/1", "en/offer-after")
CLIPS = {name: Clip(name, (b"x",) * length) for name, length in (LENGTHS | dict.fromkeys(SPOKEN, 30)).items()}
HOLD = Programme((Segment("hold", FOR_EVER),))
MAIN = WaitStrategy(
    Programme((Segment("ring", 2), Segment("music", FOR_EVER))),
    HOLD,
    greeting=("hello",),
    announcements=(Announcement(("sorry",), every_s=60, first_s=30),),
)
SALES = WaitStrategy(Programme((Segment("jazz", FOR_EVER),)), HOLD)
PLACES = WaitStrategy(SALES.background, HOLD, announcements=(Announcement(("place",), every_s=60, first_s=30),))
BROKEN = WaitStrategy(Programme((Segment("no such clip", FOR_EVER),)), HOLD)
OFFERING = WaitStrategy(
    SALES.background,
    HOLD,
    announcements=(Announcement(("press-key",), every_s=60, first_s=30),),
    said={Occasion.ASKED_TO_STAY: ("sorry",), Occasion.CLOSED: ("hello", "sorry"), Occasion.OVERFLOW: ("no clip",)},
    keys={"1": Choice.CALL_BACK_AND_STAY},
)
STRATEGIES = {"offering": OFFERING, "main": MAIN, "sales": SALES, "places": PLACES, "broken": BROKEN}


class HandTimer:
    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class HandTimers:
    """A loop's clock and timers, moved by the test."""

    def __init__(self) -> None:
        self.now = 500.0
        self.timers: list[HandTimer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., None], *args: Any) -> HandTimer:
        self.timers.append(timer := HandTimer(when, lambda: callback(*args)))
        return timer

    def armed(self) -> list[HandTimer]:
        return [timer for timer in self.timers if not timer.cancelled]

    def advance(self, seconds: float) -> None:
        """Let time pass and timers fire in their order."""
        until = self.now + seconds
        while due := [timer for timer in self.armed() if timer.when <= until]:
            first = min(due, key=lambda timer: timer.when)
            self.timers.remove(first)
            self.now = max(self.now, first.when)
            first.call()
        self.now = until


class Deck:
    """The engine's part in this: numbers clips and takes playlists; refuses when it is told to."""

    def __init__(self) -> None:
        self.clips: list[str] = []
        self.played: list[tuple[int, list[tuple[str, int, int]]]] = []
        self.refusals = 0

    def add_clip(self, frames: Sequence[bytes]) -> int:
        self.clips.append("")
        return len(self.clips) + 99

    def play(self, leg: int, playlist: Sequence[Cue]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ValueError("no such clip")
        self.played.append((leg, [(self.clips[cue.clip - 100], cue.repeats, cue.start) for cue in playlist]))


class Room(Unseen):
    """A waiting room that knows."""

    def __init__(self) -> None:
        self.ringing = False

    def place(self, call_id: str) -> int | None:
        return 3 if call_id == "c" else None

    def about_to_connect(self, call_id: str) -> bool:
        return self.ringing


@pytest.fixture
def deck() -> Deck:
    return Deck()


@pytest.fixture
def timers() -> HandTimers:
    return HandTimers()


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def player(deck: Deck, timers: HandTimers, room: Room) -> WaitPlayer:
    clips = {name: clip for name, clip in CLIPS.items() if name != "fallback"}
    player = WaitPlayer(deck, Sounds(STRATEGIES, clips, CLIPS["fallback"], ()), room, timers)
    deck.clips = [*clips, "fallback"]
    return player


def test_a_caller_is_greeted_rung_for_and_played_to(player: WaitPlayer, deck: Deck) -> None:
    player.play(LEG, "c", "main", Occasion.WAIT)
    assert deck.played == [(LEG, [("hello", 1, 0), ("ring", 2, 0), ("music", FOR_EVER, 0)])]


def test_an_announcement_comes_and_the_music_goes_on_behind_it(
    player: WaitPlayer, deck: Deck, timers: HandTimers
) -> None:
    """#10: 30 s are 1500 frames: 100 of greeting, 500 of ringing, so 900 of music were heard."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    timers.advance(30)
    assert deck.played[1:] == [(LEG, [("sorry", 1, 0), ("music", FOR_EVER, 900)])]
    timers.advance(60)
    assert len(deck.played) == 3


def test_a_place_is_told_from_the_waiting_room(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#24: nothing is counted here; every node asks the same shared record."""
    player.play(LEG, "c", "places", Occasion.WAIT)
    player.play(OTHER_LEG, "of another node", "places", Occasion.WAIT)
    timers.advance(31)
    assert [(leg, cues[0][0]) for leg, cues in deck.played[2:]] == [(LEG, "en/place-before")]


def test_nothing_is_said_while_an_agent_is_rung(player: WaitPlayer, deck: Deck, timers: HandTimers, room: Room) -> None:
    """#21."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    room.ringing = True
    timers.advance(45)
    assert len(deck.played) == 1
    room.ringing = False
    timers.advance(2)
    assert deck.played[1][1][0] == ("sorry", 1, 0)


def test_a_conversation_silences_announcements(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#13: nothing is played over the agent, however long he talks."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    timers.advance(10)
    player.pause(LEG)
    timers.advance(600)
    assert len(deck.played) == 1
    assert timers.armed() == []


def test_who_comes_back_hears_the_music_where_it_was(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#10: after an agent was lost there is no second greeting."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    timers.advance(20)
    player.pause(LEG)
    timers.advance(5)
    player.play(LEG, "c", "main", Occasion.WAIT)
    assert deck.played[-1] == (LEG, [("music", FOR_EVER, 400)])


def test_another_queue_begins_anew(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#18: the sounds are those of the present queue, and no announcement of the one before comes after."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    timers.advance(10)
    player.play(LEG, "c", "sales", Occasion.WAIT)
    timers.advance(100)
    assert deck.played[1:] == [(LEG, [("jazz", FOR_EVER, 0)])]


def test_hold_audio_is_not_spoken_over(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#14 and #25."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    timers.advance(20)
    player.play(LEG, "c", "main", Occasion.HOLD)
    timers.advance(600)
    assert deck.played[1:] == [(LEG, [("hold", FOR_EVER, 0)])]


def test_an_offer_is_made_confirmed_and_not_made_again(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#10 #23: the music goes on where it was, and who has asked is not asked again."""
    player.play(LEG, "c", "offering", Occasion.WAIT)
    timers.advance(30)
    offered = [("en/offer-before", 1, 0), ("en/1", 1, 0), ("en/offer-after", 1, 0), ("jazz", FOR_EVER, 600)]
    assert deck.played[1:] == [(LEG, offered)]
    timers.advance(2.8)
    assert player.choice(LEG, "1") is Choice.CALL_BACK_AND_STAY
    assert player.play(LEG, "c", "offering", Occasion.ASKED_TO_STAY)
    assert deck.played[2:] == [(LEG, [("sorry", 1, 0), ("jazz", FOR_EVER, 650)])], "90 frames of offer, 50 of music"
    timers.advance(600)
    assert len(deck.played) == 3


def test_a_key_means_something_only_to_who_waits(player: WaitPlayer, deck: Deck) -> None:
    player.play(LEG, "c", "offering", Occasion.WAIT)
    player.play(OTHER_LEG, "d", "main", Occasion.WAIT)
    assert player.choice(LEG, "2") is None
    assert player.choice(OTHER_LEG, "1") is None, "its queue offers nothing"
    assert player.choice(99, "1") is None
    player.pause(LEG)
    assert player.choice(LEG, "1") is None, "a key in conversation is for the agent"
    player.play(LEG, "c", "offering", Occasion.HOLD)
    assert player.choice(LEG, "1") is None
    player.play(LEG, "c", "offering", Occasion.WAIT)
    assert player.choice(LEG, "1") is Choice.CALL_BACK_AND_STAY


def test_a_farewell_ends_and_nothing_is_announced_behind_it(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    player.play(LEG, "c", "offering", Occasion.WAIT)
    assert player.play(LEG, "c", "offering", Occasion.CLOSED)
    timers.advance(600)
    assert deck.played[1:] == [(LEG, [("hello", 1, 0), ("sorry", 1, 0)])]


def test_a_farewell_of_which_there_is_nothing_is_over_at_once(player: WaitPlayer, deck: Deck) -> None:
    player.play(LEG, "c", "main", Occasion.WAIT)
    assert not player.play(LEG, "c", "main", Occasion.CALL_BACK), "the call would wait for the end of nothing"
    assert len(deck.played) == 1


def test_a_farewell_that_cannot_be_played_is_over_and_counted(player: WaitPlayer, deck: Deck) -> None:
    """#19."""
    player.play(LEG, "c", "offering", Occasion.WAIT)
    assert not player.play(LEG, "c", "offering", Occasion.OVERFLOW)
    assert deck.played[1:] == [(LEG, [("fallback", FOR_EVER, 0)])], "not even these moments are silent"
    assert player.failures == 1


def test_what_is_played_is_told_by_its_names(deck: Deck, timers: HandTimers, room: Room) -> None:
    told: list[tuple[str, str, str, tuple[str, ...]]] = []

    class Diary:
        def played(self, call_id: str, what: str, queue: str, clips: tuple[str, ...]) -> None:
            told.append((call_id, what, queue, clips))

    clips = {name: clip for name, clip in CLIPS.items() if name != "fallback"}
    player = WaitPlayer(deck, Sounds(STRATEGIES, clips, CLIPS["fallback"], ()), room, timers, Diary())
    deck.clips = [*clips, "fallback"]
    player.play(LEG, "c", "main", Occasion.WAIT)
    timers.advance(31)
    player.play(LEG, "c", "main", Occasion.HOLD)
    player.play(LEG, "c", "offering", Occasion.WAIT)
    player.play(LEG, "c", "offering", Occasion.ASKED_TO_STAY)
    player.play(LEG, "c", "offering", Occasion.CLOSED)
    player.play(LEG, "c", "main", Occasion.CALL_BACK)
    assert told == [
        ("c", "wait", "main", ("hello", "ring", "music")),
        ("c", "announcement", "main", ("sorry",)),
        ("c", "hold", "main", ("hold",)),
        ("c", "wait", "offering", ("jazz",)),
        ("c", "asked_to_stay", "offering", ("sorry",)),
        ("c", "closed", "offering", ("hello", "sorry")),
    ], "what was not played is not told"


def test_a_strategy_that_fails_is_replaced_and_counted(player: WaitPlayer, deck: Deck) -> None:
    """#19: the caller hears ringing, and the operator a warning."""
    player.play(LEG, "c", "broken", Occasion.WAIT)
    player.play(OTHER_LEG, "d", "no such queue", Occasion.WAIT)
    ringing = [("fallback", FOR_EVER, 0)]
    assert deck.played == [(LEG, ringing), (OTHER_LEG, ringing)]
    assert player.failures == 2


def test_a_refused_announcement_is_replaced(player: WaitPlayer, deck: Deck, timers: HandTimers) -> None:
    """#19: also in mid-wait."""
    player.play(LEG, "c", "main", Occasion.WAIT)
    deck.refusals = 1
    timers.advance(100)
    assert deck.played[1:] == [(LEG, [("fallback", FOR_EVER, 0)])]
    assert timers.armed() == []


def test_a_leg_that_is_gone_costs_no_timer(player: WaitPlayer, timers: HandTimers) -> None:
    for leg in range(100):
        player.play(leg, str(leg), "main", Occasion.WAIT)
        player.forget(leg)
        player.forget(leg)
        player.pause(leg)
    assert timers.armed() == []
