# cython: cdivision=True
"""Owns the RTCP that we send: a sender report and a CNAME (RFC 3550 6.4.1, 6.5.1). Pure; the clocks are passed in."""

from libc.stdint cimport int64_t, uint32_t, uint64_t, uint8_t
from libc.string cimport memcpy, memset

from mediaserver.packets.linux cimport SECOND
from mediaserver.packets.rtp cimport write16, write32

cdef enum:
    CNAME = 16  # Characters; 64 random bits in hexadecimal (RFC 7022 4.2 asks for no less).
    REPORT = 56  # Bytes: 28 of the sender report, 28 of the source description.


cdef inline int write_report(
    uint8_t* data,
    uint32_t ssrc,
    int64_t wall,
    uint32_t timestamp,
    uint32_t packets,
    uint32_t octets,
    const char* cname,
) noexcept nogil:
    """Write the compound packet; ``wall`` is nanoseconds since 1970. Returns its length."""
    cdef uint64_t fraction = (<uint64_t>(wall % SECOND) << 32) // SECOND
    memset(data, 0, REPORT)
    data[0] = 0x80
    data[1] = 200
    write16(data + 2, 6)
    write32(data + 4, ssrc)
    write32(data + 8, <uint32_t>(wall // SECOND + 2208988800U))  # NTP counts from 1900.
    write32(data + 12, <uint32_t>fraction)
    write32(data + 16, timestamp)
    write32(data + 20, packets)
    write32(data + 24, octets)
    data[28] = 0x81
    data[29] = 202
    write16(data + 30, 6)
    write32(data + 32, ssrc)
    data[36] = 1
    data[37] = CNAME
    memcpy(data + 38, cname, CNAME)
    return REPORT
