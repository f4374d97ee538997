# cython: cdivision=True
"""Owns the thread's life: wait, receive, serve the wheel, send, tell asyncio. Has no GIL and allocates nothing."""

from libc.stdint cimport INT64_MAX, int32_t, int64_t, uint64_t

from mediaserver.packets.calendar cimport open_calendar
from mediaserver.packets.limits cimport BUFFER, RX_BATCH, TX_BATCH
from mediaserver.packets.linux cimport (
    CLOCK_REALTIME,
    MILLISECOND,
    MSG_DONTWAIT,
    MSG_TRUNC,
    POLLIN,
    SECOND,
    __ATOMIC_ACQUIRE,
    __atomic_load_n,
    clock_gettime,
    eventfd_read,
    eventfd_write,
    mmsghdr,
    monotonic,
    pollfd,
    ppoll,
    recvmmsg,
    sockaddr_in6,
    timespec,
)
from mediaserver.packets.port cimport Port, enter, leave
from mediaserver.packets.receiving cimport receive
from mediaserver.packets.reporting cimport serve_calendar
from mediaserver.packets.ring cimport must_signal
from mediaserver.packets.sending cimport flush
from mediaserver.packets.sources cimport serve
from mediaserver.packets.wheel cimport SLOTS, next_tick


cdef inline void prepare(Port* port) noexcept nogil:
    """Tie the batches to their buffers and set the clocks, once."""
    cdef timespec wall
    cdef int at
    for at in range(RX_BATCH):
        port.receiving.vectors[at].iov_base = port.receiving.data[at]
        port.receiving.vectors[at].iov_len = BUFFER
        port.receiving.headers[at].msg_hdr.msg_iov = &port.receiving.vectors[at]
        port.receiving.headers[at].msg_hdr.msg_iovlen = 1
        port.receiving.headers[at].msg_hdr.msg_name = &port.receiving.names[at]
    for at in range(TX_BATCH):
        port.sending.vectors[at].iov_base = port.sending.data[at]
        port.sending.headers[at].msg_hdr.msg_iov = &port.sending.vectors[at]
        port.sending.headers[at].msg_hdr.msg_iovlen = 1
        port.sending.headers[at].msg_hdr.msg_name = &port.sending.names[at]
    port.asleep_until = INT64_MAX
    port.ticked = monotonic() // MILLISECOND
    open_calendar(&port.calendar, monotonic())
    clock_gettime(CLOCK_REALTIME, &wall)
    port.epoch = <int64_t>wall.tv_sec * SECOND + wall.tv_nsec - monotonic()


cdef inline void wait(Port* port, pollfd* ready) noexcept nogil:
    """Sleep until a datagram comes, the wheel has something due or a control method wakes us."""
    cdef timespec rest
    cdef int64_t left
    cdef uint64_t rings
    if port.asleep_until == INT64_MAX:
        ppoll(ready, 2, NULL, NULL)
    else:
        left = max(0, port.asleep_until - monotonic())
        rest.tv_sec = left // SECOND
        rest.tv_nsec = left % SECOND
        ppoll(ready, 2, &rest, NULL)
    if ready[1].revents & POLLIN:
        eventfd_read(port.alarm, &rings)


cdef inline int take_batch(Port* port) noexcept nogil:
    """Read what has come in. Returns the number of datagrams."""
    cdef int at
    for at in range(RX_BATCH):
        port.receiving.headers[at].msg_hdr.msg_namelen = sizeof(sockaddr_in6)
    return max(0, recvmmsg(port.socket, port.receiving.headers, RX_BATCH, MSG_DONTWAIT, NULL))


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


cdef inline void run(Port* port) noexcept nogil:
    """The thread."""
    cdef pollfd ready[2]
    cdef int64_t now, tick
    cdef mmsghdr* received
    cdef int at, count, length
    ready[0].fd = port.socket
    ready[0].events = POLLIN
    ready[1].fd = port.alarm
    ready[1].events = POLLIN
    while not __atomic_load_n(&port.stopping, __ATOMIC_ACQUIRE):
        wait(port, ready)
        count = take_batch(port) if ready[0].revents else 0
        now = monotonic()
        enter(port)
        for at in range(count):
            received = &port.receiving.headers[at]
            length = 0 if received.msg_hdr.msg_flags & MSG_TRUNC else <int>received.msg_len
            receive(port, &port.receiving.names[at], port.receiving.data[at], length, now)
        serve_wheel(port, now)
        serve_calendar(port, now)
        tick = next_tick(&port.wheel, port.ticked)
        port.asleep_until = min(port.calendar.due_at, INT64_MAX if tick < 0 else tick * MILLISECOND)
        port.wake = False
        leave(port)
        flush(port)
        if must_signal(&port.ring):
            eventfd_write(port.bell, 1)
