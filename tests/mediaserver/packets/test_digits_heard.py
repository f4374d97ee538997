"""Keys that a peer presses become one event each, whatever their packets went through (RFC 4733, #56)."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.packets.types import LegEvent, LegEventKind, Stream
from tests.support.engine_room import EngineRoom, Party

EVENTS = 126
KEYS = "0123456789*#ABCD"


class Event(NamedTuple):
    """One packet of telephone events."""

    sequence: int
    timestamp: int
    key: str
    duration: int
    """In units of the clock of telephone events."""
    end: bool = False
    marker: bool = False

    @property
    def payload(self) -> bytes:
        return bytes([KEYS.index(self.key), self.end << 7 | 10]) + self.duration.to_bytes(2, "big")


def key(name: str, sequence: int, timestamp: int, *, marker: bool = True, unit: int = 160) -> list[Event]:
    """A key held for 100 ms as a careful sender sends it: five updates, the last an end, and that twice more."""
    updates = [Event(sequence + at, timestamp, name, (at + 1) * unit, marker=marker and at == 0) for at in range(4)]
    return updates + [Event(sequence + 4 + at, timestamp, name, 5 * unit, end=True) for at in range(3)]


def join(room: EngineRoom, clock: int = 8000) -> Party:
    peer = room.peer()
    leg = room.leg(stream=Stream(0x5EED0001, 111, EVENTS, clock))
    room.engine.set_remote(leg, peer.address)
    room.engine.secure(leg, peer.sessions())
    return Party(leg, peer)


def send(party: Party, *events: Event, ssrc: int = 0xBEEF) -> None:
    for event in events:
        party.peer.speak(
            event.payload,
            sequence=event.sequence,
            timestamp=event.timestamp,
            ssrc=ssrc,
            payload_type=EVENTS,
            marker=event.marker,
        )


def told(room: EngineRoom, party: Party) -> list[tuple[str, int]]:
    """Keys and milliseconds that were told of this leg so far."""
    room.settle(party.peer)
    return [
        (event.digit, event.duration_ms)
        for event in room.events
        if isinstance(event, LegEvent) and (event.kind, event.leg) == (LegEventKind.DIGIT, party.leg)
    ]


@pytest.mark.parametrize("clock", [8000, 48000])
def test_every_key_is_told_once_with_its_duration(room: EngineRoom, clock: int) -> None:
    party = join(room, clock)
    for at, name in enumerate(KEYS):
        send(party, *key(name, at * 10, at * 9600, unit=clock // 50))
    assert told(room, party) == [(name, 100) for name in KEYS], f"a clock of {clock} Hz is read wrong"
    digits = [event for event in room.events if isinstance(event, LegEvent) and event.kind is LegEventKind.DIGIT]
    assert all(event.at > 0 for event in digits), "when it was told"


WHOLE = key("5", 100, 9600)


@pytest.mark.parametrize(
    ("packets", "duration"),
    [
        (WHOLE, 100),
        (key("5", 100, 9600, marker=False), 100),
        (WHOLE[1:], 100),
        (WHOLE[4:], 100),
        (WHOLE[6:], 100),
        (WHOLE[:5], 100),
        (WHOLE[:1] + WHOLE[6:], 100),
        ([WHOLE[at] for at in (1, 0, 3, 2, 5, 4, 6)], 100),
        ([WHOLE[at] for at in (4, 0, 1, 2, 3, 5, 6)], 100),
        ([Event(1, 9600, "5", 0, end=True)], 0),
        (key("5", 65_533, 2**32 - 480), 100),
    ],
    ids=[
        "whole",
        "no marker",
        "the first one is lost",
        "the beginning is lost",
        "only the last end comes",
        "the repeats are lost",
        "most are lost",
        "pairs change places",
        "the end comes first",
        "nothing but an end",
        "numbers wrap",
    ],
)
def test_one_press_is_told_once(room: EngineRoom, packets: list[Event], duration: int) -> None:
    party = join(room)
    send(party, *packets)
    assert told(room, party) == [("5", duration)], "a press was missed or told twice"


def test_a_press_whose_end_is_lost_is_told_by_the_next(room: EngineRoom) -> None:
    party = join(room)
    send(party, *key("1", 10, 9600)[:4], *key("1", 20, 28_800)[:4], *key("2", 30, 48_000))
    assert told(room, party) == [("1", 80), ("1", 80), ("2", 100)], "the same key pressed again is another press"


def test_a_press_whose_end_is_lost_is_told_by_the_sound_after_it(room: EngineRoom) -> None:
    """150 ms without an update, and the peer speaks again (RFC 4733 2.5.2.2). Sound beside the events ends nothing."""
    party, clock = join(room), room.join(ssrc=0xC10C)
    room.engine.comfort(clock.leg)
    send(party, *key("7", 10, 9600)[:2])
    party.peer.speak(b"voice", sequence=12, timestamp=11_520, ssrc=0xBEEF)
    send(party, Event(13, 9600, "7", 640))
    assert told(room, party) == [], "the key is still held"
    for _ in range(12):
        clock.peer.hear()
    party.peer.speak(b"voice", sequence=14, timestamp=14_400, ssrc=0xBEEF)
    assert told(room, party) == [("7", 80)], "a key would be held for ever"
    send(party, Event(15, 9600, "7", 800, end=True))
    assert told(room, party) == [("7", 80)], "an end that comes later is of the same press"


@pytest.mark.parametrize("lost", [0, 1], ids=["whole", "the last update of a segment is lost"])
def test_a_long_press_is_one(room: EngineRoom, lost: int) -> None:
    """At 48 kHz an event lasts 1.365 s at most; a key held longer is sent in segments (RFC 4733 2.5.1.3)."""
    party = join(room, 48_000)
    first = [*range(960, 65_536, 960), 65_535]
    segment = [Event(at, 9600, "0", duration) for at, duration in enumerate(first[: len(first) - lost])]
    rest = [Event(200 + at, 9600 + 65_535, "0", (at + 1) * 960) for at in range(10)]
    send(party, *segment, *rest, Event(210, 9600 + 65_535, "0", 9600, end=True))
    assert told(room, party) == [("0", (65_535 + 9600) * 1000 // 48_000)], "one press was told as two"


def test_what_is_no_key_is_no_digit(room: EngineRoom) -> None:
    party = join(room)
    for at, payload in enumerate([b"", b"\x05", b"\x05\x8a\x03", b"\x10\x8a\x03\x20", b"\xff\x8a\x03\x20"]):
        party.peer.speak(payload, sequence=at, timestamp=9600 * at, ssrc=0xBEEF, payload_type=EVENTS)
    assert told(room, party) == [], "a hook flash or a stump is no key"
    assert room.engine.counters(party.leg).dtmf_packets == 5, "they were events all the same"


def test_another_source_presses_for_itself(room: EngineRoom) -> None:
    party = join(room)
    send(party, *key("3", 10, 9600)[:3])
    send(party, *key("3", 5, 9600), ssrc=0xF00D)
    assert told(room, party) == [("3", 60), ("3", 100)], "a new SSRC is a new keypad"


def test_a_leg_without_events_hears_none(room: EngineRoom) -> None:
    party = room.join()
    peer = room.peer()
    leg = room.leg(stream=Stream(1, 111))
    room.engine.set_remote(leg, peer.address)
    room.engine.secure(leg, peer.sessions())
    send(Party(leg, peer), *key("9", 10, 9600))
    assert told(room, Party(leg, peer)) == [], "telephone-event was not negotiated"
    assert party.peer.hears_nothing()


@pytest.fixture(scope="module")
def shared_room() -> Iterator[EngineRoom]:
    """One engine for all examples; each brings its own leg."""
    with EngineRoom() as room:
        yield room


@settings(max_examples=100, deadline=None)
@given(
    keys=st.text(KEYS, min_size=1, max_size=8),
    start=st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)),
    data=st.data(),
)
def test_no_link_invents_or_repeats_a_key(
    shared_room: EngineRoom, keys: str, start: tuple[int, int], data: st.DataObject
) -> None:
    """Loss, disorder within a press and duplicates: of each key that left any trace, one press is told, in order."""
    party = join(shared_room)
    expected = []
    # Heard before any wrap of the sequence, so that SRTP can follow it (RFC 3711 3.3.1).
    party.peer.speak(b"voice", sequence=start[0] - 1, timestamp=start[1] - 9600, ssrc=0xBEEF)
    for at, name in enumerate(keys):
        packets = [
            party.peer.protect(
                event.payload, sequence=event.sequence, timestamp=event.timestamp, ssrc=0xBEEF, payload_type=EVENTS
            )
            for event in key(name, start[0] + 20 * at, start[1] + 9600 * at)
        ]
        arrived = data.draw(st.lists(st.sampled_from(packets), max_size=14))
        for packet in arrived:
            party.peer.send_raw(packet)
        expected += [name] * bool(arrived)
    # The sound after a pause is not waited for here: one more press tells what the last one left open.
    send(party, *key("D", start[0] + 20 * len(keys), start[1] + 9600 * len(keys)))
    heard = [name for name, _ in told(shared_room, party)]
    assert heard == [*expected, "D"], "a key was invented, repeated or forgotten"
    shared_room.remove(party.leg)


def test_presses_a_long_call_apart_are_all_told(room: EngineRoom) -> None:
    """Sequence numbers go round between two keys; a number that looks older is not late any more."""
    party, clock = join(room), room.join(ssrc=0xC10C)
    room.engine.comfort(clock.leg)
    send(party, *key("1", 0, 9600))
    for number in itertools.count(1):
        if number * 900 > 33_000:
            break
        party.peer.speak(b"voice", sequence=number * 900, timestamp=number * 864_000, ssrc=0xBEEF)
    for _ in range(55):
        clock.peer.hear()
    send(party, *key("2", 33_000, 33_000 * 960))
    assert told(room, party) == [("1", 100), ("2", 100)], "a key pressed eleven minutes later was taken for a late one"
