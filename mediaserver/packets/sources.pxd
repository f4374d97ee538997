# cython: cdivision=True
"""Owns what a leg hears: playlists, comfort frames, another leg, a mix of several or nothing, and the switch between them."""

from libc.stdint cimport int32_t, int64_t, uint32_t

from mediaserver.packets.clips cimport Clip
from mediaserver.packets.dialling cimport go_on_dialling, hang_up, is_dialling
from mediaserver.packets.linux cimport MILLISECOND
from mediaserver.packets.mixing cimport begin_mix, end_mix, leave_mixes, mixes_these, send_mix
from mediaserver.packets.pacing cimport LATEST, SOONEST, frames_due, pace
from mediaserver.packets.port cimport (
    AWAITED,
    CLIPS,
    COMFORT,
    FILLED,
    LIVE,
    MIXED,
    NOTHING,
    STALLED,
    Item,
    Leg,
    Mix,
    Playlist,
    Port,
    Source,
    place,
)
from mediaserver.packets.sending cimport FRAME, notice, send_sound
from mediaserver.packets.wheel cimport take_out

cdef enum:
    SOURCE_STALLED = 3  # LegEventKind.
    PLAYLIST_ENDED = 5
    LEG_SILENT = 7
    JOIN_SOONEST = 30  # Milliseconds from the last packet to a comfort frame when the joined leg speaks: its own packet
    JOIN_LATEST = 35  # comes first, and if it does not the gap still stays below 40 ms.
    SPEAKING = 40  # Milliseconds without a packet after which a leg does not count as speaking when it is joined.


cdef inline bint load_item(Port* port, Item* item, int32_t clip, cue) except False:
    """Read one cue of a playlist."""
    if not 0 <= cue.repeats < 1 << 32:
        raise ValueError("repeats is 0 for ever, or a count")
    if not 0 <= cue.start < port.clips[clip].length:
        raise ValueError("a cue starts with a frame of its clip")
    item.clip = clip
    item.repeats = cue.repeats
    item.start = cue.start
    return True


cdef inline void put_down(Port* port, Leg* leg) noexcept nogil:
    """Let go of what the leg hears."""
    cdef uint32_t at
    if leg.source == CLIPS:
        for at in range(leg.playlist.count):
            port.clips[leg.playlist.items[at].clip].holders -= 1
    if leg.speaker >= 0:
        if leg.previous_listener < 0:
            port.legs[leg.speaker].first_listener = leg.next_listener
        else:
            port.legs[leg.previous_listener].next_listener = leg.next_listener
        if leg.next_listener >= 0:
            port.legs[leg.next_listener].previous_listener = leg.previous_listener
        leg.speaker = -1
    if leg.mix != NULL:
        end_mix(port, leg.mix)
        leg.mix = NULL
    leg.source = NOTHING


cdef inline void take_up(Port* port, Leg* leg, Source source, int64_t now) noexcept nogil:
    leg.source = source
    leg.marked = True
    pace(port, leg, SOONEST, LATEST, now)


cdef inline bint is_playing(const Leg* leg, const Playlist* playlist) noexcept nogil:
    cdef uint32_t at
    if leg.source != CLIPS or leg.playlist.count != playlist.count:
        return False
    for at in range(playlist.count):
        if (
            leg.playlist.items[at].clip != playlist.items[at].clip
            or leg.playlist.items[at].repeats != playlist.items[at].repeats
            or leg.playlist.items[at].start != playlist.items[at].start
        ):
            return False
    return True


cdef inline void play(Port* port, Leg* leg, const Playlist* playlist, int64_t now) noexcept nogil:
    """Begin a playlist; the very one that is being played goes on where it is."""
    cdef uint32_t at
    if is_playing(leg, playlist):
        return
    put_down(port, leg)
    leg.playlist = playlist[0]
    leg.playlist.frame = playlist.items[0].start
    for at in range(playlist.count):
        port.clips[playlist.items[at].clip].holders += 1
    take_up(port, leg, CLIPS, now)


cdef inline void comfort(Port* port, Leg* leg, int64_t now) noexcept nogil:
    if leg.source != COMFORT:
        put_down(port, leg)
        take_up(port, leg, COMFORT, now)


cdef inline void mute(Port* port, Leg* leg) noexcept nogil:
    put_down(port, leg)
    hang_up(leg)
    take_out(&port.wheel, place(port, leg))
    leg.paused = leg.started


cdef inline void listen(Port* port, Leg* leg, Leg* speaker, int64_t now) noexcept nogil:
    """Join another leg; the one that is heard already goes on."""
    if leg.speaker == place(port, speaker):
        return
    put_down(port, leg)
    leg.speaker = place(port, speaker)
    leg.previous_listener = -1
    leg.next_listener = speaker.first_listener
    if leg.next_listener >= 0:
        port.legs[leg.next_listener].previous_listener = place(port, leg)
    speaker.first_listener = place(port, leg)
    leg.mapped = False
    if now - speaker.heard_at < SPEAKING * MILLISECOND:
        leg.source = AWAITED
        leg.marked = True
        pace(port, leg, JOIN_SOONEST, JOIN_LATEST, now)
    else:
        take_up(port, leg, AWAITED, now)


cdef inline bint mix(Port* port, Leg* leg, Mix* wanted, int64_t now) noexcept nogil:
    """Let the leg hear several others. False if it does already, and the mix is not needed."""
    if mixes_these(leg, wanted):
        return False
    # First, so that the voices of those who are in both mixes are kept.
    begin_mix(port, wanted)
    put_down(port, leg)
    leg.mix = wanted
    take_up(port, leg, MIXED, now)
    return True


cdef inline void abandon(Port* port, Leg* speaker, int64_t now) noexcept nogil:
    """Let every listener of a leg that goes hear comfort frames, or the others of its mix."""
    leave_mixes(port, place(port, speaker))
    while speaker.first_listener >= 0:
        comfort(port, &port.legs[speaker.first_listener], now)


cdef inline bint send_frame(Port* port, Leg* leg, const Clip* clip, uint32_t frame, int64_t now) noexcept nogil:
    """Send one frame of a clip as the next packet of the leg's stream."""
    cdef uint32_t start = clip.ends[frame - 1] if frame > 0 else 0
    return send_sound(port, leg, clip.data + start, clip.ends[frame] - start, now)


cdef inline void send_clip_frame(Port* port, Leg* leg, int64_t now) noexcept nogil:
    cdef Playlist* playlist = &leg.playlist
    cdef const Item* item = &playlist.items[playlist.item]
    cdef const Clip* clip = &port.clips[item.clip]
    leg.counters.clip_frames += send_frame(port, leg, clip, playlist.frame, now)
    playlist.frame += 1
    if playlist.frame < clip.length:
        return
    playlist.frame = 0
    playlist.played += 1
    if playlist.played != item.repeats:
        return
    playlist.played = 0
    playlist.item += 1
    if playlist.item == playlist.count:
        comfort(port, leg, now)
        notice(port, leg, PLAYLIST_ENDED, now)
    else:
        playlist.frame = playlist.items[playlist.item].start


cdef inline void send_comfort_frame(Port* port, Leg* leg, int64_t now) noexcept nogil:
    leg.counters.comfort_frames += send_frame(port, leg, &port.comfort, leg.comfort_frame, now)
    leg.comfort_frame = (leg.comfort_frame + 1) % port.comfort.length


cdef inline void watch(Port* port, Leg* leg, int64_t now) noexcept nogil:
    """A round of the wheel is over: count the silence of the leg and of its speaker.

    Rounds are counted and not time, so that a hold-up of the machine is nobody's silence.
    """
    leg.silence += 1
    leg.unfed += 1
    if leg.silence == port.lost:
        notice(port, leg, LEG_SILENT, now)
    if leg.source == LIVE and leg.unfed > port.stall:
        leg.source = FILLED
        leg.marked = True
        leg.late_since = 0
        # The comfort frames begin where the speaker's clock is by now, so that no stall leaves delay behind.
        leg.timestamp_offset -= leg.lent
    if leg.source == FILLED and now - port.legs[leg.speaker].alive_at >= <int64_t>port.stall * FRAME:
        leg.source = STALLED
        notice(port, leg, SOURCE_STALLED, now)


cdef inline void serve(Port* port, Leg* leg, int64_t now) noexcept nogil:
    """The wheel has come to this leg: watch over its source, and send what is due."""
    cdef int frames = frames_due(leg, now)
    cdef int frame
    if frames > 0:
        watch(port, leg, now)
    for frame in range(frames):
        if is_dialling(leg):
            if not go_on_dialling(port, leg, now):
                send_comfort_frame(port, leg, now)
        elif leg.source == CLIPS:
            send_clip_frame(port, leg, now)
        elif leg.source == MIXED:
            if not send_mix(port, leg, leg.due_at - (frames - frame) * FRAME, now):
                send_comfort_frame(port, leg, now)
        elif leg.source != LIVE:
            send_comfort_frame(port, leg, now)
