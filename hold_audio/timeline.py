"""Owns the decision what a waiting caller hears next, and when to decide again. Pure: time and outlook come in.

Whatever is decided is a whole playlist that ends with the endless background. So nothing has to happen in time for
the caller to go on hearing something: if nobody ever decided again, the music would play on (lesson #11).

The background keeps its place around announcements and conversations (lesson #10): how many of its frames were heard
is counted, and the next playlist goes on from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from hold_audio.clip import FRAME_S
from hold_audio.occasions import CALL_BACKS
from hold_audio.prompts.phrases import offer_of_call_back, place_in_queue, time_to_wait
from hold_audio.strategy import FOR_EVER, OFFER, PLACE, WAIT, Announcement, Programme, WaitStrategy

ASK_AGAIN_S = 1.0
"""How soon to look again while an announcement is due and the caller is about to be connected."""


class Play(NamedTuple):
    """One item of a playlist: a clip by name, how often, and the frame with which its first round begins."""

    clip_name: str
    repeats: int = 1
    start: int = 0


class Outlook(NamedTuple):
    """What the waiting room knows of a caller now."""

    place: int | None = None
    """1 for who is next; None when nobody knows."""
    wait_s: float | None = None
    """Estimated seconds until an agent answers."""
    connecting: bool = False
    """An agent is being rung, or could be: no announcement begins (lesson #21)."""


@dataclass(frozen=True, slots=True)
class Listening:
    """How far one caller has come in the strategy of one queue."""

    due: tuple[float, ...]
    """When each announcement is to be made next; never before this."""
    spoken_until: float
    """When the greeting or the latest announcement ends."""
    background_from: float | None
    """When the background goes on, or went on; None while the caller hears something else."""
    heard_frames: int = 0
    """Frames of the background that were heard before that."""
    asked: bool = False
    """The caller has asked to be called back."""


class Decision(NamedTuple):
    """What to play from now on, unless it is None, and when to decide again, unless never."""

    listening: Listening
    playlist: tuple[Play, ...] | None
    again_at: float | None


def begin(strategy: WaitStrategy, lengths: Mapping[str, int], now: float) -> Decision:
    """The caller enters the queue. ``lengths`` gives the frames of every clip; others cannot be played."""
    greeting = tuple(name for name in strategy.greeting if name in lengths)
    due = tuple(now + announcement.first_s for announcement in strategy.announcements)
    listening = Listening(due, now, None)
    return _say(strategy, lengths, listening, greeting, now)


def resume(strategy: WaitStrategy, lengths: Mapping[str, int], listening: Listening, now: float) -> Decision:
    """The caller comes back to the queue from a conversation: the background goes on, nothing is said first."""
    return _say(strategy, lengths, pause(listening, now), (), now)


def pause(listening: Listening, now: float) -> Listening:
    """Something else is heard from now on."""
    return replace(
        listening,
        background_from=None,
        heard_frames=_heard(listening, now),
        spoken_until=min(listening.spoken_until, now),
    )


def go_on(
    strategy: WaitStrategy, lengths: Mapping[str, int], listening: Listening, outlook: Outlook, now: float
) -> Decision:
    """Make an announcement if one is due, the strategy leaves room for it, and the caller has to wait on anyway."""
    at = _next_at(strategy, listening)
    if at is None or now < at:
        return Decision(listening, None, at)
    if outlook.connecting:
        return Decision(listening, None, now + ASK_AGAIN_S)
    for number in sorted(range(len(listening.due)), key=listening.due.__getitem__):
        if listening.due[number] > now:
            break
        announcement = strategy.announcements[number]
        # What cannot be said now has had its turn, so that it does not keep the others from theirs.
        due = (*listening.due[:number], now + announcement.every_s, *listening.due[number + 1 :])
        listening = replace(listening, due=due)
        words = _words(strategy, announcement, outlook, asked=listening.asked)
        if words and all(name in lengths for name in words):
            return _say(strategy, lengths, pause(listening, now), words, now)
    return Decision(listening, None, _next_at(strategy, listening))


def noted(
    strategy: WaitStrategy, lengths: Mapping[str, int], listening: Listening, words: tuple[str, ...], now: float
) -> Decision:
    """The caller has asked to be called back and waits on: confirm it at once, and do not offer it again."""
    return _say(strategy, lengths, replace(pause(listening, now), asked=True), words, now)


def held(strategy: WaitStrategy) -> tuple[Play, ...]:
    """What the caller hears while an agent holds the call."""
    return tuple(Play(segment.clip_name, segment.repeats) for segment in strategy.hold.segments)


def _say(
    strategy: WaitStrategy, lengths: Mapping[str, int], listening: Listening, words: tuple[str, ...], now: float
) -> Decision:
    """These clips, then the background from where it was."""
    until = now + sum(lengths[name] for name in words) * FRAME_S
    playlist = (*map(Play, words), *_background(strategy.background, lengths, listening.heard_frames))
    spoken_until = until if words else listening.spoken_until
    said = replace(listening, spoken_until=spoken_until, background_from=until)
    return Decision(said, playlist, _next_at(strategy, said))


def _background(programme: Programme, lengths: Mapping[str, int], heard: int) -> tuple[Play, ...]:
    """The rest of a programme of which so many frames were heard."""
    for number, segment in enumerate(programme.segments):
        length = lengths[segment.clip_name]
        rounds = heard // length
        if segment.repeats == FOR_EVER or rounds < segment.repeats:
            left = FOR_EVER if segment.repeats == FOR_EVER else segment.repeats - rounds
            rest = (Play(after.clip_name, after.repeats) for after in programme.segments[number + 1 :])
            return (Play(segment.clip_name, left, heard % length), *rest)
        heard -= segment.repeats * length
    raise AssertionError("the last segment of a programme is for ever")


def _heard(listening: Listening, now: float) -> int:
    if listening.background_from is None:
        return listening.heard_frames
    return listening.heard_frames + max(0, round((now - listening.background_from) / FRAME_S))


def _next_at(strategy: WaitStrategy, listening: Listening) -> float | None:
    """When an announcement may be made: one is due, and enough background was heard since the one before."""
    if not listening.due:
        return None
    return max(min(listening.due), listening.spoken_until + strategy.spacing_s)


def _words(strategy: WaitStrategy, announcement: Announcement, outlook: Outlook, *, asked: bool) -> tuple[str, ...]:
    """The clips of an announcement; none if a part of it cannot be said now."""
    words: list[str] = []
    for item in announcement.say:
        part: tuple[str, ...] = (item,)
        if item == PLACE:
            part = place_in_queue(strategy.locale, outlook.place)
        elif item == WAIT:
            part = time_to_wait(strategy.locale, outlook.wait_s)
        elif item == OFFER:
            key = next((key for key, choice in strategy.keys.items() if choice in CALL_BACKS), "")
            part = () if asked else offer_of_call_back(strategy.locale, key)
        if not part:
            return ()
        words += part
    return tuple(words)
