"""DTLS-SRTP of the simulator: both roles, loss, and certificates that are not the SDP's."""

import pytest

from benchmarks.simulator.dtls import Certificate, DtlsEndpoint, DtlsFailed, Role


def pair(*, wrong_fingerprint: bool = False) -> tuple[DtlsEndpoint, DtlsEndpoint]:
    ours, theirs, stranger = Certificate(), Certificate(), Certificate()
    expected = stranger if wrong_fingerprint else theirs
    client = DtlsEndpoint(ours, Role.CLIENT, expected.fingerprint)
    server = DtlsEndpoint(theirs, Role.SERVER, ours.fingerprint.lower())
    return client, server


def shake_hands(client: DtlsEndpoint, server: DtlsEndpoint) -> list[bytes]:
    """Carry flights to and fro until none is left; returns every datagram that travelled."""
    travelled: list[bytes] = []
    flight, receiver, other = client.start(), server, client
    while flight:
        travelled += flight
        flight = [reply for datagram in flight for reply in receiver.receive(datagram)]
        receiver, other = other, receiver
    return travelled


def test_both_ends_get_srtp_keys_that_fit() -> None:
    client, server = pair()
    datagrams = shake_hands(client, server)
    assert client.srtp is not None
    assert server.srtp is not None
    packet = b"\x80\x6f\x00\x01" + bytes(8) + b"voice"
    assert server.srtp.inbound.unprotect(client.srtp.outbound.protect(packet)) == packet
    assert client.srtp.inbound.unprotect(server.srtp.outbound.protect(packet)) == packet
    assert max(map(len, datagrams)) <= 1200, "flights must fit any path"
    assert client.timeout_s() is None


def test_a_certificate_that_is_not_the_sdps_is_refused() -> None:
    client, server = pair(wrong_fingerprint=True)
    with pytest.raises(DtlsFailed, match="certificate"):
        shake_hands(client, server)
    assert client.srtp is None


def test_a_lost_hello_is_sent_again_when_its_time_comes() -> None:
    client, _ = pair()
    assert client.start()
    timeout_s = client.timeout_s()
    assert timeout_s is not None
    assert 0 < timeout_s <= 1, "the first retransmission is due after a second (RFC 6347 4.2.4)"


def test_garbage_before_the_handshake_does_no_harm() -> None:
    client, server = pair()
    assert server.receive(b"\x16garbage") == []
    shake_hands(client, server)
    assert server.srtp is not None


def test_a_closing_peer_is_noticed() -> None:
    client, server = pair()
    shake_hands(client, server)
    for datagram in client.close():
        server.receive(datagram)
    assert server.closed_by_peer
