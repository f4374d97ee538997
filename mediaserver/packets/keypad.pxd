# cython: cdivision=True
"""Owns the keys that a peer presses: many RFC 4733 packets, some lost, late or repeated, become one press each."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint8_t

from mediaserver.packets.linux cimport MILLISECOND, SECOND
from mediaserver.packets.rtp cimport Packet, sequence_step
from mediaserver.packets.telephone_event cimport LONGEST, Press, read_press

cdef enum:
    RELEASE = 150 * MILLISECOND  # Silence of three usual updates (RFC 4733 2.5.2.2); with sound again, a key is let go.
    FULL = LONGEST - 4096  # Units; the last update of a segment may have been lost.
    MEMORY = SECOND  # Within this time an older sequence number is a late packet; beyond it, numbers have gone round.


cdef struct Keypad:
    bint used  # The fields below are set.
    bint held  # The press is not over yet.
    uint32_t ssrc
    uint32_t timestamp  # When it began; the same in all its packets.
    uint16_t sequence  # Of its newest packet,
    int64_t seen_at  # and when that came.
    uint8_t key
    uint32_t duration  # In units of the clock, segments before this one included.
    uint32_t segments  # Of it, the part of those segments.


cdef struct Pressed:
    uint8_t key
    uint32_t duration  # In units of the clock.


cdef inline bint let_go(Keypad* keypad, Pressed* pressed) noexcept nogil:
    """End the press, if one is held. True if it is to be told."""
    cdef bint held = keypad.held
    pressed.key = keypad.key
    pressed.duration = keypad.duration
    keypad.held = False
    return held


cdef inline bint is_late(const Keypad* keypad, const Packet* packet, int64_t now) noexcept nogil:
    """Whether the packet was sent before the newest one."""
    return (
        keypad.used
        and packet.ssrc == keypad.ssrc
        and now - keypad.seen_at < MEMORY
        and sequence_step(keypad.sequence, packet.sequence) <= 0
    )


cdef inline bint goes_on(const Keypad* keypad, const Packet* packet, const Press* press) noexcept nogil:
    """Whether the packet begins the next segment of a long press (RFC 4733 2.5.1.3): the one before is full."""
    return (
        keypad.held
        and packet.ssrc == keypad.ssrc
        and press.key == keypad.key
        and keypad.duration - keypad.segments >= FULL
    )


cdef inline bint press(Keypad* keypad, const Packet* packet, Pressed* pressed, int64_t now) noexcept nogil:
    """Take a packet of events. True if a press is over by it: this one or the one before."""
    cdef Press update
    cdef bint told = False
    if not read_press(&update, packet) or is_late(keypad, packet, now):
        return False
    if not keypad.used or packet.ssrc != keypad.ssrc or packet.timestamp != keypad.timestamp:
        if goes_on(keypad, packet, &update):
            keypad.segments += LONGEST
        else:
            # All packets that said how the former press ended were lost.
            told = let_go(keypad, pressed)
            keypad.held = True
            keypad.segments = 0
        keypad.used = True
        keypad.duration = keypad.segments
        keypad.ssrc = packet.ssrc
        keypad.timestamp = packet.timestamp
        keypad.key = update.key
    keypad.sequence = packet.sequence
    keypad.seen_at = now
    keypad.duration = max(keypad.duration, keypad.segments + update.duration)
    if update.ended and not told:
        # If the press before had to be told first, the next of the three end packets tells of this one.
        told = let_go(keypad, pressed)
    return told


cdef inline bint fall_silent(Keypad* keypad, Pressed* pressed, int64_t now) noexcept nogil:
    """The peer is heard again. True if a key that it held has been let go without our being told."""
    return keypad.held and now - keypad.seen_at >= RELEASE and let_go(keypad, pressed)
