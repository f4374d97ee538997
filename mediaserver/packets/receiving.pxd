# cython: cdivision=True
"""Owns the way in: what a datagram is (RFC 7983), whose it is, and whether it is authentic."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t, uint8_t
from libc.string cimport memcpy

from mediaserver.packets.audibility cimport attend
from mediaserver.packets.calendar cimport FIRST_INTERVAL, note
from mediaserver.packets.endpoints cimport Endpoint, leg_at
from mediaserver.packets.forwarding cimport forward
from mediaserver.packets.keypad cimport Pressed, fall_silent, press
from mediaserver.packets.limits cimport MAX_DATAGRAM
from mediaserver.packets.opus cimport duration
from mediaserver.packets.port cimport Leg, Port, place
from mediaserver.packets.reception cimport observe
from mediaserver.packets.reporting cimport take_report
from mediaserver.packets.ring cimport DATAGRAM, Entry, publish, vacant
from mediaserver.packets.rtp cimport RTCP_HEADER, Packet, header_length, parse
from mediaserver.packets.sending cimport notice
from mediaserver.packets.tapping cimport write_down
from mediaserver.packets.voices cimport queue

cdef enum:
    HEARD = 6  # LegEventKind.
    DIGIT = 9
    LEG_SPEAKS = 10
    STUN_HEADER = 20  # Bytes (RFC 8489 5).
    DTLS_HEADER = 13  # Bytes (RFC 6347 4.1).


cdef inline void hand_up(Port* port, const Endpoint* sender, const uint8_t* data, int length) noexcept nogil:
    """Leave a STUN or DTLS datagram to asyncio."""
    cdef Entry* entry = vacant(&port.ring, False)
    if entry == NULL:
        return
    entry.kind = DATAGRAM
    entry.endpoint = sender[0]
    entry.length = length
    memcpy(entry.data, data, length)
    publish(&port.ring)


cdef inline void receive_rtcp(Port* port, Leg* leg, uint8_t* data, int length, int64_t now) noexcept nogil:
    """Authenticate a compound packet and take what it reports."""
    if leg.inbound == NULL or port.srtp.unprotect_rtcp(leg.inbound, data, &length) != 0:
        leg.counters.rejected += 1
        return
    leg.counters.rtcp_received += 1
    take_report(port, leg, data, length, now)


cdef inline void tell_digit(Port* port, const Leg* leg, const Pressed* pressed, int64_t now) noexcept nogil:
    cdef Entry* entry = vacant(&port.ring, True)
    if entry == NULL:
        return
    entry.kind = DIGIT
    entry.leg = leg.number
    entry.at = now
    entry.key = pressed.key
    entry.duration = <uint32_t>(<uint64_t>pressed.duration * 1000 // <uint64_t>leg.dtmf_clock)
    publish(&port.ring)


cdef inline void receive_rtp(Port* port, Leg* leg, uint8_t* data, int length, int64_t now) noexcept nogil:
    """Authenticate a packet and let every listener of its leg hear it, if it is sound."""
    cdef Packet packet
    cdef Pressed pressed
    cdef int received = length
    cdef int64_t before = leg.heard_at
    cdef int32_t listener
    if leg.inbound == NULL or port.srtp.unprotect(leg.inbound, data, &length) != 0:
        leg.counters.rejected += 1
        return
    if leg.counters.received == 0:
        notice(port, leg, HEARD, now)
        if not leg.started:
            note(&port.calendar, place(port, leg), FIRST_INTERVAL, now)
    leg.counters.received += 1
    leg.counters.received_bytes += received
    leg.alive_at = now
    if leg.silence >= port.lost:
        notice(port, leg, LEG_SPEAKS, now)
    leg.silence = 0
    if not parse(&packet, data, length):
        port.totals.malformed += 1
        return
    observe(&leg.reception, &packet, packet.payload_type == leg.payload_type, now)
    if packet.payload_type == leg.dtmf_payload_type:
        leg.counters.dtmf_packets += 1
        if press(&leg.keypad, &packet, &pressed, now):
            tell_digit(port, leg, &pressed, now)
        return
    if packet.payload_type != leg.payload_type or packet.length == 0:
        return
    leg.heard_at = now
    if fall_silent(&leg.keypad, &pressed, now):
        tell_digit(port, leg, &pressed, now)
    packet.duration = duration(packet.payload, packet.length)
    if leg.tap.filling != NULL:
        write_down(&leg.tap, &packet, now)
    if leg.voice != NULL:
        queue(leg.voice, &packet)
    attend(port, leg, &packet, before, now)
    listener = leg.first_listener
    while listener >= 0:
        forward(port, &port.legs[listener], &packet, now)
        listener = port.legs[listener].next_listener


cdef inline void receive(Port* port, const Endpoint* sender, uint8_t* data, int length, int64_t now) noexcept nogil:
    """Take one datagram. ``length`` is 0 for one that was longer than its buffer."""
    cdef int32_t leg
    cdef bint is_rtcp
    port.totals.received += 1
    if 0 < length <= MAX_DATAGRAM:
        if (data[0] <= 3 and length >= STUN_HEADER) or (20 <= data[0] <= 63 and length >= DTLS_HEADER):
            hand_up(port, sender, data, length)
            return
        if 128 <= data[0] <= 191 and length >= RTCP_HEADER:
            is_rtcp = 192 <= data[1] <= 223
            leg = leg_at(&port.table, sender)
            if leg < 0:
                port.totals.unknown_source += 1
                return
            if is_rtcp:
                receive_rtcp(port, &port.legs[leg], data, length, now)
                return
            if header_length(data, length) > 0:
                receive_rtp(port, &port.legs[leg], data, length, now)
                return
    port.totals.malformed += 1
