# cython: cdivision=True
"""Owns the thread's life: wait, receive, serve the wheel, send, tell asyncio. Has no GIL and allocates nothing."""

from libc.stdint cimport INT64_MAX, int32_t, int64_t, uint32_t, uint64_t

from mediaserver.packets.calendar cimport open_calendar
from mediaserver.packets.endpoints cimport Endpoint, read_name
from mediaserver.packets.limits cimport BUFFER, RX_BATCH
from mediaserver.packets.linux cimport (
    CLOCK_REALTIME,
    EPOLL_CLOEXEC,
    EPOLL_CTL_ADD,
    EPOLLIN,
    MILLISECOND,
    MSG_DONTWAIT,
    MSG_TRUNC,
    SECOND,
    __ATOMIC_ACQUIRE,
    __atomic_load_n,
    clock_gettime,
    epoll_create1,
    epoll_ctl,
    epoll_event,
    epoll_pwait2,
    eventfd_read,
    eventfd_write,
    mmsghdr,
    monotonic,
    recvmmsg,
    sockaddr_in6,
    timespec,
)
from mediaserver.packets.port cimport ALARM, Port, enter, leave
from mediaserver.packets.receiving cimport receive
from mediaserver.packets.reporting cimport serve_calendar
from mediaserver.packets.ring cimport must_signal
from mediaserver.packets.sending cimport flush
from mediaserver.packets.sources cimport serve
from mediaserver.packets.wheel cimport SLOTS, next_tick

cdef enum:
    READY = 64  # Sockets that one wait can report; the others come first in the next.


cdef inline void prepare(Port* port) noexcept nogil:
    """Tie the receiving batch to its buffers and set the clocks, once."""
    cdef timespec wall
    cdef int at
    for at in range(RX_BATCH):
        port.receiving.vectors[at].iov_base = port.receiving.data[at]
        port.receiving.vectors[at].iov_len = BUFFER
        port.receiving.headers[at].msg_hdr.msg_iov = &port.receiving.vectors[at]
        port.receiving.headers[at].msg_hdr.msg_iovlen = 1
        port.receiving.headers[at].msg_hdr.msg_name = &port.receiving.names[at]
    port.asleep_until = INT64_MAX
    port.ticked = monotonic() // MILLISECOND
    open_calendar(&port.calendar, monotonic())
    clock_gettime(CLOCK_REALTIME, &wall)
    port.epoch = <int64_t>wall.tv_sec * SECOND + wall.tv_nsec - monotonic()


cdef inline void watch_sockets(Port* port, int count) noexcept nogil:
    """Let the thread sleep on all sockets and the alarm at once."""
    cdef epoll_event interest
    cdef int at
    port.watch = epoll_create1(EPOLL_CLOEXEC)
    interest.events = EPOLLIN
    interest.data.u32 = ALARM
    epoll_ctl(port.watch, EPOLL_CTL_ADD, port.alarm, &interest)
    for at in range(count):
        interest.data.u32 = at
        epoll_ctl(port.watch, EPOLL_CTL_ADD, port.sockets[at].fd, &interest)


cdef inline int wait(Port* port, epoll_event* ready) noexcept nogil:
    """Sleep until datagrams come, the wheel has something due or a control method wakes us. Returns what is ready."""
    cdef timespec rest
    cdef int64_t left
    if port.asleep_until == INT64_MAX:
        return epoll_pwait2(port.watch, ready, READY, NULL, NULL)
    left = max(0, port.asleep_until - monotonic())
    rest.tv_sec = left // SECOND
    rest.tv_nsec = left % SECOND
    return epoll_pwait2(port.watch, ready, READY, &rest, NULL)


cdef inline int take_batch(Port* port, uint32_t local) noexcept nogil:
    """Read what has come in at one socket. Returns the number of datagrams."""
    cdef int at
    for at in range(RX_BATCH):
        port.receiving.headers[at].msg_hdr.msg_namelen = sizeof(sockaddr_in6)
    return max(0, recvmmsg(port.sockets[local].fd, port.receiving.headers, RX_BATCH, MSG_DONTWAIT, NULL))


cdef inline void serve_wheel(Port* port, int64_t now) noexcept nogil:
    """Serve every slot whose time has come since the last call, each once."""
    cdef int64_t current = now // MILLISECOND
    cdef int64_t tick
    cdef int32_t leg, following
    for tick in range(max(port.ticked + 1, current - SLOTS + 1), current + 1):
        leg = port.wheel.first[tick % SLOTS]
        while leg >= 0:
            following = port.wheel.following[leg]
            serve(port, &port.legs[leg], now)
            leg = following
    port.ticked = current


cdef inline void turn(Port* port, uint32_t local, int count) noexcept nogil:
    """One stay under the lock: a batch of datagrams of one socket, and what the wheel has due. Then send and tell."""
    cdef int64_t now = monotonic()
    cdef int64_t tick
    cdef Endpoint sender
    cdef mmsghdr* received
    cdef int at, length
    enter(port)
    for at in range(count):
        received = &port.receiving.headers[at]
        length = 0 if received.msg_hdr.msg_flags & MSG_TRUNC else <int>received.msg_len
        read_name(&sender, &port.receiving.names[at], local)
        receive(port, &sender, port.receiving.data[at], length, now)
    serve_wheel(port, now)
    serve_calendar(port, now)
    tick = next_tick(&port.wheel, port.ticked)
    port.asleep_until = min(port.calendar.due_at, INT64_MAX if tick < 0 else tick * MILLISECOND)
    port.wake = False
    leave(port)
    flush(port)
    if must_signal(&port.ring):
        eventfd_write(port.bell, 1)


cdef inline void run(Port* port) noexcept nogil:
    """The thread."""
    cdef epoll_event ready[READY]
    cdef uint64_t rings
    cdef uint32_t local
    cdef int at, count
    while not __atomic_load_n(&port.stopping, __ATOMIC_ACQUIRE):
        count = wait(port, ready)
        if count <= 0:
            turn(port, 0, 0)
        for at in range(count):
            local = ready[at].data.u32
            if local == <uint32_t>ALARM:
                eventfd_read(port.alarm, &rings)
                turn(port, 0, 0)
            else:
                turn(port, local, take_batch(port, local))
