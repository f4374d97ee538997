"""Keys that we press for a peer: RFC 4733 events on the stream of its sound, which goes on without a break (#56)."""

import itertools

import pytest

from mediaserver.packets.types import Cue, Stream
from tests.support.engine_room import COMFORT, EngineRoom, Party
from tests.support.rtp_peer import Rtp

OPUS = 111
EVENTS = 126
KEY_PACKETS = 7


def join(room: EngineRoom, clock: int = 8000) -> Party:
    peer = room.peer()
    leg = room.leg(stream=Stream(0x5EED0001, OPUS, EVENTS, clock))
    room.engine.set_remote(leg, peer.address)
    room.engine.secure(leg, peer.sessions())
    return Party(leg, peer)


def hear_keys(party: Party, presses: int) -> list[Rtp]:
    """Everything up to the third packet of sound behind the last of these presses."""
    heard: list[Rtp] = []
    while sum(packet.payload_type == EVENTS for packet in heard) < presses * KEY_PACKETS:
        heard.append(party.peer.hear())
    return heard + [party.peer.hear() for _ in range(3)]


def offsets(heard: list[Rtp]) -> list[tuple[int, int]]:
    """Sequence numbers and frames since the first packet."""
    return [
        ((packet.sequence - heard[0].sequence) % 2**16, (packet.timestamp - heard[0].timestamp) % 2**32 // 960)
        for packet in heard
    ]


def playing(room: EngineRoom, clock: int = 8000) -> Party:
    """A leg that hears a clip."""
    party = join(room, clock)
    room.engine.play(party.leg, [Cue(room.clip(b"music", 500), 0)])
    party.peer.hear()
    return party


@pytest.mark.parametrize(("clock", "unit"), [(8000, 160), (48000, 960)])
def test_a_key_is_an_event_of_growing_duration_that_ends_three_times(room: EngineRoom, clock: int, unit: int) -> None:
    """RFC 4733 2.5.1: one timestamp, a marker at the beginning, durations in the negotiated clock."""
    party = playing(room, clock)
    room.engine.send_digits(party.leg, "#")
    events = [packet for packet in hear_keys(party, 1) if packet.payload_type == EVENTS]
    assert [packet.marker for packet in events] == [True] + [False] * 6, "the marker is the beginning's"
    assert len({packet.timestamp for packet in events}) == 1, "an event bears the time of its beginning"
    assert [packet.payload[0] for packet in events] == [11] * 7, "the event code of #"
    assert [packet.payload[1] for packet in events] == [10] * 4 + [0x8A] * 3, "the end is said three times"
    durations = [int.from_bytes(packet.payload[2:], "big") // unit for packet in events]
    assert durations == [1, 2, 3, 4, 5, 5, 5], "20 ms more with each packet, 100 ms in all"


def test_the_stream_of_a_waiting_caller_goes_on_around_the_keys(room: EngineRoom) -> None:
    party = playing(room)
    room.engine.send_digits(party.leg, "1")
    heard = hear_keys(party, 1)
    before = [packet.payload_type for packet in heard].index(EVENTS)
    frames = [frame for _, frame in offsets(heard)]
    assert [number for number, _ in offsets(heard)] == list(range(len(heard))), "one count for sound and events"
    assert frames[: before + 1] == list(range(before + 1)), "the event begins one frame after the sound"
    assert frames[before:][:7] == [before] * 7, "it is one event"
    assert frames[before + 7 :] == [before + 7, before + 8, before + 9], "its packets took seven frames' time"
    assert len({packet.ssrc for packet in heard}) == 1, "an event belongs to the stream of the sound (RFC 4733 2.1)"
    assert heard[before + 7].marker, "sound begins anew behind a key"


def test_keys_wait_for_each_other_with_a_rest_between_them(room: EngineRoom) -> None:
    party = playing(room)
    room.engine.send_digits(party.leg, "12")
    room.engine.send_digits(party.leg, "3")
    heard = hear_keys(party, 3)
    runs = [
        (payload_type == EVENTS, [packet.payload for packet in run])
        for payload_type, run in itertools.groupby(heard, key=lambda packet: packet.payload_type)
    ]
    keys = [payloads[0][0] for is_event, payloads in runs if is_event]
    rests = [payloads for is_event, payloads in runs if not is_event][-3:-1]
    assert keys == [1, 2, 3], "keys are pressed in their order"
    assert rests == [[COMFORT, COMFORT]] * 2, "two keys without a rest are one to many a telephone"
    assert heard[-1].payload.startswith(b"music"), "the music never came back"


def test_a_voice_is_replaced_by_the_keys_and_comes_back(room: EngineRoom) -> None:
    """What the speaker says meanwhile is not heard: the peer could not place it behind the event."""
    listener, speaker = join(room), room.join(ssrc=0xACE)
    room.engine.listen(listener.leg, speaker.leg)
    numbers = itertools.count()

    def voice() -> bytes:
        number = next(numbers)
        speaker.peer.speak(b"voice%d" % number, sequence=number, timestamp=number * 960)
        return b"voice%d" % number

    listener.peer.hear_until(voice())
    room.engine.send_digits(listener.leg, "9")
    heard = [listener.peer.hear()]
    while len(heard) < KEY_PACKETS:
        voice()
        heard.append(listener.peer.hear())
    assert [packet.payload_type for packet in heard] == [EVENTS] * KEY_PACKETS, "sound between the packets of a key"
    back = listener.peer.hear_until(voice())
    assert offsets([heard[0], back[-1]])[1] == (7 + len(back) - 1, 7 + len(back) - 1), "the voice is out of its place"
    assert back[0].marker, "sound begins anew behind a key"
    assert room.engine.counters(listener.leg).discontinuities == 0, "the engine's own audit saw a break"


def test_keys_are_pressed_where_nobody_speaks(room: EngineRoom) -> None:
    """A speaker that fell silent does not hold them up."""
    listener, speaker = join(room), room.join(ssrc=0xACE)
    room.engine.listen(listener.leg, speaker.leg)
    speaker.peer.speak(b"voice", sequence=1, timestamp=960)
    listener.peer.hear_until(b"voice")
    room.engine.send_digits(listener.leg, "0")
    heard = [listener.peer.hear() for _ in range(KEY_PACKETS)]
    assert {packet.payload_type for packet in heard} == {EVENTS}, "the keys wait for a voice that does not come"


def test_keys_wait_until_something_is_heard_and_are_forgotten_with_it(room: EngineRoom) -> None:
    party = join(room)
    room.engine.send_digits(party.leg, "7777777")
    room.engine.comfort(party.leg)
    first = party.peer.hear()
    assert (first.payload_type, first.payload[0]) == (EVENTS, 7), "keys pressed before the first sound are lost"
    room.engine.mute(party.leg)
    room.engine.comfort(party.leg)
    heard = [party.peer.hear() for _ in range(12)]
    assert {packet.payload for packet in heard[-5:]} == {COMFORT}, "keys went on after the leg was muted"


def test_an_event_is_no_break_and_a_break_in_an_event_is_one(room: EngineRoom) -> None:
    """Long strings of keys, the source switched in the middle: the audit of the room's end must find nothing."""
    party = playing(room)
    other = room.clip(b"other", 50)
    room.engine.send_digits(party.leg, "0123456789*#ABCD")
    party.peer.hear_until(bytes([3, 10, 0, 160]))
    room.engine.play(party.leg, [Cue(other, 0)])
    party.peer.hear_until(bytes([6, 10, 0, 160]))
    room.engine.comfort(party.leg)
    party.peer.hear_until(bytes([15, 0x8A, 3, 32]))
    assert room.engine.counters(party.leg).discontinuities == 0, "events were taken for breaks"


def test_sound_that_shares_a_timestamp_is_no_event(room: EngineRoom) -> None:
    """A speaker's clock may stand still for a packet; the frame after it stands for one frame's time all the same."""
    listener, speaker = join(room), room.join(ssrc=0xACE)
    room.engine.listen(listener.leg, speaker.leg)
    for sequence in (1, 2):
        speaker.peer.speak(b"voice%d" % sequence, sequence=sequence, timestamp=960)
    listener.peer.hear_until(b"voice2")
    room.engine.comfort(listener.leg)
    listener.peer.hear_until(COMFORT)
    assert room.engine.counters(listener.leg).discontinuities == 0, "sound was taken for an event"


@pytest.mark.parametrize("digits", ["5 ", "E", "a", "\uff11", "5,", "+"])
def test_what_is_no_key_is_refused(room: EngineRoom, digits: str) -> None:
    party = join(room)
    with pytest.raises(ValueError, match="substring"):
        room.engine.send_digits(party.leg, digits)


def test_more_keys_than_may_wait_are_refused_whole(room: EngineRoom) -> None:
    party = join(room)
    room.engine.send_digits(party.leg, "1" * 30)
    with pytest.raises(ValueError, match="too many"):
        room.engine.send_digits(party.leg, "222")
    room.engine.send_digits(party.leg, "33")
    with pytest.raises(ValueError, match="too many"):
        room.engine.send_digits(party.leg, "4")


def test_a_peer_that_takes_no_events_is_sent_none(room: EngineRoom) -> None:
    leg = room.leg(stream=Stream(1, OPUS))
    with pytest.raises(ValueError, match="telephone-event"):
        room.engine.send_digits(leg, "1")
