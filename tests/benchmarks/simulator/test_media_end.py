"""Two media ends joined directly: sound through SRTP, and everything that must not be heard."""

from collections.abc import AsyncIterator

import pytest

from benchmarks.simulator.dtls import Role
from benchmarks.simulator.media_end import MediaEnd
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.rtp import RtpPacket, serialise

AT = 7.0
"""Arrival told to whoever receives."""


class Line:
    """Two ends and the datagrams between them, carried only when told."""

    def __init__(self) -> None:
        self.pacer = Pacer()
        self.to_server: list[bytes] = []
        self.to_client: list[bytes] = []
        self.client = MediaEnd(self.to_server.append, self.pacer)
        self.server = MediaEnd(self.to_client.append, self.pacer)

    def secure(self, *, fingerprint: str | None = None) -> None:
        """Begin DTLS at both ends and carry the handshake."""
        self.server.secure(Role.SERVER, fingerprint or self.client.certificate.fingerprint)
        self.client.secure(Role.CLIENT, self.server.certificate.fingerprint)
        while self.to_server or self.to_client:
            self.carry()

    def carry(self) -> None:
        """Deliver what is under way."""
        for queue, end in ((self.to_server, self.server), (self.to_client, self.client)):
            datagrams = queue[:]
            queue.clear()
            for datagram in datagrams:
                end.receive(datagram, AT)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A line that is not secured yet."""
    made = Line()
    yield made
    made.client.close()
    made.server.close()
    made.pacer.close()


def speak(end: MediaEnd, words: bytes) -> None:
    """Send one packet at once."""
    end.say([words])
    end._speak()


async def test_what_one_end_says_the_other_hears(line: Line) -> None:
    line.secure()
    assert line.client.secured.is_set()
    assert line.server.secured.is_set()
    speak(line.client, b"hello")
    line.carry()
    (heard,) = line.server.ear.recording
    assert heard.at == AT
    assert (heard.packet.payload, heard.packet.ssrc) == (b"hello", line.client.ssrc)
    assert line.server.heard_something.is_set()


async def test_reports_come_beside_the_voice(line: Line) -> None:
    line.secure()
    for _ in range(30):
        speak(line.client, b"x" * 40)
    line.carry()
    assert len(line.server.ear.recording) == 30, "a report is no sound"
    assert line.server.rtcp_received == 1


async def test_nothing_is_said_before_the_keys_are_there(line: Line) -> None:
    speak(line.client, b"too early")
    assert line.to_server == []
    assert line.client.packets_sent == 0


async def test_replays_and_forgeries_are_counted_and_not_heard(line: Line) -> None:
    line.secure()
    speak(line.client, b"once")
    (datagram,) = line.to_server
    forged = serialise(RtpPacket(111, False, 9, 9, 9, b"forged by a stranger"))
    for arriving in (datagram, datagram, forged, datagram[:-1] + b"\x00"):
        line.server.receive(arriving, AT)
    assert len(line.server.ear.recording) == 1
    assert line.server.rejected == 3


async def test_a_wrong_certificate_ends_in_a_failure_and_no_media(line: Line) -> None:
    line.secure(fingerprint=line.server.certificate.fingerprint)
    assert line.server.failure is not None
    assert not line.server.secured.is_set()


async def test_a_polite_close_is_noticed_by_the_other_end(line: Line) -> None:
    line.secure()
    line.client.close(notify=True)
    line.carry()
    assert line.server.closed_by_peer.is_set()


async def test_a_silent_close_sends_nothing(line: Line) -> None:
    line.secure()
    line.client.close()
    assert line.to_server == []
