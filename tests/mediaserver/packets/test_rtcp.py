"""What two ends tell each other of their streams (RFC 3550 6): our reports, the peer's, and what is made of both (#39).

Reports are read and written by aiortc here, so that no mistake of ours can agree with itself.
"""

import random
import struct
import time

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from mediaserver.packets.types import LegEvent, LegEventKind, Stream, StreamQuality
from tests.support.engine_room import COMFORT, EngineRoom, Party

PEER_SSRC = 0xBEEF
OUR_SSRC = 0xCAFE
CNAME = "Rk3v0cWlxPz9hE1d"


def join(room: EngineRoom, cname: str = CNAME) -> Party:
    peer = room.peer()
    leg = room.leg(stream=Stream(OUR_SSRC, 111, 126, cname=cname))
    room.engine.set_remote(leg, peer.address)
    room.engine.secure(leg, peer.sessions())
    return Party(leg, peer)


def speak(party: Party, *numbers: int, ssrc: int = PEER_SSRC, payload_type: int = 111) -> None:
    for number in numbers:
        party.peer.speak(b"voice", sequence=number, timestamp=number * 960, ssrc=ssrc, payload_type=payload_type)


def block(**fields: int) -> RtcpReceiverInfo:
    """A report about our stream in which nothing was lost."""
    calm = {"ssrc": OUR_SSRC, "fraction_lost": 0, "packets_lost": 0, "highest_sequence": 0, "jitter": 0}
    return RtcpReceiverInfo(**{**calm, "lsr": 0, "dlsr": 0, **fields})


def heard_report(party: Party) -> tuple[RtcpSrPacket | RtcpRrPacket, RtcpSdesPacket]:
    """The next report, which is one of either kind and a source description."""
    report, description = RtcpPacket.parse(party.peer.await_report())
    assert isinstance(report, RtcpSrPacket | RtcpRrPacket), "a report comes first (RFC 3550 6.1)"
    assert isinstance(description, RtcpSdesPacket), "a CNAME belongs to every report (RFC 3550 6.1)"
    return report, description


def sounding(room: EngineRoom) -> Party:
    """A leg that is sent comfort frames."""
    party = join(room)
    room.engine.comfort(party.leg)
    party.peer.hear()
    return party


def test_a_leg_that_sends_reports_itself(room: EngineRoom) -> None:
    """RFC 3550 6.4.1: the receiver learns how our clock relates to real time."""
    began, party = time.monotonic(), sounding(room)
    report, _ = heard_report(party)
    assert 0.45 < time.monotonic() - began < 4.0, "about a second after the first packet"
    assert isinstance(report, RtcpSrPacket), "who sends says so"
    info = report.sender_info
    last = party.peer.hear()
    assert report.ssrc == OUR_SSRC, "it speaks of our stream"
    assert abs(info.ntp_timestamp / 2**32 - 2_208_988_800 - time.time()) < 5, "NTP counts from 1900"
    assert (info.rtp_timestamp - last.timestamp + 48_000) % 2**32 < 96_000, "its clock is that of our packets"
    assert info.octet_count == info.packet_count * len(COMFORT), "its sums differ"
    assert report.reports == [], "a peer that never spoke cannot be judged"


def test_every_report_bears_the_name_in_the_sdp(room: EngineRoom) -> None:
    """RFC 3550 6.5: names of every length, each padded to whole words with at least one zero."""
    names = ["a", "ab", "abc", "abcd", "c" * 64]
    parties = [join(room, cname) for cname in names]
    for party in parties:
        room.engine.comfort(party.leg)
    for party, cname in zip(parties, names, strict=True):
        _, description = heard_report(party)
        assert description.chunks == [RtcpSourceInfo(OUR_SSRC, [(1, cname.encode())])], "not the name in the SDP"


def test_a_leg_that_only_listens_reports_what_it_heard(room: EngineRoom) -> None:
    party = join(room)
    speak(party, *range(65_500, 65_536), *range(64), *range(70, 100), 69, 68)
    report, _ = heard_report(party)
    assert isinstance(report, RtcpRrPacket), "nothing was sent, so there is nothing to say about it"
    (about,) = report.reports
    assert about.ssrc == PEER_SSRC, "it is about the peer's stream"
    assert about.highest_sequence == 65_536 + 99, "the count of wraps belongs to the number"
    assert about.packets_lost == 4, "four of 136 never came; those that came late did"
    assert about.fraction_lost == 4 * 256 // 136, "the loss of this interval, of 256"
    assert (about.lsr, about.dlsr) == (0, 0), "the peer sent no sender report"


def test_nothing_is_said_before_anybody_spoke(room: EngineRoom) -> None:
    """Before accept Meta is to get nothing from us, reports included."""
    silent, witness = join(room), sounding(room)
    heard_report(witness)
    assert silent.peer.hears_nothing(), "a report before accept"


def test_a_removed_leg_reports_no_more(room: EngineRoom) -> None:
    """The place of a leg is used again; what was planned for the old one must not reach the new one."""
    party = sounding(room)
    room.remove(party.leg)
    successor = join(room)
    witness = sounding(room)
    heard_report(witness)
    assert successor.peer.hears_nothing(), "the report of a leg that is gone was sent"


def test_jitter_is_measured_in_units_of_the_clock(room: EngineRoom) -> None:
    """Packets of 20 ms that come all at once are 20 ms off each, and that is what the estimate goes to."""
    party = join(room)
    speak(party, *range(150))
    room.settle(party.peer)
    inbound = room.engine.quality(party.leg).inbound
    assert inbound is not None, "the peer has spoken"
    assert 15 < inbound.jitter_ms < 25, "RFC 3550 A.8"
    report, _ = heard_report(party)
    assert report.reports[0].jitter == pytest.approx(inbound.jitter_ms * 48, abs=1), "the peer is told the same"


def test_digits_and_a_clock_that_is_set_are_no_jitter(room: EngineRoom) -> None:
    party = join(room)
    speak(party, 1)
    for number in range(2, 50):
        party.peer.speak(b"\x05\x0a\x00\xa0", sequence=number, timestamp=9, ssrc=PEER_SSRC, payload_type=126)
    party.peer.speak(b"voice", sequence=50, timestamp=3_000_000_000, ssrc=PEER_SSRC)
    room.settle(party.peer)
    inbound = room.engine.quality(party.leg).inbound
    assert inbound == StreamQuality(expected=50, lost=0, fraction_lost=0.0, jitter_ms=0.0), (
        "events share one timestamp and are counted all the same"
    )


def test_a_report_about_our_stream_is_believed(room: EngineRoom) -> None:
    party = join(room)
    room.engine.comfort(party.leg)
    first = party.peer.hear().sequence
    for _ in range(9):
        party.peer.hear()
    news = block(fraction_lost=64, packets_lost=2, highest_sequence=first + 9, jitter=480)
    party.peer.report(bytes(RtcpRrPacket(PEER_SSRC, [block(ssrc=1, jitter=9), news])))
    room.settle(party.peer)
    quality = room.engine.quality(party.leg)
    assert quality.outbound == StreamQuality(expected=10, lost=2, fraction_lost=0.25, jitter_ms=10.0)
    assert quality.inbound is None, "the peer never spoke"
    assert quality.round_trip_ms is None, "it has answered no report of ours"


@pytest.mark.parametrize(("lost", "highest"), [(-5, 0), (0x7FFFFF, 0), (5, 2**32 - 1), (-0x800000, 2**31)])
def test_a_report_that_cannot_be_is_bounded(room: EngineRoom, lost: int, highest: int) -> None:
    """A peer's figures are its own, but a call record must not show more losses than packets."""
    party = sounding(room)
    party.peer.report(bytes(RtcpRrPacket(PEER_SSRC, [block(packets_lost=lost, highest_sequence=highest)])))
    room.settle(party.peer)
    outbound, sent = room.engine.quality(party.leg).outbound, room.engine.counters(party.leg).sent
    assert outbound is not None, "the report was about our stream"
    assert 0 <= outbound.lost <= outbound.expected <= sent, "more lost than sent, or less than nothing"


@pytest.mark.parametrize("from_sender", [True, False], ids=["SR", "RR"])
def test_the_round_trip_is_measured(room: EngineRoom, from_sender: bool) -> None:
    """RFC 3550 6.4.1: now, less the time of our report, less the time that the peer held its answer."""
    party = sounding(room)
    report, _ = heard_report(party)
    heard_at = time.monotonic()
    assert isinstance(report, RtcpSrPacket), "who sends says so"
    # As if our report had been under way for 100 ms, and the answer had been held for 60 ms of them.
    lsr = (report.sender_info.ntp_timestamp >> 16) - 65_536 // 10
    answer = block(lsr=lsr % 2**32, dlsr=65_536 * 60 // 1000)
    sender = RtcpSenderInfo(ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4)
    packet = RtcpSrPacket(PEER_SSRC, sender, [answer]) if from_sender else RtcpRrPacket(PEER_SSRC, [answer])
    party.peer.report(bytes(packet))
    room.settle(party.peer)
    trip = room.engine.quality(party.leg).round_trip_ms
    assert trip is not None, "the peer answered a report of ours"
    assert 39 < trip < 41 + 2 + 1000 * (time.monotonic() - heard_at), "100 ms less 60 ms, and what the test took"


def test_a_round_trip_that_cannot_be_is_ignored(room: EngineRoom) -> None:
    """A peer that held our report for longer than it exists, or answers one from before the call."""
    party = sounding(room)
    report, _ = heard_report(party)
    assert isinstance(report, RtcpSrPacket), "who sends says so"
    middle = report.sender_info.ntp_timestamp >> 16
    for lsr, dlsr in ((middle, 5 * 65_536), (middle - 20 * 65_536, 0), (0, 0)):
        party.peer.report(bytes(RtcpRrPacket(PEER_SSRC, [block(lsr=lsr % 2**32, dlsr=dlsr)])))
        room.settle(party.peer)
        assert room.engine.quality(party.leg).round_trip_ms is None, "a made-up report was believed"


def test_the_peer_can_measure_the_round_trip_too(room: EngineRoom) -> None:
    """LSR and DLSR of our block speak of its newest sender report."""
    party = join(room)
    speak(party, 1)
    info = RtcpSenderInfo(ntp_timestamp=0x1122334455667788, rtp_timestamp=960, packet_count=1, octet_count=5)
    party.peer.report(bytes(RtcpSrPacket(0x5EEE, info, [])))
    sent_at = time.monotonic()
    party.peer.report(bytes(RtcpSrPacket(PEER_SSRC, info, [])))
    report, _ = heard_report(party)
    (about,) = report.reports
    assert about.lsr == 0x33445566, "the middle of its NTP time"
    assert 0.3 < about.dlsr / 65_536 <= time.monotonic() - sent_at, "how long we have held it"


def test_a_goodbye_is_told_once(room: EngineRoom) -> None:
    """#39: a peer that ends its stream will not speak again, and that is known at once."""
    party = join(room)
    speak(party, 1)
    goodbye = bytes(RtcpRrPacket(PEER_SSRC, [])) + bytes(RtcpByePacket([0xABC, PEER_SSRC]))
    party.peer.report(bytes(RtcpByePacket([0xABC])))
    party.peer.report(goodbye)
    party.peer.report(goodbye)
    room.settle(party.peer)
    kinds = [event.kind for event in room.events if isinstance(event, LegEvent)]
    assert kinds == [LegEventKind.HEARD, LegEventKind.BYE], "the goodbye of the stream that was heard, and only once"
    speak(party, 2, ssrc=0xF00D)
    party.peer.report(bytes(RtcpByePacket([0xF00D])))
    room.settle(party.peer)
    kinds = [event.kind for event in room.events if isinstance(event, LegEvent)]
    assert kinds[2:] == [LegEventKind.BYE], "a new stream says goodbye for itself"


def test_a_source_that_begins_anew_keeps_what_was_counted(room: EngineRoom) -> None:
    """Neither a restarted microphone nor a jump may look like a thousand lost packets."""
    party = join(room)
    speak(party, 1, 2, 4)
    speak(party, 20_000, 20_001, 20_003)
    speak(party, 9, 10, ssrc=0xF00D)
    speak(party, 20_005, ssrc=0xF00D, payload_type=126)
    room.settle(party.peer)
    inbound = room.engine.quality(party.leg).inbound
    assert inbound is not None, "the peer has spoken"
    assert (inbound.expected, inbound.lost) == (4 + 3 + 2, 2), "one lost of each of the first two"


def test_loss_is_counted_as_the_link_lost(room: EngineRoom) -> None:
    """Any loss, disorder and duplication; the sum of what is known to be missing is exact."""
    chance = random.Random(3550)
    for number in range(20):
        party = join(room)
        start = chance.randrange(2**16)
        kept = [at for at in range(300) if at in (0, 299) or chance.random() > 0.1]
        order = sorted(kept, key=lambda at: at + chance.random() * 8 * (0 < at < 290))
        packets = [
            party.peer.protect(b"voice", sequence=start + at, timestamp=at * 960, ssrc=PEER_SSRC) for at in order
        ]
        for packet in packets:
            party.peer.send_raw(packet)
            if chance.random() < 0.1:
                party.peer.send_raw(packet)
        room.settle(party.peer)
        inbound = room.engine.quality(party.leg).inbound
        assert inbound is not None, "the peer has spoken"
        assert (inbound.expected, inbound.lost) == (300, 300 - len(kept)), f"world {number} was counted wrong"


def test_only_what_is_sound_is_read_of_a_compound_packet(room: EngineRoom) -> None:
    """Authentic is not harmless: every length a peer may lie about is checked against what came."""
    party = sounding(room)
    speak(party, 1)
    whole = bytes(RtcpRrPacket(PEER_SSRC, [block(jitter=480)])) + bytes(RtcpByePacket([PEER_SSRC]))
    lies = [
        whole[:32] + b"\x81\xcb\xff\xff" + whole[36:],
        whole[:32] + b"\x41\xcb\x00\x01" + whole[36:],
        whole[:32] + b"\xa1\xcb\x00\x01\x00\x00\x00\x05",
        whole[:32] + b"\xa1\xcb\x00\x01\x00\x00\x00\x00",
        whole[:32] + b"\x81\xcb\x00",
        whole[:32] + b"\x9f\xcb\x00\x00",
        b"\x9f" + whole[1:32],
        b"\x9f\xc9\x00\x01" + struct.pack("!L", PEER_SSRC),
        b"\x9f\xc8\x00\x01" + struct.pack("!L", PEER_SSRC),
        b"\x80\xc9\x00\x00" + bytes(4),
    ]
    for lie in lies:
        party.peer.report(lie)
    room.settle(party.peer)
    assert room.engine.counters(party.leg).rtcp_received == len(lies), "authentic reports are counted"
    assert room.engine.totals().malformed == 6, "what is cut short or lies about its length must be seen"
    outbound = room.engine.quality(party.leg).outbound
    assert outbound is not None, "the first packet of each was sound"
    assert outbound.jitter_ms == 10, "the first packet of each was sound"
    assert not any(isinstance(event, LegEvent) and event.kind is LegEventKind.BYE for event in room.events)
