"""Owns the shape of libsrtp's four functions. They are called through pointers, so nothing is linked."""

ctypedef int (*Transform)(void* session, void* packet, int* length) noexcept nogil
"""``srtp_protect`` and its three siblings: works in place, 0 is success."""


cdef struct Srtp:
    Transform protect
    Transform unprotect
    Transform protect_rtcp
    Transform unprotect_rtcp
