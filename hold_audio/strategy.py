"""Owns the programme: what a waiting caller hears, in which order. Pure; it plays nothing and knows no clock.

The one rule here: a programme never ends. Its last segment repeats for ever, so a caller who waits longer than anybody
thought still hears something.
"""

from dataclasses import dataclass

from hold_audio.clip import MUSIC
from hold_audio.ringback import ringback_for

FOR_EVER = 0
"""As a number of repeats, the meaning it has in the packet engine's cues."""


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


def default_programme(country: str, *, ringback_cycles: int, music: bool) -> Programme:
    """The ringing the caller expects, then music; without music the ringing goes on.

    ``ringback_cycles`` counts whole cadences; with 0 the music begins at once. Asking for neither ringing nor music
    still gives ringing, because silence is not a programme.
    """
    ringback = ringback_for(country).clip_name
    if not music:
        return Programme((Segment(ringback, FOR_EVER),))
    endless = Segment(MUSIC, FOR_EVER)
    if ringback_cycles == 0:
        return Programme((endless,))
    return Programme((Segment(ringback, ringback_cycles), endless))
