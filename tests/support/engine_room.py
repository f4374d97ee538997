"""Owns an engine in tests, with the parties on its port. At its end nothing may be broken or left."""

import select
from dataclasses import dataclass
from typing import Self

from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Datagram, EngineEvent, LegEvent, LegEventKind, Stream
from tests.support.rtp_peer import PATIENCE_S, Crowd, RtpPeer, srtp_functions

COMFORT = b"\xf8comfort"
"""The only comfort frame; the engine never looks inside."""


@dataclass(frozen=True, slots=True)
class Party:
    """A leg and the one at its far end."""

    leg: int
    peer: RtpPeer


class EngineRoom:
    """A running engine and who is connected to it."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        ports: int = 1,
        stall_ms: int = 2000,
        lost_ms: int = 60_000,
        inaudible_ms: int = 60_000,
    ) -> None:
        self.engine = Engine(
            srtp_functions(),
            [COMFORT],
            host=host,
            ports=ports,
            stall_ms=stall_ms,
            lost_ms=lost_ms,
            inaudible_ms=inaudible_ms,
        )
        self.engine.start()
        self.events: list[EngineEvent] = []
        self._peers: list[RtpPeer | Crowd] = []
        self._legs: set[int] = set()
        self._marks = 0
        self._clips: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if error is None:
                self._leave_nothing()
        finally:
            self.dismiss()

    def dismiss(self) -> None:
        """Close the engine and everybody's sockets."""
        self.engine.close()
        for peer in self._peers:
            peer.close()

    def _leave_nothing(self) -> None:
        for leg in self._legs:
            assert self.engine.counters(leg).discontinuities == 0, "a listener's stream broke (#26)"
            self.engine.remove_leg(leg)
        for clip in self._clips:
            self.engine.remove_clip(clip)
        totals = self.engine.totals()
        assert (totals.legs, totals.clips, totals.taps) == (0, 0, 0), "the engine leaks legs, clips or taps"
        assert totals.send_errors == 0, "packets were lost on the way out"

    def peer(self, *, host: str | None = None, ssrc: int = 0x0C0FFEE0) -> RtpPeer:
        """Somebody with a socket, who is no leg yet."""
        peer = RtpPeer(self.engine.address, host=host, ssrc=ssrc)
        self._peers.append(peer)
        return peer

    def leg(self, *, ssrc: int = 0x5EED0001, payload_type: int = 111, stream: Stream | None = None) -> int:
        """A leg without an address and without keys."""
        leg = self.engine.add_leg(stream or Stream(ssrc, payload_type, 126))
        self._legs.add(leg)
        return leg

    def join(self, *, host: str | None = None, payload_type: int = 111, ssrc: int = 0x5EED0001) -> Party:
        """A connected leg that hears nothing yet."""
        peer = self.peer(host=host)
        leg = self.leg(payload_type=payload_type, ssrc=ssrc)
        self.engine.set_remote(leg, peer.address)
        self.engine.secure(leg, peer.sessions())
        return Party(leg, peer)

    def crowd(self, size: int) -> Crowd:
        """Many connected legs; the SSRC of each is its number in the crowd."""
        crowd = Crowd(size)
        self._peers.append(crowd)
        for ssrc, (address, sessions) in enumerate(zip(crowd.addresses, crowd.sessions, strict=True)):
            leg = self.leg(ssrc=ssrc)
            self.engine.set_remote(leg, address)
            self.engine.secure(leg, sessions)
            crowd.legs.append(leg)
        return crowd

    def remove(self, leg: int) -> None:
        """Let a leg go before the end."""
        self._legs.discard(leg)
        self.engine.remove_leg(leg)

    def clip(self, name: bytes, frames: int) -> int:
        """A clip whose frames are called ``name0``, ``name1`` and so on."""
        clip = self.engine.add_clip([b"%s%d" % (name, at) for at in range(frames)])
        self._clips.add(clip)
        return clip

    def remove_clip(self, clip: int) -> None:
        """Let a clip go before the end."""
        self.engine.remove_clip(clip)
        self._clips.discard(clip)

    def await_event(self, kind: LegEventKind, leg: int) -> LegEvent:
        """Wait until something has happened to a leg."""
        while True:
            for event in self.events:
                if isinstance(event, LegEvent) and (event.kind, event.leg) == (kind, leg):
                    return event
            self._await_more()

    def await_datagram(self, data: bytes) -> Datagram:
        """Wait until a datagram was handed up; all that its sender sent before it has been treated by then."""
        while True:
            for event in self.events:
                if isinstance(event, Datagram) and event.data == data:
                    return event
            self._await_more()

    def settle(self, peer: RtpPeer) -> None:
        """Wait until the engine has treated all that the peer has sent so far."""
        self._marks += 1
        mark = bytes([0, 1]) + self._marks.to_bytes(18, "big")
        peer.send_raw(mark)
        self.await_datagram(mark)

    def _await_more(self) -> None:
        readable, _, _ = select.select([self.engine], [], [], PATIENCE_S)
        assert readable, f"nothing new; so far: {self.events}"
        self.events += self.engine.events()
