# cython: cdivision=True
"""Owns whether anything can be heard of a leg that sends: a packet is decoded now and then, and its loudness decides.

Sizes do not tell: Opus spends as much on a hiss at -80 dBFS as on a voice. What is sent steadily shows in any sample; a
voice comes and goes, but SILK marks where it does (RFC 6716 4.2.3), and those packets are looked at first.
"""

from libc.stdint cimport int16_t, int32_t, int64_t

from mediaserver.packets.codec cimport LONGEST, RESET_STATE, open_decoder
from mediaserver.packets.limits cimport PROBES
from mediaserver.packets.linux cimport MILLISECOND, SECOND
from mediaserver.packets.opus cimport is_celt, is_voiced
from mediaserver.packets.port cimport Leg, Port, Probe, place
from mediaserver.packets.rtp cimport Packet
from mediaserver.packets.sending cimport notice

cdef enum:
    LEG_INAUDIBLE = 11  # LegEventKind.
    LEG_AUDIBLE = 12
    FAINTEST = 340  # Mean square of samples: -65 dBFS. A quiet room has -60, a microphone that is off -80 or nothing.
    DTX = 2  # Bytes; packets no longer than that only say that nothing is to be said (RFC 6716 2.1.9).
    UNSENT = 500 * MILLISECOND  # DTX leaves shorter pauses than that between packets; what is longer was not sent.
    SOON = 200 * MILLISECOND  # From one look to the next at what may be a voice,
    SELDOM = 2 * SECOND  # and at anything else, or a quarter of the time after which a leg is inaudible.
    MISSES = 3  # Looks that have to find nothing before a leg is inaudible,
    CELT_MISSES = 12  # and in CELT, which does not mark voices: more is left to chance.
    WARM_UP = 4  # CELT frames; each is predicted from the last, and it takes so many to forget that there was none.
    SPACING = 3 * MILLISECOND  # One look at any leg in this time, so that all together cost less than 1 % of a core;
    ARREARS = 8 * SPACING  # but some at once, for packets come in bursts.
    OVERDUE = 200 * MILLISECOND  # After that without another packet, a leg has lost its probe.


cdef enum Verdict:
    FAINT
    LOUD
    OPEN  # Nobody knows yet.


cdef inline bint open_probes(Port* port) except False:
    cdef int at
    for at in range(PROBES):
        port.probes[at].leg = -1
        port.probes[at].decoder = open_decoder(&port.opus)
    return True


cdef inline void close_probes(Port* port) noexcept:
    cdef int at
    for at in range(PROBES):
        if port.probes[at].decoder != NULL:
            port.opus.destroy_decoder(port.probes[at].decoder)


cdef inline Probe* probe_for(Port* port, int32_t leg, int64_t now) noexcept nogil:
    """The probe that looks at this leg already, or one that is free. NULL if it has to wait for its turn."""
    cdef Probe* free = NULL
    cdef int at
    for at in range(PROBES):
        if port.probes[at].leg == leg:
            return &port.probes[at]
        if port.probes[at].leg < 0 or now - port.probes[at].used_at > OVERDUE:
            free = &port.probes[at]
    if free == NULL or port.probed_at + SPACING > now:
        return NULL
    port.probed_at = max(port.probed_at, now - ARREARS) + SPACING
    free.leg = leg
    free.frames = 0
    port.opus.control_decoder(free.decoder, RESET_STATE)
    return free


cdef inline bint is_loud(const int16_t* pcm, int samples) noexcept nogil:
    cdef int64_t energy = 0
    cdef int at
    for at in range(samples):
        energy += pcm[at] * pcm[at]
    return energy > <int64_t>FAINTEST * samples


cdef inline Verdict look(Port* port, const Leg* leg, const Packet* packet, int64_t now) noexcept nogil:
    """Decode a packet and judge how loud it is."""
    cdef int16_t[LONGEST] pcm
    cdef Probe* probe
    cdef int made
    if packet.length <= DTX:
        return FAINT
    probe = probe_for(port, place(port, leg), now)
    if probe == NULL:
        return OPEN
    made = port.opus.decode(probe.decoder, packet.payload, packet.length, pcm, LONGEST, False)
    probe.used_at = now
    probe.frames += 1
    if is_celt(packet.payload) and probe.frames < WARM_UP:
        return OPEN
    probe.leg = -1
    return LOUD if made > 0 and is_loud(pcm, made) else FAINT


cdef inline bint is_worth_a_look(const Port* port, const Leg* leg, const Packet* packet, int64_t now) noexcept nogil:
    """Whether to look at a leg, which is left alone for a while after it was loud."""
    cdef bint may_be_voice
    if leg.attention.quiet < port.inaudible // 2:
        return False
    if leg.attention.looking:
        return True
    may_be_voice = is_celt(packet.payload) or is_voiced(packet.payload, packet.length)
    return now - leg.attention.looked_at >= (SOON if may_be_voice else min(port.inaudible // 4, SELDOM))


cdef inline void attend(Port* port, Leg* leg, const Packet* packet, int64_t before, int64_t now) noexcept nogil:
    """Take note of a packet of sound and tell if by it the leg has become inaudible, or audible again.

    ``before`` is when the last one came, or 0. Time without packets is not inaudible, it is no sending.
    """
    cdef Verdict verdict
    if before > 0:
        leg.attention.quiet += min(now - before, UNSENT)
    if not is_worth_a_look(port, leg, packet, now):
        return
    verdict = look(port, leg, packet, now)
    leg.attention.looking = verdict == OPEN
    if verdict == LOUD:
        if leg.attention.inaudible:
            notice(port, leg, LEG_AUDIBLE, now)
        leg.attention.inaudible = False
        leg.attention.quiet = leg.attention.misses = 0
    elif verdict == FAINT:
        if leg.attention.misses == 0:
            leg.attention.faint_at = leg.attention.quiet
        leg.attention.looked_at = now
        leg.attention.misses += 1
        if (
            not leg.attention.inaudible
            and leg.attention.quiet - leg.attention.faint_at >= port.inaudible
            and leg.attention.misses >= (CELT_MISSES if is_celt(packet.payload) else MISSES)
        ):
            leg.attention.inaudible = True
            notice(port, leg, LEG_INAUDIBLE, now)
