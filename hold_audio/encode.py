"""Owns the way from samples to Opus frames and back. Knows no clip by name and touches no packet.

Frames are raw Opus packets (RFC 6716) without any container. All are made in one mode, CELT at
wideband, so that a listener's decoder never changes mode between two clips; wideband because WhatsApp plays at 16 kHz
(whatsapp-calling 5.1).
"""

import av
import numpy as np

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Samples

PRIMING_FRAMES = 25
"""Frames that are encoded first and thrown away: half a second, in which the encoder settles."""

_OPTIONS = {
    "application": "lowdelay",  # CELT alone: neither a change of mode nor a speech model on music.
    "cutoff": "8000",  # Hz: wideband.
    "frame_duration": "20",
    "vbr": "on",
    "packet_loss": "10",  # Percent expected; it makes every frame code its energy by itself, not against the last one.
}
"""With these, two frames after a lost packet or a join of clips the listener hears exactly what was meant. Only the
middle of a steady tone takes longer, up to 0.2 s: there Opus adds pitch from what it has played (RFC 6716 4.3.7.1)."""


def encode(samples: Samples, bit_rate: int) -> tuple[bytes, ...]:
    """One Opus frame for each 20 ms of a loop.

    The encoder has just heard the loop's end when it begins, so the frames may be played round and round without a
    seam. Opus delays sound by 2.5 ms; in a loop this only turns the loop by as much. ``samples`` must be a whole number
    of frames. ``bit_rate`` is what Opus aims at; tonal sound takes more and silence next to nothing.
    """
    frames = samples.reshape(-1, FRAME_SAMPLES)
    return _encode(np.take(frames, range(-PRIMING_FRAMES, 0), axis=0, mode="wrap"), frames, bit_rate)


def encode_once(samples: Samples, bit_rate: int) -> tuple[bytes, ...]:
    """One Opus frame for each 20 ms of a sound that is played once, such as a greeting.

    The encoder has heard nothing when it begins, as if the line had been quiet. For the sound to begin and end whole
    after and before any other, its first frame and its last 2.5 ms must be silent (``cutting.for_once``).
    """
    frames = samples.reshape(-1, FRAME_SAMPLES)
    return _encode(np.zeros((PRIMING_FRAMES, FRAME_SAMPLES), dtype=np.float32), frames, bit_rate)


def decode(frames: tuple[bytes, ...]) -> Samples:
    """What a listener hears who starts with the first of these frames."""
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = SAMPLE_RATE
    decoder.layout = "mono"
    heard = [audio.to_ndarray()[0] for frame in frames for audio in decoder.decode(av.Packet(frame))]
    return np.concatenate(heard).astype(np.float32) / np.float32(32768)


def _encode(priming: np.ndarray, frames: np.ndarray, bit_rate: int) -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate = SAMPLE_RATE
    encoder.layout = "mono"
    encoder.format = "flt"
    encoder.bit_rate = bit_rate
    encoder.options = _OPTIONS
    packets: list[bytes] = []
    for number, frame in enumerate(np.concatenate([priming, frames])):
        audio = av.AudioFrame.from_ndarray(frame.reshape(1, -1), format="flt", layout="mono")
        audio.sample_rate = SAMPLE_RATE
        audio.pts = number * FRAME_SAMPLES
        packets += map(bytes, encoder.encode(audio))
    assert len(packets) == PRIMING_FRAMES + len(frames), "Opus gives one packet for each frame, at once"
    return tuple(packets[PRIMING_FRAMES:])
