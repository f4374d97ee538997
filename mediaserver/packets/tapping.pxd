"""Owns the tap of a leg: what came in from it is copied into one of two buffers while the other is being read.

So the loop never waits for a reader: it appends under the lock, and a reader only exchanges the buffers under it.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from mediaserver.packets.linux cimport SECOND
from mediaserver.packets.rtp cimport Packet


cdef struct Label:
    int64_t at  # When the packet came in.
    uint32_t timestamp
    uint16_t sequence
    uint16_t length  # Bytes of the payload, which follows.


cdef struct Tap:
    uint8_t* filling  # NULL when the leg is not tapped.
    uint8_t* resting
    uint32_t capacity  # Bytes of each.
    uint32_t used  # Bytes of the one that is filled.
    uint64_t lost  # Packets that found no room since the buffers were exchanged.


cdef inline bint open_tap(Tap* tap, uint32_t capacity) except False:
    tap.filling = <uint8_t*>malloc(2 * <size_t>capacity)
    if tap.filling == NULL:
        raise MemoryError
    tap.resting = tap.filling + capacity
    tap.capacity = capacity
    tap.used = 0
    tap.lost = 0
    return True


cdef inline void close_tap(Tap* tap) noexcept nogil:
    free(min(tap.filling, tap.resting))
    tap.filling = tap.resting = NULL


cdef inline void write_down(Tap* tap, const Packet* packet, int64_t now) noexcept nogil:
    """Copy a packet, if there is room."""
    cdef Label label
    if sizeof(Label) + packet.length > tap.capacity - tap.used:
        tap.lost += 1
        return
    label.at = now
    label.timestamp = packet.timestamp
    label.sequence = packet.sequence
    label.length = <uint16_t>packet.length
    memcpy(tap.filling + tap.used, &label, sizeof(Label))
    memcpy(tap.filling + tap.used + sizeof(Label), packet.payload, packet.length)
    tap.used += <uint32_t>sizeof(Label) + label.length


cdef inline Tap exchange(Tap* tap) noexcept nogil:
    """Let the other buffer be filled. What is returned tells what the first one holds."""
    cdef Tap filled = tap[0]
    tap.filling = filled.resting
    tap.resting = filled.filling
    tap.used = 0
    tap.lost = 0
    return filled


cdef inline list read_packets(const Tap* filled, kind):
    """The packets of an exchanged buffer, each given to ``kind``."""
    cdef uint32_t at = 0
    cdef Label label
    packets = []
    while at < filled.used:
        memcpy(&label, filled.filling + at, sizeof(Label))
        at += <uint32_t>sizeof(Label)
        payload = PyBytes_FromStringAndSize(<const char*>filled.filling + at, label.length)
        packets.append(kind(label.at / <double>SECOND, label.sequence, label.timestamp, payload))
        at += label.length
    return packets
