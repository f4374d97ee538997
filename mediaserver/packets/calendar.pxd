# cython: cdivision=True
"""Owns when legs report: pages of 64 ms, each a list of the legs whose report is due then. Knows nothing of legs."""

from libc.stdint cimport INT64_MAX, int16_t, int32_t, int64_t, uint64_t

from mediaserver.packets.limits cimport MAX_LEGS
from mediaserver.packets.linux cimport MILLISECOND, SECOND, getrandom

cdef enum:
    PAGES = 128  # Eight seconds, longer than any interval between reports.
    PAGE = 64 * MILLISECOND
    FIRST_INTERVAL = 1  # Seconds until a leg's first report, so that short calls are measured too,
    INTERVAL = 5  # and between two (RFC 3550 6.2).


cdef struct Calendar:
    int32_t first[PAGES]  # The first leg on each page, or -1.
    int32_t following[MAX_LEGS]  # Links of the lists.
    int32_t preceding[MAX_LEGS]
    int16_t pages[MAX_LEGS]  # The page of each leg, or -1.
    int64_t turned  # The page at which it is open, counted since the clock began.
    int64_t due_at  # When the first page begins that may have a leg.
    uint64_t chance  # State of a xorshift generator (Marsaglia 2003): no secret, it only keeps reports out of step.


cdef inline void open_calendar(Calendar* calendar, int64_t now) noexcept nogil:
    cdef int at
    for at in range(PAGES):
        calendar.first[at] = -1
    for at in range(MAX_LEGS):
        calendar.pages[at] = -1
    calendar.turned = now // PAGE
    calendar.due_at = INT64_MAX
    getrandom(&calendar.chance, sizeof(calendar.chance), 0)
    calendar.chance |= 1  # Of zero nothing but zero would follow.


cdef inline void cross_out(Calendar* calendar, int32_t leg) noexcept nogil:
    cdef int16_t page = calendar.pages[leg]
    cdef int32_t before = calendar.preceding[leg]
    cdef int32_t after = calendar.following[leg]
    if page < 0:
        return
    if before < 0:
        calendar.first[page] = after
    else:
        calendar.following[before] = after
    if after >= 0:
        calendar.preceding[after] = before
    calendar.pages[leg] = -1


cdef inline int64_t varied(Calendar* calendar, int seconds) noexcept nogil:
    """Half to one and a half times an interval (RFC 3550 6.3.1)."""
    calendar.chance ^= calendar.chance << 13
    calendar.chance ^= calendar.chance >> 7
    calendar.chance ^= calendar.chance << 17
    return seconds * <int64_t>SECOND // 2 + <int64_t>(calendar.chance % (seconds * <uint64_t>SECOND))


cdef inline void note(Calendar* calendar, int32_t leg, int seconds, int64_t now) noexcept nogil:
    """Note the leg for about this many seconds ahead, in place of any former time."""
    cdef int64_t at = now + varied(calendar, seconds)
    cdef int64_t page
    cdef int32_t first
    cross_out(calendar, leg)
    if now < calendar.due_at:
        # Every page before the one that is due is empty.
        calendar.turned = now // PAGE
    page = min(max(at // PAGE, calendar.turned + 1), calendar.turned + PAGES)
    first = calendar.first[page % PAGES]
    calendar.preceding[leg] = -1
    calendar.following[leg] = first
    if first >= 0:
        calendar.preceding[first] = leg
    calendar.first[page % PAGES] = leg
    calendar.pages[leg] = <int16_t>(page % PAGES)
    calendar.due_at = min(calendar.due_at, page * PAGE)


cdef inline int32_t take_due(Calendar* calendar, int64_t now) noexcept nogil:
    """A leg whose time has come, no longer noted, or -1."""
    cdef int32_t leg
    cdef int64_t page
    while calendar.due_at <= now:
        calendar.turned = calendar.due_at // PAGE
        leg = calendar.first[calendar.turned % PAGES]
        if leg >= 0:
            cross_out(calendar, leg)
            return leg
        calendar.due_at = INT64_MAX
        for page in range(calendar.turned + 1, calendar.turned + PAGES):
            if calendar.first[page % PAGES] >= 0:
                calendar.due_at = page * PAGE
                break
    return -1
