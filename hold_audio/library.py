"""Owns the built-in clips: encoded once, then shared unchanged by every call. Does not decide who hears which."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Final

from hold_audio.clip import COMFORT, MUSIC, Clip, Samples
from hold_audio.encode import encode
from hold_audio.music import music_loop
from hold_audio.ringback import DEFAULT_ZONE, ZONES, ringback_for
from hold_audio.synthesis import comfort_noise, ringback_cycle

# Bit/s that Opus aims at. It spends more on tones and next to nothing on pauses; every clip's average comes out below
# the 20 000 that WhatsApp's offers name as ``maxaveragebitrate`` (RFC 7587 6.1; whatsapp-calling 5.1).
RINGBACK_BIT_RATE = 20_000
MUSIC_BIT_RATE = 16_000
COMFORT_BIT_RATE = 12_000


_SOUNDS: Final[dict[str, tuple[Callable[[], Samples], int]]] = {
    COMFORT: (comfort_noise, COMFORT_BIT_RATE),
    MUSIC: (music_loop, MUSIC_BIT_RATE),
    **{zone.clip_name: (partial(ringback_cycle, zone), RINGBACK_BIT_RATE) for zone in ZONES},
}


@cache
def built_in(name: str) -> Clip:
    """A built-in clip. Encoding all of them takes half a second of CPU, so a process does it once."""
    make, bit_rate = _SOUNDS[name]
    return Clip(name, encode(make(), bit_rate))


class Library(Mapping[str, Clip]):
    """The clips by name: "music", "comfort" and a "ringback-ZONE" for the countries asked for.

    The first one of a process takes some tenths of a second, so it is built before the server takes calls. The default
    zone's ringback is always there.
    """

    def __init__(self, countries: Iterable[str] = ()) -> None:
        zones = map(ringback_for, (DEFAULT_ZONE, *countries))
        self._clips = {name: built_in(name) for name in (COMFORT, MUSIC, *(zone.clip_name for zone in zones))}

    def __getitem__(self, name: str) -> Clip:
        return self._clips[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._clips)

    def __len__(self) -> int:
        return len(self._clips)
