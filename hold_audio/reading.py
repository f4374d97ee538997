"""Owns the way from a sound file of any format to samples. Changes nothing about how loud or how long it is."""

from dataclasses import dataclass
from math import gcd
from pathlib import Path

import av
import numpy as np
from scipy.signal import resample_poly

from hold_audio.clip import SAMPLE_RATE, Samples

HEARD_RATE = 16_000
"""Hz. WhatsApp plays nothing that needs more (whatsapp-calling 5.1), so nothing more is measured or encoded."""
LONGEST_S = 300.0
"""Five minutes: longer hold audio than anybody remembers, and it keeps memory within bounds."""
FULL_SCALE = 0.999
"""From here on a sample counts as being at the limit of its file."""
FLAT_SAMPLES = 3
"""So many samples in a row at full scale are a flattened peak; music that just touches it has one or two."""


class UnreadableSound(Exception):
    """The file gives no sound; the message says why, in words for the person who named it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds, and what can be seen of it only before it is resampled."""

    samples: Samples
    clipped_s: tuple[float, ...]
    """Where peaks are flat because they were recorded too loud, in seconds."""


def read(path: Path) -> Recording:
    """Decode the file's first sound track and mix it to mono at SAMPLE_RATE, without what is above 8 kHz.

    Raises UnreadableSound for a file that is missing, is no sound, is empty, breaks off, or is longer than LONGEST_S.
    """
    channels, rate = _decode(path)
    if not channels.size:
        raise UnreadableSound("holds no sound")
    mono = channels.mean(axis=0)
    divisor = gcd(rate, HEARD_RATE)
    heard = resample_poly(mono, HEARD_RATE // divisor, rate // divisor)
    samples = resample_poly(heard, SAMPLE_RATE // HEARD_RATE, 1).astype(np.float32)
    return Recording(samples, _flat_peaks(channels, rate))


def _decode(path: Path) -> tuple[np.ndarray, int]:
    """All channels as they are in the file, full scale 1.0, and the file's sample rate."""
    blocks: list[np.ndarray] = []
    length = 0
    try:
        with av.open(path) as container:
            if not container.streams.audio:
                raise UnreadableSound("has no sound track")
            stream = container.streams.audio[0]
            rate = stream.rate
            as_floats = av.AudioResampler(format="fltp")
            for frame in container.decode(stream):
                blocks += [part.to_ndarray() for part in as_floats.resample(frame)]
                length += frame.samples
                if length > LONGEST_S * rate:
                    raise UnreadableSound(f"is longer than {LONGEST_S:.0f} s; cut it first")
    except OSError as error:
        raise UnreadableSound(f"cannot be read: {error.strerror}") from error
    except av.error.FFmpegError as error:
        raise UnreadableSound(f"is no sound that can be decoded: {error.strerror}") from error
    return (np.concatenate(blocks, axis=1) if blocks else np.zeros((1, 0))), rate


def _flat_peaks(channels: np.ndarray, rate: int) -> tuple[float, ...]:
    full = (np.abs(channels) >= FULL_SCALE).any(axis=0)
    edges = np.flatnonzero(np.diff(full.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    starts = edges[edges[:, 1] - edges[:, 0] >= FLAT_SAMPLES, 0]
    return tuple(float(start) / rate for start in starts)
