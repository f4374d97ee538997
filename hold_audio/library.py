"""Owns the built-in clips: encoded once, then shared unchanged by every call. Does not decide who hears which."""

from collections.abc import Iterable, Iterator, Mapping

from hold_audio.clip import COMFORT, MUSIC, Clip
from hold_audio.encode import encode
from hold_audio.music import music_loop
from hold_audio.ringback import DEFAULT_ZONE, ringback_for
from hold_audio.synthesis import comfort_noise, ringback_cycle

# Bit/s that Opus aims at. It spends more on tones and next to nothing on pauses; every clip's average comes out below
# the 20 000 that WhatsApp's offers name as ``maxaveragebitrate`` (RFC 7587 6.1; whatsapp-calling 5.1).
RINGBACK_BIT_RATE = 20_000
MUSIC_BIT_RATE = 16_000
COMFORT_BIT_RATE = 12_000


class Library(Mapping[str, Clip]):
    """The clips by name: "music", "comfort" and a "ringback-ZONE" for the countries asked for.

    Building it takes some tenths of a second of CPU, so it is done once, before the server takes calls. The default
    zone's ringback is always there.
    """

    def __init__(self, countries: Iterable[str] = ()) -> None:
        zones = dict.fromkeys(map(ringback_for, (DEFAULT_ZONE, *countries)))
        clips = [
            Clip(COMFORT, encode(comfort_noise(), COMFORT_BIT_RATE)),
            Clip(MUSIC, encode(music_loop(), MUSIC_BIT_RATE)),
            *(Clip(zone.clip_name, encode(ringback_cycle(zone), RINGBACK_BIT_RATE)) for zone in zones),
        ]
        self._clips = {clip.name: clip for clip in clips}

    def __getitem__(self, name: str) -> Clip:
        return self._clips[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._clips)

    def __len__(self) -> int:
        return len(self._clips)
