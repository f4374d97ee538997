"""Owns the far end of a leg in tests: a plain UDP socket with SRTP contexts. Must not use the engine's code."""

import itertools
import select
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from mediaserver.packets.types import Address, SrtpFunctions, SrtpSessions

PATIENCE_S = 5.0
"""Longest wait for a packet; far more than any of them needs."""
_PROFILE = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
_KEY_BYTES = 28
_keys: Iterator[int] = itertools.count(1)


def srtp_functions() -> SrtpFunctions:
    """The C functions of pylibsrtp's libsrtp."""

    def pointer(name: str) -> int:
        return int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))

    return SrtpFunctions(
        pointer("srtp_protect"),
        pointer("srtp_unprotect"),
        pointer("srtp_protect_rtcp"),
        pointer("srtp_unprotect_rtcp"),
    )


def _session(key: bytes, *, outbound: bool) -> Session:
    kind = Policy.SSRC_ANY_OUTBOUND if outbound else Policy.SSRC_ANY_INBOUND
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=_PROFILE)
    policy.window_size = 128
    return Session(policy=policy)


@dataclass(frozen=True, slots=True)
class Rtp:
    """A decrypted RTP packet."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Rtp":
        first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHLL", data)
        assert first == 0x80, "the engine sends no CSRC, no extension and no padding"
        return cls(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, data[12:])


def build(
    payload: bytes,
    *,
    sequence: int,
    timestamp: int,
    ssrc: int = 0x0C0FFEE0,
    payload_type: int = 111,
    marker: bool = False,
    csrcs: tuple[int, ...] = (),
    extension: bytes = b"",
    padding: int = 0,
) -> bytes:
    """An RTP packet in the clear; sequence and timestamp wrap by themselves."""
    first = 0x80 | (0x20 if padding else 0) | (0x10 if extension else 0) | len(csrcs)
    header = struct.pack("!BBHLL", first, marker << 7 | payload_type, sequence % 2**16, timestamp % 2**32, ssrc)
    header += struct.pack(f"!{len(csrcs)}L", *csrcs)
    if extension:
        assert len(extension) % 4 == 0
        header += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
    return header + payload + (bytes(padding - 1) + bytes([padding]) if padding else b"")


class RtpPeer:
    """One remote party: its socket, its keys, and what it has received."""

    def __init__(self, engine: Address, *, host: str | None = None, ssrc: int = 0x0C0FFEE0) -> None:
        host = host or engine[0]
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(PATIENCE_S)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.engine = engine
        self.ssrc = ssrc
        self.reports: list[bytes] = []
        towards = next(_keys).to_bytes(_KEY_BYTES, "big")
        back = next(_keys).to_bytes(_KEY_BYTES, "big")
        self.outbound = _session(towards, outbound=True)
        self.inbound = _session(back, outbound=False)
        self._engine_inbound = _session(towards, outbound=False)
        self._engine_outbound = _session(back, outbound=True)

    @property
    def address(self) -> Address:
        """Where the peer is bound."""
        address: Address = self.socket.getsockname()[:2]
        return address

    def sessions(self) -> SrtpSessions:
        """The engine's half of the keys, as DTLS would hand them over."""
        inbound, outbound = self._engine_inbound, self._engine_outbound
        return SrtpSessions(
            int(ffi.cast("uintptr_t", inbound._srtp[0])),
            int(ffi.cast("uintptr_t", outbound._srtp[0])),
            (inbound, outbound),
        )

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()

    def send_raw(self, data: bytes) -> None:
        """Send a datagram as it is."""
        self.socket.sendto(data, self.engine)

    def protect(self, payload: bytes, *, sequence: int, timestamp: int, **fields: object) -> bytes:
        """An SRTP packet of this peer; the keywords are those of :func:`build`."""
        packet = build(
            payload,
            sequence=sequence,
            timestamp=timestamp,
            **{"ssrc": self.ssrc, **fields},  # type: ignore[arg-type]  # Checked by build itself.
        )
        return self.outbound.protect(packet)

    def speak(self, payload: bytes, *, sequence: int, timestamp: int, **fields: object) -> None:
        """Send one SRTP packet."""
        self.send_raw(self.protect(payload, sequence=sequence, timestamp=timestamp, **fields))

    def hear(self) -> Rtp:
        """The next RTP packet, authenticated. RTCP that comes in between is put into ``reports``."""
        while (packet := self._take(self.socket.recv(2048))) is None:
            pass
        return packet

    def await_report(self) -> bytes:
        """The oldest compound RTCP packet that was not taken yet."""
        while not self.reports:
            self._take(self.socket.recv(2048))
        return self.reports.pop(0)

    def report(self, data: bytes) -> None:
        """Send a compound RTCP packet."""
        self.send_raw(self.outbound.protect_rtcp(data))

    def hear_until(self, payload: bytes) -> list[Rtp]:
        """All packets up to and with the first one that carries this payload."""
        heard = [self.hear()]
        while heard[-1].payload != payload:
            assert len(heard) < 500, "the expected sound never came"
            heard.append(self.hear())
        return heard

    def hear_all(self) -> list[Rtp]:
        """The RTP packets that have come in already."""
        heard = []
        while not self.hears_nothing():
            if (packet := self._take(self.socket.recv(2048))) is not None:
                heard.append(packet)
        return heard

    def _take(self, data: bytes) -> Rtp | None:
        if 192 <= data[1] <= 223:
            self.reports.append(self.inbound.unprotect_rtcp(data))
            return None
        return Rtp.parse(self.inbound.unprotect(data))

    def hears_nothing(self) -> bool:
        """Whether the socket's buffer is empty now."""
        return select.select([self.socket], [], [], 0)[0] == []


class Crowd:
    """Many far ends behind one socket: each leg is reached at a loopback address of its own, and only listens."""

    def __init__(self, size: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", 0))
        self.socket.settimeout(PATIENCE_S)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        port = self.socket.getsockname()[1]
        self.addresses: list[Address] = [(f"127.1.{at >> 8}.{at & 255}", port) for at in range(size)]
        self.sessions = [self._sessions() for _ in range(size)]
        self.legs: list[int] = []

    @staticmethod
    def _sessions() -> SrtpSessions:
        pair = (_session(bytes(_KEY_BYTES), outbound=False), _session(bytes(_KEY_BYTES), outbound=True))
        inbound, outbound = (int(ffi.cast("uintptr_t", session._srtp[0])) for session in pair)
        return SrtpSessions(inbound, outbound, pair)

    def hear(self, *, packets: int) -> dict[int, list[Rtp]]:
        """Listen until this many packets per leg have come in; what each SSRC was sent, still encrypted."""
        heard: dict[int, list[Rtp]] = {}
        for _ in range(packets * len(self.legs)):
            packet = Rtp.parse(self.socket.recv(2048))
            heard.setdefault(packet.ssrc, []).append(packet)
        return heard

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()
