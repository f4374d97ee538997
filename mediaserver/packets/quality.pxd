# cython: cdivision=True
"""Owns what a leg's reports come to, in the units of people. Field names are those of ``StreamQuality``."""

from libc.stdint cimport int64_t

from mediaserver.packets.linux cimport MILLISECOND
from mediaserver.packets.port cimport Leg
from mediaserver.packets.reception cimport CLOCK, expected

cdef struct Direction:
    int64_t expected
    int64_t lost
    double fraction_lost
    double jitter_ms


cdef struct Quality:
    bint heard  # ``inbound`` is set.
    Direction inbound
    bint judged  # ``outbound`` is set.
    Direction outbound
    bint measured  # ``round_trip_ms`` is set.
    double round_trip_ms


cdef inline Direction direct(int64_t expected, int64_t lost, int fraction, double jitter) noexcept nogil:
    """One direction; ``jitter`` is in units of the clock."""
    cdef Direction direction
    direction.expected = expected
    # Duplicates count as arrived, so less than nothing may be missing (RFC 3550 A.3).
    direction.lost = min(max(lost, 0), expected)
    direction.fraction_lost = fraction / 256.0
    direction.jitter_ms = 1000.0 * jitter / CLOCK
    return direction


cdef inline Quality judge(const Leg* leg) noexcept nogil:
    """The quality of both directions of a leg."""
    cdef Quality quality
    cdef int64_t sent = <int64_t>(leg.reception.expected_before + expected(&leg.reception))
    cdef int64_t came = <int64_t>(leg.reception.received_before + leg.reception.received)
    # What the peer could have heard of by its report; it may claim any number, but not more than we sent.
    cdef int64_t ours = min(<int64_t>leg.feedback.highest - leg.first_sequence + 1, <int64_t>leg.counters.sent)
    quality.heard = leg.reception.begun
    quality.inbound = direct(sent, sent - came, leg.reception.fraction, leg.reception.jitter / 16.0)
    quality.judged = leg.judged
    quality.outbound = direct(max(ours, 0), leg.feedback.lost, leg.feedback.fraction, leg.feedback.jitter)
    quality.measured = leg.measured
    quality.round_trip_ms = leg.round_trip / <double>MILLISECOND
    return quality
