# cython: cdivision=True
"""Owns what an Opus packet says of itself in its first bytes (RFC 6716 3.1, 3.2). Pure; decodes nothing."""

from libc.stdint cimport uint8_t

from mediaserver.packets.rtp cimport FRAME_SAMPLES

cdef enum:
    LONGEST = 5760  # Samples: 120 ms (RFC 6716 3.2.5).


cdef inline int frame_samples(int config) noexcept nogil:
    """Samples of one frame, at 48 kHz."""
    if config >= 16:
        return 120 << (config & 3)  # CELT: 2.5, 5, 10 or 20 ms.
    if config >= 12:
        return 480 << (config & 1)  # Hybrid: 10 or 20 ms.
    if config & 3 == 3:
        return 2880  # SILK: 60 ms,
    return 480 << (config & 3)  # 10, 20 or 40 ms.


cdef inline int duration(const uint8_t* payload, int length) noexcept nogil:
    """Samples of a packet at 48 kHz. One that cannot be is taken for 20 ms, as the listener's decoder conceals it."""
    cdef int code = payload[0] & 3
    cdef int frames = 1 if code == 0 else 2
    cdef int samples
    if code == 3:
        frames = payload[1] & 0x3F if length > 1 else 0
    samples = frames * frame_samples(payload[0] >> 3)
    return samples if 0 < samples <= LONGEST else FRAME_SAMPLES


cdef inline bint is_celt(const uint8_t* payload) noexcept nogil:
    """Whether it is of CELT alone, which codes music and what has to be fast."""
    return payload[0] >> 3 >= 16


cdef inline int first_frame(const uint8_t* payload, int length) noexcept nogil:
    """Where the first frame begins; ``length`` or more if there is none."""
    cdef int code = payload[0] & 3
    cdef int at = 1
    cdef int lengths = 1 if code == 2 else 0
    if code == 3 and length > 1:
        at = 2
        if payload[1] & 0x80:
            lengths = (payload[1] & 0x3F) - 1
        if payload[1] & 0x40:
            while at < length and payload[at] == 255:
                at += 1
            at += 1
    while lengths > 0 and at < length:
        at += 1 if payload[at] < 252 else 2
        lengths -= 1
    return at


cdef inline bint is_voiced(const uint8_t* payload, int length) noexcept nogil:
    """Whether SILK has marked its first 20 ms as a voice (RFC 6716 4.2.3). Of CELT alone it means nothing."""
    cdef int at = first_frame(payload, length)
    return at < length and payload[at] & 0x80
