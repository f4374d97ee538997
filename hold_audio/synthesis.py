"""Owns the making of simple sounds: ringing tones and comfort noise. Encodes nothing and holds no state.

Every sound made here is one cycle of a loop: it may follow itself without a step in the signal.
"""

import numpy as np

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Samples
from hold_audio.ringback import Ringback, Tone

FULL_SCALE_SINE_DBM0 = 3.14
"""What a sine that just fits the digital range stands for (ITU-T G.711, A-law)."""

MODULATION_DEPTH = 0.95
"""Of modulated tones. AS/CA S002 asks for 90-99 %; E.180 leaves the depth open."""

RAMP_S = 0.008
"""Rise and fall of a tone: too short to be heard as a fade, long enough not to click."""

LEAD_SAMPLES = FRAME_SAMPLES
"""Silence before the first tone of a cycle, taken from the cycle's last pause.

An Opus frame overlaps the one before. With one silent frame ahead, the attack of the tone is decoded the same whatever
the listener heard before this clip.
"""

COMFORT_S = 4.0
"""Length of the noise loop: long enough that nobody hears it repeat."""
COMFORT_LEVEL_DBFS = -67.0
"""RMS. Like the noise of a quiet line: it says "still connected" and nothing else."""
COMFORT_CORNER_HZ = 500.0
"""Above it the noise falls by 6 dB per octave, as room noise does; white noise would hiss."""


def ringback_cycle(ringback: Ringback) -> Samples:
    """One cycle of a cadence; begins and ends in silence."""
    cycle = np.zeros(_samples(ringback.cycle_s), dtype=np.float32)
    start = float(LEAD_SAMPLES)
    for on_s, off_s in zip(ringback.cadence_s[::2], ringback.cadence_s[1::2], strict=True):
        burst = _burst(ringback, _samples(on_s))
        cycle[round(start) : round(start) + len(burst)] = burst
        start += (on_s + off_s) * SAMPLE_RATE
    return cycle


def comfort_noise() -> Samples:
    """Very quiet noise with the spectrum of a room."""
    length = _samples(COMFORT_S)
    frequencies = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    # Random phases under a fixed envelope make noise that is periodic in the loop's length, so it has no seam.
    phases = np.random.default_rng(seed=20).uniform(0, 2 * np.pi, len(frequencies))
    envelope = 1 / np.hypot(1, frequencies / COMFORT_CORNER_HZ)
    envelope[frequencies < 50] = 0
    noise = np.fft.irfft(envelope * np.exp(1j * phases), length)
    return (noise * (10 ** (COMFORT_LEVEL_DBFS / 20) / rms(noise))).astype(np.float32)


def raised_cosine(length: int) -> Samples:
    """The rising half of a cosine, from 0 to 1: an edge without a corner."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)


def rms(samples: np.ndarray) -> float:
    """Root mean square, 1.0 at full scale."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _burst(ringback: Ringback, length: int) -> Samples:
    seconds = np.arange(length) / SAMPLE_RATE
    burst = np.zeros(length)
    for tone in ringback.tones:
        burst += _sine(tone, seconds)
    full_scale_sine_rms = np.sqrt(0.5)
    level = 10 ** ((ringback.level_dbm0 - FULL_SCALE_SINE_DBM0) / 20) * full_scale_sine_rms
    burst *= level / rms(burst)
    ramp = raised_cosine(_samples(RAMP_S))
    burst[: len(ramp)] *= ramp
    burst[-len(ramp) :] *= ramp[::-1]
    return burst.astype(np.float32)


def _sine(tone: Tone, seconds: np.ndarray) -> np.ndarray:
    sine = np.sin(2 * np.pi * tone.frequency_hz * seconds)
    if tone.modulation_hz:
        sine *= 1 - MODULATION_DEPTH * np.cos(2 * np.pi * tone.modulation_hz * seconds)
    return sine


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
