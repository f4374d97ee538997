"""Owns how loud a sound is: measured as EBU R 128 does, and brought to one loudness for all that callers hear."""

import numpy as np
import pyloudnorm
from scipy.ndimage import minimum_filter1d
from scipy.signal import fftconvolve, resample_poly

from hold_audio.clip import SAMPLE_RATE, Samples

TARGET_LUFS = -19.0
"""Of everything a caller hears, the built-in music included: mono's equal of -16 LUFS, usual for spoken stereo."""
HEARD_DBTP = -2.0
"""No true peak that a caller hears is above it."""
CEILING_DBTP = HEARD_DBTP - 3.0
"""Before encoding. At 12-16 kbit/s Opus was measured to raise the peaks of speech by up to 2.7 dB."""
TOLERANCE_LU = 0.2
SILENT_LUFS = -60.0
"""Below this there is only noise to be made louder."""

_BLOCK_S = 0.4
"""Gating block of ITU-R BS.1770: the shortest sound that has a loudness."""
_LOOK_S = 0.005
"""How far ahead of a peak the limiter begins to turn down; shorter would be heard as a crackle."""
_ROUNDS = 4
"""Limiting lowers loudness, so level and limit are set in turns; speech needs one or two."""


class TooQuiet(Exception):
    """The sound is silence, or so faint that only its noise would be made louder."""


def loudness_lufs(samples: Samples) -> float:
    """Integrated loudness (ITU-R BS.1770-4); a sound below 0.4 s is measured as if it were repeated."""
    short = _BLOCK_S * SAMPLE_RATE / max(1, len(samples))
    heard = np.tile(samples, int(np.ceil(short)) + 1) if short > 1 else samples
    if not heard.any():
        return -np.inf
    return float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(heard.astype(np.float64)))


def true_peak_dbtp(samples: Samples) -> float:
    """The highest peak between samples too, from four-fold oversampling (ITU-R BS.1770-4, annex 2)."""
    return float(20 * np.log10(_peaks(samples).max(initial=0.0) + 1e-10))


def normalised(samples: Samples) -> Samples:
    """The sound at TARGET_LUFS with no true peak above CEILING_DBTP. Raises TooQuiet."""
    loudness = loudness_lufs(samples)
    if not loudness > SILENT_LUFS:
        raise TooQuiet(f"is silent, or fainter than {SILENT_LUFS:.0f} LUFS")
    level = samples
    for _ in range(_ROUNDS):
        level = _limited(level * np.float32(10 ** ((TARGET_LUFS - loudness) / 20)))
        loudness = loudness_lufs(level)
        if abs(loudness - TARGET_LUFS) <= TOLERANCE_LU:
            break
    return level


def _limited(samples: Samples) -> Samples:
    """Turned down smoothly around every peak above the ceiling."""
    ceiling = 10 ** (CEILING_DBTP / 20)
    needed = ceiling / np.maximum(_peaks(samples), ceiling)
    if needed.min() == 1.0:
        return samples
    look = round(_LOOK_S * SAMPLE_RATE)
    # Held for as long as the window that smooths it is wide, the gain never rises above what a peak needs.
    held = minimum_filter1d(needed, 2 * look + 1)
    window = np.hanning(2 * look + 3)[1:-1]
    padded = np.pad(held, look, mode="edge")
    gain = fftconvolve(padded, window / window.sum(), mode="valid")
    turned_down: Samples = samples * gain.astype(np.float32)
    return turned_down


def _peaks(samples: Samples) -> np.ndarray:
    """The highest magnitude from each sample to the next."""
    between: np.ndarray = np.abs(resample_poly(samples, 4, 1)).reshape(-1, 4).max(axis=1)
    return between
