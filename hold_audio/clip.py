"""Owns the clip: sound that was encoded once and is shared, unchanged, by every listener."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
"""Hz. The RTP clock of Opus (RFC 7587 4.1)."""
FRAME_SAMPLES = 960
"""Samples in 20 ms, the only packet size WhatsApp takes (whatsapp-calling 5.6)."""
FRAME_S = 0.020

MUSIC = "music"
"""Name of the built-in hold music."""
COMFORT = "comfort"
"""Name of the built-in comfort noise."""

Samples: TypeAlias = npt.NDArray[np.float32]
"""Mono sound at SAMPLE_RATE before encoding; full scale is 1.0."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A named sequence of 20 ms mono Opus frames."""

    name: str
    frames: tuple[bytes, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.frames) * FRAME_S
