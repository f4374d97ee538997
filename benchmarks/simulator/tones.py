"""Owns the voices of the simulation: pure test tones that no ringback and no tempered scale contains.

Both frequencies lie half-way between two notes (A4 = 440 Hz), so that an ear can tell them from music as well as
from ringback, which stays below 500 Hz in every country (ITU-T E.180).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.simulator import opus

_AMPLITUDE = 0.25
"""Of full scale (-12 dBFS), as loud as a person who speaks up."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A voice that is one sine wave."""

    name: str
    hertz: int
    """Whole, so that one second is a whole number of periods and loops without a click."""


CALLER_TONE = Tone("caller", 719)
"""Between F5 (698.5 Hz) and F#5 (740.0 Hz)."""
AGENT_TONE = Tone("agent", 1141)
"""Between C#6 (1108.7 Hz) and D6 (1174.7 Hz)."""
COLLEAGUE_TONE = Tone("colleague", 1811)
"""Between A6 (1760.0 Hz) and A#6 (1864.7 Hz)."""


def synthesise(hertz: float, seconds: float, amplitude: float = _AMPLITUDE) -> opus.Pcm:
    """A sine wave as mono PCM."""
    time_s = np.arange(round(seconds * opus.SAMPLE_RATE)) / opus.SAMPLE_RATE
    return (np.sin(2 * np.pi * hertz * time_s) * amplitude * opus.FULL_SCALE).astype(np.int16)


@cache
def voice_frames(tone: Tone) -> tuple[bytes, ...]:
    """One second of the tone, encoded once; plays in a loop without a seam."""
    # The first second settles the encoder, the second one is the loop.
    return opus.encode(synthesise(tone.hertz, 2.0))[50:]


@cache
def silence_frames() -> tuple[bytes, ...]:
    """What a muted microphone sends: real Opus frames of digital silence."""
    return opus.encode(np.zeros(opus.SAMPLE_RATE // 2, dtype=np.int16))
