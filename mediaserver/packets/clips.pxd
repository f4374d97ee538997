"""Owns the clip: Opus frames in one block of memory, shared by every leg that hears them."""

from libc.stdint cimport uint32_t, uint8_t
from libc.stdlib cimport malloc
from libc.string cimport memcpy

cdef enum:
    MAX_FRAME = 1275  # Bytes of one Opus frame (RFC 6716 3.4), and a 20 ms packet holds one.


cdef struct Clip:
    uint32_t generation  # Counts the users of this place, so that a stale number is noticed.
    uint32_t holders  # Playlists that hold it.
    uint32_t length  # Frames.
    uint32_t* ends  # Where each frame ends in the bytes; heads the block that also holds the bytes. NULL when free.
    uint8_t* data


cdef inline bint load_clip(Clip* clip, frames) except False:
    """Copy frames into a block of their own."""
    cdef uint32_t end = 0
    cdef uint32_t at
    sound = [bytes(frame) for frame in frames]
    if not sound or not all([0 < len(frame) <= MAX_FRAME for frame in sound]):
        raise ValueError("a clip needs frames of 1 to 1275 bytes")
    clip.ends = <uint32_t*>malloc(len(sound) * sizeof(uint32_t) + sum([len(frame) for frame in sound]))
    if clip.ends == NULL:
        raise MemoryError
    clip.length = <uint32_t>len(sound)
    clip.data = <uint8_t*>(clip.ends + clip.length)
    for at in range(clip.length):
        memcpy(clip.data + end, <const uint8_t*><bytes>sound[at], len(sound[at]))
        end += <uint32_t>len(sound[at])
        clip.ends[at] = end
    return True
