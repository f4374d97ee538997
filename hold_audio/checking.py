"""Owns the search for what callers would complain about in a sound: clicks, holes, flat peaks. Changes nothing."""

import enum
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from hold_audio.clip import SAMPLE_RATE, Samples
from hold_audio.cutting import SILENCE_DBFS

LONG_SILENCE_S = 1.5
"""A caller takes a longer pause for a dropped call."""
CLICK_DB = 26.0
"""How far a click stands out of the sound around it, above 3 kHz where clicks have their energy."""
CLICK_FLOOR_DBFS = -50.0
"""A fainter click is not heard on a telephone."""

_TREBLE_FLOOR_DB = CLICK_FLOOR_DBFS - CLICK_DB
_WINDOW_S = 0.001
_AROUND = 30
"""Windows on each side that a click is compared with."""
_SHORT = 2
"""Windows: a click is over by then; a drum, a consonant or a pulse of the voice is not."""
GONE_DB = 24.0
"""How far the treble has fallen by then, and was below it as long before."""
_SAME_PLACE_S = 0.1
"""Findings of one kind nearer than this are one finding."""


class Flaw(enum.StrEnum):
    """What can be wrong with a sound."""

    CLICK = "click"
    SILENCE = "silence"
    CLIPPING = "clipping"


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw, and where it begins."""

    flaw: Flaw
    at_s: float
    lasts_s: float = 0.0

    def __str__(self) -> str:
        lasts = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.flaw} at {self.at_s:.2f} s{lasts}"


def check(samples: Samples, clipped_s: tuple[float, ...] = ()) -> tuple[Finding, ...]:
    """Everything that is wrong with a sound at its final loudness, in the order of its times.

    ``clipped_s`` are the flat peaks that its reader saw.
    """
    clicks = (Finding(Flaw.CLICK, at_s) for at_s in _apart(_clicks_s(samples)))
    clipping = (Finding(Flaw.CLIPPING, at_s) for at_s in _apart(clipped_s))
    return tuple(sorted((*clicks, *_silences(samples), *clipping), key=lambda finding: finding.at_s))


def _clicks_s(samples: Samples) -> list[float]:
    """Where the treble leaps up and is gone again within some milliseconds."""
    treble = np.diff(samples, n=3, prepend=np.zeros(3, np.float32))
    levels = _levels_db(treble, _WINDOW_S)
    if len(levels) <= 2 * _AROUND:
        return []
    around = median_filter(levels, 2 * _AROUND + 1, mode="nearest")
    # A quiet surrounding is a click's best stage, but in digital silence everything stands out infinitely.
    leaps = levels - np.maximum(around, _TREBLE_FLOOR_DB)
    beside = np.maximum(np.roll(levels, _SHORT), np.roll(levels, -_SHORT))
    found = (leaps > CLICK_DB) & (levels - np.maximum(beside, _TREBLE_FLOOR_DB) > GONE_DB)
    return [float(window * _WINDOW_S) for window in np.flatnonzero(found)]


def _silences(samples: Samples) -> list[Finding]:
    quiet = _levels_db(samples, 0.010) < SILENCE_DBFS
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8), prepend=0, append=0)).reshape(-1, 2) * 0.010
    return [
        Finding(Flaw.SILENCE, float(start), float(end - start)) for start, end in edges if end - start > LONG_SILENCE_S
    ]


def _levels_db(samples: np.ndarray, window_s: float) -> np.ndarray:
    window = round(window_s * SAMPLE_RATE)
    windows = samples[: len(samples) // window * window].reshape(-1, window)
    levels: np.ndarray = 10 * np.log10(np.mean(np.square(windows, dtype=np.float64), axis=1) + 1e-12)
    return levels


def _apart(times_s: list[float] | tuple[float, ...]) -> list[float]:
    kept: list[float] = []
    for at_s in times_s:
        if not kept or at_s - kept[-1] >= _SAME_PLACE_S:
            kept.append(at_s)
    return kept
