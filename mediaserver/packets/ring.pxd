"""Owns the way up to asyncio: a bounded ring with one writer (the loop), one reader (``Engine.events``) and no lock."""

from libc.stdint cimport int64_t, uint32_t, uint64_t, uint8_t

from mediaserver.packets.endpoints cimport Endpoint
from mediaserver.packets.limits cimport MAX_DATAGRAM, RING, RING_RESERVE
from mediaserver.packets.linux cimport (
    __ATOMIC_ACQ_REL,
    __ATOMIC_ACQUIRE,
    __ATOMIC_RELEASE,
    __atomic_exchange_n,
    __atomic_load_n,
    __atomic_store_n,
)

cdef enum:
    DATAGRAM = 0  # Kind of an entry that is no LegEventKind.


cdef struct Entry:
    int kind  # DATAGRAM or a value of LegEventKind.
    int length  # Bytes of data, for a datagram.
    int64_t leg  # The leg's public number, for an event of a leg.
    int64_t at  # Nanoseconds, for an event of a leg.
    uint8_t key  # Of the telephone event,
    uint32_t duration  # and its milliseconds.
    Endpoint endpoint  # Where a datagram came from.
    uint8_t data[MAX_DATAGRAM]


cdef struct Ring:
    uint32_t written  # Entries ever published; only the writer moves it.
    uint32_t taken  # Entries ever taken; only the reader moves it.
    uint32_t signalled  # Whether the reader has been told since it last looked.
    bint news  # The writer published since it last told the reader.
    uint64_t dropped  # Entries that found no room; guarded by the engine's lock.
    Entry entries[RING]


cdef inline Entry* vacant(Ring* ring, bint reserved) noexcept nogil:
    """Where the next entry goes, or NULL when the ring is full. Only ``reserved`` entries may use the last places."""
    cdef uint32_t waiting = ring.written - __atomic_load_n(&ring.taken, __ATOMIC_ACQUIRE)
    if waiting >= (RING if reserved else RING - RING_RESERVE):
        ring.dropped += 1
        return NULL
    return &ring.entries[ring.written & (RING - 1)]


cdef inline void publish(Ring* ring) noexcept nogil:
    __atomic_store_n(&ring.written, ring.written + 1, __ATOMIC_RELEASE)
    ring.news = True


cdef inline bint must_signal(Ring* ring) noexcept nogil:
    """Whether the reader sleeps on entries it has not been told of. Asked by the writer after every batch."""
    if not ring.news:
        return False
    ring.news = False
    return __atomic_exchange_n(&ring.signalled, 1, __ATOMIC_ACQ_REL) == 0


cdef inline uint32_t look(Ring* ring) noexcept nogil:
    """How many entries wait. What is published from here on is signalled anew."""
    __atomic_exchange_n(&ring.signalled, 0, __ATOMIC_ACQ_REL)
    return __atomic_load_n(&ring.written, __ATOMIC_ACQUIRE) - ring.taken


cdef inline const Entry* oldest(Ring* ring) noexcept nogil:
    return &ring.entries[ring.taken & (RING - 1)]


cdef inline void release(Ring* ring) noexcept nogil:
    """Give the oldest entry's place back."""
    __atomic_store_n(&ring.taken, ring.taken + 1, __ATOMIC_RELEASE)
