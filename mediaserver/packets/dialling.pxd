# cython: cdivision=True
"""Owns the keys that we press for a leg: RFC 4733 events in place of its sound, on the same stream, frame by frame."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint8_t

from mediaserver.packets.pacing cimport LATEST, SOONEST, pace
from mediaserver.packets.port cimport MAX_DIGITS, Leg, Port
from mediaserver.packets.rtp cimport FRAME_SAMPLES, Packet
from mediaserver.packets.sending cimport next_timestamp, transmit
from mediaserver.packets.telephone_event cimport EVENT, Press, write_press

cdef enum:
    TONE = 5  # Frames that a key is held: 100 ms, as a browser's insertDTMF holds it.
    REPEATS = 2  # Of the packet that ends it (RFC 4733 2.5.1.4).
    REST = 2  # Frames of comfort before the next key: with the repeats 80 ms, and a browser's default is 70.
    KEY = TONE + REPEATS + REST  # Frames of one key.
    FRAMES = 50  # Of a second.


cdef inline bint is_dialling(const Leg* leg) noexcept nogil:
    return leg.dialling.key < leg.dialling.keys


cdef inline bint dial(Port* port, Leg* leg, const uint8_t* keys, int count, int64_t now) noexcept nogil:
    """Press keys after those that wait. False if so many may not wait."""
    cdef int at
    if not is_dialling(leg):
        leg.dialling.key = leg.dialling.keys = leg.dialling.frame = 0
    if leg.dialling.keys + count > MAX_DIGITS:
        return False
    for at in range(count):
        leg.dialling.pressed[leg.dialling.keys + at] = keys[at]
    leg.dialling.keys += count
    # A leg that hears another one has no slot that fits its last packet.
    pace(port, leg, SOONEST, LATEST, now)
    return True


cdef inline void hang_up(Leg* leg) noexcept nogil:
    """Forget the keys that wait."""
    leg.dialling.key = leg.dialling.keys = 0


cdef inline void move_on(Leg* leg) noexcept nogil:
    """One frame of the key is over."""
    cdef bint is_last = leg.dialling.key + 1 == leg.dialling.keys
    leg.dialling.frame += 1
    if leg.dialling.frame < (KEY - REST if is_last else KEY):
        return
    leg.dialling.frame = 0
    leg.dialling.key += 1
    if is_last:
        # Sound begins anew: what a speaker sent meanwhile does not fit behind the keys.
        leg.mapped = False
        leg.marked = True


cdef inline void press_key(Port* port, Leg* leg, int frame, int64_t now) noexcept nogil:
    """Send one packet of the event. All of them bear the time of its beginning, and time goes on all the same."""
    cdef uint8_t[EVENT] payload
    cdef Press press
    cdef Packet packet
    if frame == 0:
        leg.dialling.timestamp = next_timestamp(leg, now)
    press.key = leg.dialling.pressed[leg.dialling.key]
    press.ended = frame >= TONE - 1
    press.duration = <uint16_t>(min(frame + 1, TONE) * (leg.dtmf_clock // FRAMES))
    write_press(payload, &press)
    packet.payload_type = <uint8_t>leg.dtmf_payload_type
    packet.marker = frame == 0
    packet.sequence = <uint16_t>(leg.sequence + 1)
    packet.timestamp = leg.dialling.timestamp
    packet.payload = payload
    packet.length = EVENT
    packet.duration = FRAME_SAMPLES
    if transmit(port, leg, &packet, NULL, now):
        leg.timestamp = leg.dialling.timestamp + <uint32_t>(frame * FRAME_SAMPLES)


cdef inline bint go_on_dialling(Port* port, Leg* leg, int64_t now) noexcept nogil:
    """Send the next frame of what is dialled. False if that is one of rest, for something else to fill."""
    cdef bint pressed = leg.dialling.frame < KEY - REST
    if pressed:
        press_key(port, leg, leg.dialling.frame, now)
    move_on(leg)
    return pressed
