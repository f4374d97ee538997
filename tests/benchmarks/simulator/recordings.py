"""Builds recordings by hand, for tests of what the ear makes of them."""

from collections.abc import Sequence

import numpy as np

from benchmarks.simulator import opus
from benchmarks.simulator.ear import Heard
from benchmarks.simulator.rtp import RtpPacket
from benchmarks.simulator.tones import synthesise


def recording(payloads: Sequence[bytes], *, start: float = 100.0) -> list[Heard]:
    """Packets 20 ms apart that wrap both counters on their way."""
    sequence, timestamp = 65530, 2**32 - 4800
    return [
        Heard(
            start + index * 0.02,
            RtpPacket(
                111,
                index == 0,
                (sequence + index) & 0xFFFF,
                (timestamp + 960 * index) & 0xFFFFFFFF,
                77,
                payload,
            ),
        )
        for index, payload in enumerate(payloads)
    ]


def chord(seconds: float, *hertz: float) -> opus.Pcm:
    """A sustained chord, as music has them."""
    notes = np.stack([synthesise(note, seconds, 0.2 / len(hertz)) for note in hertz])
    mixed: opus.Pcm = notes.sum(axis=0).astype(np.int16)
    return mixed


def melody(seconds: float) -> opus.Pcm:
    """Notes of a quarter of a second over a bass."""
    notes = [523.25, 659.26, 698.46, 783.99, 1108.73, 1174.66]
    steps = [chord(0.25, notes[index % len(notes)], 261.63) for index in range(round(seconds * 4))]
    return np.concatenate(steps)


def silence(seconds: float) -> opus.Pcm:
    """Digital silence."""
    return np.zeros(round(seconds * opus.SAMPLE_RATE), dtype=np.int16)


def encoded(*parts: opus.Pcm) -> list[bytes]:
    """Each part as an encoder of its own would have made it: sources that are switched between."""
    return [payload for part in parts for payload in opus.encode(part)]
