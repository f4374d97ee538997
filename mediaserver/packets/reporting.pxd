# cython: cdivision=True
"""Owns what a leg and its peer tell each other about their streams: when we report, and what the peer's reports say."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t, uint8_t

from mediaserver.packets.calendar cimport INTERVAL, note, take_due
from mediaserver.packets.linux cimport SECOND
from mediaserver.packets.port cimport Leg, Port, place
from mediaserver.packets.reception cimport Reception, expected
from mediaserver.packets.rtcp cimport (
    BLOCK,
    GOODBYE,
    RECEIVER_REPORT,
    SENDER,
    SENDER_REPORT,
    SOURCE,
    Block,
    Part,
    Sender,
    read_block,
    read_part,
    write_report,
)
from mediaserver.packets.rtp cimport FRAME_SAMPLES, read32
from mediaserver.packets.sending cimport FRAME, enqueue, next_buffer, notice

cdef enum:
    SAID_BYE = 8  # LegEventKind.BYE.
    NTP_EPOCH = 2_208_988_800  # Seconds from 1900 to 1970.
    LONGEST_ROUND_TRIP = 16 * 65536  # In 1/65536 s; a longer one comes from a report that was made up.


cdef inline uint64_t ntp(const Port* port, int64_t now) noexcept nogil:
    """NTP time. It runs with the monotonic clock, so that a clock that is set does not spoil a round trip."""
    cdef int64_t wall = now + port.epoch
    return <uint64_t>(wall // SECOND + NTP_EPOCH) << 32 | (<uint64_t>(wall % SECOND) << 32) // SECOND


cdef inline void describe_sender(const Port* port, const Leg* leg, Sender* sender, int64_t now) noexcept nogil:
    sender.time = ntp(port, now)
    sender.timestamp = <uint32_t>(leg.timestamp + (now - leg.sent_at) * FRAME_SAMPLES // FRAME)
    sender.packets = <uint32_t>leg.counters.sent
    sender.octets = leg.payload_bytes


cdef inline void describe_reception(Reception* heard, Block* block, int64_t now) noexcept nogil:
    """Fill the report block and begin the next interval (RFC 3550 A.3)."""
    cdef int32_t sent = <int32_t>(expected(heard) - heard.expected_reported)
    cdef int32_t lost = sent - <int32_t>(heard.received - heard.received_reported)
    heard.expected_reported = expected(heard)
    heard.received_reported = heard.received
    heard.fraction = <uint8_t>min(255, (lost << 8) // sent) if sent > 0 and lost > 0 else 0
    block.ssrc = heard.ssrc
    block.fraction = heard.fraction
    block.lost = min(max(<int32_t>(expected(heard) - heard.received), -0x800000), 0x7FFFFF)
    block.highest = heard.highest
    block.jitter = heard.jitter >> 4
    block.sender_report = heard.sender_report
    block.delay = 0
    if heard.sender_report != 0:
        block.delay = <uint32_t>(((now - heard.sender_report_at) << 16) // SECOND)


cdef inline void report(Port* port, Leg* leg, int64_t now) noexcept nogil:
    """Send a report: a sender's if something was sent in the last two intervals (RFC 3550 6.4), a receiver's if not."""
    cdef uint8_t* data
    cdef Sender sender
    cdef Block block
    cdef bint sends = leg.counters.sent != leg.reported[1]
    cdef int length
    note(&port.calendar, place(port, leg), INTERVAL, now)
    if not leg.addressed or leg.outbound == NULL:
        return
    data = next_buffer(port, leg)
    leg.reported[1] = leg.reported[0]
    leg.reported[0] = leg.counters.sent
    if sends:
        describe_sender(port, leg, &sender, now)
    if leg.reception.begun:
        describe_reception(&leg.reception, &block, now)
    length = write_report(
        data, leg.ssrc, &sender if sends else NULL, &block if leg.reception.begun else NULL, &leg.cname
    )
    if port.srtp.protect_rtcp(leg.outbound, data, &length) == 0:
        enqueue(port, leg, length)


cdef inline void serve_calendar(Port* port, int64_t now) noexcept nogil:
    """Send every report that is due."""
    cdef int32_t leg = take_due(&port.calendar, now)
    while leg >= 0:
        report(port, &port.legs[leg], now)
        leg = take_due(&port.calendar, now)


cdef inline void take_sender(Leg* leg, const Part* part, int64_t now) noexcept nogil:
    """Remember the peer's sender report for the round trip that it measures."""
    if leg.reception.begun and read32(part.body) == leg.reception.ssrc:
        leg.reception.sender_report = read32(part.body + SOURCE + 2)
        leg.reception.sender_report_at = now


cdef inline void take_block(const Port* port, Leg* leg, const uint8_t* data, int64_t now) noexcept nogil:
    """What the peer says about our stream."""
    cdef Block block
    cdef uint32_t trip
    read_block(&block, data)
    if block.ssrc != leg.ssrc or not leg.started:
        return
    leg.feedback = block
    leg.judged = True
    trip = <uint32_t>(ntp(port, now) >> 16) - block.sender_report - block.delay
    if block.sender_report != 0 and trip < LONGEST_ROUND_TRIP:
        leg.round_trip = (<int64_t>trip * SECOND) >> 16
        leg.measured = True


cdef inline void take_blocks(const Port* port, Leg* leg, const Part* part, int offset, int64_t now) noexcept nogil:
    """All report blocks that are really there."""
    cdef int at
    for at in range(min(part.count, (part.length - offset) // BLOCK)):
        take_block(port, leg, part.body + offset + at * BLOCK, now)


cdef inline void take_goodbye(Port* port, Leg* leg, const Part* part, int64_t now) noexcept nogil:
    """The peer's stream is over, and says so once."""
    cdef int at
    for at in range(min(part.count, part.length // SOURCE)):
        if leg.reception.begun and read32(part.body + at * SOURCE) == leg.reception.ssrc and not leg.reception.over:
            leg.reception.over = True
            notice(port, leg, SAID_BYE, now)


cdef inline void take_report(Port* port, Leg* leg, const uint8_t* data, int length, int64_t now) noexcept nogil:
    """Read an authentic compound packet, as far as it is sound."""
    cdef Part part
    cdef int size
    while length > 0:
        size = read_part(&part, data, length)
        if size == 0:
            port.totals.malformed += 1
            return
        if part.type == SENDER_REPORT and part.length >= SOURCE + SENDER:
            take_sender(leg, &part, now)
            take_blocks(port, leg, &part, SOURCE + SENDER, now)
        elif part.type == RECEIVER_REPORT and part.length >= SOURCE:
            take_blocks(port, leg, &part, SOURCE, now)
        elif part.type == GOODBYE:
            take_goodbye(port, leg, &part, now)
        data += size
        length -= size
