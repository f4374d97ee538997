"""Owns a seeded storm upon the packet engine: mangled datagrams from friends and strangers, orders in any order.

``python -m tests.fuzz.engine --seconds 600 --seed 1`` runs it for long; a failure names the seed that repeats it. The
storm is the same for the same seed; only the threads' timing is not.
"""

import argparse
import contextlib
import struct
import time
from random import Random

from pylibsrtp import Error as SrtpError

from mediaserver.packets.types import DIGITS, Cue, Datagram, LegEventKind, LegQuality
from tests.support.engine_room import EngineRoom
from tests.support.rtp_peer import RtpPeer, build

PARTIES = 6
BURST = 60
"""Datagrams between two looks at the engine: far less than its ring and the socket's buffer hold."""
SSRCS = (0xBEEF, 0xF00D, 0x0C0FFEE0)
"""SRTP keeps state for every SSRC it meets, so a storm has few."""
OPUS, EVENTS = 111, 126
STUN = bytes.fromhex("000100002112a442") + bytes(12)
DTLS = bytes.fromhex("16fefd0000000000000000") + bytes.fromhex("0010") + bytes(16)


class Storm:
    """A room full of legs, and everything that may go wrong with them. The same seed gives the same storm."""

    def __init__(self, room: EngineRoom, seed: int) -> None:
        self._room = room
        self._chance = Random(seed)
        self._clips = [room.clip(b"clip%d-" % at, 1 + at * 7) for at in range(3)]
        self._parties = [room.join(ssrc=0x5EED0000 + at) for at in range(PARTIES)]
        self._stranger = room.peer()
        self._sequence = self._chance.randrange(2**16)
        self._timestamp = self._chance.randrange(2**32)

    def blow(self, bursts: int) -> None:
        """So many bursts, with a look at the engine after each."""
        for _ in range(bursts):
            for _ in range(BURST):
                self._send()
                if self._chance.random() < 0.1:
                    self._order()
            self._look()

    def _send(self) -> None:
        party = self._chance.choice(self._parties)
        data = self._datagram(party.peer)
        if self._chance.random() < 0.2:
            data = self._mangled(data)
        sender = self._stranger if self._chance.random() < 0.1 else party.peer
        sender.send_raw(data[:65_000])

    def _datagram(self, peer: RtpPeer) -> bytes:
        """A packet of any kind, perhaps mangled before it was protected, so that it is authentic and still wrong."""
        kind = self._chance.choice(["sound", "sound", "sound", "event", "report", "report", "stun", "dtls", "noise"])
        if kind in ("stun", "dtls"):
            return STUN if kind == "stun" else DTLS
        if kind == "noise":
            return self._chance.randbytes(self._chance.randrange(200))
        plain = self._report() if kind == "report" else self._packet(kind)
        if self._chance.random() < 0.4:
            plain = self._mangled(plain)
        try:
            return peer.outbound.protect_rtcp(plain) if kind == "report" else peer.outbound.protect(plain)
        except (SrtpError, ValueError, TypeError):
            # Too broken for libsrtp to protect: sent as it is.
            return plain

    def _packet(self, kind: str) -> bytes:
        step = self._chance.choice([1] * 20 + [0, 2, 5, -3, 101, 1001, 3001, 20_000])
        self._sequence = (self._sequence + step) % 2**16
        self._timestamp = (self._timestamp + self._chance.choice([960] * 20 + [0, 480, 2880, 480_001, 2**31])) % 2**32
        payload = self._chance.randbytes(self._chance.choice([0, 1, 4, 80, 1200]))
        if kind == "event":
            held = self._chance.choice([0, 160, 800, 61_440, 65_535])
            key = self._chance.choice([*range(16), 16, 255])
            payload = struct.pack("!BBH", key, self._chance.choice([10, 0x8A]), held)
        return build(
            payload,
            sequence=self._sequence,
            timestamp=self._timestamp,
            ssrc=self._chance.choice(SSRCS),
            payload_type=EVENTS if kind == "event" else self._chance.choice([OPUS] * 9 + [13]),
            marker=self._chance.random() < 0.2,
            csrcs=(1, 2, 3) if self._chance.random() < 0.1 else (),
            extension=b"\x10\xff\x00\x00" if self._chance.random() < 0.1 else b"",
            padding=self._chance.choice([0, 0, 0, 7]),
        )

    def _report(self) -> bytes:
        """A compound packet of any parts, whose counts and lengths are right until it is mangled."""
        parts = []
        for _ in range(self._chance.randrange(1, 4)):
            kind, count = self._chance.choice([200, 201, 202, 203, 205, 207]), self._chance.randrange(3)
            size = {200: 24 + 24 * count, 201: 4 + 24 * count}.get(kind, 4 * count)
            words = [self._chance.choice([*SSRCS, 0x5EED0000, 0, 2**32 - 1]) for _ in range(size // 4)]
            parts.append(struct.pack(f"!BBH{len(words)}L", 0x80 | count, kind, len(words), *words))
        return b"".join(parts)

    def _mangled(self, data: bytes) -> bytes:
        """A few bits, bytes or lengths wrong, cut short or with something behind it."""
        mangled = bytearray(data)
        for _ in range(self._chance.randrange(1, 4)):
            match self._chance.choice(["bit", "byte", "header", "cut", "grow"]):
                case "bit" if mangled:
                    mangled[self._chance.randrange(len(mangled))] ^= 1 << self._chance.randrange(8)
                case "byte" if mangled:
                    mangled[self._chance.randrange(len(mangled))] = self._chance.choice([0, 1, 0x7F, 0x80, 0xFF])
                case "header" if mangled:
                    mangled[self._chance.randrange(min(4, len(mangled)))] = self._chance.randrange(256)
                case "cut":
                    del mangled[self._chance.randrange(len(mangled) + 1) :]
                case _:
                    mangled += self._chance.randbytes(self._chance.choice([1, 3, 40, 1600]))
        return bytes(mangled)

    def _order(self) -> None:
        """One order of asyncio's side, as calls give them, in no order that makes sense."""
        engine, at = self._room.engine, self._chance.randrange(PARTIES)
        leg, other = self._parties[at].leg, self._chance.choice(self._parties).leg
        match self._chance.randrange(11):
            case 0 | 1:
                engine.listen(leg, other)
            case 9 | 10:
                others = [party.leg for party in self._parties if party.leg != leg]
                engine.mix(leg, self._chance.sample(others, self._chance.choice([2, 3])))
            case 2:
                engine.play(leg, [Cue(clip, self._chance.randrange(3)) for clip in self._clips])
            case 3:
                engine.comfort(leg)
            case 4:
                engine.mute(leg)
            case 5:
                self._press(leg)
            case 6:
                # Moved away by ICE and back: what comes from there meanwhile is a stranger's.
                engine.set_remote(leg, self._room.peer().address)
                engine.set_remote(leg, self._parties[at].peer.address)
            case 7:
                engine.counters(leg)
                engine.quality(leg)
            case _:
                self._room.remove(leg)
                self._parties[at] = self._room.join(ssrc=0x5EED0000 + at)

    def _press(self, leg: int) -> None:
        digits = "".join(self._chance.choices(DIGITS, k=self._chance.randrange(8)))
        # Too many may wait already.
        with contextlib.suppress(ValueError):
            self._room.engine.send_digits(leg, digits)

    def _look(self) -> None:
        """What must hold in any weather."""
        for party in self._parties:
            self._room.settle(party.peer)
            counters = self._room.engine.counters(party.leg)
            assert counters.discontinuities == 0, "a listener's stream broke"
            assert counters.longest_gap_us >= 0, "time ran backwards"
            _check(self._room.engine.quality(party.leg))
        for event in self._room.events:
            if not isinstance(event, Datagram):
                assert (event.kind is LegEventKind.DIGIT) == (event.digit != ""), "a digit comes with a key, or none"
        self._room.events.clear()


def _check(quality: LegQuality) -> None:
    for stream in (quality.inbound, quality.outbound):
        if stream is not None:
            assert 0 <= stream.lost <= stream.expected, "more lost than sent"
            assert 0 <= stream.fraction_lost < 1, "a fraction of 256"
            assert stream.jitter_ms >= 0, "jitter has no sign"
    assert quality.round_trip_ms is None or 0 <= quality.round_trip_ms < 16_000, "a round trip was made up"


def run(seed: int, bursts: int, *, abrupt: bool) -> None:
    """One storm upon one engine, which is taken down orderly or in the middle of it."""
    room = EngineRoom(stall_ms=40, inaudible_ms=40)
    try:
        storm = Storm(room, seed)
        storm.blow(bursts)
        if not abrupt:
            with room:
                pass
    finally:
        room.dismiss()


def main() -> None:
    """Storm after storm until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    ends_at, seed = time.monotonic() + wanted.seconds, wanted.seed
    while time.monotonic() < ends_at:
        try:
            run(seed, 30, abrupt=seed % 2 == 0)
        except BaseException as failure:
            failure.add_note(f"repeat it: python -m tests.fuzz.engine --seed {seed}")
            raise
        seed += 1
    print(f"{seed - wanted.seed} storms, nothing broke")  # noqa: T201  # A command line prints.


if __name__ == "__main__":
    main()
