"""Owns Opus for the simulator: 20 ms mono frames to and from PCM, through PyAV. Knows neither tones nor RTP."""

from collections.abc import Iterable

import av
import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
"""Hz, the RTP clock of Opus (RFC 7587 4.1)."""
FRAME_SAMPLES = 960
"""Samples in 20 ms, the only packet size WhatsApp takes (whatsapp-calling 5.6)."""
FRAME_S = 0.020
FULL_SCALE = 32_767
BIT_RATE = 32_000
"""bit/s; enough that a pure tone decodes with more than 98 % of its energy at its own frequency (measured)."""

Pcm = npt.NDArray[np.int16]


def encode(pcm: Pcm) -> tuple[bytes, ...]:
    """Encode whole 20 ms frames of mono PCM; what is left over at the end is dropped."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate = SAMPLE_RATE
    encoder.layout = "mono"
    encoder.format = "s16"
    encoder.bit_rate = BIT_RATE
    encoder.options = {"application": "voip", "frame_duration": "20"}
    count = len(pcm) // FRAME_SAMPLES
    payloads: list[bytes] = []
    for index in range(count):
        samples = pcm[index * FRAME_SAMPLES : (index + 1) * FRAME_SAMPLES]
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = index * FRAME_SAMPLES
        payloads.extend(bytes(packet) for packet in encoder.encode(frame))
    payloads.extend(bytes(packet) for packet in encoder.encode(None))
    return tuple(payloads[:count])


def decode(payloads: Iterable[bytes]) -> Pcm:
    """Decode frame after frame with one decoder, as a phone does. Returns one row of 960 samples per payload.

    A payload that is no 20 ms Opus frame decodes to silence: the phone would have nothing to play.
    """
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = SAMPLE_RATE
    decoder.layout = "mono"
    decoder.format = "s16"
    rows = [_decode_one(decoder, payload) for payload in payloads]
    return np.stack(rows) if rows else np.empty((0, FRAME_SAMPLES), dtype=np.int16)


def _decode_one(decoder: av.AudioCodecContext, payload: bytes) -> Pcm:
    try:
        frames = decoder.decode(av.Packet(payload)) if payload else []
    except av.FFmpegError:
        frames = []
    samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]) if frames else np.empty(0)
    if len(samples) != FRAME_SAMPLES:
        return np.zeros(FRAME_SAMPLES, dtype=np.int16)
    return samples.astype(np.int16)


def is_one_20_ms_frame(payload: bytes) -> bool:
    """Whether the table-of-contents byte says: one frame of 20 ms (RFC 6716 3.1)."""
    if not payload:
        return False
    configuration, count_code = payload[0] >> 3, payload[0] & 0b11
    if configuration < 12:
        lasts_20_ms = configuration % 4 == 1
    elif configuration < 16:
        lasts_20_ms = configuration % 2 == 1
    else:
        lasts_20_ms = configuration % 4 == 3
    return lasts_20_ms and count_code == 0
