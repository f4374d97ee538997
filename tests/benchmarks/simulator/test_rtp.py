"""RTP headers and the one outgoing stream of a simulated microphone."""

import pytest

from benchmarks.simulator import rtp
from benchmarks.simulator.rtp import OutgoingStream, RtpPacket


def test_a_packet_survives_the_wire() -> None:
    packet = RtpPacket(111, True, 65535, 2**32 - 1, 0xDEADBEEF, b"voice")
    assert rtp.parse(rtp.serialise(packet)) == packet


def test_extension_contributors_and_padding_are_no_payload() -> None:
    header = b"\xb1\x6f\x00\x01" + bytes(8)
    extended = header + b"\x00\x00\x00\x09" + b"\xbe\xde\x00\x01abcd" + b"voice" + b"\x00\x00\x03"
    assert rtp.parse(extended).payload == b"voice"


@pytest.mark.parametrize(
    "broken", [b"", b"\x80" * 11, b"\x40" + bytes(20), b"\x90" + bytes(12), b"\xa0" + bytes(11) + b"\xff"]
)
def test_what_is_no_packet_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="RTP"):
        rtp.parse(broken)


def test_rtcp_is_told_apart_by_its_second_byte() -> None:
    assert rtp.is_rtcp(b"\x80\xc8" + bytes(6))
    assert not rtp.is_rtcp(b"\x80\xef" + bytes(10)), "marker and payload type 111"


def test_a_stream_stays_continuous_when_its_words_change() -> None:
    stream = OutgoingStream(7, 111, 65535, 2**32 - 960, [b"a", b"b"])
    first, second, third = (rtp.parse(stream.next_packet()) for _ in range(3))
    stream.say([b"c"])
    fourth = rtp.parse(stream.next_packet())
    assert [packet.payload for packet in (first, second, third, fourth)] == [b"a", b"b", b"a", b"c"]
    assert [packet.sequence for packet in (first, second, fourth)] == [65535, 0, 2]
    assert [packet.timestamp for packet in (first, second, fourth)] == [2**32 - 960, 0, 1920]
    assert [packet.marker for packet in (first, second)] == [True, False]


def test_a_key_takes_the_place_of_sound_and_the_stream_goes_on() -> None:
    """RFC 4733 2.5: one timestamp for all its packets, a growing duration, and the end three times."""
    stream = OutgoingStream(7, 111, 100, 5000, (b"sound",))
    stream.next_packet()
    stream.press("#", 126)
    packets = [rtp.parse(stream.next_packet()) for _ in range(8)]
    *keys, sound = packets
    assert [packet.payload_type for packet in keys] == [126] * 7
    assert {packet.timestamp for packet in keys} == {5960}
    assert [packet.marker for packet in keys] == [True, *[False] * 6]
    assert [packet.payload[0] for packet in keys] == [11] * 7
    assert [packet.payload[1] >> 7 for packet in keys] == [0, 0, 0, 0, 1, 1, 1]
    assert [int.from_bytes(packet.payload[2:], "big") for packet in keys] == [160, 320, 480, 640, 800, 800, 800]
    assert [packet.sequence for packet in packets] == list(range(101, 109)), "a listener would see loss"
    assert (sound.payload_type, sound.timestamp) == (111, 5000 + 8 * 960)
