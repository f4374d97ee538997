"""Owns the test's ear: levels, times and frequencies of decoded samples, knowing nothing of how they were made."""

import numpy as np

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Samples

SILENCE_DBFS = -50.0
"""Below this a telephone's caller hears nothing. Deeper than the troughs of a modulated ringing tone."""
WINDOW_S = 0.010


def dbfs(samples: np.ndarray) -> float:
    """RMS level."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return float(10 * np.log10(power + 1e-20))


def peak_dbfs(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.abs(samples).max() + 1e-10))


def levels_dbfs(samples: np.ndarray, window_s: float) -> np.ndarray:
    """RMS level of each window; an incomplete last window is left out."""
    length = round(window_s * SAMPLE_RATE)
    windows = samples[: len(samples) // length * length].reshape(-1, length)
    power: np.ndarray = np.mean(np.square(windows, dtype=np.float64), axis=1)
    return np.asarray(10 * np.log10(power + 1e-20))


def bursts_s(samples: Samples) -> list[tuple[float, float]]:
    """Start and end of each stretch of sound, in seconds."""
    audible = levels_dbfs(samples, WINDOW_S) > SILENCE_DBFS
    edges = np.flatnonzero(np.diff(np.concatenate([[False], audible, [False]]).astype(int)))
    return [(float(start) * WINDOW_S, float(end) * WINDOW_S) for start, end in edges.reshape(-1, 2)]


def spectrum(samples: Samples) -> np.ndarray:
    """Share of the energy in each 1 Hz step from 0 to half the sample rate."""
    assert len(samples) <= SAMPLE_RATE, "cut the stretch to at most one second"
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), SAMPLE_RATE)) ** 2
    share: np.ndarray = power / power.sum()
    return share


def largest_step(samples: Samples) -> float:
    """The largest difference between neighbouring samples: what a click is made of."""
    return float(np.abs(np.diff(samples)).max())


def frame(samples: Samples, number: int, count: int = 1) -> Samples:
    """``count`` frames of 20 ms."""
    return samples[number * FRAME_SAMPLES : (number + count) * FRAME_SAMPLES]
