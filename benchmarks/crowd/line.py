"""Owns the UDP ports and legs of a crowd in packet engines, which here are clients: they say and hear, natively.

Every end has a port of its own, as every phone and browser has: the server knows a leg by its remote address.
"""

import asyncio
import secrets
from collections import deque
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
_PORTS = 256
"""Of one engine; the most it takes."""


class Line:
    """A port whose STUN and DTLS go to ``receive``, and whose RTP stays in the engine. Made by ``Lines.open``."""

    def __init__(self, exchange: "_Exchange", port: int, receive: Receive, on_heard: Callable[[], None] | None) -> None:
        self.ssrc = secrets.randbits(32)
        """What is said here is sent with it."""
        self.heard = Moment()
        """The first authentic packet came in, by the engine's clock."""
        self.receive = receive
        self.on_heard = on_heard
        self.port = port
        self.leg = exchange.engine.add_leg(Stream(self.ssrc, _OPUS))
        self._exchange = exchange
        self._engine = exchange.engine
        self._last: LegCounters | None = None

    @property
    def address(self) -> Address:
        """Where it is bound."""
        return self._engine.address[0], self.port

    @property
    def counters(self) -> LegCounters:
        """What passed here so far, or until it was closed."""
        return self._engine.counters(self.leg) if self._last is None else self._last

    def send(self, datagram: bytes, address: Address) -> None:
        """Send a STUN or DTLS datagram at once; a closed line loses it."""
        if self._last is None:
            self._engine.send(datagram, address, self.port)

    def secure(self, remote: Address, srtp: Srtp) -> None:
        """From now on RTP flows to and from there."""
        self._engine.set_remote(self.leg, remote, self.port)
        self._engine.secure(self.leg, SrtpSessions(_pointer(srtp.inbound), _pointer(srtp.outbound), owner=srtp))

    def play(self, frames: Sequence[bytes]) -> None:
        """Say this loop of frames; nothing is said on a closed line."""
        if self._last is None:
            self._engine.play(self.leg, [Cue(self._exchange.clip(frames), 0)])

    def mute(self) -> None:
        """Say nothing."""
        if self._last is None:
            self._engine.mute(self.leg)

    def close(self) -> None:
        """Release the port. Safe to call twice."""
        if self._last is None:
            self._last = self.counters
            self._engine.remove_leg(self.leg)
            self._exchange.forget(self)


class Lines:
    """All lines of a crowd. ``close`` once the last end is closed."""

    def __init__(self) -> None:
        self._exchanges: list[_Exchange] = []

    def open(self, receive: Receive, on_heard: Callable[[], None] | None = None) -> Line:
        """One more line; ``on_heard`` is called at the first authentic packet."""
        exchange = next((exchange for exchange in self._exchanges if exchange.free), None)
        if exchange is None:
            exchange = _Exchange()
            self._exchanges.append(exchange)
        return exchange.open(receive, on_heard)

    def close(self) -> None:
        """Stop all engines."""
        for exchange in self._exchanges:
            exchange.close()


class _Exchange:
    """One engine and the lines on its ports."""

    def __init__(self) -> None:
        self.engine = Engine(srtp_functions(), silence_frames(), host="127.0.0.1", ports=_PORTS)
        self.free = deque(self.engine.ports)
        """Ports without a line; the one that was released last comes last, for the server may still know it."""
        self._by_port: dict[int, Line] = {}
        self._by_leg: dict[int, Line] = {}
        self._clips: dict[Sequence[bytes], int] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.engine.fileno(), self._take)
        self.engine.start()

    def open(self, receive: Receive, on_heard: Callable[[], None] | None) -> Line:
        line = Line(self, self.free.popleft(), receive, on_heard)
        self._by_port[line.port] = self._by_leg[line.leg] = line
        return line

    def clip(self, frames: Sequence[bytes]) -> int:
        """These frames as a clip of the engine."""
        if frames not in self._clips:
            self._clips[frames] = self.engine.add_clip(frames)
        return self._clips[frames]

    def forget(self, line: Line) -> None:
        del self._by_port[line.port], self._by_leg[line.leg]
        self.free.append(line.port)

    def close(self) -> None:
        self._loop.remove_reader(self.engine.fileno())
        self.engine.close()

    def _take(self) -> None:
        for event in self.engine.events():
            if isinstance(event, Datagram):
                if (line := self._by_port.get(event.port)) is not None:
                    line.receive(event.data, event.address, self._loop.time())
            elif event.kind is LegEventKind.HEARD and (line := self._by_leg.get(event.leg)) is not None:
                line.heard.happen(event.at)
                if line.on_heard is not None:
                    line.on_heard()


def _pointer(session: Session) -> int:
    return int(ffi.cast("uintptr_t", session._srtp[0]))
