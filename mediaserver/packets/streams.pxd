"""Owns how a leg begins: what was negotiated for it is checked, and where its stream starts is left to chance."""

from libc.string cimport memcpy, memset

from mediaserver.packets.linux cimport getrandom
from mediaserver.packets.port cimport Leg
from mediaserver.packets.rtcp cimport MAX_CNAME


cdef inline bint begin_leg(Leg* leg, stream) except False:
    """Fill a leg that hears nothing and is heard by nobody from a ``Stream``."""
    cdef bytes cname = stream.cname.encode("ascii")
    if not 0 <= stream.ssrc < 1 << 32:
        raise ValueError("an SSRC has 32 bits")
    if not (0 <= stream.payload_type < 128 and -1 <= stream.dtmf_payload_type < 128):
        raise ValueError("a payload type has 7 bits")
    if stream.dtmf_clock not in (8000, 48000):
        raise ValueError("telephone-event has a clock of 8000 or 48000 Hz")
    if not 0 < len(cname) <= MAX_CNAME:
        raise ValueError("a CNAME has 1 to 64 characters")
    memset(leg, 0, sizeof(Leg))
    leg.ssrc = stream.ssrc
    leg.payload_type = stream.payload_type
    leg.dtmf_payload_type = leg.trail.event_type = stream.dtmf_payload_type
    leg.dtmf_clock = stream.dtmf_clock
    leg.cname.length = <int>len(cname)
    memcpy(leg.cname.text, <const char*>cname, leg.cname.length)
    leg.speaker = leg.first_listener = -1
    getrandom(&leg.sequence, sizeof(leg.sequence), 0)
    getrandom(&leg.timestamp, sizeof(leg.timestamp), 0)
    # In the lower half: losing the first packets then cannot hide a wrap from the receiver's SRTP (RFC 3711 3.3.1).
    leg.sequence &= 0x7FFF
    leg.first_sequence = leg.sequence + 1
    return True
