# cython: cdivision=True
"""Owns what is known of the stream that a peer sends: how much of it came, and how evenly (RFC 3550 A.1, A.3, A.8).

Pure: packets and their times are passed in. Knows no leg.
"""

from libc.stdint cimport int16_t, int64_t, uint16_t, uint32_t, uint64_t, uint8_t

from mediaserver.packets.rtp cimport Packet, sequence_step, timestamp_step

cdef enum:
    CLOCK = 48_000  # Hertz of every Opus stream (RFC 7587 4.1).
    MAX_DROPOUT = 3000  # Packets; a longer step ahead is a source that begins anew (RFC 3550 A.1).
    MAX_MISORDER = 100  # Packets; likewise a longer step back.
    NO_SEQUENCE = 1 << 16  # None of the sequence numbers.


cdef struct Reception:
    bint begun  # The fields below are set.
    uint32_t ssrc
    uint32_t base  # The sequence number it began with.
    uint32_t highest  # The highest one that came, extended by the count of wraps.
    uint32_t received  # Packets since it began.
    uint32_t successor  # The sequence number that will show that it has begun anew, or NO_SEQUENCE.
    bint timed  # ``transit`` is set.
    uint32_t transit  # Arrival less timestamp of the last packet, in units of the clock.
    uint32_t jitter  # Sixteen times the estimate of RFC 3550 A.8.
    uint32_t expected_reported  # What was expected and came by the time of our last report,
    uint32_t received_reported
    uint8_t fraction  # and which part of 256 was lost in the interval before it.
    uint32_t sender_report  # Middle 32 bits of the NTP time of its newest sender report, 0 without one,
    int64_t sender_report_at  # and when that came.
    bint over  # It has said goodbye.
    uint64_t expected_before  # Of the sources before this one.
    uint64_t received_before


cdef inline uint32_t expected(const Reception* reception) noexcept nogil:
    """Packets that the source has sent since it began, judged by their numbers."""
    return reception.highest - reception.base + 1 if reception.begun else 0


cdef inline void begin(Reception* reception, const Packet* packet) noexcept nogil:
    """A source begins, or begins anew."""
    reception.expected_before += expected(reception)
    reception.received_before += reception.received
    reception.begun = True
    reception.ssrc = packet.ssrc
    reception.base = reception.highest = packet.sequence
    reception.received = 0
    reception.successor = NO_SEQUENCE
    reception.timed = False
    reception.jitter = 0
    reception.expected_reported = reception.received_reported = 0
    reception.sender_report = 0
    reception.over = False


cdef inline bint count(Reception* reception, const Packet* packet) noexcept nogil:
    """Count a packet of the source. False for one that jumps, until the next in order confirms the jump."""
    cdef int16_t step = sequence_step(<uint16_t>reception.highest, packet.sequence)
    if 0 < step <= MAX_DROPOUT:
        reception.highest += step
    elif step > 0 or step < -MAX_MISORDER:
        if packet.sequence != reception.successor:
            reception.successor = <uint16_t>(packet.sequence + 1)
            return False
        begin(reception, packet)
    reception.successor = NO_SEQUENCE
    reception.received += 1
    return True


cdef inline void measure(Reception* reception, const Packet* packet, int64_t now) noexcept nogil:
    """Let the estimate of jitter learn from one packet of sound."""
    cdef uint32_t transit = <uint32_t>(now // 1000 * (CLOCK // 1000) // 1000) - packet.timestamp
    cdef int64_t moved = timestamp_step(reception.transit, transit)
    if reception.timed and -CLOCK < moved < CLOCK:
        # A second and more is no jitter: the source has set its clock.
        reception.jitter += <uint32_t>max(moved, -moved) - ((reception.jitter + 8) >> 4)
    reception.transit = transit
    reception.timed = True


cdef inline void observe(Reception* reception, const Packet* packet, bint sounds, int64_t now) noexcept nogil:
    """Take note of an authentic packet. Only one that sounds begins a source, and only such ones are timed."""
    if not reception.begun or packet.ssrc != reception.ssrc:
        if not sounds:
            return
        begin(reception, packet)
    if count(reception, packet) and sounds:
        measure(reception, packet, now)
