"""Owns the wait strategy of a queue, as data: what its callers hear while they wait, and while they are on hold.

Pure; it plays nothing and knows no clock. ``timeline`` decides from it what is played when. The one rule here: the
background never ends, so a caller who waits longer than anybody thought still hears something.
"""

from collections.abc import Container
from dataclasses import dataclass, replace

from hold_audio.clip import MUSIC
from hold_audio.ringback import ringback_for

FOR_EVER = 0
"""As a number of repeats, the meaning it has in the packet engine's cues."""

PLACE = "place"
"""In an announcement: the caller's place in the queue, in the words of the strategy's locale."""
WAIT = "wait"
"""In an announcement: the estimated wait."""

MOST_GREETING_CLIPS = 8
MOST_SAID = 3
"""Items of one announcement. Place and wait take up to four clips each, and a playlist holds 16 cues."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One clip, played ``repeats`` times in a row."""

    clip_name: str
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Programme:
    """Segments in playing order. ValueError unless the last one, and no other, is for ever."""

    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        repeats = [segment.repeats for segment in self.segments]
        if not repeats or repeats[-1] != FOR_EVER:
            raise ValueError("the last segment of a programme must repeat for ever")
        if any(count < 1 for count in repeats[:-1]):
            raise ValueError("every segment before the last must be played at least once, and end")


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something said now and then, over and over. ValueError for times that are not ahead, or too many words."""

    say: tuple[str, ...]
    """Names of clips, PLACE and WAIT, in their order."""
    every_s: float
    """From one beginning to the next."""
    first_s: float
    """From the beginning of the wait."""

    def __post_init__(self) -> None:
        if not 0 < len(self.say) <= MOST_SAID:
            raise ValueError(f"an announcement says 1 to {MOST_SAID} things")
        if self.every_s <= 0 or self.first_s < 0:
            raise ValueError("an announcement comes at a time ahead, again and again")


@dataclass(frozen=True, slots=True)
class WaitStrategy:
    """What the callers of one queue hear. ValueError for a greeting that is too long."""

    background: Programme
    """Ringing and music: whenever nothing is said."""
    hold: Programme
    """While an agent holds the call; never said over."""
    greeting: tuple[str, ...] = ()
    """Clips, once, before anything else."""
    announcements: tuple[Announcement, ...] = ()
    spacing_s: float = 20.0
    """At least this much background between two announcements."""
    locale: str = "en"
    """In whose words place and wait are said."""

    def __post_init__(self) -> None:
        if len(self.greeting) > MOST_GREETING_CLIPS:
            raise ValueError(f"a greeting has at most {MOST_GREETING_CLIPS} clips")


def programme(country: str, *, ringback_cycles: int, music: str | None) -> Programme:
    """The ringing the caller expects, then the clip ``music``; without music the ringing goes on.

    ``ringback_cycles`` counts whole cadences; with 0 the music begins at once. Asking for neither ringing nor music
    still gives ringing, because silence is not a programme.
    """
    ringback = ringback_for(country).clip_name
    if music is None:
        return Programme((Segment(ringback, FOR_EVER),))
    endless = Segment(music, FOR_EVER)
    if ringback_cycles == 0:
        return Programme((endless,))
    return Programme((Segment(ringback, ringback_cycles), endless))


def playable(strategy: WaitStrategy, clips: Container[str]) -> tuple[WaitStrategy, tuple[str, ...]]:
    """The strategy with built-in sounds for what is missing among ``clips``, and the names of what is missing.

    Music becomes the built-in music. A greeting goes without the missing clip, and an announcement is not made at all:
    half a sentence is worse than none. Ringback and the built-in music are always there (lesson #19).
    """
    missing = tuple(sorted(name for name in clip_names(strategy) if name not in clips))

    def with_fallback(wanted: Programme) -> Programme:
        return Programme(
            tuple(
                replace(segment, clip_name=MUSIC) if segment.clip_name in missing else segment
                for segment in wanted.segments
            )
        )

    mended = replace(
        strategy,
        background=with_fallback(strategy.background),
        hold=with_fallback(strategy.hold),
        greeting=tuple(name for name in strategy.greeting if name not in missing),
        announcements=tuple(
            announcement for announcement in strategy.announcements if not set(announcement.say).intersection(missing)
        ),
    )
    return mended, missing


def clip_names(strategy: WaitStrategy) -> frozenset[str]:
    """Every clip that the strategy itself names; the words for place and wait are ``prompts``'."""
    said = {name for announcement in strategy.announcements for name in announcement.say} - {PLACE, WAIT}
    segments = (*strategy.background.segments, *strategy.hold.segments)
    return frozenset({*strategy.greeting, *said, *(segment.clip_name for segment in segments)})
