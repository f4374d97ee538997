# cython: cdivision=True
"""Owns what a leg hears of several others at once: their sum, encoded in the leg's own time. Two legs never need it."""

from libc.stdint cimport INT16_MAX, INT16_MIN, int16_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free

from mediaserver.packets.clips cimport MAX_FRAME
from mediaserver.packets.codec cimport RESET_STATE, SAMPLES, SET_PREDICTION_DISABLED, Opus, open_encoder
from mediaserver.packets.limits cimport MAX_SPEAKERS
from mediaserver.packets.port cimport Leg, Mix, Port
from mediaserver.packets.sending cimport FRAME, send_sound
from mediaserver.packets.voices cimport Voice, close_voice, hear, open_voice


cdef inline void discard(const Opus* opus, Mix* mix) noexcept nogil:
    """Free a mix and the voices that nobody else hears."""
    cdef int at
    for at in range(mix.count):
        if mix.voices[at].hearers == 0:
            close_voice(opus, mix.voices[at])
    if mix.encoder != NULL:
        opus.destroy_encoder(mix.encoder)
    free(mix)


cdef inline Mix* open_mix(Port* port, int32_t hearer, list speakers) except NULL:
    """A mix of these legs that nobody hears yet. It allocates, so the lock is not held; only control methods do it."""
    cdef Mix* mix
    cdef Voice* voice
    if not 2 <= len(speakers) <= MAX_SPEAKERS or len({hearer, *speakers}) != len(speakers) + 1:
        raise ValueError("a mix is of two or three other legs")
    mix = <Mix*>calloc(1, sizeof(Mix))
    if mix == NULL:
        raise MemoryError
    try:
        mix.encoder = open_encoder(&port.opus)
        for speaker in speakers:
            voice = port.legs[<int>speaker].voice
            mix.voices[mix.count] = voice if voice != NULL else open_voice(&port.opus)
            mix.speakers[mix.count] = speaker
            mix.count += 1
    except MemoryError:
        discard(&port.opus, mix)
        raise
    return mix


cdef inline void begin_mix(Port* port, Mix* mix) noexcept nogil:
    """Let the mix hear its legs from now on."""
    cdef int at
    for at in range(mix.count):
        mix.voices[at].hearers += 1
        port.legs[mix.speakers[at]].voice = mix.voices[at]
    mix.fresh = True
    mix.next = port.mixes
    port.mixes = mix


cdef inline void leave_out(Port* port, Mix* mix, int at) noexcept nogil:
    """Take one leg out of a mix. Its voice goes with the last mix that hears it."""
    mix.voices[at].hearers -= 1
    if mix.voices[at].hearers == 0:
        close_voice(&port.opus, mix.voices[at])
        port.legs[mix.speakers[at]].voice = NULL
    mix.count -= 1
    mix.voices[at] = mix.voices[mix.count]
    mix.speakers[at] = mix.speakers[mix.count]


cdef inline void end_mix(Port* port, Mix* mix) noexcept nogil:
    """Nobody hears the mix any more: free it."""
    cdef Mix** link = &port.mixes
    while link[0] != mix:
        link = &link[0].next
    link[0] = mix.next
    while mix.count > 0:
        leave_out(port, mix, 0)
    discard(&port.opus, mix)


cdef inline int place_in(const Mix* mix, int32_t speaker) noexcept nogil:
    """Where the leg stands in the mix, or -1."""
    cdef int at
    for at in range(mix.count):
        if mix.speakers[at] == speaker:
            return at
    return -1


cdef inline bint mixes_these(const Leg* leg, const Mix* mix) noexcept nogil:
    """Whether the leg hears the same legs already, in whatever order."""
    cdef int at
    if leg.mix == NULL or leg.mix.count != mix.count:
        return False
    for at in range(mix.count):
        if place_in(leg.mix, mix.speakers[at]) < 0:
            return False
    return True


cdef inline void leave_mixes(Port* port, int32_t speaker) noexcept nogil:
    """A leg goes: nobody hears it any more."""
    cdef Mix* mix = port.mixes
    cdef int at
    while mix != NULL:
        at = place_in(mix, speaker)
        if at >= 0:
            leave_out(port, mix, at)
        mix = mix.next


cdef inline bint add_up(Port* port, const Mix* mix, int64_t frame, int16_t* pcm) noexcept nogil:
    """Sum up one frame of all that are heard, with saturation. False if all are silent."""
    cdef int32_t[SAMPLES] total
    cdef const int16_t* sound
    cdef int at, sample, sounding = 0
    for sample in range(SAMPLES):
        total[sample] = 0
    for at in range(mix.count):
        sound = hear(&port.opus, mix.voices[at], frame)
        if sound == NULL:
            continue
        sounding += 1
        for sample in range(SAMPLES):
            total[sample] += sound[sample]
    for sample in range(SAMPLES):
        pcm[sample] = <int16_t>min(max(total[sample], INT16_MIN), INT16_MAX)
    return sounding > 0


cdef inline bint send_mix(Port* port, Leg* leg, int64_t due, int64_t now) noexcept nogil:
    """Send the mix of the frame that was due at that time. False if nobody is to be heard in it."""
    cdef Mix* mix = leg.mix
    cdef int16_t[SAMPLES] pcm
    cdef uint8_t[MAX_FRAME] payload
    cdef int length
    if not add_up(port, mix, due // FRAME, pcm):
        mix.fresh = True
        return False
    if mix.fresh:
        # What was sent before is not of this encoder, so its first frame refers to nothing before it.
        port.opus.control_encoder(mix.encoder, RESET_STATE)
        port.opus.control_encoder(mix.encoder, SET_PREDICTION_DISABLED, <int32_t>1)
    length = port.opus.encode(mix.encoder, pcm, SAMPLES, payload, MAX_FRAME)
    if mix.fresh:
        port.opus.control_encoder(mix.encoder, SET_PREDICTION_DISABLED, <int32_t>0)
        mix.fresh = False
    if length <= 0:
        return False
    leg.counters.mixed += send_sound(port, leg, payload, length, now)
    return True
