"""What comes in from a leg can be kept for a recorder, and the relay does not notice."""

import time

import pytest

from mediaserver.packets.types import TappedPacket
from tests.support.engine_room import EngineRoom, Party

STUN = bytes([0, 1]) + bytes(18)
LABEL = 16
"""Bytes that each packet costs beside its payload."""


def speak(room: EngineRoom, party: Party, *numbers: int) -> None:
    """Say something with each of these numbers, and wait until it has been treated."""
    for number in numbers:
        party.peer.speak(b"voice%03d" % number, sequence=number, timestamp=960 * number)
    mark = STUN + bytes(f"{numbers}", "ascii")
    party.peer.send_raw(mark)
    room.await_datagram(mark)


def test_a_tap_gives_what_came_in_as_it_came(room: EngineRoom) -> None:
    """Loss, disorder and clocks are the recorder's to judge, so nothing is put in order here."""
    party = room.join()
    speak(room, party, 1)
    room.engine.tap(party.leg, 10_000)
    before = time.monotonic()
    speak(room, party, 2, 5, 4)
    packets, lost = room.engine.take_tap(party.leg)
    assert [packet[1:] for packet in packets] == [(at, 960 * at, b"voice%03d" % at) for at in (2, 5, 4)]
    times = [before, *(packet.at for packet in packets), time.monotonic()]
    assert times == sorted(times), "not the time of arrival"
    assert lost == 0
    speak(room, party, 6)
    assert [packet.sequence for packet in room.engine.take_tap(party.leg).packets] == [6], "taken twice, or not at all"
    assert room.engine.take_tap(party.leg) == ([], 0)


def test_the_relay_goes_on_under_a_tap(room: EngineRoom) -> None:
    speaker, listener = room.join(), room.join()
    room.engine.listen(listener.leg, speaker.leg)
    room.engine.tap(speaker.leg, 100_000)
    taken: list[TappedPacket] = []
    for number in range(300):
        speaker.peer.speak(b"voice%d" % number, sequence=number, timestamp=960 * number)
        listener.peer.hear_until(b"voice%d" % number)
        if number % 7 == 0:
            taken += room.engine.take_tap(speaker.leg).packets
    taken += room.engine.take_tap(speaker.leg).packets
    assert [packet.sequence for packet in taken] == list(range(300)), "the recorder misses words"


def test_what_finds_no_room_is_counted(room: EngineRoom) -> None:
    """A recorder that falls behind loses packets and says so; it never holds up a call."""
    party = room.join()
    room.engine.tap(party.leg, 3 * (LABEL + 8) + 7)
    speak(room, party, *range(10))
    packets, lost = room.engine.take_tap(party.leg)
    assert ([packet.sequence for packet in packets], lost) == ([0, 1, 2], 7), "an overflow must be seen"
    speak(room, party, 10)
    assert room.engine.take_tap(party.leg).lost == 0, "an overflow is counted once"


def test_only_sound_is_tapped(room: EngineRoom) -> None:
    party = room.join()
    room.engine.tap(party.leg, 10_000)
    party.peer.speak(b"\x05\x0a\x00\xa0", sequence=1, timestamp=960, payload_type=126)
    speak(room, party, 2)
    assert [packet.sequence for packet in room.engine.take_tap(party.leg).packets] == [2], "keys were recorded as sound"


def test_a_tap_goes_with_its_leg(room: EngineRoom) -> None:
    party = room.join()
    room.engine.tap(party.leg, 1000)
    assert room.engine.totals().taps == 1
    room.remove(party.leg)
    assert room.engine.totals().taps == 0, "the buffers of a leg that is gone are never freed"
    with pytest.raises(ValueError, match="not tapped"):
        room.engine.take_tap(room.leg())


def test_a_tap_that_cannot_be_is_refused(room: EngineRoom) -> None:
    leg = room.leg()
    with pytest.raises(ValueError, match="room"):
        room.engine.tap(leg, 0)
    room.engine.tap(leg, 1000)
    with pytest.raises(ValueError, match="already"):
        room.engine.tap(leg, 1000)
