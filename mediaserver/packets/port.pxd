"""Owns the engine's state: its sockets, legs and clips. Data and its lock, no behaviour."""

from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint64_t, uint8_t

from mediaserver.packets.calendar cimport Calendar
from mediaserver.packets.clips cimport Clip
from mediaserver.packets.codec cimport Opus
from mediaserver.packets.continuity cimport Trail
from mediaserver.packets.endpoints cimport Endpoint, Table
from mediaserver.packets.keypad cimport Keypad
from mediaserver.packets.limits cimport (
    BUFFER,
    MAX_CLIPS,
    MAX_CUES,
    MAX_DIGITS,
    MAX_LEGS,
    MAX_PORTS,
    MAX_SPEAKERS,
    PROBES,
    RX_BATCH,
    TX_BATCH,
)
from mediaserver.packets.linux cimport (
    eventfd_write,
    iovec,
    mmsghdr,
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
    sockaddr_in6,
)
from mediaserver.packets.reception cimport Reception
from mediaserver.packets.ring cimport Ring
from mediaserver.packets.rtcp cimport Block, Name
from mediaserver.packets.srtp cimport Srtp
from mediaserver.packets.tapping cimport Tap
from mediaserver.packets.voices cimport Voice
from mediaserver.packets.wheel cimport Wheel

cdef enum:
    ALARM = MAX_PORTS  # What epoll says instead of the place of a socket when the alarm rings.


cdef enum Source:
    NOTHING  # Muted, as before accept.
    CLIPS
    COMFORT
    AWAITED  # Another leg that has not spoken since it was joined; comfort frames until then.
    LIVE  # Another leg that speaks.
    FILLED  # Another leg that sends no sound just now, perhaps digits; comfort frames go on.
    STALLED  # Another leg that sends nothing at all; comfort frames go on.
    MIXED  # Several other legs; comfort frames while all of them are silent.


cdef struct Item:
    int32_t clip  # Its place in Port.clips.
    uint32_t repeats  # 0 is for ever.
    uint32_t start  # Frame with which its first round begins.


cdef struct Playlist:
    uint32_t count  # Items.
    uint32_t item  # The one being played.
    uint32_t frame  # The next frame of it.
    uint32_t played  # How often it was played to its end.
    Item items[MAX_CUES]


cdef struct Mix:
    void* encoder
    bint fresh  # Its next frame follows something else.
    int count  # Whom it hears,
    int32_t speakers[MAX_SPEAKERS]
    Voice* voices[MAX_SPEAKERS]  # and their sound.
    Mix* next  # The list of all mixes.


cdef struct Dialling:
    int keys  # Keys to be pressed,
    int key  # the one that is being pressed,
    int frame  # and how many frames of it are over.
    uint32_t timestamp  # When it began.
    uint8_t[MAX_DIGITS] pressed


cdef struct Attention:
    int64_t quiet  # Nanoseconds for which the leg has sent since it was found to be loud,
    int64_t faint_at  # and how many of them had passed when it first was not.
    int misses  # How often it was found to be faint since,
    int64_t looked_at  # and when last.
    bint looking  # A look takes more of its packets, or waits for its turn.
    bint inaudible  # As was told.


cdef struct Probe:
    void* decoder
    int32_t leg  # Whom it looks at, or -1,
    int frames  # and of how many packets.
    int64_t used_at


cdef struct Counters:
    uint64_t received  # As in LegCounters.
    uint64_t received_bytes
    uint64_t sent
    uint64_t sent_bytes
    uint64_t forwarded
    uint64_t mixed
    uint64_t clip_frames
    uint64_t comfort_frames
    uint64_t rejected
    uint64_t dtmf_packets
    uint64_t rtcp_received
    uint64_t stale
    uint64_t discontinuities
    int64_t longest_gap  # Nanoseconds.


cdef struct Leg:
    int64_t number  # Public number: generation and place; 0 when free.
    uint32_t generation  # Counts the users of this place, so that a stale number is noticed.
    Endpoint remote
    bint addressed  # ``remote`` is set.
    void* inbound  # srtp_t, NULL before the leg is keyed.
    void* outbound
    # What is sent.
    uint32_t ssrc
    int payload_type  # Opus.
    int dtmf_payload_type  # telephone-event, or -1,
    int dtmf_clock  # and the Hertz of its durations.
    uint16_t sequence  # Of the newest packet.
    uint32_t timestamp
    int duration  # Samples of its sound.
    bint started  # Something was sent.
    bint paused  # Muted since the last packet: time has passed that was not sent.
    bint marked  # The next packet begins a new source: marker bit.
    int64_t sent_at  # When the last packet was sent.
    int unfed  # Rounds of the wheel since then.
    int64_t due_at  # When the pacing wheel next comes to this leg.
    uint32_t payload_bytes  # Octet count of the sender report, which wraps.
    Trail trail
    # What is heard.
    Source source
    Playlist playlist
    uint32_t comfort_frame  # The next comfort frame.
    Dialling dialling  # What is sent instead of it all while keys are pressed.
    Mix* mix  # NULL unless MIXED.
    int32_t speaker  # The leg that is heard, or -1.
    int32_t next_listener  # Links of the speaker's list of listeners.
    int32_t previous_listener
    # How the speaker's packets are renumbered.
    bint mapped  # The fields below are set.
    uint32_t speaker_ssrc
    uint16_t speaker_sequence  # Its newest packet that was forwarded, as it came in.
    uint32_t speaker_timestamp
    uint16_t sequence_offset  # Added to its sequence numbers.
    uint32_t timestamp_offset
    int32_t lent  # Samples by which the speaker is placed later than its clock says, since it was filled in for.
    int32_t late_by  # Samples by which its packets came too late after that, the least so far,
    int64_t late_since  # and since when; 0 if none was too late.
    int reach  # How far behind its newest packet one may be placed: not before the one that fixed the offsets.
    # What is spoken.
    int32_t first_listener  # Legs that hear this one alone, or -1.
    Voice* voice  # Its sound for the mixes that hear it, NULL without one.
    int64_t heard_at  # When the last Opus packet came in,
    int64_t alive_at  # and when the last packet of any kind.
    int silence  # Rounds of the wheel since then.
    Attention attention  # Whether anything can be heard of it.
    Keypad keypad
    Tap tap
    Counters counters
    # What the two ends report to each other.
    Name cname  # What the SDP calls us.
    uint16_t first_sequence  # Of our stream.
    uint64_t reported[2]  # What was sent by our last report, and by the one before.
    Reception reception  # The peer's stream as we see it.
    bint judged  # ``feedback`` is set:
    Block feedback  # our stream as the peer saw it last.
    bint measured  # ``round_trip`` is set:
    int64_t round_trip  # nanoseconds.


cdef struct Receiving:
    mmsghdr headers[RX_BATCH]
    iovec vectors[RX_BATCH]
    sockaddr_in6 names[RX_BATCH]  # Also long enough for IPv4.
    uint8_t data[RX_BATCH][BUFFER]


cdef struct Sending:
    int count  # Packets that wait for the end of the batch.
    mmsghdr headers[TX_BATCH]
    iovec vectors[TX_BATCH]
    sockaddr_in6 names[TX_BATCH]
    uint8_t data[TX_BATCH][BUFFER]


cdef struct Socket:
    int fd
    Sending sending  # Pages of a socket that no leg uses are never touched.


cdef struct Totals:
    uint64_t received  # As in EngineCounters; guarded by the lock.
    uint64_t unknown_source
    uint64_t malformed
    uint64_t sent  # These two are atomic.
    uint64_t send_errors


cdef struct Port:
    Socket* sockets  # One for each UDP port.
    int family  # AF_INET or AF_INET6.
    int watch  # epoll of the sockets and the alarm.
    int bell  # eventfd that tells asyncio of events.
    int alarm  # eventfd that wakes the thread.
    uint32_t stopping  # Atomic.
    pthread_mutex_t lock  # Guards what is below, but for the batches (the thread's own) and what is marked atomic.
    int64_t asleep_until  # When the thread wakes by itself.
    bint wake  # The holder of the lock has made something due earlier than that.
    int64_t ticked  # The last tick of the wheel that was served.
    int stall  # Rounds of the wheel without a packet of the speaker, after which comfort frames fill in,
    int lost  # and without a packet of a leg, after which it counts as silent.
    int64_t inaudible  # Nanoseconds of sending without being loud after which a leg is inaudible.
    Srtp srtp
    Opus opus
    int64_t epoch  # What makes the engine's clock nanoseconds since 1970, as of its start.
    Totals totals
    Clip comfort
    Clip clips[MAX_CLIPS]
    Leg legs[MAX_LEGS]
    Mix* mixes  # The first of them, or NULL.
    Probe probes[PROBES]
    int64_t probed_at  # Up to when looks are spent.
    Wheel wheel
    Calendar calendar
    Table table
    Ring ring
    Receiving receiving
    int unsent_count  # Sockets whose batches wait.
    uint16_t unsent[MAX_PORTS]


cdef inline void enter(Port* port) noexcept nogil:
    pthread_mutex_lock(&port.lock)


cdef inline void leave(Port* port) noexcept nogil:
    """Release the lock, and wake the thread if it would sleep too long."""
    cdef bint wake = port.wake
    port.wake = False
    pthread_mutex_unlock(&port.lock)
    if wake:
        eventfd_write(port.alarm, 1)


cdef inline int32_t place(const Port* port, const Leg* leg) noexcept nogil:
    """Where the leg stands in Port.legs, which is its number inside the engine."""
    return <int32_t>(leg - port.legs)


cdef inline bint is_ready(const Leg* leg) noexcept nogil:
    """Whether anything may be sent to the leg."""
    return leg.addressed and leg.outbound != NULL and leg.source != NOTHING
