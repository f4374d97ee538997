# cython: cdivision=True
"""Owns the wire format of RTCP (RFC 3550 6.4 to 6.6): what we send of it and what we read of it. Pure."""

from libc.stdint cimport int32_t, uint16_t, uint32_t, uint64_t, uint8_t
from libc.string cimport memcpy, memset

from mediaserver.packets.rtp cimport read16, read32, write16, write32

cdef enum:
    SENDER_REPORT = 200  # Packet types.
    RECEIVER_REPORT = 201
    DESCRIPTION = 202
    GOODBYE = 203
    HEADER = 4  # Bytes,
    SOURCE = 4  # of an SSRC,
    SENDER = 20  # of what a sender says about itself,
    BLOCK = 24  # and of a report block.
    MAX_CNAME = 64  # Characters; names of 96 random bits have 16 (RFC 7022 4.2).


cdef struct Sender:
    uint64_t time  # NTP: seconds since 1900 and their fraction.
    uint32_t timestamp
    uint32_t packets
    uint32_t octets


cdef struct Block:
    uint32_t ssrc  # Whose stream it is about.
    uint8_t fraction  # Lost since the last report, of 256.
    int32_t lost  # Since the beginning; 24 bits and a sign.
    uint32_t highest  # Sequence number, extended.
    uint32_t jitter  # In units of the clock.
    uint32_t sender_report  # Middle of the NTP time of the newest sender report, 0 without one,
    uint32_t delay  # and the time since it came; both in 1/65536 s.


cdef struct Name:
    int length
    uint8_t text[MAX_CNAME]


cdef struct Part:
    int type  # Of a packet within a compound one.
    int count  # Report blocks or sources it says it has.
    const uint8_t* body  # Behind the header.
    int length  # Bytes of the body without padding.


cdef inline void write_head(uint8_t* data, int type, int count, int length) noexcept nogil:
    data[0] = <uint8_t>(0x80 | count)
    data[1] = <uint8_t>type
    write16(data + 2, <uint16_t>(length // 4 - 1))


cdef inline int write_block(uint8_t* data, const Block* block) noexcept nogil:
    write32(data, block.ssrc)
    write32(data + 4, <uint32_t>block.fraction << 24 | <uint32_t>block.lost & 0xFFFFFF)
    write32(data + 8, block.highest)
    write32(data + 12, block.jitter)
    write32(data + 16, block.sender_report)
    write32(data + 20, block.delay)
    return BLOCK


cdef inline int write_description(uint8_t* data, uint32_t ssrc, const Name* cname) noexcept nogil:
    """The source description that belongs to every report: our CNAME, ended by one to four zeros."""
    cdef int length = (HEADER + SOURCE + 2 + cname.length) // 4 * 4 + 4
    memset(data, 0, length)
    write_head(data, DESCRIPTION, 1, length)
    write32(data + HEADER, ssrc)
    data[8] = 1
    data[9] = <uint8_t>cname.length
    memcpy(data + 10, cname.text, cname.length)
    return length


cdef inline int write_report(
    uint8_t* data, uint32_t ssrc, const Sender* sender, const Block* block, const Name* cname
) noexcept nogil:
    """Write the compound packet. Without a ``sender`` it is a receiver report; ``block`` may be NULL. Returns bytes."""
    cdef int length = HEADER + SOURCE
    write32(data + HEADER, ssrc)
    if sender != NULL:
        write32(data + length, <uint32_t>(sender.time >> 32))
        write32(data + length + 4, <uint32_t>sender.time)
        write32(data + length + 8, sender.timestamp)
        write32(data + length + 12, sender.packets)
        write32(data + length + 16, sender.octets)
        length += SENDER
    if block != NULL:
        length += write_block(data + length, block)
    write_head(data, RECEIVER_REPORT if sender == NULL else SENDER_REPORT, block != NULL, length)
    return length + write_description(data + length, ssrc, cname)


cdef inline int read_part(Part* part, const uint8_t* data, int length) noexcept nogil:
    """Read the first packet of what is left of a compound one. Returns its bytes, 0 if it is none."""
    cdef int size, padding
    if length < HEADER or data[0] >> 6 != 2:
        return 0
    size = HEADER + 4 * read16(data + 2)
    if size > length:
        return 0
    padding = data[size - 1] if data[0] & 0x20 else 0
    if data[0] & 0x20 and not 0 < padding <= size - HEADER:
        return 0
    part.type = data[1]
    part.count = data[0] & 0x1F
    part.body = data + HEADER
    part.length = size - HEADER - padding
    return size


cdef inline void read_block(Block* block, const uint8_t* data) noexcept nogil:
    cdef uint32_t loss = read32(data + 4)
    block.ssrc = read32(data)
    block.fraction = <uint8_t>(loss >> 24)
    # The sign of 24 bits is carried into 32.
    block.lost = <int32_t>((loss & 0xFFFFFF) ^ 0x800000) - 0x800000
    block.highest = read32(data + 8)
    block.jitter = read32(data + 12)
    block.sender_report = read32(data + 16)
    block.delay = read32(data + 20)
