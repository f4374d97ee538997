# cython: cdivision=True
"""Owns the way out: one packet of a leg's stream from its numbers to the batch that sendmmsg takes."""

from libc.errno cimport EINTR, errno
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint8_t
from libc.string cimport memcpy

from mediaserver.packets.calendar cimport FIRST_INTERVAL, note
from mediaserver.packets.continuity cimport continues, extend
from mediaserver.packets.endpoints cimport write_name
from mediaserver.packets.limits cimport TX_BATCH
from mediaserver.packets.linux cimport (
    MILLISECOND,
    MSG_DONTWAIT,
    __ATOMIC_RELAXED,
    add_count,
    msghdr,
    sendmmsg,
)
from mediaserver.packets.port cimport Leg, Port, Sending, Socket, place
from mediaserver.packets.ring cimport Entry, publish, vacant
from mediaserver.packets.rtp cimport FRAME_SAMPLES, RTP_HEADER, Packet, sequence_step, write_header

cdef enum:
    FRAME = 20 * MILLISECOND
    AUDIO_STARTED = 1  # LegEventKind.
    PAUSE = 3 * FRAME_SAMPLES  # Below this a late source is left to the listener's jitter buffer.


cdef inline void notice(Port* port, const Leg* leg, int kind, int64_t now) noexcept nogil:
    """Tell asyncio what happened to a leg."""
    cdef Entry* entry = vacant(&port.ring, True)
    if entry == NULL:
        return
    entry.kind = kind
    entry.leg = leg.number
    entry.at = now
    publish(&port.ring)


cdef inline void flush_socket(Port* port, Socket* socket) noexcept nogil:
    """Send a batch without ever blocking; what the kernel refuses is counted and lost, as on the wire."""
    cdef int done = 0
    cdef int sent
    while done < socket.sending.count:
        sent = sendmmsg(socket.fd, &socket.sending.headers[done], socket.sending.count - done, MSG_DONTWAIT)
        if sent > 0:
            done += sent
            add_count(&port.totals.sent, sent, __ATOMIC_RELAXED)
        elif errno != EINTR:
            done += 1
            add_count(&port.totals.send_errors, 1, __ATOMIC_RELAXED)
    socket.sending.count = 0


cdef inline void flush(Port* port) noexcept nogil:
    """Send what waits at every socket."""
    cdef int at
    for at in range(port.unsent_count):
        flush_socket(port, &port.sockets[port.unsent[at]])
    port.unsent_count = 0


cdef inline uint8_t* next_buffer(Port* port, const Leg* leg) noexcept nogil:
    """Room for one packet to the leg. A full batch is sent at once; only a packet with hundreds of listeners fills it."""
    cdef Socket* socket = &port.sockets[leg.remote.local]
    if socket.sending.count == TX_BATCH:
        flush(port)
    return socket.sending.data[socket.sending.count]


cdef inline void enqueue(Port* port, const Leg* leg, int length) noexcept nogil:
    """Let the buffer given last go to the leg with this batch."""
    cdef Sending* sending = &port.sockets[leg.remote.local].sending
    cdef int at = sending.count
    cdef msghdr* header = &sending.headers[at].msg_hdr
    if at == 0:
        port.unsent[port.unsent_count] = leg.remote.local
        port.unsent_count += 1
    sending.vectors[at].iov_base = sending.data[at]
    sending.vectors[at].iov_len = length
    header.msg_iov = &sending.vectors[at]
    header.msg_iovlen = 1
    header.msg_name = &sending.names[at]
    header.msg_namelen = write_name(&sending.names[at], &leg.remote, port.family)
    sending.count += 1


cdef inline uint32_t next_timestamp(const Leg* leg, int64_t now) noexcept nogil:
    """Where the last packet ends; where a new source begins late, as many whole frames later as time has passed.

    So a listener's jitter buffer sees a pause, which it plays as one, and not a delay, which it would keep.
    """
    cdef int64_t late = 0
    if leg.started and (leg.marked or leg.paused):
        late = (now - leg.sent_at) * FRAME_SAMPLES // FRAME - leg.duration - leg.lent
    if late < PAUSE:
        late = 0
    return <uint32_t>(leg.timestamp + leg.duration + late // FRAME_SAMPLES * FRAME_SAMPLES)


cdef inline bint transmit(Port* port, Leg* leg, Packet* packet, const Packet* origin, int64_t now) noexcept nogil:
    """Encrypt a packet and put it into the batch. It has its numbers and type.

    ``origin`` is the packet as another leg sent it, or NULL. False if libsrtp refuses: too far behind the newest packet,
    or its key is used up.
    """
    cdef uint8_t* data = next_buffer(port, leg)
    cdef int length = RTP_HEADER + packet.length
    packet.ssrc = leg.ssrc
    packet.marker = packet.marker or leg.marked
    write_header(data, packet)
    memcpy(data + RTP_HEADER, packet.payload, packet.length)
    if port.srtp.protect(leg.outbound, data, &length) != 0:
        return False
    enqueue(port, leg, length)
    leg.counters.discontinuities += not continues(&leg.trail, data, origin, now)
    extend(&leg.trail, data, origin, packet.duration, now)
    if not leg.started:
        leg.started = True
        note(&port.calendar, place(port, leg), FIRST_INTERVAL, now)
        notice(port, leg, AUDIO_STARTED, now)
    elif not leg.paused and now - leg.sent_at > leg.counters.longest_gap:
        leg.counters.longest_gap = now - leg.sent_at
    if sequence_step(leg.sequence, packet.sequence) > 0:
        leg.sequence = packet.sequence
        leg.timestamp = packet.timestamp
        leg.duration = packet.duration
    leg.sent_at = now
    leg.unfed = 0
    leg.paused = False
    leg.marked = False
    leg.payload_bytes += packet.length
    leg.counters.sent += 1
    leg.counters.sent_bytes += length
    return True


cdef inline bint send_sound(Port* port, Leg* leg, const uint8_t* payload, int length, int64_t now) noexcept nogil:
    """Send 20 ms of our own as the next packet of the leg's stream."""
    cdef Packet packet
    packet.payload_type = <uint8_t>leg.payload_type
    packet.marker = False
    packet.sequence = <uint16_t>(leg.sequence + 1)
    packet.timestamp = next_timestamp(leg, now)
    packet.payload = payload
    packet.length = length
    packet.duration = FRAME_SAMPLES
    if transmit(port, leg, &packet, NULL, now):
        return True
    add_count(&port.totals.send_errors, 1, __ATOMIC_RELAXED)
    return False
