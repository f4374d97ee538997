"""Owns the RTP header (RFC 3550 5.1) and the arithmetic of sequence numbers and timestamps. Pure; knows no leg."""

from libc.stdint cimport int16_t, int32_t, uint16_t, uint32_t, uint8_t

cdef enum:
    RTP_HEADER = 12  # Bytes of the fixed header, the only one we send.
    RTCP_HEADER = 8  # Bytes of an RTCP header and its SSRC.
    FRAME_SAMPLES = 960  # 20 ms of the 48 kHz clock of Opus (RFC 7587 4.1).


cdef struct Packet:
    uint16_t sequence
    uint32_t timestamp
    uint32_t ssrc
    uint8_t payload_type
    bint marker
    const uint8_t* payload  # Without CSRCs, header extension and padding.
    int length  # Bytes of the payload.
    int duration  # Samples of its sound.


cdef inline uint16_t read16(const uint8_t* at) noexcept nogil:
    return <uint16_t>(at[0] << 8 | at[1])


cdef inline uint32_t read32(const uint8_t* at) noexcept nogil:
    return <uint32_t>at[0] << 24 | <uint32_t>at[1] << 16 | <uint32_t>at[2] << 8 | at[3]


cdef inline void write16(uint8_t* at, uint16_t value) noexcept nogil:
    at[0] = <uint8_t>(value >> 8)
    at[1] = <uint8_t>value


cdef inline void write32(uint8_t* at, uint32_t value) noexcept nogil:
    write16(at, <uint16_t>(value >> 16))
    write16(at + 2, <uint16_t>value)


cdef inline int16_t sequence_step(uint16_t before, uint16_t after) noexcept nogil:
    """How far ``after`` lies ahead of ``before``, the short way around the wrap."""
    return <int16_t><uint16_t>(after - before)


cdef inline int32_t timestamp_step(uint32_t before, uint32_t after) noexcept nogil:
    return <int32_t>(after - before)


cdef inline int header_length(const uint8_t* data, int length) noexcept nogil:
    """Bytes of the header with CSRCs and extension, which SRTP leaves in the clear; 0 if it is cut short."""
    cdef int header
    if length < RTP_HEADER:
        return 0
    header = RTP_HEADER + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if length < header + 4:
            return 0
        header += 4 + 4 * read16(data + header + 2)
    return header if header <= length else 0


cdef inline bint parse(Packet* packet, const uint8_t* data, int length) noexcept nogil:
    """Read a decrypted packet. False if its parts do not fit into its length."""
    cdef int header = header_length(data, length)
    cdef int padding = 0
    if header == 0:
        return False
    if data[0] & 0x20:
        padding = data[length - 1]
        if padding == 0 or header + padding > length:
            return False
    packet.marker = data[1] >> 7
    packet.payload_type = data[1] & 0x7F
    packet.sequence = read16(data + 2)
    packet.timestamp = read32(data + 4)
    packet.ssrc = read32(data + 8)
    packet.payload = data + header
    packet.length = length - header - padding
    return True


cdef inline void write_header(uint8_t* data, const Packet* packet) noexcept nogil:
    data[0] = 0x80
    data[1] = <uint8_t>(packet.marker << 7 | packet.payload_type)
    write16(data + 2, packet.sequence)
    write32(data + 4, packet.timestamp)
    write32(data + 8, packet.ssrc)
