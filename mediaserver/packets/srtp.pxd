"""Owns the shape of libsrtp's four functions. They are called through pointers, so nothing is linked."""

from libc.stdint cimport uintptr_t

ctypedef int (*Transform)(void* session, void* packet, int* length) noexcept nogil
"""``srtp_protect`` and its three siblings: works in place, 0 is success."""


cdef struct Srtp:
    Transform protect
    Transform unprotect
    Transform protect_rtcp
    Transform unprotect_rtcp


cdef inline bint read_functions(Srtp* srtp, functions) except False:
    """Take the addresses of an ``SrtpFunctions``."""
    if not all(functions):
        raise ValueError("four functions of libsrtp are needed")
    srtp.protect = <Transform><uintptr_t>functions.protect
    srtp.unprotect = <Transform><uintptr_t>functions.unprotect
    srtp.protect_rtcp = <Transform><uintptr_t>functions.protect_rtcp
    srtp.unprotect_rtcp = <Transform><uintptr_t>functions.unprotect_rtcp
    return True
