# cython: cdivision=True
"""Owns the pacing wheel: twenty slots of one millisecond, each a list of the legs it paces. Knows nothing of legs."""

from libc.stdint cimport int16_t, int32_t, int64_t

from mediaserver.packets.limits cimport MAX_LEGS

cdef enum:
    SLOTS = 20  # One frame of 20 ms; tick ``t`` (milliseconds of the monotonic clock) belongs to slot ``t % SLOTS``.


cdef struct Wheel:
    int32_t first[SLOTS]  # The first leg of each slot, or -1.
    int32_t loads[SLOTS]  # How many legs each slot has.
    int32_t following[MAX_LEGS]  # Links of the lists.
    int32_t preceding[MAX_LEGS]
    int16_t slots[MAX_LEGS]  # The slot of each leg, or -1.
    int32_t load  # Legs in all slots.


cdef inline void clear(Wheel* wheel) noexcept nogil:
    cdef int at
    wheel.load = 0
    for at in range(SLOTS):
        wheel.first[at] = -1
        wheel.loads[at] = 0
    for at in range(MAX_LEGS):
        wheel.slots[at] = -1


cdef inline void take_out(Wheel* wheel, int32_t leg) noexcept nogil:
    cdef int16_t slot = wheel.slots[leg]
    cdef int32_t before, after
    if slot < 0:
        return
    before = wheel.preceding[leg]
    after = wheel.following[leg]
    if before < 0:
        wheel.first[slot] = after
    else:
        wheel.following[before] = after
    if after >= 0:
        wheel.preceding[after] = before
    wheel.slots[leg] = -1
    wheel.loads[slot] -= 1
    wheel.load -= 1


cdef inline void put_in(Wheel* wheel, int32_t leg, int64_t tick) noexcept nogil:
    """Let the leg be paced at ``tick`` and every twenty ticks after it."""
    cdef int16_t slot = <int16_t>(tick % SLOTS)
    cdef int32_t first
    take_out(wheel, leg)
    first = wheel.first[slot]
    wheel.preceding[leg] = -1
    wheel.following[leg] = first
    if first >= 0:
        wheel.preceding[first] = leg
    wheel.first[slot] = leg
    wheel.slots[leg] = slot
    wheel.loads[slot] += 1
    wheel.load += 1


cdef inline int64_t emptiest(const Wheel* wheel, int64_t earliest, int64_t latest) noexcept nogil:
    """The tick of this span whose slot has the fewest legs, the earliest of equals."""
    cdef int64_t best = earliest
    cdef int64_t tick
    for tick in range(earliest + 1, latest + 1):
        if wheel.loads[tick % SLOTS] < wheel.loads[best % SLOTS]:
            best = tick
    return best


cdef inline int64_t next_tick(const Wheel* wheel, int64_t after) noexcept nogil:
    """The first tick after this one whose slot is not empty, or -1."""
    cdef int64_t tick
    if wheel.load == 0:
        return -1
    for tick in range(after + 1, after + SLOTS + 1):
        if wheel.loads[tick % SLOTS] > 0:
            return tick
    return -1
