"""Legs whose peers have one and the same address are told apart by the port of ours that each speaks to."""

import pytest

from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Cue, Datagram
from tests.support.engine_room import COMFORT, EngineRoom
from tests.support.rtp_peer import Rtp, RtpPeer, srtp_functions

STUN = bytes([0, 1]) + bytes(18)


class Relay:
    """One socket with many calls behind it, as Meta's relays have: each is known by our port alone."""

    def __init__(self, room: EngineRoom, calls: int) -> None:
        self.room = room
        self.face = room.peer()
        self.keys = [room.peer(ssrc=number) for number in range(calls)]
        self.legs = [room.leg(ssrc=number) for number in range(calls)]
        self.ports = room.engine.ports
        for leg, keys, port in zip(self.legs, self.keys, self.ports, strict=True):
            room.engine.set_remote(leg, self.face.address, port)
            room.engine.secure(leg, keys.sessions())

    def speak(self, number: int, payload: bytes, *, sequence: int) -> None:
        """One of the calls says something."""
        packet = self.keys[number].protect(payload, sequence=sequence, timestamp=sequence * 960)
        self.face.socket.sendto(packet, (self.room.engine.address[0], self.ports[number]))

    def hear(self) -> tuple[int, bytes]:
        """The next packet to any of the calls: to which one, and what."""
        data, (_, port) = self.face.socket.recvfrom(2048)
        number = self.ports.index(port)
        packet = Rtp.parse(self.keys[number].inbound.unprotect(data))
        assert packet.ssrc == number, "a call was sent another one's stream"
        return number, packet.payload


@pytest.mark.parametrize("calls", [2, 17])
def test_calls_behind_one_address_are_two_ways_each(calls: int) -> None:
    with EngineRoom(ports=calls) as room:
        relay, agents = Relay(room, calls), [room.join(ssrc=1000 + at) for at in range(calls)]
        for leg, agent in zip(relay.legs, agents, strict=True):
            room.engine.listen(leg, agent.leg)
            room.engine.listen(agent.leg, leg)
        for number, agent in enumerate(agents):
            agent.peer.speak(b"to %d" % number, sequence=1, timestamp=1)
            relay.speak(number, b"from %d" % number, sequence=1)
        for number, agent in enumerate(agents):
            heard = {packet.payload for packet in agent.peer.hear_until(b"from %d" % number)}
            assert heard <= {COMFORT, b"from %d" % number}, "an agent heard another call"
        expected = {(number, b"to %d" % number) for number in range(calls)}
        heard_there: set[tuple[int, bytes]] = set()
        while not expected <= heard_there:
            heard_there.add(relay.hear())
        assert heard_there - expected <= {(number, COMFORT) for number in range(calls)}, "a caller heard another call"


def test_waiting_callers_behind_one_address_all_hear_the_music() -> None:
    """The pacing wheel fills the batches of several sockets in one turn."""
    with EngineRoom(ports=17) as room:
        relay, music = Relay(room, 17), room.clip(b"music", 3)
        for leg in relay.legs:
            room.engine.play(leg, [Cue(music, 0)])
        heard: dict[int, list[bytes]] = {}
        while len(heard) < 17 or min(map(len, heard.values())) < 6:
            number, payload = relay.hear()
            heard.setdefault(number, []).append(payload)
        for stream in heard.values():
            assert stream[:6] == [b"music0", b"music1", b"music2"] * 2, "a caller misses frames of the music"


def test_media_that_comes_to_another_port_than_the_legs_is_a_strangers() -> None:
    with EngineRoom(ports=2) as room:
        party = room.join()
        packet = party.peer.protect(b"astray", sequence=1, timestamp=1)
        party.peer.socket.sendto(packet, (room.engine.address[0], room.engine.ports[1]))
        party.peer.socket.sendto(STUN, (room.engine.address[0], room.engine.ports[1]))
        handed = room.await_datagram(STUN)
        assert handed == Datagram(STUN, party.peer.address, room.engine.ports[1]), "ICE would answer from another port"
        assert room.engine.totals().unknown_source == 1, "media at a foreign port must be seen in the counters"
        assert room.engine.counters(party.leg).received == 0, "a leg is known by the addresses of both sides"


def test_an_address_belongs_to_one_leg_at_each_port() -> None:
    with EngineRoom(ports=2) as room:
        peer, legs = room.peer(), [room.leg() for _ in range(3)]
        for leg, port in zip(legs, room.engine.ports, strict=False):
            room.engine.set_remote(leg, peer.address, port)
        for port in room.engine.ports:
            with pytest.raises(ValueError, match="another leg"):
                room.engine.set_remote(legs[2], peer.address, port)
        room.remove(legs[1])
        room.engine.set_remote(legs[2], peer.address, room.engine.ports[1])


def test_asyncio_chooses_the_port_it_sends_from() -> None:
    with EngineRoom(ports=3) as room:
        peer = room.peer()
        for port in room.engine.ports:
            room.engine.send(STUN, peer.address, port)
            assert peer.socket.recvfrom(100) == (STUN, (room.engine.address[0], port)), "ICE checks the wrong pair"
        with pytest.raises(ValueError, match="not a port"):
            room.engine.send(STUN, peer.address, 1)
        with pytest.raises(ValueError, match="not a port"):
            room.engine.set_remote(room.leg(), peer.address, 1)


def test_a_range_is_bound_as_a_whole_or_not_at_all(room: EngineRoom) -> None:
    """The firewall lets in media.port and those after it, and no other."""
    taken = room.engine.address[1]
    with pytest.raises(OSError, match="in use"):
        Engine(srtp_functions(), [COMFORT], port=taken - 1, ports=2)
    free = Engine(srtp_functions(), [COMFORT], ports=1)
    first = free.ports[0]
    free.close()
    again = Engine(srtp_functions(), [COMFORT], port=first, ports=1)
    assert again.ports == (first,), "not the port that was asked for"
    again.close()


@pytest.mark.parametrize(("port", "ports"), [(0, 0), (0, 257), (65535, 2)])
def test_a_range_that_cannot_be_is_refused(port: int, ports: int) -> None:
    with pytest.raises(ValueError, match="1 to 256 ports"):
        Engine(srtp_functions(), [COMFORT], port=port, ports=ports)


def test_legs_that_share_a_port_need_no_other(room: EngineRoom) -> None:
    """Peers with addresses of their own all meet at the first port, as before there were more."""
    parties = [room.join(ssrc=number) for number in range(5)]
    peers: list[RtpPeer] = [party.peer for party in parties]
    for party in parties:
        room.engine.comfort(party.leg)
    assert {peer.socket.recvfrom(2048)[1][1] for peer in peers} == {room.engine.ports[0]}, "a second port was used"


def test_a_caller_over_ipv6_and_an_agent_over_ipv4_hear_each_other() -> None:
    """Meta prefers IPv6, many agents have none; both meet on the same sockets at the same time."""
    with EngineRoom(host="::", ports=2) as room:
        caller, agent = room.join(host="::1"), room.join(host="127.0.0.1")
        room.engine.listen(caller.leg, agent.leg)
        room.engine.listen(agent.leg, caller.leg)
        for party, host in ((caller, "::1"), (agent, "127.0.0.1")):
            party.peer.engine = (host, room.engine.ports[0])
        for number in range(3):
            caller.peer.speak(b"caller%d" % number, sequence=number, timestamp=960 * number)
            agent.peer.speak(b"agent%d" % number, sequence=number, timestamp=960 * number)
        caller.peer.hear_until(b"agent2")
        agent.peer.hear_until(b"caller2")
        assert room.engine.totals().unknown_source == 0, "an address of one family was not recognised"
