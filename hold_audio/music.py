"""Owns the built-in hold music: the piece, as data, and the small instruments that play it.

Twelve quiet bars, composed for this project; nothing here is taken from a recording or another work. The piece is a
loop in every respect: what still sounds at its end sounds on over its beginning. It is played at 16 kHz, the rate at
which WhatsApp plays it back, and lifted to the clip's rate in one exact step.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from hold_audio.clip import SAMPLE_RATE, Samples
from hold_audio.synthesis import raised_cosine, rms

LEVEL_DBFS = -17.7
"""RMS of the whole piece before its peaks are rounded. Measured after it: -19.1 LUFS (ITU-R BS.1770)."""
CEILING = 0.5
"""No sample goes beyond it: -6 dBFS."""

_RATE = 16_000
"""Hz at which the instruments play."""
_EIGHTH = _RATE * 2 // 5
"""Samples in an eighth note: 0.4 s, 75 quarter notes a minute, a whole number of frames."""
_BAR = 8 * _EIGHTH


class Bar(NamedTuple):
    """Four quarters of the piece. Notes are names with octave (A4 is 440 Hz); a dot lets the melody ring on."""

    bass: str
    chord: str
    melody: str


PIECE = (
    # F major, at rest.
    Bar("F2", "A3 C4 E4 G4", "C5 . . A4 . . G4 ."),
    Bar("D3", "A3 C4 F4", "A4 . . F4 . . E4 ."),
    Bar("Bb2", "A3 D4 F4", "D5 . . C5 . . A4 ."),
    Bar("C3", "G3 C4 D4 G4", "G4 . . A4 . C5 . ."),
    # The same walk, a little further.
    Bar("F2", "A3 C4 E4 G4", "E5 . . C5 . . A4 ."),
    Bar("A2", "G3 C4 E4", "G4 . . C5 . . E5 ."),
    Bar("G2", "F3 Bb3 D4 A4", "D5 . . Bb4 . . A4 ."),
    Bar("C3", "F3 Bb3 D4 G4", "G4 . . . C5 . . ."),
    # The answer, from above, and the way home.
    Bar("Bb2", "A3 D4 F4", "F5 . . E5 . . D5 ."),
    Bar("A2", "G3 C4 E4", "C5 . . E5 . . C5 ."),
    Bar("G2", "F3 A3 Bb3 D4", "D5 . . C5 . Bb4 . ."),
    Bar("C3", "E3 Bb3 D4 G4", "A4 . G4 . . E4 . ."),
)

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def music_loop() -> Samples:
    """The whole piece, ready to follow itself."""
    loop = np.zeros(len(PIECE) * _BAR)
    bass, pad, pluck = cache(_bass), cache(_pad), cache(_pluck)
    for number, bar in enumerate(PIECE):
        start = number * _BAR
        chord = bar.chord.split()
        _place(loop, start, 0.075 * bass(bar.bass))
        for note in chord:
            _place(loop, start, 0.05 * pad(note))
        for eighth, note in enumerate(bar.melody.split()):
            accompaniment = chord[(0, 2, 1, -1)[eighth % 4] % len(chord)]
            _place(loop, start + eighth * _EIGHTH, 0.06 * pluck(accompaniment))
            if note != ".":
                _place(loop, start + eighth * _EIGHTH, 0.18 * pluck(note))
    music = _finish(loop)
    music *= 10 ** (LEVEL_DBFS / 20) / rms(music)
    # Peaks bend instead of breaking, as on tape; the quiet rest is hardly touched.
    return (CEILING * np.tanh(music / CEILING)).astype(np.float32)


def frequency_hz(note: str) -> float:
    """Equal temperament: "A4" is 440 Hz, "Bb3" a semitone above "A3"."""
    semitone = _SEMITONES[note[0]] - note.count("b") + 12 * int(note[-1])
    return float(440 * 2 ** ((semitone - 57) / 12))


def _pad(note: str) -> np.ndarray:
    """A soft chord tone: two voices a hair apart, rising and falling slowly, overlapping the next bar."""
    seconds = np.arange(_BAR + 3 * _EIGHTH) / _RATE
    pitch = frequency_hz(note)
    tone = np.zeros(len(seconds))
    for detune in (0.9985, 1.0015):
        for harmonic in (1, 2, 3, 4, 5):
            tone += np.sin(2 * np.pi * harmonic * pitch * detune * seconds) / harmonic**1.5
    return _swell(tone, attack=2 * _EIGHTH, release=3 * _EIGHTH)


def _bass(note: str) -> np.ndarray:
    """A round low tone; its overtones carry it through a telephone's loudspeaker."""
    seconds = np.arange(_BAR + _EIGHTH) / _RATE
    phase = 2 * np.pi * frequency_hz(note) * seconds
    tone = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase)
    return _swell(tone * np.exp(-seconds / 2.5), attack=_EIGHTH // 8, release=_EIGHTH)


def _pluck(note: str) -> np.ndarray:
    """A struck tone like a wooden bar's: the overtones die first."""
    seconds = np.arange(6 * _EIGHTH) / _RATE
    phase = 2 * np.pi * frequency_hz(note) * seconds
    tone = (
        np.sin(phase) * np.exp(-seconds / 0.55)
        + 0.35 * np.sin(2 * phase) * np.exp(-seconds / 0.30)
        + 0.18 * np.sin(4 * phase) * np.exp(-seconds / 0.12)
        + 0.06 * np.sin(6 * phase) * np.exp(-seconds / 0.06)
    )
    return _swell(tone, attack=_EIGHTH // 64, release=2 * _EIGHTH)


def _swell(tone: np.ndarray, *, attack: int, release: int) -> np.ndarray:
    tone[:attack] *= raised_cosine(attack)
    tone[-release:] *= raised_cosine(release)[::-1]
    return tone


def _place(loop: np.ndarray, start: int, tone: np.ndarray) -> None:
    """Add a tone; what reaches beyond the end of the loop comes in at its beginning."""
    loop[(start + np.arange(len(tone))) % len(loop)] += tone


def _finish(loop: np.ndarray) -> np.ndarray:
    """Put the loop into a small warm room and lift it to the clip's sample rate.

    Both are done on the spectrum of the whole loop, where every sound wraps around by itself.
    """
    seconds = np.arange(_RATE * 3 // 2) / _RATE
    echoes = np.random.default_rng(seed=8).standard_normal(len(seconds)) * np.exp(-seconds / 0.28)
    frequencies = np.fft.rfftfreq(len(loop), 1 / _RATE)
    room = np.fft.rfft(echoes / np.sqrt(np.sum(echoes**2)), len(loop)) / np.hypot(1, frequencies / 2_500)
    spectrum = np.fft.rfft(loop) * (1 + 0.35 * room)
    # Nothing below what a telephone can play, and a soft end above.
    spectrum *= (frequencies > 60) / np.sqrt(1 + (frequencies / 5_000) ** 8)
    lift = SAMPLE_RATE // _RATE
    return np.fft.irfft(spectrum, len(loop) * lift) * lift
