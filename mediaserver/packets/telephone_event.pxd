"""Owns the payload of RFC 4733 telephone events: a key, how long it is held, whether it was let go. Pure."""

from libc.stdint cimport uint16_t, uint8_t

from mediaserver.packets.rtp cimport Packet, read16, write16

cdef enum:
    EVENT = 4  # Bytes of one event.
    KEYS = 16  # Events 0 to 15 are keys (RFC 4733 3.2); what lies above are hook flashes, modems and the like.
    LONGEST = 0xFFFF  # Units of the clock that one event can last; a key held longer is told in segments (2.5.1.3).
    VOLUME = 10  # -dBm0 of the keys we send, in the middle of what RFC 4733 2.3.4 and telephones agree on.


cdef struct Press:
    uint8_t key
    bint ended  # E bit: the key was let go, and the duration is final.
    uint16_t duration  # In units of the clock that was negotiated.


cdef inline bint read_press(Press* press, const Packet* packet) noexcept nogil:
    """Read the first event of a packet. False if it is no key."""
    if packet.length < EVENT or packet.payload[0] >= KEYS:
        return False
    press.key = packet.payload[0]
    press.ended = packet.payload[1] >> 7
    press.duration = read16(packet.payload + 2)
    return True


cdef inline void write_press(uint8_t* payload, const Press* press) noexcept nogil:
    payload[0] = press.key
    payload[1] = <uint8_t>(press.ended << 7 | VOLUME)
    write16(payload + 2, press.duration)
