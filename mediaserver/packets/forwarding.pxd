"""Owns the way from one leg to another: how a speaker's packets are renumbered into a listener's stream."""

from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint8_t

from mediaserver.packets.dialling cimport is_dialling
from mediaserver.packets.linux cimport MILLISECOND
from mediaserver.packets.port cimport AWAITED, FILLED, LIVE, STALLED, Leg, Port, is_ready
from mediaserver.packets.rtp cimport FRAME_SAMPLES, Packet, sequence_step, timestamp_step
from mediaserver.packets.sending cimport next_timestamp, notice, transmit

cdef enum:
    SOURCE_STARTED = 2  # LegEventKind.
    SOURCE_RECOVERED = 4
    SEQUENCE_JUMP = 1000  # Packets; further apart, a speaker has begun anew.
    TIMESTAMP_JUMP = 480_000  # Ten seconds, likewise.
    LATE = 2 * FRAME_SAMPLES  # How much later than its clock says a speaker may be placed once it was filled in for.
    PATIENCE = 60 * MILLISECOND  # How long a late speaker may go on without catching up.


cdef inline bint belongs(const Leg* leg, const Packet* heard) noexcept nogil:
    """Whether the packet continues what the speaker sent before."""
    return (
        leg.mapped
        and heard.ssrc == leg.speaker_ssrc
        and -SEQUENCE_JUMP <= sequence_step(leg.speaker_sequence, heard.sequence) <= SEQUENCE_JUMP
        and -TIMESTAMP_JUMP <= timestamp_step(leg.speaker_timestamp, heard.timestamp) <= TIMESTAMP_JUMP
    )


cdef inline int32_t behind(const Leg* leg, const Packet* heard, int64_t now) noexcept nogil:
    """Samples by which the packet's place in the stream has passed, by the offsets of before it was filled in for."""
    return timestamp_step(heard.timestamp + leg.timestamp_offset, next_timestamp(leg, now))


cdef inline bint is_overdue(Leg* leg, const Packet* heard, int64_t now) noexcept nogil:
    """Whether the listener has heard comfort frames in the packet's stead.

    A burst of such packets would stay in the listener's jitter buffer as delay, and it catches up by itself. A
    speaker that does not has another way or another clock now, and is placed anew.
    """
    cdef int32_t late = behind(leg, heard, now)
    if late <= LATE:
        return False
    if leg.late_since == 0 or late < leg.late_by:
        leg.late_by = late
        leg.late_since = now
    return now - leg.late_since < PATIENCE


cdef inline void rebase(Leg* leg, const Packet* heard, int64_t now) noexcept nogil:
    """Fix the offsets so that this packet becomes the next one of the leg's stream."""
    leg.sequence_offset = <uint16_t>(leg.sequence + 1 - heard.sequence)
    leg.timestamp_offset = next_timestamp(leg, now) - heard.timestamp
    leg.speaker_ssrc = heard.ssrc
    leg.speaker_sequence = heard.sequence
    leg.speaker_timestamp = heard.timestamp
    leg.reach = 0
    leg.mapped = True


cdef inline void follow(Port* port, Leg* leg, int64_t now) noexcept nogil:
    """The speaker is heard (again)."""
    if leg.source == AWAITED:
        notice(port, leg, SOURCE_STARTED, now)
    elif leg.source == STALLED:
        notice(port, leg, SOURCE_RECOVERED, now)
    leg.source = LIVE


cdef inline void forward(Port* port, Leg* leg, const Packet* heard, int64_t now) noexcept nogil:
    """Let the leg hear a packet of its speaker, unless its place in the stream is taken by something else."""
    cdef Packet packet = heard[0]
    cdef bint known = belongs(leg, heard)
    cdef int step = sequence_step(leg.speaker_sequence, heard.sequence)
    cdef int32_t lent
    if not is_ready(leg) or is_dialling(leg):
        return
    if known and step <= (-leg.reach - 1 if leg.source == LIVE else 0):
        leg.counters.stale += 1
        return
    if known and leg.source in (FILLED, STALLED) and is_overdue(leg, heard, now):
        leg.counters.stale += 1
        return
    if not known or leg.source != LIVE:
        leg.marked = True
        lent = behind(leg, heard, now) if known else 0
        leg.lent = lent if -LATE <= lent <= LATE else 0
        rebase(leg, heard, now)
        step = 0
    packet.payload_type = <uint8_t>leg.payload_type
    packet.sequence = <uint16_t>(heard.sequence + leg.sequence_offset)
    packet.timestamp = heard.timestamp + leg.timestamp_offset
    if not transmit(port, leg, &packet, heard, now):
        leg.counters.stale += 1
        return
    leg.counters.forwarded += 1
    if step > 0:
        leg.reach = min(leg.reach + step, SEQUENCE_JUMP)
        leg.speaker_sequence = heard.sequence
        leg.speaker_timestamp = heard.timestamp
    follow(port, leg, now)
