"""A leg that offers meets Meta's answer: in either DTLS role, by whichever relay, or is refused in words."""

import asyncio
from collections.abc import Iterator

import pytest

from mediaserver.legs.answering import AnsweringLeg
from mediaserver.legs.offering import OfferingLeg
from mediaserver.legs.sdp import BadSdp
from mediaserver.legs.srtp import srtp_functions
from mediaserver.legs.transport import PortsExhausted, SharedPorts
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Cue
from tests.mediaserver.conftest import MakePeer, tone_frames
from tests.support.offers import META_ANSWER, META_OFFER
from tests.support.peers import AnsweringMetaPeer, Peer

OURS_HZ, THEIRS_HZ = 440, 800


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine with two ports."""
    engine = Engine(srtp_functions(), tone_frames(200), ports=2)
    engine.start()
    yield engine
    engine.close()


class Dialled:
    """A leg that offers, and what became of it."""

    def __init__(self, engine: Engine, ports: SharedPorts) -> None:
        self.connected = asyncio.Event()
        self.leg = OfferingLeg(engine, ports, on_connected=self.connected.set, on_failed=pytest.fail)


@pytest.mark.parametrize(("setup", "ours"), [("active", "server"), ("passive", "client"), ("actpass", "client")])
async def test_takes_metas_dtls_role_literally_and_sound_flows(
    engine: Engine, ports: SharedPorts, peer: MakePeer[Peer], setup: str, ours: str
) -> None:
    """whatsapp-calling 5.5: nobody knows which role Meta takes, and two clients or two servers never connect."""
    meta = peer(AnsweringMetaPeer, THEIRS_HZ)
    assert isinstance(meta, AnsweringMetaPeer)
    dialled = Dialled(engine, ports)

    dialled.leg.take_answer(await meta.answer(dialled.leg.offer, setup=setup))
    dialled.leg.start()
    await asyncio.wait_for(dialled.connected.wait(), 5)

    assert dialled.leg._dtls._role == ours
    assert dialled.leg._connection.role == "controlling", "#31: a lite peer never nominates"
    assert engine.counters(dialled.leg.id).sent == 0, "#7, #49: sound before the phone is picked up"
    engine.play(dialled.leg.id, [Cue(engine.add_clip(tone_frames(OURS_HZ)), 0)])
    await asyncio.wait_for(meta.hears(OURS_HZ), 10)
    assert engine.counters(dialled.leg.id).received > 0, "what Meta sends does not come in"
    await dialled.leg.close()


async def test_a_relay_that_has_a_call_already_is_met_at_another_port(engine: Engine, ports: SharedPorts) -> None:
    """The relay is not known before its answer, and two calls by one relay need a port of ours each."""
    dialled, second = Dialled(engine, ports), Dialled(engine, ports)

    dialled.leg.take_answer(META_ANSWER)
    second.leg.take_answer(META_ANSWER)

    assert [each.leg._connection.local_port for each in (dialled, second)] == list(engine.ports)
    with pytest.raises(PortsExhausted):
        Dialled(engine, ports).leg.take_answer(META_ANSWER)
    await dialled.leg.close()
    again = Dialled(engine, ports)
    again.leg.take_answer(META_ANSWER)
    assert again.leg._connection.local_port == engine.ports[0], "a closed leg still holds its relay"
    for each in (second, again):
        await each.leg.close()


async def test_legs_that_only_ring_hold_no_port(engine: Engine, ports: SharedPorts) -> None:
    """However many phones ring, callers find every port free."""
    ringing = [Dialled(engine, ports) for _ in range(5)]

    caller = AnsweringLeg(engine, ports, META_OFFER, whatsapp=True, on_connected=lambda: None, on_failed=pytest.fail)

    assert caller._connection.local_port == engine.ports[0]
    for leg in (caller, *(each.leg for each in ringing)):
        await leg.close()
    assert engine.totals().legs == 0, "a leg that was never answered is still in the engine"


async def test_an_answer_that_cannot_be_used_leaves_nothing(engine: Engine, ports: SharedPorts) -> None:
    dialled = Dialled(engine, ports)

    with pytest.raises(BadSdp):
        dialled.leg.take_answer(META_ANSWER.replace("sha-256", "sha-384"))

    await dialled.leg.close()
    assert engine.totals().legs == 0, "a leg with a broken answer is still in the engine"
    assert ports._claimed == {}, "a broken answer still holds its relay"
