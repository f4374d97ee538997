"""Owns a talk of several in tests: all speak in real time, each a tone of its own, and are asked whose they hear."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from benchmarks.simulator.opus import Pcm, decode, encode
from tests.support.engine_room import EngineRoom, Party
from tests.support.rtp_peer import Rtp

Frames: TypeAlias = tuple[bytes, ...]
"""20 ms of Opus each."""
RATE = 48_000
TONES = (400, 700, 1100, 1700)
"""Hz. Whole periods in one second, so that a second of frames loops; no multiples of each other."""
HOLD_UP_S = 0.030
"""A tick this long comes of a machine that has too much to do, and is no business of the mix."""
ATTEMPTS = 8
HEARD = 0.1
"""Share of the energy from which on a tone is heard; of three equal tones each has a third."""


def tone(hertz: float, level_dbfs: float = -12.0, seconds: float = 1.0) -> Pcm:
    """A sine of so many dBFS."""
    at = np.arange(round(seconds * RATE)) / RATE
    amplitude = 32_767 * np.sqrt(2) * 10 ** (level_dbfs / 20)
    return np.asarray(np.round(amplitude * np.sin(2 * np.pi * hertz * at)), dtype=np.int16)


def share(pcm: Pcm, hertz: float) -> float:
    """Which part of the energy lies within 40 Hz of the tone."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(pcm), 1 / RATE) - hertz) < max(40, 2 * RATE / len(pcm))
    return float(spectrum[near].sum() / max(spectrum.sum(), 1.0))


def tones_in(packets: Iterable[Rtp]) -> set[int]:
    """The tones that somebody hears who is sent these packets; the first of them only prepares his decoder."""
    pcm = decode(packet.payload for packet in packets)[1:].reshape(-1)
    if not np.any(np.abs(pcm) > 300):
        return set()
    return {hertz for hertz in TONES if share(pcm, hertz) > HEARD}


def tones(count: int) -> list[Frames]:
    """The voices of so many."""
    return [encode(tone(hertz)) for hertz in TONES[:count]]


class Speaker:
    """A party that says the same over and over, and everything it was sent."""

    def __init__(self, party: Party, voice: Frames) -> None:
        self.party = party
        self.voice = voice
        self.heard: list[Rtp] = []
        self.said = 0

    @property
    def leg(self) -> int:
        """Its leg."""
        return self.party.leg

    def packet(self) -> bytes:
        """Its next frame."""
        payload = self.voice[self.said % len(self.voice)]
        self.said += 1
        return self.party.peer.protect(payload, sequence=self.said, timestamp=self.said * 960)

    def speak(self) -> None:
        """Send the next frame."""
        self.party.peer.send_raw(self.packet())

    def hears(self, last: int = 6) -> set[int]:
        """The tones in the newest of what it was sent."""
        return tones_in(self.heard[-last:])


class Conference:
    """Speakers in one room, in step with a leg that is sent comfort frames: its frames are everybody's clock."""

    def __init__(self, room: EngineRoom, voices: Sequence[Frames]) -> None:
        self.speakers = [Speaker(room.join(), voice) for voice in voices]
        clock = room.join()
        room.engine.comfort(clock.leg)
        self._clock = clock.peer
        self.slowest = 0.0
        """Longest time between two ticks, in seconds; what the machine holds up, a listener hears."""

    def run(self, ticks: int, *, mute: Iterable[Speaker] = ()) -> None:
        """So many times 20 ms, in which all but the mute speak and everybody listens."""
        for _ in range(ticks):
            began = time.monotonic()
            self._clock.hear()
            self.slowest = max(self.slowest, time.monotonic() - began)
            for speaker in self.speakers:
                if speaker not in mute:
                    speaker.speak()
            self.listen()

    def listen(self) -> None:
        """Take what has come."""
        for speaker in self.speakers:
            speaker.heard += speaker.party.peer.hear_all()


def undisturbed(room: EngineRoom, voices: Sequence[Frames], act: Callable[[Conference], None]) -> Conference:
    """A talk in which this has happened, without a hold-up of the machine if that can be had."""
    for _ in range(ATTEMPTS):
        conference = Conference(room, voices)
        act(conference)
        if conference.slowest < HOLD_UP_S:
            break
    return conference
