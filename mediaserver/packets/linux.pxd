"""Owns the declarations of Linux and GCC that Cython does not bring. No behaviour of ours but the clock."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t, uint8_t
from posix.time cimport CLOCK_MONOTONIC, CLOCK_REALTIME, clock_gettime, timespec

cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_mutex_t:
        pass
    int pthread_mutex_init(pthread_mutex_t*, void*)
    int pthread_mutex_lock(pthread_mutex_t*)
    int pthread_mutex_unlock(pthread_mutex_t*)
    int pthread_mutex_destroy(pthread_mutex_t*)

cdef extern from "<sys/socket.h>" nogil:
    enum:
        AF_INET
        AF_INET6
        MSG_DONTWAIT
        MSG_TRUNC
    ctypedef unsigned int socklen_t
    struct sockaddr:
        pass
    struct iovec:
        void* iov_base
        size_t iov_len
    struct msghdr:
        void* msg_name
        socklen_t msg_namelen
        iovec* msg_iov
        size_t msg_iovlen
        int msg_flags
    struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len
    ssize_t sendto(int, const void*, size_t, int, const sockaddr*, socklen_t)
    int recvmmsg(int, mmsghdr*, unsigned int, int, timespec*)
    int sendmmsg(int, mmsghdr*, unsigned int, int)

cdef extern from "<netinet/in.h>" nogil:
    struct in_addr:
        uint32_t s_addr
    struct in6_addr:
        uint8_t s6_addr[16]
    struct sockaddr_in:
        unsigned short sin_family
        uint16_t sin_port
        in_addr sin_addr
    struct sockaddr_in6:
        unsigned short sin6_family
        uint16_t sin6_port
        in6_addr sin6_addr
    uint16_t htons(uint16_t)
    uint16_t ntohs(uint16_t)

cdef extern from "<arpa/inet.h>" nogil:
    enum:
        INET6_ADDRSTRLEN
    int inet_pton(int, const char*, void*)
    const char* inet_ntop(int, const void*, char*, socklen_t)

cdef extern from "<sys/epoll.h>" nogil:
    enum:
        EPOLLIN
        EPOLL_CLOEXEC
        EPOLL_CTL_ADD
    union epoll_data:
        uint32_t u32
    struct epoll_event:
        uint32_t events
        epoll_data data
    int epoll_create1(int)
    int epoll_ctl(int, int, int, epoll_event*)
    int epoll_pwait2(int, epoll_event*, int, const timespec*, const void*)

cdef extern from "<sys/eventfd.h>" nogil:
    int eventfd_read(int, uint64_t*)
    int eventfd_write(int, uint64_t)

cdef extern from "<sys/random.h>" nogil:
    ssize_t getrandom(void*, size_t, unsigned int)

cdef extern from * nogil:
    enum:
        __ATOMIC_RELAXED
        __ATOMIC_ACQUIRE
        __ATOMIC_RELEASE
        __ATOMIC_ACQ_REL
    uint32_t __atomic_load_n(uint32_t*, int)
    void __atomic_store_n(uint32_t*, uint32_t, int)
    uint32_t __atomic_exchange_n(uint32_t*, uint32_t, int)
    uint64_t load_count "__atomic_load_n"(uint64_t*, int)
    uint64_t add_count "__atomic_fetch_add"(uint64_t*, uint64_t, int)

cdef enum:
    MILLISECOND = 1_000_000  # In nanoseconds, the unit of every time in the engine.
    SECOND = 1_000_000_000


cdef inline int64_t monotonic() noexcept nogil:
    """Nanoseconds of CLOCK_MONOTONIC, the clock of Python's ``time.monotonic()``."""
    cdef timespec at
    clock_gettime(CLOCK_MONOTONIC, &at)
    return <int64_t>at.tv_sec * SECOND + at.tv_nsec
