"""What comes in on the one port goes where it belongs (RFC 7983), and garbage goes nowhere."""

import random
import select

import pytest

from mediaserver.packets.types import Cue, Datagram, LegEventKind
from tests.support.engine_room import EngineRoom
from tests.support.rtp_peer import build

STUN = bytes([0, 1]) + bytes(18)
DTLS = bytes([22, 254, 253]) + bytes(40)


def test_stun_and_dtls_are_handed_up_with_their_sender(room: EngineRoom) -> None:
    peer = room.peer()
    for data in (STUN, DTLS):
        peer.send_raw(data)
        assert room.await_datagram(data) == Datagram(data, peer.address, room.engine.ports[0]), (
            "ICE or DTLS would be fed a wrong address"
        )


def test_the_engine_sends_what_asyncio_gives_it(room: EngineRoom) -> None:
    peer = room.peer()
    room.engine.send(STUN, peer.address)
    assert peer.socket.recvfrom(100) == (STUN, room.engine.address), "ICE would never be answered"
    assert room.engine.totals().sent == 1, "datagrams of asyncio count as sent"


def test_one_signal_covers_all_events_and_is_given_anew(room: EngineRoom) -> None:
    peer = room.peer()
    for number in range(3):
        data = STUN + bytes([number])
        peer.send_raw(data)
        room.await_datagram(data)
    assert room.engine.events() == [], "an event was given twice"
    assert select.select([room.engine], [], [], 0)[0] == [], "the eventfd still rings although nothing waits"


@pytest.mark.parametrize("first", [4, 19, 64, 79, 80, 127, 192, 255])
def test_a_datagram_of_no_known_protocol_is_counted_and_dropped(room: EngineRoom, first: int) -> None:
    peer = room.peer()
    peer.send_raw(bytes([first]) + bytes(60))
    peer.send_raw(STUN)
    room.await_datagram(STUN)
    assert room.engine.totals().malformed == 1, "garbage must be seen in the counters"
    assert room.events == [Datagram(STUN, peer.address, room.engine.ports[0])], "garbage reached asyncio"
    assert peer.hears_nothing(), "garbage was answered"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        STUN[:19],
        DTLS[:12],
        b"\x80",
        b"\x80\xc8" + bytes(5),
        b"\x80\x6f" + bytes(9),
        b"\x00" * 1501,
        b"\x80\x6f" + bytes(3000),
    ],
    ids=["empty", "one byte", "stun", "dtls", "rtp byte", "rtcp", "rtp", "too long", "far too long"],
)
def test_a_datagram_cut_short_or_too_long_is_counted_and_dropped(room: EngineRoom, data: bytes) -> None:
    party = room.join()
    party.peer.send_raw(data)
    party.peer.send_raw(STUN)
    room.await_datagram(STUN)
    totals = room.engine.totals()
    assert (totals.malformed, totals.received) == (1, 2), "a truncated datagram must be seen in the counters"
    assert room.engine.counters(party.leg).rejected == 0, "a truncated datagram reached SRTP"


@pytest.mark.parametrize(
    "packet",
    [
        bytes([0x8F]) + build(b"x", sequence=1, timestamp=1)[1:],
        bytes([0x90]) + build(b"", sequence=1, timestamp=1)[1:] + b"\xbe",
        bytes([0x90]) + build(b"", sequence=1, timestamp=1)[1:] + b"\xbe\xde\xff\xff" + bytes(100),
    ],
    ids=["15 CSRCs that are not there", "half an extension header", "an extension longer than the packet"],
)
def test_a_header_longer_than_its_packet_is_malformed(room: EngineRoom, packet: bytes) -> None:
    party = room.join()
    party.peer.send_raw(packet)
    party.peer.send_raw(STUN)
    room.await_datagram(STUN)
    assert room.engine.totals().malformed == 1, "a lying header would be read beyond its end"


def test_padding_longer_than_its_packet_is_malformed_and_not_forwarded(room: EngineRoom) -> None:
    speaker, listener = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    packet = bytearray(build(b"abc\x0e", sequence=1, timestamp=1))
    packet[0] |= 0x20
    speaker.peer.send_raw(speaker.peer.outbound.protect(bytes(packet)))
    speaker.peer.speak(b"voice", sequence=2, timestamp=2)
    heard = {packet.payload for packet in listener.peer.hear_until(b"voice")}
    assert b"abc" not in heard
    assert room.engine.totals().malformed == 1, "padding must not reach below the payload"


def test_media_from_an_unknown_address_is_counted_and_never_answered(room: EngineRoom) -> None:
    """A stranger with the right keys and SSRC is still a stranger: only ICE nomination opens the way (#39)."""
    speaker, listener, stranger = room.join(), room.join(), room.peer()
    room.engine.listen(listener.leg, speaker.leg)
    stranger.send_raw(speaker.peer.protect(b"spoofed", sequence=1, timestamp=1))
    stranger.send_raw(speaker.peer.outbound.protect_rtcp(b"\x80\xc9\x00\x01" + bytes(4)))
    stranger.send_raw(STUN)
    room.await_datagram(STUN)
    speaker.peer.speak(b"voice", sequence=2, timestamp=2)
    heard = {packet.payload for packet in listener.peer.hear_until(b"voice")}
    assert b"spoofed" not in heard, "a stranger spoke into a call"
    assert room.engine.totals().unknown_source == 2, "spoofed media must be seen in the counters"
    assert stranger.hears_nothing(), "a stranger was answered"


def test_media_that_is_not_authentic_is_counted_and_not_forwarded(room: EngineRoom) -> None:
    speaker, listener = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    forged = bytearray(speaker.peer.protect(b"forged", sequence=1, timestamp=1))
    forged[-1] ^= 1
    report = bytearray(speaker.peer.outbound.protect_rtcp(b"\x80\xc9\x00\x01" + bytes(4)))
    report[-1] ^= 1
    speaker.peer.send_raw(bytes(forged))
    speaker.peer.send_raw(bytes(report))
    speaker.peer.send_raw(listener.peer.protect(b"foreign keys", sequence=1, timestamp=1))
    speaker.peer.speak(b"voice", sequence=2, timestamp=2)
    heard = {packet.payload for packet in listener.peer.hear_until(b"voice")}
    assert heard.isdisjoint({b"forged", b"foreign keys"}), "a forged packet was heard"
    counters = room.engine.counters(speaker.leg)
    assert (counters.rejected, counters.received) == (3, 1), "forgeries must be seen in the counters"


def test_media_before_the_keys_is_rejected(room: EngineRoom) -> None:
    peer, leg = room.peer(), room.leg()
    room.engine.set_remote(leg, peer.address)
    peer.speak(b"early", sequence=1, timestamp=1)
    peer.send_raw(peer.outbound.protect_rtcp(b"\x80\xc9\x00\x01" + bytes(4)))
    peer.send_raw(STUN)
    room.await_datagram(STUN)
    assert room.engine.counters(leg).rejected == 2, "nothing is authentic without keys"


def test_rtcp_is_authenticated_and_counted(room: EngineRoom) -> None:
    party = room.join()
    party.peer.send_raw(party.peer.outbound.protect_rtcp(b"\x80\xc9\x00\x01" + bytes(4)))
    party.peer.send_raw(STUN)
    room.await_datagram(STUN)
    counters = room.engine.counters(party.leg)
    assert (counters.rtcp_received, counters.received, counters.rejected) == (1, 0, 0), "RTCP was taken for RTP"


def test_the_first_authentic_packet_is_an_event(room: EngineRoom) -> None:
    party = room.join()
    for number in range(3):
        party.peer.speak(b"voice", sequence=number, timestamp=number * 960)
    party.peer.send_raw(STUN)
    room.await_datagram(STUN)
    kinds = [event.kind for event in room.events if not isinstance(event, Datagram)]
    assert kinds == [LegEventKind.HEARD], "the caller's first sound is told once"


def test_a_flood_of_stun_hides_no_event_of_a_leg(room: EngineRoom) -> None:
    """While asyncio is held up the ring fills; what does not fit is counted, and what legs do still finds room."""
    speaker, listener, flood = room.join(), room.join(), 20 * 100
    room.engine.listen(listener.leg, speaker.leg)
    for number in range(20):
        for _ in range(100):
            speaker.peer.send_raw(STUN)
        voice = b"voice%d" % number
        speaker.peer.speak(voice, sequence=number, timestamp=number * 960)
        listener.peer.hear_until(voice)
    latecomer = room.join()
    latecomer.peer.speak(b"voice", sequence=1, timestamp=1)
    room.await_event(LegEventKind.HEARD, latecomer.leg)
    datagrams = sum(isinstance(event, Datagram) for event in room.events)
    dropped = room.engine.totals().events_dropped
    assert dropped > 0, "the flood was meant to fill the ring"
    assert datagrams + dropped == flood, "a dropped event must be counted"


def test_garbage_of_every_kind_is_survived(room: EngineRoom) -> None:
    """A seeded run of random datagrams and of valid packets with flipped bits; the call beside it goes on."""
    speaker, listener = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    chance = random.Random(7983)
    for number in range(3000):
        if chance.random() < 0.5:
            data = bytearray(chance.randbytes(chance.randrange(200)))
        else:
            data = bytearray(speaker.peer.protect(b"garbled", sequence=number, timestamp=number * 960))
            for bit in chance.sample(range(8 * len(data)), chance.randrange(1, 4)):
                data[bit // 8] ^= 1 << bit % 8
        speaker.peer.send_raw(bytes(data))
        if number % 50 == 0:
            mark = STUN + number.to_bytes(2, "big")
            speaker.peer.send_raw(mark)
            room.await_datagram(mark)
    speaker.peer.speak(b"voice", sequence=3001, timestamp=3001 * 960)
    heard = {packet.payload for packet in listener.peer.hear_until(b"voice")}
    assert b"garbled" not in heard, "a packet with flipped bits was taken for authentic"


def test_one_port_serves_both_ip_versions() -> None:
    """On an IPv6 host a caller over IPv4 is known by its IPv4 address, as its candidate says."""
    with EngineRoom(host="::") as room:
        port = room.engine.address[1]
        clip = room.clip(b"music", 3)
        for host in ("127.0.0.1", "::1"):
            peer = room.peer(host=host)
            peer.engine = (host, port)
            leg = room.leg()
            room.engine.set_remote(leg, peer.address)
            room.engine.secure(leg, peer.sessions())
            peer.send_raw(STUN + host.encode())
            assert room.await_datagram(STUN + host.encode()).address == peer.address, "ICE would not know the sender"
            assert peer.hears_nothing(), "nothing was to be sent yet"
            peer.speak(b"voice", sequence=1, timestamp=1)
            room.await_event(LegEventKind.HEARD, leg)
            room.engine.play(leg, [Cue(clip, 0)])
            assert peer.hear().payload == b"music0", "a caller of this IP version hears nothing"
