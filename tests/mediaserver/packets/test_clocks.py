"""Sources with clocks of their own: what lasts how long, what comes late, and that no delay stays behind."""

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from mediaserver.packets.types import Cue
from tests.support.engine_room import COMFORT, EngineRoom, Party
from tests.support.rtp_peer import Rtp

FRAME = 960
STALL_MS = 100
TOC = b"\xf8"
"""One frame of 20 ms (RFC 6716 3.1)."""
LASTS = {
    b"\xe0": 120,
    b"\xe8": 240,
    b"\xf0": 480,
    b"\xf8": 960,
    b"\x60": 480,
    b"\x68": 960,
    b"\x00": 480,
    b"\x08": 960,
    b"\x10": 1920,
    b"\x18": 2880,
    b"\xf9": 1920,
    b"\xfa": 1920,
    b"\xfb\x03": 2880,
    b"\x1b\x02": 5760,
}
"""First bytes of Opus packets of every mode and count, and the samples they last (RFC 6716 tables 2 to 4)."""


@pytest.fixture
def room() -> Iterator[EngineRoom]:
    """An engine that fills in after a tenth of a second."""
    with EngineRoom(stall_ms=STALL_MS) as room:
        yield room


class Talk:
    """A speaker in real time, whose ticks are the frames that its own leg is sent, and who hears it."""

    def __init__(self, room: EngineRoom) -> None:
        self.listener, self.speaker = room.join(), room.join()
        room.engine.listen(self.listener.leg, self.speaker.leg)
        room.engine.comfort(self.speaker.leg)
        self.ticks = 0
        self.heard: list[Rtp] = []
        self.held: list[bytes] = []

    def tick(self, payload: bytes | None = None) -> bytes | None:
        """Wait for the next 20 ms; with a payload, the packet that is spoken then."""
        self.speaker.peer.hear()
        self.ticks += 1
        self.heard += self.listener.peer.hear_all()
        return None if payload is None else self.packet(payload)

    def packet(self, payload: bytes) -> bytes:
        """The packet of this tick."""
        return self.speaker.peer.protect(TOC + payload, sequence=self.ticks, timestamp=self.ticks * FRAME)

    def speak(self, ticks: int) -> None:
        """Speak without disturbance."""
        for _ in range(ticks):
            packet = self.tick(b"voice")
            assert packet is not None
            self.speaker.peer.send_raw(packet)

    def hold_up(self, ticks: int) -> None:
        """The way holds every packet back for so long, and lets them all through at once."""
        held = [self.tick(b"held%d" % at) for at in range(ticks)]
        for packet in held:
            assert packet is not None
            self.speaker.peer.send_raw(packet)

    def lead(self) -> float:
        """Frames by which the listener's stream has run ahead of time since its first packet that is remembered."""
        self.heard += self.listener.peer.hear_all()
        return (self.heard[-1].timestamp - self.heard[0].timestamp) % 2**32 / FRAME - self.ticks

    def ahead(self) -> float:
        """Frames by which the listener's stream lies ahead of the wall clock; only its change means anything.

        That is what a listener's buffer would have to keep. A machine that stands still does not make it more.
        """
        self.heard += self.listener.peer.hear_all()
        return (self.heard[-1].timestamp - self.heard[0].timestamp) % 2**32 / FRAME - time.monotonic() * 50


HELD_UP = 25
"""Frames of half a second on the way."""


def voices(packets: list[Rtp]) -> list[Rtp]:
    return [packet for packet in packets if packet.payload != COMFORT]


def said(party: Party, payload: bytes, number: int, *, timestamp: int) -> bytes:
    party.peer.speak(payload, sequence=number, timestamp=timestamp)
    return payload


@pytest.mark.parametrize(("start", "samples"), LASTS.items(), ids=[start.hex() for start in LASTS])
def test_what_follows_a_packet_begins_where_it_ends(room: EngineRoom, start: bytes, samples: int) -> None:
    """A source of 10, 40 or 60 ms packets must leave neither a hole nor an overlap when music follows."""
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    packets = [
        listener.peer.hear_until(said(speaker, start + b"%d" % number, number, timestamp=number * samples))[-1]
        for number in range(3)
    ]
    room.engine.play(listener.leg, [Cue(room.clip(b"music", 3), 0)])
    packets.append(listener.peer.hear())
    assert packets[-1].payload == b"music0", "something else came between"
    steps = [(after.timestamp - before.timestamp) % 2**32 for before, after in pairwise(packets)]
    assert steps == [samples] * 3, "the stream has a hole or an overlap"


@pytest.mark.parametrize("payload", [b"\xfb", b"\xfb\x00", b"\xfb\x3f", b"\x1f\x04"])
def test_a_packet_that_cannot_be_lasts_one_frame(room: EngineRoom, payload: bytes) -> None:
    """No frames, too many, or cut short: the listener's decoder conceals one frame, and nothing breaks."""
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    first = listener.peer.hear_until(said(speaker, payload, 1, timestamp=0))[-1]
    room.engine.comfort(listener.leg)
    assert (listener.peer.hear().timestamp - first.timestamp) % 2**32 == FRAME


def test_a_source_of_10_ms_stays_one(room: EngineRoom) -> None:
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    packets = [
        listener.peer.hear_until(said(speaker, b"\xf0%d" % number, number, timestamp=number * 480))[-1]
        for number in range(20)
    ]
    steps = {(after.timestamp - before.timestamp) % 2**32 for before, after in pairwise(packets)}
    assert steps == {480}, "what is spoken in 10 ms is heard in 10 ms"


def test_a_source_that_pauses_between_words_is_passed_on(room: EngineRoom) -> None:
    """DTX: the next sequence number, and a timestamp that jumps by the pause."""
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    first = listener.peer.hear_until(said(speaker, TOC + b"word", 1, timestamp=0))[-1]
    second = listener.peer.hear_until(said(speaker, TOC + b"next", 2, timestamp=19_200))[-1]
    elapsed = (second.timestamp - first.timestamp) % 2**32
    assert ((second.sequence - first.sequence) % 2**16, elapsed) == (1, 19_200), "the pause was lost on the way"


def test_a_stall_is_a_pause_and_no_delay(room: EngineRoom) -> None:
    """The comfort frames begin where time is by now, or the listener's jitter buffer would take them for late ones."""
    talk = Talk(room)
    talk.speak(5)
    for _ in range(30):
        talk.tick()
    assert -3 <= talk.lead() <= 1, "the stream fell behind while nothing was sent"
    jumps = [
        (after.timestamp - before.timestamp) % 2**32 // FRAME
        for before, after in pairwise(talk.heard)
        if (after.timestamp - before.timestamp) % 2**32 != FRAME
    ]
    assert len(jumps) == 1, "one stall is one pause"
    assert jumps[0] >= STALL_MS // 20 - 1, "the pause is shorter than the stall"


def test_a_burst_leaves_no_delay(room: EngineRoom) -> None:
    """#66, #67: half a second held up on the way, again and again, and the stream is as near to time as before."""
    talk = Talk(room)
    talk.speak(10)
    before = talk.ahead()
    for _ in range(6):
        talk.hold_up(HELD_UP)
        talk.speak(5)
        talk.tick()
        assert voices(talk.heard)[-1].payload == TOC + b"voice", "the speaker is not heard after the burst"
        assert talk.ahead() - before <= 5, "delay stays behind"
    assert room.engine.counters(talk.listener.leg).stale >= 6 * 10, "what came too late was heard all the same"


def test_short_jitter_after_a_stall_loses_nothing(room: EngineRoom) -> None:
    """Only what is later than two frames gives way."""
    talk = Talk(room)
    talk.speak(5)
    for _ in range(10):
        talk.tick()
    talk.speak(10)
    talk.tick()
    talk.tick()
    talk.heard += talk.listener.peer.hear_all()
    assert len(voices(talk.heard)) == 15, "a speaker on time lost words to comfort frames"
    assert room.engine.counters(talk.listener.leg).stale == 0


def test_a_clock_that_stood_still_is_followed(room: EngineRoom) -> None:
    """A browser that stops capturing stops its RTP clock too; its next words must not be taken for late ones."""
    talk = Talk(room)
    talk.speak(5)
    for _ in range(20):
        talk.tick()
    for number in range(6, 36):
        talk.tick()
        talk.speaker.peer.speak(TOC + b"late clock", sequence=number, timestamp=number * FRAME)
    talk.tick()
    talk.tick()
    talk.heard += talk.listener.peer.hear_all()
    heard = [packet for packet in talk.heard if packet.payload == TOC + b"late clock"]
    assert len(heard) >= 15, "a speaker whose clock stood still is not heard"
    assert abs(talk.lead()) <= 5, "the stream left its time"


def test_a_fast_clock_loses_and_adds_nothing() -> None:
    """#69: what is spoken is heard, however the speaker's clock differs from ours; here it is many times faster."""
    with EngineRoom(stall_ms=5000, lost_ms=5000) as patient:
        listener, speaker = patient.join(), patient.join()
        patient.engine.listen(listener.leg, speaker.leg)
        listener.peer.hear_until(said(speaker, TOC + b"0", 0, timestamp=0))
        packets = [
            listener.peer.hear_until(said(speaker, TOC + b"%d" % number, number, timestamp=number * FRAME))
            for number in range(1, 1500)
        ]
        assert {len(each) for each in packets} == {1}, "comfort frames were put between words"
        first = packets[0][0].timestamp
        clock = [(each[0].timestamp - first) % 2**32 // FRAME for each in packets]
        assert clock == list(range(len(packets))), "the listener's clock is not the speaker's"


def test_disorder_around_the_wrap_of_a_long_call(room: EngineRoom) -> None:
    """After 22 minutes the sequence wraps and SRTP's rollover counter counts up, just where packets overtake."""
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    order = [65_530, 65_531, 65_533, 65_532, 65_534, 65_536, 65_535, 65_538, 65_537, 65_540, 65_541]
    for number in order:
        said(speaker, TOC + b"%d" % number, number, timestamp=2**32 - 960 * 3 + 960 * (number - 65_530))
    heard = [packet for packet in listener.peer.hear_until(TOC + b"65541") if packet.payload != COMFORT]
    assert [int(packet.payload[1:]) for packet in heard] == order, "words were lost at the wrap"
    steps = [(packet.sequence - heard[0].sequence) % 2**16 for packet in heard]
    assert steps == [number - order[0] for number in order], "the listener cannot put them in order"
    clock = [(packet.timestamp - heard[0].timestamp) % 2**32 // FRAME for packet in heard]
    assert clock == steps, "the clock breaks at its wrap"


def test_a_burst_of_loss_stays_a_gap(room: EngineRoom) -> None:
    """#50: what follows is heard at once and nothing waits for what is lost."""
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    before = listener.peer.hear_until(said(speaker, TOC + b"before", 1, timestamp=0))[-1]
    after = listener.peer.hear_until(said(speaker, TOC + b"after", 31, timestamp=30 * FRAME))[-1]
    gap = ((after.sequence - before.sequence) % 2**16, (after.timestamp - before.timestamp) % 2**32)
    assert gap == (30, 30 * FRAME), "the listener's concealment must see what is missing"
