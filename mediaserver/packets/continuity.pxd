# cython: cdivision=True
"""Owns the check that what a leg is sent continues what it was sent before.

It reads the finished header and knows nothing of how the numbers came about, so that a fault in the mapping shows.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint16_t, uint32_t, uint8_t

from mediaserver.packets.linux cimport SECOND
from mediaserver.packets.rtp cimport FRAME_SAMPLES, Packet, read16, read32, sequence_step, timestamp_step

cdef enum:
    CLOCK = 48_000  # Hertz of Opus (RFC 7587 4.1).


cdef struct Trail:
    bint begun  # Something was sent.
    bint mirrors  # The newest packet was another leg's; the three ``origin_`` fields are as that leg sent it.
    uint16_t sequence  # Of the newest packet, as sent.
    uint32_t timestamp
    int duration  # Samples from that timestamp to its end.
    int64_t at  # When it was sent.
    uint32_t ssrc
    int event_type  # Payload type of telephone events, or -1.
    uint16_t origin_sequence
    uint32_t origin_timestamp
    uint32_t origin_ssrc


cdef inline bint continues(const Trail* trail, const uint8_t* sent, const Packet* origin, int64_t now) noexcept nogil:
    """Whether this packet belongs behind the newest one.

    It must begin where that one ends; packets of one telephone event share a timestamp, and each has its time all the
    same. Behind a pause it may begin whole frames later, no more than time has passed; and a packet of another leg may
    lie as far from the newest one as the two lay apart when they came in, for loss and disorder on that leg's way are
    not ours.
    """
    cdef int16_t step = sequence_step(trail.sequence, read16(sent + 2))
    cdef int32_t elapsed = timestamp_step(trail.timestamp, read32(sent + 4))
    cdef int32_t skipped = elapsed - trail.duration
    if not trail.begun:
        return True
    if read32(sent + 8) != trail.ssrc:
        return False
    if step == 1 and elapsed == 0 and (sent[1] & 0x7F) == trail.event_type:
        return True
    if step == 1 and skipped == 0:
        return True
    if step == 1 and skipped > 0 and skipped % FRAME_SAMPLES == 0 and skipped <= (now - trail.at) * CLOCK // SECOND:
        return True
    if origin == NULL or not trail.mirrors or origin.ssrc != trail.origin_ssrc or step == 0:
        return False
    return (
        step == sequence_step(trail.origin_sequence, origin.sequence)
        and elapsed == timestamp_step(trail.origin_timestamp, origin.timestamp)
    )


cdef inline void extend(
    Trail* trail, const uint8_t* sent, const Packet* origin, int duration, int64_t now
) noexcept nogil:
    """Remember what was sent, unless something newer was sent already."""
    cdef bint goes_on = (sent[1] & 0x7F) == trail.event_type and read32(sent + 4) == trail.timestamp
    if trail.begun and sequence_step(trail.sequence, read16(sent + 2)) <= 0:
        return
    trail.duration = duration + (trail.duration if trail.begun and goes_on else 0)
    trail.begun = True
    trail.sequence = read16(sent + 2)
    trail.timestamp = read32(sent + 4)
    trail.at = now
    trail.ssrc = read32(sent + 8)
    trail.mirrors = origin != NULL
    if origin != NULL:
        trail.origin_sequence = origin.sequence
        trail.origin_timestamp = origin.timestamp
        trail.origin_ssrc = origin.ssrc
