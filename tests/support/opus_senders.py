"""Owns how others encode in tests: the settings of libopus that a leg meets, and sounds at a known loudness."""

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

from hold_audio.encode import decode
from hold_audio.music import music_loop
from hold_audio.prompts.recordings import prompts

RATE = 48_000
SECONDS = 4

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sender:
    """One way to encode."""

    rate: int
    bit_rate: int
    application: str = "voip"
    dtx: bool = False
    vbr: bool = True

    def encode(self, sound: Samples) -> tuple[bytes, ...]:
        """20 ms frames of a sound at 48 kHz, full scale 1."""
        encoder = av.CodecContext.create("libopus", "w")
        assert isinstance(encoder, av.AudioCodecContext)
        encoder.sample_rate = self.rate
        encoder.layout = "mono"
        encoder.format = "s16"
        encoder.bit_rate = self.bit_rate
        encoder.options = {
            "application": self.application,
            "frame_duration": "20",
            "vbr": "on" if self.vbr else "off",
            "dtx": str(int(self.dtx)),
        }
        size = self.rate // 50
        samples = np.round(sound[:: RATE // self.rate] * 32_768).clip(-32_768, 32_767).astype(np.int16)
        packets: list[bytes] = []
        for at in range(len(samples) // size):
            frame = av.AudioFrame.from_ndarray(samples[at * size :][:size].reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts = self.rate, at * size
            packets += map(bytes, encoder.encode(frame))
        return tuple(packets)


SENDERS = {
    "whatsapp": Sender(16_000, 20_000),
    "chromium": Sender(48_000, 32_000),
    "chromium-dtx": Sender(48_000, 40_000, dtx=True),
    "constant": Sender(16_000, 24_000, vbr=False),
    "celt": Sender(48_000, 64_000, application="lowdelay"),
}
"""WhatsApp names 16 kHz and 20 kbit/s in its offers, Chromium takes 32 to 40; CELT alone is for those in a hurry."""


def at_level(sound: Samples, dbfs: float) -> Samples:
    """The sound with this RMS level over all of it."""
    return np.asarray(sound / np.sqrt(np.mean(sound**2)) * 10 ** (dbfs / 20))


def noise() -> Samples:
    """A room: noise without its highest tones."""
    white = np.random.default_rng(1).normal(size=SECONDS * RATE)
    return np.convolve(white, np.ones(12) / 12, "same")


def speech() -> Samples:
    """A voice with pauses between the sentences; longer than SECONDS."""
    clips, _ = prompts("en")
    spoken = [decode(clip.frames) for clip in clips.values() if len(clip.frames) > 40]
    return np.concatenate([part for sentence in spoken for part in (sentence, np.zeros(RATE // 4))])[: 8 * RATE]


def music() -> Samples:
    """The built-in music."""
    return np.asarray(music_loop()[: SECONDS * RATE], dtype=np.float64)


def sine() -> Samples:
    """A steady tone."""
    return np.sin(2 * np.pi * 440 * np.arange(SECONDS * RATE) / RATE)
