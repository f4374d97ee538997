"""Property: whatever a speaker's link does to its packets, the listener's stream stays one stream (#26, #56)."""

import random
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.engine_room import EngineRoom
from tests.support.rtp_peer import Rtp

SEQUENCE_LIMIT = 1000
TIMESTAMP_LIMIT = 480_000
END_SSRC = 0xE4D
TOC = b"\xf8"
"""One frame of 20 ms (RFC 6716 3.1): a source that is joined anew begins where the last frame ends."""


class Spoken(NamedTuple):
    """A packet as the speaker sent it."""

    sequence: int
    timestamp: int
    ssrc: int


hops = st.tuples(
    st.integers(1, 3) | st.sampled_from([900, 1000, 1001, 5000, 30_000]),
    st.sampled_from([480, 960, 1920, 2880]) | st.sampled_from([470_000, 480_000, 480_001, 2**31 - 1]),
    st.sampled_from([0xA] * 20 + [0xB]),
)
"""How the speaker's next packet differs from the one before: in sequence, clock, and the SSRC it is sent with."""


@pytest.fixture(scope="module")
def shared_room() -> Iterator[EngineRoom]:
    """One engine for all examples; each brings its own legs."""
    with EngineRoom() as room:
        yield room


def difference(before: int, after: int, bits: int) -> int:
    """How far ``after`` lies ahead, the short way around the wrap."""
    half = 1 << (bits - 1)
    return (after - before + half) % (1 << bits) - half


def lossy(count: int, chance: random.Random) -> list[int]:
    """In which order packets arrive: some never, some late, some twice."""
    arrivals = [(at + chance.choice([0] * 8 + [2.5, 7.5]), at) for at in range(count) if chance.random() > 0.1]
    arrivals += [(at + chance.random() * 5, at) for _, at in arrivals if chance.random() < 0.1]
    return [at for _, at in sorted(arrivals)]


def assert_one_stream(heard: list[Rtp], spoken: list[Spoken]) -> None:
    """Each packet is the next frame, or lies as far from the newest one as the speaker sent the two apart."""
    newest = heard[0]
    for packet in heard[1:]:
        sequence = difference(newest.sequence, packet.sequence, 16)
        timestamp = difference(newest.timestamp, packet.timestamp, 32)
        if (sequence, timestamp) != (1, 960):
            before, after = (spoken[int(each.payload[1:])] for each in (newest, packet))
            assert before.ssrc == after.ssrc, "another SSRC must be joined anew"
            assert sequence == difference(before.sequence, after.sequence, 16), "the sequence jumps"
            assert timestamp == difference(before.timestamp, after.timestamp, 32), "the clock jumps"
            assert abs(sequence) <= SEQUENCE_LIMIT, "a jump this far is a new source"
            assert abs(timestamp) <= TIMESTAMP_LIMIT, "a jump this far is a new source"
        if sequence > 0:
            newest = packet


@settings(max_examples=200, deadline=None)
@given(
    start=st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)),
    talk=st.lists(hops, min_size=1, max_size=60),
    seed=st.integers(0, 2**32),
)
def test_no_link_breaks_the_listeners_stream(
    shared_room: EngineRoom, start: tuple[int, int], talk: list[tuple[int, int, int]], seed: int
) -> None:
    engine = shared_room.engine
    speaker, listener = shared_room.join(), shared_room.join()
    engine.listen(listener.leg, speaker.leg)
    spoken = [Spoken(*start, 0xA)]
    for sequence, timestamp, ssrc in talk:
        before = next((each for each in reversed(spoken) if each.ssrc == ssrc), spoken[0])
        spoken.append(Spoken(before.sequence + sequence, before.timestamp + timestamp, ssrc))
    packets = [
        speaker.peer.protect(TOC + b"%d" % at, sequence=each.sequence, timestamp=each.timestamp, ssrc=each.ssrc)
        for at, each in enumerate(spoken)
    ]
    for at in lossy(len(packets), random.Random(seed)):
        speaker.peer.send_raw(packets[at])
    speaker.peer.speak(b"end", sequence=0, timestamp=0, ssrc=END_SSRC)
    heard = listener.peer.hear_until(b"end")
    voices = [packet.payload for packet in heard if packet.payload[1:].isdigit()]
    assert len(set(voices)) == len(voices), "a packet was heard twice"
    assert len({packet.sequence for packet in heard}) == len(heard), "two packets share a place in the stream"
    assert_one_stream(heard, spoken)
    counters = engine.counters(listener.leg)
    assert counters.forwarded == len(voices) + 1, "packets were lost that the link did not lose"
    assert engine.counters(speaker.leg).received == counters.forwarded + counters.stale, "a packet is unaccounted for"
    assert counters.discontinuities == 0, "the engine's own audit saw a break"
    shared_room.remove(listener.leg)
    shared_room.remove(speaker.leg)
