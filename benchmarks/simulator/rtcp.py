"""Owns the sender report a phone and a browser send beside their voice (RFC 3550 6.4.1, 6.5). Pure."""

import struct

_SENDER_REPORT, _SOURCE_DESCRIPTION = 200, 202
_CNAME = 1
_NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900, where NTP time begins, to 1970."""


def sender_report(*, ssrc: int, now: float, timestamp: int, packets: int, octets: int, cname: str) -> bytes:
    """A compound packet of sender report and CNAME. ``now`` is epoch seconds, ``timestamp`` the RTP clock then."""
    seconds = int(now)
    fraction = int((now - seconds) * 2**32)
    body = struct.pack(
        "!IIIIII", ssrc, (seconds + _NTP_EPOCH_S) & 0xFFFFFFFF, fraction, timestamp, packets, octets & 0xFFFFFFFF
    )
    name = cname.encode()
    item = struct.pack("!IBB", ssrc, _CNAME, len(name)) + name
    # At least one null octet ends the item, and the chunk fills a 32-bit word.
    item += bytes(4 - len(item) % 4)
    return _packet(_SENDER_REPORT, 0, body) + _packet(_SOURCE_DESCRIPTION, 1, item)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body
