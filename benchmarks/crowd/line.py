"""Owns one end's UDP port and its leg in the packet engine, which here is a client: it says and hears, natively."""

import asyncio
import secrets
from collections.abc import Callable, Sequence

from pylibsrtp import Session
from pylibsrtp._binding import ffi

from benchmarks.simulator.dtls import Srtp
from benchmarks.simulator.moment import Moment
from benchmarks.simulator.tones import silence_frames
from benchmarks.simulator.udp import Address, Receive
from mediaserver.legs.srtp import srtp_functions
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Cue, Datagram, LegCounters, LegEventKind, SrtpSessions, Stream

_OPUS = 111
"""The payload type of both kinds of ends."""


class Line:
    """A bound port whose STUN and DTLS go to ``receive``, and whose RTP stays in the engine. Close it when done."""

    def __init__(self, receive: Receive, on_heard: Callable[[], None] | None = None) -> None:
        self.ssrc = secrets.randbits(32)
        """What is said here is sent with it."""
        self.heard = Moment()
        """The first authentic packet came in, by the engine's clock."""
        self._receive = receive
        self._on_heard = on_heard
        self._engine = Engine(srtp_functions(), silence_frames(), host="127.0.0.1")
        self._leg = self._engine.add_leg(Stream(self.ssrc, _OPUS))
        self._clips: dict[Sequence[bytes], int] = {}
        self._last: LegCounters | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._engine.fileno(), self._take)
        self._engine.start()

    @property
    def address(self) -> Address:
        """Where it is bound."""
        return self._engine.address

    @property
    def counters(self) -> LegCounters:
        """What passed here so far, or until it was closed."""
        return self._engine.counters(self._leg) if self._last is None else self._last

    def send(self, datagram: bytes, address: Address) -> None:
        """Send a STUN or DTLS datagram at once; a closed line loses it."""
        if self._last is None:
            self._engine.send(datagram, address)

    def secure(self, remote: Address, srtp: Srtp) -> None:
        """From now on RTP flows to and from there."""
        self._engine.set_remote(self._leg, remote)
        self._engine.secure(self._leg, SrtpSessions(_pointer(srtp.inbound), _pointer(srtp.outbound), owner=srtp))

    def play(self, frames: Sequence[bytes]) -> None:
        """Say this loop of frames; nothing is said on a closed line."""
        if self._last is not None:
            return
        if frames not in self._clips:
            self._clips[frames] = self._engine.add_clip(frames)
        self._engine.play(self._leg, [Cue(self._clips[frames], 0)])

    def mute(self) -> None:
        """Say nothing."""
        if self._last is None:
            self._engine.mute(self._leg)

    def close(self) -> None:
        """Release the port. Safe to call twice."""
        if self._last is None:
            self._last = self.counters
            self._loop.remove_reader(self._engine.fileno())
            self._engine.close()

    def _take(self) -> None:
        for event in self._engine.events():
            if isinstance(event, Datagram):
                self._receive(event.data, event.address, self._loop.time())
            elif event.kind is LegEventKind.HEARD:
                self.heard.happen(event.at)
                if self._on_heard is not None:
                    self._on_heard()
            if self._last is not None:
                return


def _pointer(session: Session) -> int:
    return int(ffi.cast("uintptr_t", session._srtp[0]))
