"""The caller's phone: Meta's offer, and a media path that only ICE opens (whatsapp-calling 5.1, 5.5)."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator

import aioice.ice
import pytest
from aioice import Candidate, Connection

from benchmarks.simulator.answer import judge
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.phone import CallerPhone
from benchmarks.simulator.relayed_phone import Ipv6
from tests.benchmarks.simulator.test_answer import GOOD
from tests.benchmarks.simulator.test_ice_lite import check


@pytest.fixture
async def phone() -> AsyncIterator[CallerPhone]:
    """A phone that was answered by nobody."""
    pacer = Pacer()
    made = CallerPhone(pacer, ipv6=Ipv6.DEAD)
    yield made
    made.close()
    pacer.close()


async def test_the_offer_is_metas(phone: CallerPhone) -> None:
    assert phone.offer.endswith("\r\n")
    assert "\n" not in phone.offer.replace("\r\n", "")
    assert phone.offer.count("a=ice-lite\r\n") == 1
    assert re.search(r"a=ice-ufrag:[A-Za-z0-9]{16}\r\n", phone.offer)
    assert re.search(r"a=ice-pwd:[A-Za-z0-9+/]{22}==\r\n", phone.offer), "24 characters of Base64 ending in =="
    assert "a=mid:audio\r\n" in phone.offer
    assert "SAVPF 111 126\r\n" in phone.offer
    assert phone.offer.count("a=fingerprint:") == 1
    candidates = re.findall(r"a=candidate:\d+ 1 udp (\d+) (\S+) (\d+)", phone.offer)
    (priority_4, host_4, port_4), (priority_6, host_6, port_6) = candidates
    assert (host_4, host_6) == ("127.0.0.1", "::1")
    assert port_4 == port_6
    assert int(priority_6) > int(priority_4), "IPv6 has the higher priority"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
async def test_a_live_ipv6_candidate_is_reachable() -> None:
    pacer = Pacer()
    try:
        phone = CallerPhone(pacer, ipv6=Ipv6.LIVE)
    except OSError:
        pytest.skip("this machine has no ::1")
    assert "::1" in phone.offer
    phone.close()


async def test_a_business_in_the_wrong_role_repairs_itself_and_then_gets_through(
    phone: CallerPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lesson #29: 487 is answered, and a business that changes its role connects."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    business = Connection(ice_controlling=False)
    business.remote_is_lite = True
    business.remote_username, business.remote_password = phone.ice.username, phone.ice.password
    for line in re.findall(r"a=candidate:(.*127\.0\.0\.1.*)\r\n", phone.offer):
        await business.add_remote_candidate(Candidate.from_sdp(line))
    await business.add_remote_candidate(None)
    await business.gather_candidates()
    await asyncio.wait_for(business.connect(), 5)
    assert phone.ice.role_conflicts == 1
    assert phone.ice.nominated is not None
    await business.close()


async def test_media_from_elsewhere_than_the_nominated_address_is_dropped(phone: CallerPhone) -> None:
    phone.apply_answer(judge(GOOD))
    port = re.findall(r"m=audio (\d+)", phone.offer)[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)
        stranger.connect(("127.0.0.1", int(port)))
        for datagram in (b"\x16" + bytes(60), b"\x80" + bytes(60), check_of(phone)):
            stranger.send(datagram)
        # The reply to the check proves that what was sent before it has been read.
        await asyncio.wait_for(asyncio.get_running_loop().sock_recv(stranger, 1500), 5)
    assert phone.stray == 2, "only the nominated address may speak"


def check_of(phone: CallerPhone) -> bytes:
    """An authenticated check that nominates nothing."""
    return check(username=f"{phone.ice.username}:ekDT", password=phone.ice.password)
