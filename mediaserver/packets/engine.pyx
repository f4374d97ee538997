# cython: language_level=3
"""Owns the Python face of the packet engine: checks what it is given and hands it to the loop under the lock.

What each method means stands in ``engine.pyi``. Must not know calls, SDP, ICE or DTLS.
"""

import os
import threading

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport free
from libc.string cimport memset

from mediaserver.packets.addresses cimport read_address, write_address
from mediaserver.packets.audibility cimport open_probes
from mediaserver.packets.calendar cimport cross_out
from mediaserver.packets.clips cimport Clip, load_clip
from mediaserver.packets.codec cimport read_codec
from mediaserver.packets.dialling cimport dial
from mediaserver.packets.endpoints cimport Endpoint, enrol, leg_at, strike, write_name
from mediaserver.packets.limits cimport MAX_CLIPS, MAX_CUES, MAX_LEGS, MAX_PORTS
from mediaserver.packets.linux cimport (
    MILLISECOND, MSG_DONTWAIT, SECOND, __ATOMIC_RELAXED, __ATOMIC_RELEASE, __atomic_store_n, add_count, eventfd_read,
    eventfd_write, load_count, monotonic, sendto, sockaddr, sockaddr_in6, socklen_t,
)
from mediaserver.packets.lifetime cimport close_port, open_port
from mediaserver.packets.loop cimport prepare, run, watch_sockets
from mediaserver.packets.mixing cimport discard, open_mix
from mediaserver.packets.pacing cimport LATEST, SOONEST, pace
from mediaserver.packets.port cimport Counters, Leg, Mix, Playlist, Port, Totals, enter, leave
from mediaserver.packets.quality cimport Quality, judge
from mediaserver.packets.receiving cimport DIGIT
from mediaserver.packets.ring cimport DATAGRAM, Entry, look, oldest, release
from mediaserver.packets.sources cimport abandon, comfort, listen, load_item, mix, mute, play
from mediaserver.packets.srtp cimport read_functions
from mediaserver.packets.streams cimport begin_leg
from mediaserver.packets.tapping cimport Tap, close_tap, exchange, open_tap, read_packets

from mediaserver.packets.libopus import opus_functions
from mediaserver.packets.sockets import open_sockets
from mediaserver.packets.types import (
    DIGITS, Datagram, EngineCounters, LegCounters, LegEvent, LegEventKind, LegQuality, LegsExhausted, StreamQuality,
    Tapped, TappedPacket,
)

cdef enum:
    ROUND = 20  # Milliseconds in which the pacing wheel goes round.
    PLACE_BITS = 16  # Of a public number; the generation of the place stands above them.


cdef class Engine:
    cdef Port* port
    cdef list _sockets
    cdef tuple _ports  # Numbers of the UDP ports, in the order of the sockets.
    cdef object _thread
    cdef dict _owners  # What keeps the SRTP contexts of each leg alive.
    cdef list _free_legs
    cdef list _free_clips
    cdef int _taps

    def __cinit__(
        self, srtp, comfort, *, host="127.0.0.1", int port=0, int ports=1,
        int stall_ms=200, int lost_ms=2000, int inaudible_ms=8000,
    ):
        cdef Port* state
        cdef int at
        if not 0 < stall_ms <= lost_ms:
            raise ValueError("stall_ms must be positive, and lost_ms no less")
        if inaudible_ms <= 0:
            raise ValueError("inaudible_ms must be positive")
        if not 0 < ports <= MAX_PORTS or port + ports > 65536:
            raise ValueError("an engine has 1 to 256 ports, and the last one's number has 16 bits")
        state = self.port = open_port(ports)
        load_clip(&state.comfort, comfort)
        read_functions(&state.srtp, srtp)
        read_codec(&state.opus, opus_functions())
        open_probes(state)
        state.stall = max(1, stall_ms // ROUND)
        state.lost = max(1, lost_ms // ROUND)
        state.inaudible = <int64_t>inaudible_ms * MILLISECOND
        self._owners = {}
        self._free_legs = list(range(MAX_LEGS - 1, -1, -1))
        self._free_clips = list(range(MAX_CLIPS - 1, -1, -1))
        self._sockets = open_sockets(host, port, ports)
        self._ports = tuple([opened.getsockname()[1] for opened in self._sockets])
        for at in range(ports):
            state.sockets[at].fd = self._sockets[at].fileno()
        state.family = self._sockets[0].family
        state.bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        state.alarm = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        watch_sockets(state, ports)
        prepare(state)

    def __dealloc__(self):
        self._free()

    cdef void _free(self) noexcept:
        if self.port != NULL:
            close_port(self.port)
            self.port = NULL

    @property
    def address(self):
        self._opened()
        return self._sockets[0].getsockname()[:2]

    @property
    def ports(self):
        self._opened()
        return self._ports

    def fileno(self):
        return self._opened().bell

    def start(self):
        self._opened()
        if self._thread is not None:
            raise ValueError("the engine runs already")
        self._thread = threading.Thread(target=self._run, name="packets", daemon=True)
        self._thread.start()

    def _run(self):
        with nogil:
            run(self.port)

    def close(self):
        if self._sockets is None:
            return
        __atomic_store_n(&self.port.stopping, 1, __ATOMIC_RELEASE)
        eventfd_write(self.port.alarm, 1)
        if self._thread is not None:
            self._thread.join()
        for opened in self._sockets:
            opened.close()
        self._sockets = None
        self._owners.clear()
        self._free()

    def events(self):
        cdef Port* port = self._opened()
        cdef uint64_t rings
        cdef uint32_t waiting
        cdef const Entry* entry
        eventfd_read(port.bell, &rings)
        taken = []
        waiting = look(&port.ring)
        for _ in range(waiting):
            entry = oldest(&port.ring)
            if entry.kind == DATAGRAM:
                data = PyBytes_FromStringAndSize(<const char*>entry.data, entry.length)
                taken.append(Datagram(data, write_address(&entry.endpoint), self._ports[entry.endpoint.local]))
            elif entry.kind == DIGIT:
                at = entry.at / <double>SECOND
                taken.append(LegEvent(LegEventKind.DIGIT, entry.leg, at, DIGITS[entry.key], entry.duration))
            else:
                taken.append(LegEvent(LegEventKind(entry.kind), entry.leg, entry.at / <double>SECOND))
            release(&port.ring)
        return taken

    def send(self, bytes data not None, address, port=None):
        cdef Port* state = self._opened()
        cdef int fd = state.sockets[self._local(port)].fd
        cdef Endpoint endpoint
        cdef sockaddr_in6 name
        cdef socklen_t length
        read_address(&endpoint, address, state.family)
        length = write_name(&name, &endpoint, state.family)
        if sendto(fd, <const char*>data, len(data), MSG_DONTWAIT, <sockaddr*>&name, length) < 0:
            add_count(&state.totals.send_errors, 1, __ATOMIC_RELAXED)
        else:
            add_count(&state.totals.sent, 1, __ATOMIC_RELAXED)

    def add_clip(self, frames):
        cdef Port* port = self._opened()
        cdef Clip clip
        cdef int place
        if not self._free_clips:
            raise ValueError("too many clips")
        load_clip(&clip, frames)
        place = self._free_clips.pop()
        clip.holders = 0
        clip.generation = port.clips[place].generation + 1
        # No lock: the thread looks only at clips that a playlist holds.
        port.clips[place] = clip
        return <int64_t>clip.generation << PLACE_BITS | place

    def remove_clip(self, int64_t clip):
        cdef Port* port = self._opened()
        cdef int place = self._clip(clip)
        cdef uint32_t holders
        with nogil:
            enter(port)
            holders = port.clips[place].holders
            leave(port)
        if holders:
            raise ValueError("a playlist holds the clip")
        free(port.clips[place].ends)
        port.clips[place].ends = NULL
        self._free_clips.append(place)

    def add_leg(self, stream):
        cdef Port* port = self._opened()
        cdef Leg leg
        cdef int place
        begin_leg(&leg, stream)
        if not self._free_legs:
            raise LegsExhausted
        place = self._free_legs.pop()
        leg.generation = port.legs[place].generation + 1
        leg.number = <int64_t>leg.generation << PLACE_BITS | place
        # No lock: the thread reaches a leg only through its address, the wheel or its speaker, and it has none yet.
        port.legs[place] = leg
        return leg.number

    def remove_leg(self, int64_t leg):
        cdef Port* port = self._opened()
        cdef int place = self._leg(leg)
        cdef Leg* gone = &port.legs[place]
        with nogil:
            enter(port)
            mute(port, gone)
            abandon(port, gone, monotonic())
            cross_out(&port.calendar, place)
            if gone.addressed:
                strike(&port.table, &gone.remote)
            gone.number = 0
            leave(port)
        self._owners.pop(place, None)
        self._free_legs.append(place)
        if gone.tap.filling != NULL:
            close_tap(&gone.tap)
            self._taps -= 1

    def set_remote(self, int64_t leg, address, port=None):
        cdef Port* state = self._opened()
        cdef int place = self._leg(leg)
        cdef Leg* moved = &state.legs[place]
        cdef Endpoint endpoint
        cdef int32_t tenant
        read_address(&endpoint, address, state.family)
        endpoint.local = <uint16_t>self._local(port)
        with nogil:
            enter(state)
            tenant = leg_at(&state.table, &endpoint)
            if tenant < 0:
                if moved.addressed:
                    strike(&state.table, &moved.remote)
                enrol(&state.table, &endpoint, place)
                moved.remote = endpoint
                moved.addressed = True
                pace(state, moved, SOONEST, LATEST, monotonic())
            leave(state)
        if tenant not in (-1, place):
            raise ValueError("the address belongs to another leg")

    def secure(self, int64_t leg, sessions):
        cdef Port* port = self._opened()
        cdef int place = self._leg(leg)
        cdef Leg* keyed = &port.legs[place]
        cdef uintptr_t inbound = sessions.inbound
        cdef uintptr_t outbound = sessions.outbound
        if not inbound or not outbound:
            raise ValueError("two SRTP contexts are needed")
        with nogil:
            enter(port)
            keyed.inbound = <void*>inbound
            keyed.outbound = <void*>outbound
            pace(port, keyed, SOONEST, LATEST, monotonic())
            leave(port)
        self._owners[place] = sessions.owner

    def play(self, int64_t leg, playlist):
        cdef Port* port = self._opened()
        cdef Leg* listener = &port.legs[self._leg(leg)]
        cdef Playlist cues
        memset(&cues, 0, sizeof(Playlist))
        if not 0 < len(playlist) <= MAX_CUES:
            raise ValueError("a playlist has 1 to 16 cues")
        for cue in playlist:
            load_item(port, &cues.items[cues.count], self._clip(cue.clip), cue)
            cues.count += 1
        with nogil:
            enter(port)
            play(port, listener, &cues, monotonic())
            leave(port)

    def listen(self, int64_t leg, int64_t source):
        cdef Port* port = self._opened()
        cdef Leg* listener = &port.legs[self._leg(leg)]
        cdef Leg* speaker = &port.legs[self._leg(source)]
        with nogil:
            enter(port)
            listen(port, listener, speaker, monotonic())
            leave(port)

    def mix(self, int64_t leg, sources):
        cdef Port* port = self._opened()
        cdef int place = self._leg(leg)
        cdef Leg* listener = &port.legs[place]
        cdef Mix* wanted = open_mix(port, place, [self._leg(source) for source in sources])
        cdef bint begun
        with nogil:
            enter(port)
            begun = mix(port, listener, wanted, monotonic())
            leave(port)
        if not begun:
            discard(&port.opus, wanted)

    def comfort(self, int64_t leg):
        cdef Port* port = self._opened()
        cdef Leg* listener = &port.legs[self._leg(leg)]
        with nogil:
            enter(port)
            comfort(port, listener, monotonic())
            leave(port)

    def mute(self, int64_t leg):
        cdef Port* port = self._opened()
        cdef Leg* listener = &port.legs[self._leg(leg)]
        with nogil:
            enter(port)
            mute(port, listener)
            leave(port)

    def send_digits(self, int64_t leg, digits):
        cdef Port* port = self._opened()
        cdef Leg* listener = &port.legs[self._leg(leg)]
        cdef bytes keys = bytes([DIGITS.index(digit) for digit in digits])
        cdef const uint8_t* pressed = keys
        cdef int count = <int>len(keys)
        cdef bint fits
        if listener.dtmf_payload_type < 0:
            raise ValueError("the leg takes no telephone-event")
        with nogil:
            enter(port)
            fits = dial(port, listener, pressed, count, monotonic())
            leave(port)
        if not fits:
            raise ValueError("too many digits wait")

    def tap(self, int64_t leg, int capacity):
        cdef Port* port = self._opened()
        cdef Leg* tapped = &port.legs[self._leg(leg)]
        cdef Tap tap
        if capacity <= 0:
            raise ValueError("a tap needs room")
        if tapped.tap.filling != NULL:
            raise ValueError("the leg is tapped already")
        open_tap(&tap, capacity)
        self._taps += 1
        with nogil:
            enter(port)
            tapped.tap = tap
            leave(port)

    def take_tap(self, int64_t leg):
        cdef Port* port = self._opened()
        cdef Leg* tapped = &port.legs[self._leg(leg)]
        cdef Tap filled
        if tapped.tap.filling == NULL:
            raise ValueError("the leg is not tapped")
        with nogil:
            enter(port)
            filled = exchange(&tapped.tap)
            leave(port)
        return Tapped(read_packets(&filled, TappedPacket), filled.lost)

    def counters(self, int64_t leg):
        cdef Port* port = self._opened()
        cdef Leg* counted = &port.legs[self._leg(leg)]
        cdef Counters counters
        with nogil:
            enter(port)
            counters = counted.counters
            leave(port)
        fields = <dict>counters
        fields["longest_gap_us"] = fields.pop("longest_gap") // 1000
        return LegCounters(**fields)

    def quality(self, int64_t leg):
        cdef Port* port = self._opened()
        cdef Leg* judged = &port.legs[self._leg(leg)]
        cdef Quality quality
        with nogil:
            enter(port)
            quality = judge(judged)
            leave(port)
        return LegQuality(
            inbound=StreamQuality(**quality.inbound) if quality.heard else None,
            outbound=StreamQuality(**quality.outbound) if quality.judged else None,
            round_trip_ms=quality.round_trip_ms if quality.measured else None,
        )

    def totals(self):
        cdef Port* port = self._opened()
        cdef Totals totals
        cdef uint64_t dropped
        with nogil:
            enter(port)
            totals = port.totals
            dropped = port.ring.dropped
            leave(port)
        totals.sent = load_count(&port.totals.sent, __ATOMIC_RELAXED)
        totals.send_errors = load_count(&port.totals.send_errors, __ATOMIC_RELAXED)
        return EngineCounters(
            legs=MAX_LEGS - len(self._free_legs),
            clips=MAX_CLIPS - len(self._free_clips),
            taps=self._taps,
            events_dropped=dropped,
            **totals,
        )

    cdef Port* _opened(self) except NULL:
        if self._sockets is None:
            raise ValueError("the engine is closed")
        return self.port

    cdef int _local(self, port) except -1:
        """The place of the socket that is bound to this port; the first one for None."""
        if port is None:
            return 0
        if port not in self._ports:
            raise ValueError("not a port of this engine")
        return self._ports.index(port)

    cdef int _leg(self, int64_t number) except -1:
        """The place of a leg that exists."""
        cdef int64_t place = number & ((1 << PLACE_BITS) - 1)
        if number <= 0 or place >= MAX_LEGS or self.port.legs[place].number != number:
            raise ValueError("no such leg")
        return <int>place

    cdef int _clip(self, int64_t number) except -1:
        """The place of a clip that exists."""
        cdef int64_t place = number & ((1 << PLACE_BITS) - 1)
        if number <= 0 or place >= MAX_CLIPS or self.port.clips[place].ends == NULL:
            raise ValueError("no such clip")
        if self.port.clips[place].generation != number >> PLACE_BITS:
            raise ValueError("no such clip")
        return <int>place
