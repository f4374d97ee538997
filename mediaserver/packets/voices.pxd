# cython: cdivision=True
"""Owns the sound of a leg that mixes hear: a small buffer against jitter, decoded once for all who hear it.

Time is counted in composed frames of 20 ms. A frame that is not there in time is made up without taking the place of the
real one, so the buffer gets as deep as the jitter needs; what stays deeper than that is faded over. Knows no leg.
"""

from libc.stdint cimport int16_t, int64_t, uint16_t, uint32_t, uint8_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memmove, memset

from mediaserver.packets.codec cimport LONGEST, PER_SAMPLE, SAMPLES, Opus, open_decoder
from mediaserver.packets.limits cimport MAX_DATAGRAM
from mediaserver.packets.rtp cimport Packet, sequence_step

cdef enum:
    PLACES = 32  # Packets that can wait; a power of two.
    LEAD = 2  # Frames that the first packet waits for its successors: sound is delayed by 40 to 60 ms.
    ENOUGH = 3 * SAMPLES  # What then waits before each frame.
    TOO_MUCH = 6 * SAMPLES  # What must not wait even once, as after a burst.
    WINDOW = 50  # Frames for which more than enough has to wait before one is given up.
    CONCEALED = 3  # Frames in a row that the decoder may make up; later they would buzz.
    MISORDER = 100  # Packets; a longer step back is a source that begins anew (RFC 3550 A.1).
    KEPT = 16  # Composed frames, for a hearer that catches up after a hold-up; a power of two.


cdef struct Waiting:
    bint here
    uint16_t sequence
    int samples
    int length  # Bytes of the payload.
    uint8_t[MAX_DATAGRAM] payload


cdef struct Voice:
    void* decoder
    int hearers
    # What came in.
    bint begun  # The fields below are set; ends when nothing has come for a while.
    uint32_t ssrc
    uint16_t due  # Sequence number of the packet that is decoded next.
    int queued  # Samples of the packets that wait,
    int packets  # and how many they are.
    Waiting[PLACES] waiting
    # What is decoded of it.
    int lead  # Frames to be waited yet.
    int concealed  # Frames made up in a row,
    int inserted  # and how many of them while nothing waited: they are perhaps the sound of packets that are lost.
    int held  # Samples that are not composed yet.
    int16_t[SAMPLES + LONGEST] pcm
    # How much waits.
    int frames  # Composed in this window,
    int least  # and the least that waited before one of them.
    # What can be heard.
    int64_t newest  # The last frame that was composed.
    bint[KEPT] sounds
    int16_t[KEPT][SAMPLES] composed


cdef inline Voice* open_voice(const Opus* opus) except NULL:
    cdef Voice* voice = <Voice*>calloc(1, sizeof(Voice))
    if voice == NULL:
        raise MemoryError
    try:
        voice.decoder = open_decoder(opus)
    except MemoryError:
        free(voice)
        raise
    return voice


cdef inline void close_voice(const Opus* opus, Voice* voice) noexcept nogil:
    opus.destroy_decoder(voice.decoder)
    free(voice)


cdef inline void begin(Voice* voice, const Packet* packet) noexcept nogil:
    """The source is heard for the first time, or again."""
    cdef int at
    for at in range(PLACES):
        voice.waiting[at].here = False
    voice.begun = True
    voice.ssrc = packet.ssrc
    voice.due = packet.sequence
    voice.queued = voice.packets = voice.held = 0
    voice.concealed = voice.inserted = 0
    voice.lead = LEAD
    voice.frames = 0


cdef inline void queue(Voice* voice, const Packet* packet) noexcept nogil:
    """Let a packet wait for its turn, unless that is over."""
    cdef int16_t step = sequence_step(voice.due, packet.sequence)
    cdef Waiting* waiting
    if not voice.begun or packet.ssrc != voice.ssrc or step >= PLACES or step < -MISORDER:
        begin(voice, packet)
    elif step < 0:
        return
    waiting = &voice.waiting[packet.sequence % PLACES]
    if waiting.here:
        return
    waiting.here = True
    waiting.sequence = packet.sequence
    waiting.samples = packet.duration // PER_SAMPLE
    waiting.length = packet.length
    memcpy(waiting.payload, packet.payload, packet.length)
    voice.queued += waiting.samples
    voice.packets += 1


cdef inline void take_out(Voice* voice) noexcept nogil:
    """The turn of the packet that is due is over, whether it is here or not."""
    cdef Waiting* waiting = &voice.waiting[voice.due % PLACES]
    voice.due += 1
    if waiting.here:
        waiting.here = False
        voice.queued -= waiting.samples
        voice.packets -= 1


cdef inline void append(
    const Opus* opus, Voice* voice, Waiting* packet, int samples, bint recover
) noexcept nogil:
    """Decode a packet, the copy of the one before it that it may carry (RFC 6716 2.1.7), or nothing: a guess."""
    cdef const uint8_t* payload = packet.payload if packet.here else NULL
    cdef int length = packet.length if packet.here else 0
    cdef int made = opus.decode(voice.decoder, payload, length, voice.pcm + voice.held, samples, recover)
    if made < 0:
        # It is not Opus, whatever its sender says.
        made = opus.decode(voice.decoder, NULL, 0, voice.pcm + voice.held, SAMPLES, False)
    voice.held += max(made, 0)


cdef inline bint go_on(const Opus* opus, Voice* voice) noexcept nogil:
    """Decode or pass over the packet that is due. False if there is nothing to be heard."""
    cdef Waiting* waiting = &voice.waiting[voice.due % PLACES]
    cdef Waiting* following = &voice.waiting[<uint16_t>(voice.due + 1) % PLACES]
    if not voice.begun:
        return False
    if waiting.here:
        append(opus, voice, waiting, LONGEST, False)
        take_out(voice)
        voice.concealed = voice.inserted = 0
    elif voice.packets > 0 and voice.inserted > 0:
        # It is lost, and was made up already when it was only late.
        voice.inserted -= 1
        take_out(voice)
    elif voice.concealed < CONCEALED:
        append(opus, voice, following, SAMPLES, following.here)
        voice.concealed += 1
        if voice.packets > 0:
            take_out(voice)
        else:
            voice.inserted += 1
    elif voice.packets > 0:
        take_out(voice)
    else:
        voice.begun = False
    return True


cdef inline bint draw(const Opus* opus, Voice* voice, int16_t* frame) noexcept nogil:
    """The next 20 ms of sound. False if there are none."""
    cdef int drawn
    while voice.held < SAMPLES and go_on(opus, voice):
        pass
    drawn = min(voice.held, SAMPLES)
    memcpy(frame, voice.pcm, drawn * sizeof(int16_t))
    memset(frame + drawn, 0, (SAMPLES - drawn) * sizeof(int16_t))
    voice.held -= drawn
    memmove(voice.pcm, voice.pcm + drawn, voice.held * sizeof(int16_t))
    return drawn > 0


cdef inline void catch_up(const Opus* opus, Voice* voice, int16_t* frame) noexcept nogil:
    """Give up what waits beyond enough: fade from the frame into the one that comes after it."""
    cdef int16_t[SAMPLES] later
    cdef int at
    while voice.held + voice.queued > ENOUGH and voice.packets > 0:
        voice.held = 0
        take_out(voice)
    draw(opus, voice, later)
    for at in range(SAMPLES):
        frame[at] = <int16_t>((frame[at] * (SAMPLES - at) + later[at] * at) // SAMPLES)


cdef inline bint has_too_much(Voice* voice) noexcept nogil:
    """Whether more waits than jitter needs. Asked once before each frame."""
    cdef int depth = voice.held + voice.queued
    cdef bint over
    voice.least = min(voice.least, depth) if voice.frames > 0 else depth
    voice.frames += 1
    over = voice.frames == WINDOW
    if over:
        voice.frames = 0
    return depth > TOO_MUCH or (over and voice.least > ENOUGH)


cdef inline bint compose(const Opus* opus, Voice* voice, int16_t* frame) noexcept nogil:
    """Make the next frame. False if it is silent."""
    cdef bint hurries
    if not voice.begun and voice.held == 0:
        return False
    if voice.lead > 0:
        voice.lead -= 1
        return False
    hurries = has_too_much(voice)
    if not draw(opus, voice, frame):
        return False
    if hurries:
        catch_up(opus, voice, frame)
    return True


cdef inline const int16_t* hear(const Opus* opus, Voice* voice, int64_t frame) noexcept nogil:
    """The samples of a frame, counted by the clock, or NULL if it is silent."""
    cdef int at
    if frame - voice.newest > KEPT:
        # The first one ever, or nobody listened.
        voice.newest = frame - 1
    while voice.newest < frame:
        voice.newest += 1
        at = voice.newest % KEPT
        voice.sounds[at] = compose(opus, voice, voice.composed[at])
    at = frame % KEPT
    if frame <= voice.newest - KEPT or not voice.sounds[at]:
        return NULL
    return voice.composed[at]
