# cython: language_level=3
"""Owns the one UDP port and its thread. Must not know calls, SDP, ICE or DTLS."""


cdef class Engine:
    pass
