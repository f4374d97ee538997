"""Owns the way from a pair of addresses to its leg: a hash table with linear probing, written by ICE nomination alone."""

from libc.stdint cimport int32_t, uint16_t, uint32_t, uint64_t, uint8_t
from libc.string cimport memcmp, memcpy, memset

from mediaserver.packets.limits cimport MAX_LEGS
from mediaserver.packets.linux cimport AF_INET, AF_INET6, htons, ntohs, sockaddr_in, sockaddr_in6, socklen_t

cdef enum:
    CELLS = 2 * MAX_LEGS  # At most half full; a power of two.


cdef struct Endpoint:
    uint8_t ip[16]  # IPv6, or IPv4 mapped into it (RFC 4291 2.5.5.2), so that one form serves both sockets.
    uint16_t port
    uint16_t local  # Which of our own sockets it speaks with; the same address at another one is another party.


cdef struct Cell:
    Endpoint endpoint
    int32_t leg  # -1 when free.


cdef struct Table:
    uint64_t seed  # Random, so that nobody outside can choose addresses that collide.
    Cell cells[CELLS]


cdef inline bint is_mapped(const uint8_t* ip) noexcept nogil:
    """Whether these 16 bytes stand for an IPv4 address."""
    cdef int at
    for at in range(10):
        if ip[at] != 0:
            return False
    return ip[10] == 0xFF and ip[11] == 0xFF


cdef inline void read_name(Endpoint* endpoint, const sockaddr_in6* name, int local) noexcept nogil:
    cdef const sockaddr_in* short_name = <const sockaddr_in*>name
    endpoint.local = <uint16_t>local
    if name.sin6_family == AF_INET:
        memset(endpoint.ip, 0, 10)
        memset(endpoint.ip + 10, 0xFF, 2)
        memcpy(endpoint.ip + 12, &short_name.sin_addr, 4)
        endpoint.port = ntohs(short_name.sin_port)
    else:
        memcpy(endpoint.ip, &name.sin6_addr, 16)
        endpoint.port = ntohs(name.sin6_port)


cdef inline socklen_t write_name(sockaddr_in6* name, const Endpoint* endpoint, int family) noexcept nogil:
    """The socket's own form of the address. Returns its length."""
    cdef sockaddr_in* short_name = <sockaddr_in*>name
    memset(name, 0, sizeof(sockaddr_in6))
    if family == AF_INET:
        short_name.sin_family = AF_INET
        short_name.sin_port = htons(endpoint.port)
        memcpy(&short_name.sin_addr, endpoint.ip + 12, 4)
        return sizeof(sockaddr_in)
    name.sin6_family = AF_INET6
    name.sin6_port = htons(endpoint.port)
    memcpy(&name.sin6_addr, endpoint.ip, 16)
    return sizeof(sockaddr_in6)


cdef inline uint32_t home(const Table* table, const Endpoint* endpoint) noexcept nogil:
    """The cell where the search for this address begins."""
    cdef uint64_t high, low
    memcpy(&high, endpoint.ip, 8)
    memcpy(&low, endpoint.ip + 8, 8)
    high = (high ^ table.seed) * <uint64_t>0x9E3779B97F4A7C15
    high = (high ^ (high >> 29) ^ low ^ (<uint64_t>endpoint.port << 16) ^ endpoint.local) * <uint64_t>0xBF58476D1CE4E5B9
    high = (high ^ (high >> 32)) * <uint64_t>0x94D049BB133111EB
    return <uint32_t>(high >> 40) & (CELLS - 1)


cdef inline uint32_t locate(const Table* table, const Endpoint* endpoint) noexcept nogil:
    """The cell that holds this address, or the free one where it belongs."""
    cdef uint32_t at = home(table, endpoint)
    while table.cells[at].leg >= 0 and memcmp(&table.cells[at].endpoint, endpoint, sizeof(Endpoint)) != 0:
        at = (at + 1) & (CELLS - 1)
    return at


cdef inline int32_t leg_at(const Table* table, const Endpoint* endpoint) noexcept nogil:
    """The leg whose media comes from there to here, or -1."""
    return table.cells[locate(table, endpoint)].leg


cdef inline void enrol(Table* table, const Endpoint* endpoint, int32_t leg) noexcept nogil:
    cdef uint32_t at = locate(table, endpoint)
    table.cells[at].endpoint = endpoint[0]
    table.cells[at].leg = leg


cdef inline void strike(Table* table, const Endpoint* endpoint) noexcept nogil:
    """Forget an address, and close the hole so that searches never walk over dead cells (Knuth, 6.4 algorithm R)."""
    cdef uint32_t hole = locate(table, endpoint)
    cdef uint32_t at = hole
    cdef uint32_t wanted
    if table.cells[hole].leg < 0:
        return
    while True:
        table.cells[hole].leg = -1
        while True:
            at = (at + 1) & (CELLS - 1)
            if table.cells[at].leg < 0:
                return
            wanted = home(table, &table.cells[at].endpoint)
            if ((at - wanted) & (CELLS - 1)) >= ((at - hole) & (CELLS - 1)):
                break
        table.cells[hole] = table.cells[at]
        hole = at
