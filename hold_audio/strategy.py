"""Owns the wait strategy of a queue, as data: what its callers hear while they wait, and while they are on hold.

Pure; it plays nothing and knows no clock. ``timeline`` decides from it what is played when. The one rule here: the
background never ends, so a caller who waits longer than anybody thought still hears something.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from hold_audio.clip import MUSIC
from hold_audio.occasions import BUILT_IN, SENTENCES, Choice, Occasion
from hold_audio.ringback import ringback_for

FOR_EVER = 0
"""As a number of repeats, the meaning it has in the packet engine's cues."""

PLACE = "place"
"""In an announcement: the caller's place in the queue, in the words of the strategy's locale."""
WAIT = "wait"
"""In an announcement: the estimated wait."""
OFFER = "press-key"
"""In an announcement: which key to press in order to be called back."""

MOST_GREETING_CLIPS = 8
MOST_SAID = 3
"""Items of one announcement. Place and wait take up to four clips each, and a playlist holds 16 cues."""
MOST_SAID_ONCE = 8
"""Clips of what is said on one occasion."""


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
    """Names of clips, PLACE, WAIT and OFFER, in their order."""
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
    """What the callers of one queue hear, and what their keys mean. ValueError for words that no playlist can hold."""

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
    """In whose words place, wait and offer are said."""
    said: Mapping[Occasion, tuple[str, ...]] = field(default_factory=dict)
    """Clips, once, by occasion; nothing is said on an occasion that is not here."""
    keys: Mapping[str, Choice] = field(default_factory=dict)
    """What a waiting caller chooses by a key; other keys mean nothing."""

    def __post_init__(self) -> None:
        if any(len(names) > MOST_SAID_ONCE for names in self.said.values()):
            raise ValueError(f"at most {MOST_SAID_ONCE} clips are said at once")
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
    half a sentence is worse than none. What is said once becomes the built-in words, for nobody is sent away without
    a word. Ringback and the built-in music are always there (lesson #19).
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
        said={occasion: _sayable(strategy.locale, occasion, names, clips) for occasion, names in strategy.said.items()},
    )
    return mended, missing


def sentences(locale: str, names: tuple[str, ...], own: Container[str] = ()) -> tuple[str, ...]:
    """Names of clips with the locale's built-in prompt for each SENTENCE that the installation has no clip for."""
    return tuple(f"{locale}/{name}" if name in SENTENCES and name not in own else name for name in names)


def clip_names(strategy: WaitStrategy) -> frozenset[str]:
    """Every clip that the strategy itself names; the words for place, wait and offer are ``phrases``'."""
    announced = {name for announcement in strategy.announcements for name in announcement.say} - {PLACE, WAIT, OFFER}
    once = {name for names in strategy.said.values() for name in names}
    segments = (*strategy.background.segments, *strategy.hold.segments)
    return frozenset({*strategy.greeting, *announced, *once, *(segment.clip_name for segment in segments)})


def _sayable(locale: str, occasion: Occasion, names: tuple[str, ...], clips: Container[str]) -> tuple[str, ...]:
    """The words if all of them are there, else the built-in ones; none in an installation that has lost those too."""
    for words in (names, sentences(locale, BUILT_IN[occasion])):
        if all(name in clips for name in words):
            return words
    return ()
