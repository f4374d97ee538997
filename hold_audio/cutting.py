"""Owns the edges of a sound: what is cut off, how it begins and ends, and how a loop follows itself. Samples only."""

import numpy as np

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Samples
from hold_audio.synthesis import raised_cosine

SILENCE_DBFS = -50.0
"""RMS over 10 ms, of a sound at its final loudness. On a telephone nobody hears what is below."""
MARGIN_S = 0.020
"""Kept on both sides of what is heard, so that no soft consonant is lost."""
RISE_S = 0.002
"""A start in mid-sound is ramped this quickly: no click, and the first syllable stays whole (lessons #44-#46)."""
FALL_S = 0.010
TAIL_S = 0.060
"""Silence behind a sound that is played once: a breath before what follows, and room for Opus's 2.5 ms of delay."""
CROSSFADE_S = 0.250
"""How long the end of a loop sounds on while its beginning rises."""

_WINDOW = SAMPLE_RATE // 100


def trimmed(samples: Samples) -> Samples:
    """Without the silence before and behind; nothing is left of a sound that is silent throughout."""
    windows = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
    loud = np.flatnonzero(np.mean(np.square(windows, dtype=np.float64), axis=1) > 10 ** (SILENCE_DBFS / 10))
    if not len(loud):
        return samples[:0]
    margin = round(MARGIN_S * SAMPLE_RATE)
    # What does not fill a window at the end is kept if the sound lasts until there.
    end = len(samples) if loud[-1] == len(windows) - 1 else (loud[-1] + 1) * _WINDOW + margin
    return samples[max(0, loud[0] * _WINDOW - margin) : end]


def for_once(samples: Samples) -> Samples:
    """A sound that is played once: whole frames, the first and the last of them silent, no edge that clicks."""
    edged = samples.copy()
    rise, fall = (raised_cosine(min(len(edged), round(seconds * SAMPLE_RATE))) for seconds in (RISE_S, FALL_S))
    edged[: len(rise)] *= rise
    edged[len(edged) - len(fall) :] *= fall[::-1]
    tail = round(TAIL_S * SAMPLE_RATE)
    tail += -(len(edged) + tail) % FRAME_SAMPLES
    return np.concatenate([np.zeros(FRAME_SAMPLES, np.float32), edged, np.zeros(tail, np.float32)])


def for_ever(samples: Samples) -> Samples:
    """A sound that follows itself: whole frames, its end faded into its beginning.

    It becomes shorter by the crossfade and by what is left of a frame. A sound shorter than four crossfades is
    crossfaded over a quarter of its length.
    """
    fade = min(round(CROSSFADE_S * SAMPLE_RATE), len(samples) // 4)
    length = (len(samples) - fade) // FRAME_SAMPLES * FRAME_SAMPLES
    loop = samples[:length].copy()
    rising = raised_cosine(fade)
    loop[:fade] = loop[:fade] * rising + samples[length : length + fade] * rising[::-1]
    return loop
