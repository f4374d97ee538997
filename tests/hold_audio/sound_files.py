"""Owns sound files for tests: written by PyAV, in whatever format a test wants to be read."""

from pathlib import Path

import av
import numpy as np

from hold_audio.clip import SAMPLE_RATE, Samples


def voice(seconds: float, seed: int = 1) -> Samples:
    """Something like speech: syllables of noise with formants and pauses between, at -26 dBFS or so."""
    rng = np.random.default_rng(seed)
    length = round(seconds * SAMPLE_RATE)
    time_s = np.arange(length) / SAMPLE_RATE
    pitch = 120 + 15 * np.sin(2 * np.pi * 0.7 * time_s)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    buzz = sum((np.sin(number * phase) / number for number in range(1, 30)), np.zeros(length))
    syllables = np.clip(np.sin(2 * np.pi * 2.2 * time_s), 0, 1) ** 0.5
    return ((0.08 * buzz + 0.003 * rng.normal(size=length)) * syllables).astype(np.float32)


def write(path: Path, channels: np.ndarray, rate: int = SAMPLE_RATE, codec: str = "pcm_s16le") -> Path:
    """One sound track; ``channels`` is mono samples, or one row for each channel."""
    rows = np.atleast_2d(channels)
    layout = "mono" if len(rows) == 1 else "stereo"
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        whole = np.clip(np.round(rows * 32768), -32768, 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole.T.reshape(1, -1).copy(), format="s16", layout=layout)
        frame.sample_rate = rate
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
