"""A leg comes up, fails, and is freed at whatever moment it is closed."""

import asyncio
import gc
import inspect
import re
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import aioice.ice
import pytest
import uvloop
from aioice import stun
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80

from mediaserver.legs import leg as leg_module
from mediaserver.legs.answering import AnsweringLeg
from mediaserver.legs.ice import Connection
from mediaserver.legs.leg import Leg
from mediaserver.legs.sdp import BadSdp
from mediaserver.legs.srtp import srtp_functions
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Datagram
from tests.mediaserver.conftest import MakePeer, tone_frames
from tests.support.offers import META_OFFER, without
from tests.support.peers import MetaPeer, Peer


class Watched:
    """A leg and what became of it."""

    def __init__(self, engine: Engine, ports: SharedPorts, offer: str, *, whatsapp: bool) -> None:
        self._engine = engine
        self._connected = asyncio.Event()
        self._failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.leg = AnsweringLeg(
            engine,
            ports,
            offer,
            whatsapp=whatsapp,
            on_connected=self._connected.set,
            on_failed=self._failed.set_result,
        )

    async def connected(self) -> None:
        await asyncio.wait_for(self._connected.wait(), 5)

    async def failed(self) -> str:
        return await asyncio.wait_for(self._failed, 5)

    @property
    def quiet(self) -> bool:
        """Whether neither was called."""
        return not self._connected.is_set() and not self._failed.done()


@pytest.fixture
async def unhandled() -> AsyncIterator[list[str]]:
    """What asyncio reports as nobody's error; a leg that leaves one behind fails its test."""
    reports: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context["message"]))
    yield reports
    gc.collect()
    assert reports == [], "#59: an error that nobody handles"


def assert_nothing_is_left(engine: Engine, ports: SharedPorts, leg: Leg) -> None:
    parts = (leg, leg._connection, leg._dtls)
    runs = {task for task in asyncio.all_tasks() if _owner(task) in parts}
    assert runs == set(), "a closed leg left a task"
    assert engine.totals().legs == 0, "a closed leg is still in the engine"
    held = (ports._receivers, ports._claimed, ports._validated, ports._paths, ports.transactions)
    assert held == ({}, {}, {}, {}, {}), "a closed leg is still on its port"


def _owner(task: asyncio.Task[Any]) -> object:
    """Whose method the task runs; stock peers in the same loop leave tasks of their own."""
    coroutine = task.get_coro()
    assert inspect.iscoroutine(coroutine)
    return inspect.getcoroutinelocals(coroutine).get("self")


def blackhole(offer: str) -> str:
    """The offer of a peer that never answers a check."""
    return without(offer, "a=candidate") + "a=candidate:1 1 udp 99 127.0.0.1 9 typ host\r\n"


async def test_connects_to_meta_as_ice_controller_and_dtls_client(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer]
) -> None:
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)

    await watched.connected()

    assert watched.leg._connection.role == "controlling", "#31: a lite peer never nominates"
    assert watched.leg._dtls._role == "client", "#31: Meta waits for our ClientHello"
    assert meta.connection.sctp is None
    await watched.leg.close()


@pytest.mark.parametrize(("setup", "ours"), [("actpass", "client"), ("active", "server")])
async def test_connects_to_a_browser_in_either_dtls_role(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], setup: str, ours: str
) -> None:
    browser = peer(Peer, 440)
    offer = (await browser.offer()).replace("setup:actpass", f"setup:{setup}")
    watched = Watched(engine, ports, offer, whatsapp=False)
    watched.leg.start()
    await browser.accept(watched.leg.answer)

    await watched.connected()

    assert watched.leg._connection.role == "controlled", "the offerer controls (RFC 8445 6.1.1)"
    assert watched.leg._dtls._role == ours
    await watched.leg.close()


@pytest.mark.parametrize("whatsapp", [True, False])
async def test_repairs_a_role_conflict_and_dtls_still_starts(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], whatsapp: bool
) -> None:
    """#29 and #30: both sides claim the same ICE role; one answers 487, and the other gives way."""
    browser = peer(Peer, 440)
    offer = await browser.offer()
    watched = Watched(engine, ports, offer, whatsapp=whatsapp)
    browser.ice.ice_controlling = whatsapp
    watched.leg.start()
    await browser.accept(watched.leg.answer)

    await watched.connected()

    assert watched.leg._connection.ice_controlling is not browser.ice.ice_controlling, "#29: the conflict stands"
    await watched.leg.close()


async def test_a_browser_that_hides_its_addresses_is_found_by_its_own_checks(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer]
) -> None:
    browser = peer(Peer, 440)
    watched = Watched(engine, ports, re.sub(r"a=candidate:.*\r\n", "", await browser.offer()), whatsapp=False)
    watched.leg.start()
    await browser.accept(watched.leg.answer)

    await watched.connected()
    await watched.leg.close()


async def test_survives_lost_dtls_flights(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """#41: the first flight that comes in is lost; the retransmission after one second completes the handshake."""
    lost: list[bytes] = []
    take = Connection.dtls_received

    def lossy(connection: Connection, data: bytes) -> None:
        if lost:
            take(connection, data)
        else:
            lost.append(data)

    monkeypatch.setattr(Connection, "dtls_received", lossy)
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)

    await watched.connected()

    assert len(lost) == 1
    await watched.leg.close()


async def test_every_flight_of_ours_is_one_datagram(engine: Engine, ports: SharedPorts, peer: MakePeer[Peer]) -> None:
    """#42: ECDSA P-256 keeps the handshake below the size at which it falls apart."""
    sizes: list[int] = []
    send = ports.send

    def measured(data: bytes, address: tuple[str, int], port: int) -> None:
        if 20 <= data[0] <= 63:
            sizes.append(len(data))
        send(data, address, port)

    ports.send = measured  # type: ignore[method-assign] # Reads along on these ports.
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)
    await watched.connected()
    await watched.leg.close()

    assert len(sizes) == 3, "ClientHello, the client's last flight, close_notify"
    assert max(sizes) < 1200, "a flight that IP has to cut up may never arrive"


async def test_refuses_a_peer_that_is_not_who_its_offer_said(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer]
) -> None:
    meta = peer(MetaPeer, 440)
    offer = re.sub("sha-256 [0-9A-F]{2}:[0-9A-F]{2}", "sha-256 00:00", await meta.offer())
    watched = Watched(engine, ports, offer, whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)

    assert await watched.failed() == "DTLS handshake failed"
    await watched.leg.close()


async def test_refuses_a_peer_that_agrees_on_no_srtp_profile(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer]
) -> None:
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    meta.dtls._srtp_profiles = [SRTP_AES128_CM_SHA1_80]
    watched.leg._dtls._srtp_profiles = [SRTP_AEAD_AES_128_GCM]
    watched.leg.start()
    await meta.accept(watched.leg.answer)

    assert await watched.failed() == "DTLS handshake failed", "media without keys must never flow"
    await watched.leg.close()


async def test_connects_over_ipv6(peer: MakePeer[Peer], monkeypatch: pytest.MonkeyPatch) -> None:
    """Meta prefers IPv6 by its priorities."""
    try:
        engine = Engine(srtp_functions(), tone_frames(200), host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    ports = SharedPorts(engine, on_leg_event=lambda _: None)
    engine.start()
    ports.open()
    meta = peer(MetaPeer, 440)
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1", "::1"])
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)

    await watched.connected()
    await watched.leg.close()
    ports.close()
    engine.close()


async def test_tells_when_the_peer_closes_the_connection(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer]
) -> None:
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)
    await watched.connected()

    await meta.close()

    assert await watched.failed() == "the peer closed the connection"
    await watched.leg.close()


async def test_tells_when_the_peer_stops_answering(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Consent (RFC 7675), with the times of aioice cut short."""
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.01)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 1)
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    watched.leg.start()
    await meta.accept(watched.leg.answer)
    await watched.connected()

    await meta.ice.close()

    assert await watched.failed() == "the peer stopped answering"
    await watched.leg.close()


async def test_gives_up_on_a_peer_that_is_never_there(
    engine: Engine, ports: SharedPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leg_module, "CONNECT_S", 0.1)
    watched = Watched(engine, ports, blackhole(META_OFFER), whatsapp=True)
    watched.leg.start()

    assert await watched.failed() == "ICE and DTLS took too long"
    await watched.leg.close()


async def test_gives_up_at_once_when_no_candidate_can_be_reached(engine: Engine, ports: SharedPorts) -> None:
    watched = Watched(engine, ports, re.sub(r"a=candidate:.*203.*\r\n", "", META_OFFER), whatsapp=True)
    watched.leg.start()

    assert await watched.failed() == "ICE found no way to the peer", "IPv6 cannot be reached from an IPv4 port"
    await watched.leg.close()


async def test_a_bug_in_a_leg_fails_that_leg_only(
    engine: Engine, ports: SharedPorts, monkeypatch: pytest.MonkeyPatch, unhandled: list[str]
) -> None:
    async def broken(_: Connection) -> None:
        raise KeyError

    monkeypatch.setattr(Connection, "connect", broken)
    watched = Watched(engine, ports, META_OFFER, whatsapp=True)
    watched.leg.start()

    assert await watched.failed() == "internal error"
    await watched.leg.close()


async def test_a_bad_offer_leaves_nothing_behind(engine: Engine, ports: SharedPorts) -> None:
    with pytest.raises(BadSdp):
        Watched(engine, ports, "v=0\r\n", whatsapp=True)

    assert engine.totals().legs == 0
    assert ports._receivers == {}


async def test_closes_before_it_was_started(engine: Engine, ports: SharedPorts, unhandled: list[str]) -> None:
    watched = Watched(engine, ports, META_OFFER, whatsapp=True)

    await watched.leg.close()

    assert_nothing_is_left(engine, ports, watched.leg)
    assert watched.quiet


async def test_closes_during_checks_that_nobody_answers(
    engine: Engine, ports: SharedPorts, unhandled: list[str]
) -> None:
    """#59: the retransmission timers of the checks end with the leg."""
    watched = Watched(engine, ports, blackhole(META_OFFER), whatsapp=True)
    checked = asyncio.Event()
    ports.send = lambda *_: checked.set()  # type: ignore[method-assign] # The checks of these ports are lost.
    watched.leg.start()
    await asyncio.wait_for(checked.wait(), 5)

    await watched.leg.close()

    assert_nothing_is_left(engine, ports, watched.leg)
    assert watched.quiet, "a closed leg reported something"


@pytest.mark.parametrize("datagrams", range(1, 6))
async def test_closes_after_any_datagram_of_ice_and_dtls(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], unhandled: list[str], datagrams: int
) -> None:
    """#59: close comes in the middle of checks, of the handshake, or just after it."""
    meta = peer(MetaPeer, 440)
    watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
    seen: list[int] = []
    enough = asyncio.Event()
    route = ports._route

    def counted(datagram: Datagram) -> None:
        route(datagram)
        seen.append(datagram.data[0])
        if len(seen) == datagrams:
            enough.set()

    ports._route = counted  # type: ignore[method-assign] # Reads along on these ports.
    watched.leg.start()
    await meta.accept(watched.leg.answer)
    await asyncio.wait_for(enough.wait(), 5)

    await watched.leg.close()
    await meta.close()

    assert_nothing_is_left(engine, ports, watched.leg)


async def test_answers_without_waiting(engine: Engine, ports: SharedPorts) -> None:
    watched = Watched(engine, ports, META_OFFER, whatsapp=True)
    started = time.perf_counter()
    others = [Watched(engine, ports, META_OFFER.replace("3480", f"{4000 + at}"), whatsapp=True) for at in range(50)]
    elapsed_ms = (time.perf_counter() - started) * 1000 / len(others)

    assert elapsed_ms < 10, "the answer has to be there a few ms after the offer"
    assert len({other.leg.answer for other in (watched, *others)}) == 51, "two legs share credentials or an SSRC"
    for other in (watched, *others):
        await other.leg.close()


class LiteAgent(asyncio.DatagramProtocol):
    """Answers every check that is signed with its password, as an ICE-lite relay with one port for all calls would."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        host, port = transport.get_extra_info("sockname")
        self.offer = without(META_OFFER, "a=candidate") + f"a=candidate:1 1 udp 99 {host} {port} typ host\r\n"

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if data[0] > 3:
            return
        request = stun.parse_message(data)
        response = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id)
        response.add_message_integrity(b"Zm9vYmFyYmF6cXV4MTIzNA==")
        self._transport.sendto(bytes(response), addr)


async def test_a_second_leg_cannot_take_the_address_of_a_living_one(
    engine: Engine, ports: SharedPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could know of it at the time of the offer, as with a browser that is found by its own checks."""
    loop = asyncio.get_running_loop()
    transport, relay = await loop.create_datagram_endpoint(LiteAgent, local_addr=("127.0.0.1", 0))
    monkeypatch.setattr(ports, "choose", lambda _: engine.ports[0])
    first, second = (Watched(engine, ports, relay.offer, whatsapp=True) for _ in range(2))
    nominated = asyncio.Event()
    first.leg._connection._on_nominated = lambda _: nominated.set()
    first.leg.start()
    await asyncio.wait_for(nominated.wait(), 5)
    second.leg.start()

    assert await second.failed() == "ICE found no way to the peer"
    assert first.quiet, "the first leg lost its address"
    for watched in (second, first):
        await watched.leg.close()
    transport.close()


def test_connects_on_uvloop_too(engine: Engine) -> None:
    async def connect() -> None:
        ports = SharedPorts(engine, on_leg_event=lambda _: None)
        ports.open()
        meta = MetaPeer(440)
        watched = Watched(engine, ports, await meta.offer(), whatsapp=True)
        watched.leg.start()
        await meta.accept(watched.leg.answer)
        await watched.connected()
        await watched.leg.close()
        await meta.close()
        ports.close()

    with pytest.MonkeyPatch.context() as monkeypatch, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
        runner.run(connect())
