"""A joined voice arrives as it was spoken: decrypted, renumbered, re-encrypted, and nothing else."""

import itertools

import pytest

from mediaserver.packets.types import LegEventKind
from tests.support.engine_room import COMFORT, EngineRoom, Party
from tests.support.rtp_peer import Rtp


def voice(
    party: Party, number: int, *, timestamp: int | None = None, ssrc: int = 0xBEEF, sequence: int | None = None
) -> bytes:
    payload = b"voice%d" % number
    party.peer.speak(
        payload,
        sequence=number if sequence is None else sequence,
        timestamp=number * 960 if timestamp is None else timestamp,
        ssrc=ssrc,
    )
    return payload


def joined(room: EngineRoom) -> tuple[Party, Party]:
    """A listener and its speaker, whose first packet ``voice0`` was heard."""
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    listener.peer.hear_until(voice(speaker, 0))
    return listener, speaker


def steps(packets: list[Rtp]) -> list[tuple[int, int]]:
    """Sequence numbers and clock of these packets, counted from the first."""
    first = packets[0]
    return [
        ((packet.sequence - first.sequence) % 2**16, (packet.timestamp - first.timestamp) % 2**32) for packet in packets
    ]


def test_loss_and_disorder_are_passed_on_as_they_are(room: EngineRoom) -> None:
    """The listener's own jitter buffer and concealment must see what really happened."""
    listener, speaker = joined(room)
    for number in (1, 2, 5, 4, 3, 9):
        voice(speaker, number)
    packets = [listener.peer.hear() for _ in range(6)]
    assert [packet.payload for packet in packets] == [b"voice%d" % at for at in (1, 2, 5, 4, 3, 9)], "not as they came"
    assert steps(packets) == [(at - 1, (at - 1) * 960) for at in (1, 2, 5, 4, 3, 9)], "numbers must tell of the loss"


def test_a_duplicate_is_heard_once(room: EngineRoom) -> None:
    """SRTP refuses a packet it has seen (RFC 3711 3.3.2), so a duplicate of the network ends here and is counted."""
    listener, speaker = joined(room)
    packet = speaker.peer.protect(b"twice", sequence=1, timestamp=960, ssrc=0xBEEF)
    speaker.peer.send_raw(packet)
    speaker.peer.send_raw(packet)
    heard = [packet.payload for packet in listener.peer.hear_until(voice(speaker, 2))]
    assert heard == [b"twice", b"voice2"], "a replayed packet was heard twice"
    assert room.engine.counters(speaker.leg).rejected == 1, "a replay must be seen in the counters"


def test_nothing_is_placed_before_what_came_before_the_join(room: EngineRoom) -> None:
    listener, speaker = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    listener.peer.hear_until(voice(speaker, 10))
    voice(speaker, 9)
    voice(speaker, 11)
    heard = [packet.payload for packet in listener.peer.hear_until(b"voice11")]
    assert heard == [b"voice11"], "a late packet overtook the sound before the join"
    assert room.engine.counters(listener.leg).stale == 1, "a late packet must be seen in the counters"


def test_disorder_is_still_passed_on_late_in_a_call(room: EngineRoom) -> None:
    """Beyond half the sequence space after the join a packet out of order is still no stale one."""
    listener, speaker = joined(room)
    for number in range(900, 45_000, 900):
        listener.peer.hear_until(voice(speaker, number, timestamp=number * 480))
    voice(speaker, 45_002, timestamp=45_002 * 480)
    voice(speaker, 45_001, timestamp=45_001 * 480)
    heard = [listener.peer.hear().payload, listener.peer.hear().payload]
    assert heard == [b"voice45002", b"voice45001"], "an old join still decides what is late"


def test_sequence_and_timestamp_wrap_on_the_way_out(room: EngineRoom) -> None:
    listener, speaker = joined(room)
    packets = [listener.peer.hear_until(voice(speaker, 1))[-1]]
    sequence, timestamp, wraps = 1, 960, [0, 0]
    for number in itertools.count(2):
        sequence, timestamp = sequence + 997, timestamp + 479_040
        voice(speaker, number, sequence=sequence, timestamp=timestamp)
        packets.append(listener.peer.hear())
        wraps[0] += packets[-1].sequence < packets[-2].sequence
        wraps[1] += packets[-1].timestamp < packets[-2].timestamp
        if min(wraps) > 0:
            break
    expected = [(at * 997 % 2**16, at * 479_040 % 2**32) for at in range(len(packets))]
    assert steps(packets) == expected, "the stream breaks where its numbers wrap"


@pytest.mark.parametrize(
    ("sequence", "timestamp", "ssrc"),
    [
        (1002, 1920, 0xBEEF),
        (2**16 - 1000, 1920, 0xBEEF),
        (2, 960 + 480_001, 0xBEEF),
        (2, 960 - 480_001, 0xBEEF),
        (2, 1920, 0xF00D),
        (40_000, 3_000_000_000, 0xF00D),
    ],
    ids=["far ahead", "far behind", "clock ahead", "clock behind", "another SSRC", "another SSRC and numbers"],
)
def test_a_speaker_that_begins_anew_is_joined_anew(room: EngineRoom, sequence: int, timestamp: int, ssrc: int) -> None:
    """A restarted microphone or encoder is a new source, and the listener's stream goes on without a jump."""
    listener, speaker = joined(room)
    first = listener.peer.hear_until(voice(speaker, 1))[-1]
    voice(speaker, 2, sequence=sequence, timestamp=timestamp, ssrc=ssrc)
    voice(speaker, 3, sequence=sequence + 1, timestamp=timestamp + 960, ssrc=ssrc)
    packets = [first, listener.peer.hear(), listener.peer.hear()]
    assert steps(packets) == [(0, 0), (1, 960), (2, 1920)], "the speaker's jump became the listener's"
    assert packets[1].marker, "a new source begins with the marker bit"


@pytest.mark.parametrize(("sequence", "timestamp"), [(1001, 1920), (2, 480_960)], ids=["sequence", "clock"])
def test_a_gap_below_the_limits_stays_a_gap(room: EngineRoom, sequence: int, timestamp: int) -> None:
    listener, speaker = joined(room)
    first = listener.peer.hear_until(voice(speaker, 1))[-1]
    voice(speaker, 2, sequence=sequence, timestamp=timestamp)
    second = listener.peer.hear()
    assert steps([first, second])[1] == (sequence - 1, timestamp - 960), "loss of the speaker's was hidden"


def test_header_parts_that_were_not_negotiated_are_stripped(room: EngineRoom) -> None:
    """CSRCs, header extensions and padding belong to the speaker's leg; the payload type is the listener's own."""
    speaker, listener = room.join(payload_type=96), room.join(payload_type=109, ssrc=0xACE)
    room.engine.listen(listener.leg, speaker.leg)
    speaker.peer.speak(
        b"voice",
        sequence=1,
        timestamp=2,
        payload_type=96,
        marker=True,
        csrcs=(1, 2, 3),
        extension=b"\x10\x7f\x00\x00",
        padding=9,
    )
    heard = listener.peer.hear_until(b"voice")[-1]
    assert (heard.payload_type, heard.ssrc, heard.marker) == (109, 0xACE, True), "not as negotiated with the listener"


def test_only_sound_is_forwarded(room: EngineRoom) -> None:
    """Digits are events and never noise; comfort noise and probes of other payload types end here."""
    listener, speaker = joined(room)
    for number, payload_type in enumerate((126, 126, 13, 96), 1):
        speaker.peer.speak(b"noise", sequence=number, timestamp=960, ssrc=0xBEEF, payload_type=payload_type)
    speaker.peer.speak(b"", sequence=5, timestamp=960, ssrc=0xBEEF, padding=200)
    heard = [packet.payload for packet in listener.peer.hear_until(voice(speaker, 6))]
    assert heard == [b"voice6"], "what is no sound was forwarded as sound"
    counters = room.engine.counters(speaker.leg)
    assert (counters.dtmf_packets, counters.received) == (2, 7), "digits must be seen in the counters"


def test_several_legs_may_listen_to_one(room: EngineRoom) -> None:
    speaker = room.join()
    listeners = [room.join(ssrc=number) for number in range(5)]
    for listener in listeners:
        room.engine.listen(listener.leg, speaker.leg)
    room.engine.comfort(listeners[2].leg)
    for number in range(3):
        voice(speaker, number)
    for number, listener in enumerate(listeners):
        if number == 2:
            assert [listener.peer.hear().payload for _ in range(2)] == [COMFORT] * 2, "a listener that left still hears"
        else:
            heard = [packet for packet in listener.peer.hear_until(b"voice2") if packet.payload != COMFORT]
            assert [packet.payload for packet in heard] == [b"voice0", b"voice1", b"voice2"], "a listener misses words"
            assert {packet.ssrc for packet in heard} == {number}, "a listener gets another one's stream"


def test_more_listeners_than_a_batch_holds_all_hear(room: EngineRoom) -> None:
    speaker, crowd = room.join(), room.crowd(700)
    for leg in crowd.legs:
        room.engine.listen(leg, speaker.leg)
    for number in range(3):
        voice(speaker, number)
    assert set(crowd.hear(packets=3)) == set(range(700)), "a listener beyond the batch hears nothing"


def test_a_leg_may_move(room: EngineRoom) -> None:
    """ICE nominated another address: sound goes there and comes from there only."""
    listener, speaker = joined(room)
    old, new = listener.peer, room.peer()
    room.engine.set_remote(listener.leg, new.address)
    voice(speaker, 1)
    data = new.socket.recv(2048)
    assert Rtp.parse(old.inbound.unprotect(data)).payload == b"voice1", "sound does not follow the nomination"
    old.speak(b"from the old address", sequence=1, timestamp=1)
    old.send_raw(bytes(20))
    room.await_datagram(bytes(20))
    assert room.engine.totals().unknown_source == 1, "the address that was left is a stranger's now"
    new.send_raw(old.protect(b"from the new address", sequence=2, timestamp=2))
    room.await_event(LegEventKind.HEARD, listener.leg)


def test_latency_is_not_added_by_pacing(room: EngineRoom) -> None:
    """A voice is forwarded when it comes, not when a slot comes: one round trip per packet, many in a frame's time."""
    listener, speaker = joined(room)
    for number in range(1, 500):
        assert listener.peer.hear_until(voice(speaker, number))[-1].payload == b"voice%d" % number
    assert room.engine.counters(listener.leg).comfort_frames < 100, "forwarding waited for the pacing clock"
