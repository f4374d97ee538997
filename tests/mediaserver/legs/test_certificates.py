"""A server that runs for months never shows a certificate that has expired, and no call feels the change."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from mediaserver.legs.answering import AnsweringLeg
from mediaserver.legs.certificates import RENEWED_BEFORE, Certificates
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.engine import Engine
from tests.mediaserver.conftest import MakePeer
from tests.support.peers import MetaPeer, Peer


class Calendar:
    """A wall clock that a test turns on."""

    def __init__(self) -> None:
        self.today = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.today


@pytest.fixture
def calendar() -> Calendar:
    """The clock of the certificates."""
    return Calendar()


@pytest.fixture
async def ports(engine: Engine, calendar: Calendar) -> AsyncIterator[SharedPorts]:
    """Ports whose certificates live by that clock."""
    ports = SharedPorts(engine, on_leg_event=lambda _: None, certificates=Certificates(calendar))
    ports.open()
    yield ports
    ports.close()


def test_a_certificate_serves_all_legs_until_it_has_to_be_renewed(calendar: Calendar) -> None:
    certificates = Certificates(calendar)
    first = certificates.current()
    calendar.today = first.expires - RENEWED_BEFORE - timedelta(seconds=1)
    assert certificates.current() is first, "each leg pays for a key of its own"

    calendar.today += timedelta(seconds=1)
    second = certificates.current()

    assert second.fingerprint != first.fingerprint, "legs of a server that runs for a month show an expired certificate"
    assert calendar.today < first.expires, "the old one expired before the new one was there"


async def test_a_leg_shows_the_certificate_of_its_sdp_also_after_a_new_one_took_over(
    ports: SharedPorts, engine: Engine, peer: MakePeer[Peer], calendar: Calendar
) -> None:
    """The peer holds the DTLS certificate against the fingerprint in SDP (RFC 8122 6.2), and both are of one leg."""

    async def called(meta: Peer) -> tuple[AnsweringLeg, asyncio.Event]:
        connected = asyncio.Event()
        offer = await meta.offer()
        leg = AnsweringLeg(engine, ports, offer, whatsapp=True, on_connected=connected.set, on_failed=pytest.fail)
        return leg, connected

    old, new = peer(MetaPeer, 440), peer(MetaPeer, 550)
    before, before_connected = await called(old)
    calendar.today += timedelta(days=16)
    after, after_connected = await called(new)

    assert before.answer.partition("fingerprint:")[2][:80] != after.answer.partition("fingerprint:")[2][:80], (
        "not renewed"
    )
    for leg, meta, connected in ((before, old, before_connected), (after, new, after_connected)):
        leg.start()
        await meta.accept(leg.answer)
        await asyncio.wait_for(connected.wait(), 10)
    for leg in (before, after):
        await leg.close()
