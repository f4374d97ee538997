"""Owns RTP headers (RFC 3550 5.1) and one outgoing stream. Knows no sockets and no keys."""

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.simulator.opus import FRAME_SAMPLES

_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80
_MARKER = 0x80
KEYS = "0123456789*#"
"""In the order of their event codes (RFC 4733 3.2)."""
_PRESSES = (1, 2, 3, 4, 5, 5, 5)
"""How long a key has been held in each of its packets, in frames; the end is sent three times (RFC 4733 2.5.1.4)."""
_PRESSED = 5
_EVENT_END, _EVENT_VOLUME = 0x80, 10
_FRAME_AT_8_KHZ = 160


class RtpPacket(NamedTuple):
    """One RTP packet."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def is_rtcp(datagram: bytes) -> bool:
    """Whether a datagram from a multiplexed port is RTCP (RFC 5761 4)."""
    return len(datagram) >= 2 and 192 <= datagram[1] <= 223


def parse(packet: bytes) -> RtpPacket:
    """Parse a decrypted packet. Raises ValueError when it is none."""
    if len(packet) < _HEADER.size or packet[0] & 0xC0 != _VERSION_2:
        raise ValueError("not an RTP packet")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(packet) < start + 4:
            raise ValueError("RTP header extension is cut short")
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - (packet[-1] if first & 0x20 else 0)
    if start > end:
        raise ValueError("RTP packet is cut short")
    return RtpPacket(second & 0x7F, bool(second & _MARKER), sequence, timestamp, ssrc, packet[start:end])


def serialise(packet: RtpPacket) -> bytes:
    """The packet as bytes, ready to be encrypted."""
    second = packet.payload_type | (_MARKER if packet.marker else 0)
    header = _HEADER.pack(_VERSION_2, second, packet.sequence, packet.timestamp, packet.ssrc)
    return header + packet.payload


@dataclass(slots=True)
class OutgoingStream:
    """One SSRC that speaks a loop of 20 ms frames, continuous whatever the loop is changed to."""

    ssrc: int
    payload_type: int
    sequence: int
    timestamp: int
    frames: Sequence[bytes]
    position: int = 0
    sent: int = 0
    octets: int = 0
    """Payload bytes sent, as a sender report counts them."""
    keys: deque[RtpPacket] = field(default_factory=deque)
    """Packets of keys that wait to be sent in place of sound; their numbers are given then."""
    key_from: int = 0
    """Timestamp of the key that is being pressed."""

    def say(self, frames: Sequence[bytes]) -> None:
        """Speak another loop from the next frame on."""
        self.frames = frames
        self.position = 0

    def press(self, digit: str, payload_type: int) -> None:
        """Press a key for 100 ms, in place of the sound (RFC 4733)."""
        for number, frames in enumerate(_PRESSES):
            end = _EVENT_END if frames == _PRESSED else 0
            payload = bytes((KEYS.index(digit), end | _EVENT_VOLUME, *divmod(frames * _FRAME_AT_8_KHZ, 256)))
            self.keys.append(RtpPacket(payload_type, number == 0, 0, 0, self.ssrc, payload))

    def next_packet(self) -> bytes:
        """The next 20 ms."""
        if self.keys:
            packet = self.keys.popleft()
            self.key_from = self.timestamp if packet.marker else self.key_from
            packet = packet._replace(sequence=self.sequence, timestamp=self.key_from)
        else:
            payload = self.frames[self.position]
            self.position = (self.position + 1) % len(self.frames)
            packet = RtpPacket(self.payload_type, self.sent == 0, self.sequence, self.timestamp, self.ssrc, payload)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + FRAME_SAMPLES) & 0xFFFFFFFF
        self.sent += 1
        self.octets += len(packet.payload)
        return serialise(packet)
