# cython: cdivision=True
"""Owns when a leg is sent something by the clock: its slot on the wheel, and how it catches up after a hold-up."""

from libc.stdint cimport int64_t

from mediaserver.packets.linux cimport MILLISECOND
from mediaserver.packets.port cimport Leg, Port, is_ready, place
from mediaserver.packets.rtp cimport FRAME_SAMPLES
from mediaserver.packets.sending cimport FRAME
from mediaserver.packets.wheel cimport emptiest, put_in, take_out

cdef enum:
    START = 10  # Milliseconds within which the first packet leaves, or the first after a pause.
    SOONEST = 10  # Milliseconds from the last packet to the first one of a new source,
    LATEST = 25  # and the longest, so that the listener's buffer neither swells nor runs dry.
    BACKLOG = 10 * FRAME  # What is made good after a hold-up; what lies further back is given up.


cdef inline void pace(Port* port, Leg* leg, int soonest, int latest, int64_t now) noexcept nogil:
    """Find the leg a slot this many milliseconds after its last frame, the least loaded one. One that fits is kept."""
    cdef int64_t first = now // MILLISECOND + 1
    cdef int64_t last = first + START - 1
    cdef int64_t longer = leg.duration - FRAME_SAMPLES
    cdef int64_t before = (leg.sent_at + longer * FRAME // FRAME_SAMPLES) // MILLISECOND
    if not is_ready(leg):
        take_out(&port.wheel, place(port, leg))
        return
    if leg.started and not leg.paused and before + latest >= first:
        first = max(first, before + soonest)
        last = before + latest
    if port.wheel.slots[place(port, leg)] >= 0 and first * MILLISECOND <= leg.due_at <= last * MILLISECOND:
        return
    take_out(&port.wheel, place(port, leg))
    first = emptiest(&port.wheel, first, last)
    put_in(&port.wheel, place(port, leg), first)
    leg.due_at = first * MILLISECOND
    if leg.due_at < port.asleep_until:
        port.wake = True


cdef inline int frames_due(Leg* leg, int64_t now) noexcept nogil:
    """How many frames the leg is to be sent now: none when the wheel comes too early, never more than two."""
    cdef int frames = 0
    while leg.due_at <= now and frames < 2:
        leg.due_at += FRAME
        frames += 1
    if leg.due_at < now - BACKLOG:
        leg.due_at += (now - leg.due_at) // FRAME * FRAME
    return frames
