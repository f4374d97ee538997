"""Owns what tests of media share: a real engine on loopback, its port, and stock peers that hang up at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeAlias, TypeVar

import aioice.ice
import numpy as np
import pytest

from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Clip
from hold_audio.encode import encode
from hold_audio.occasions import Choice, Occasion
from hold_audio.strategy import FOR_EVER, Programme, Segment, WaitStrategy
from mediaserver.legs.srtp import srtp_functions
from mediaserver.legs.transport import SharedPorts
from mediaserver.media_port import Media
from mediaserver.packets.engine import Engine
from mediaserver.wait_player import WaitPlayer
from mediaserver.wait_sounds import Sounds
from tests.mediaserver.media_calls import HOLD_HZ, MUSIC_HZ, RINGBACK_HZ, Calls
from tests.support.peers import Peer
from tests.support.unseen import Unseen

APeer = TypeVar("APeer", bound=Peer)
MakePeer: TypeAlias = Callable[[type[APeer], float], APeer]


def tone_frames(hertz: float) -> tuple[bytes, ...]:
    """One second of a sine in Opus; whole numbers of Hz loop without a seam."""
    seconds = np.arange(SAMPLE_RATE // FRAME_SAMPLES * FRAME_SAMPLES) / SAMPLE_RATE
    return encode((0.4 * np.sin(2 * np.pi * hertz * seconds)).astype(np.float32), 24_000)


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine that runs."""
    engine = Engine(srtp_functions(), tone_frames(200), inaudible_ms=1000)
    engine.start()
    yield engine
    engine.close()


@pytest.fixture
async def ports(engine: Engine) -> AsyncIterator[SharedPorts]:
    """The engine's port, open, with no legs."""
    ports = SharedPorts(engine, on_leg_event=lambda _: None)
    ports.open()
    yield ports
    ports.close()


@pytest.fixture
async def peer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakePeer[Peer]]:
    """Makes peers that know no other network than loopback: ``peer(MetaPeer, 440)``."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    made: list[Peer] = []

    def make(kind: type[APeer], hertz: float) -> APeer:
        made.append(one := kind(hertz))
        return one

    yield make
    for one in made:
        await one.close()


@pytest.fixture
def calls() -> Calls:
    """Who is told by the media port."""
    return Calls()


@pytest.fixture
async def media(engine: Engine, calls: Calls) -> AsyncIterator[Media]:
    """The media port on a real engine, with two queues that sound differently."""
    tones = (("ringback", RINGBACK_HZ), ("ringback-gb", RINGBACK_HZ), ("music", MUSIC_HZ), ("hold", HOLD_HZ))
    clips = {name: Clip(name, tone_frames(hertz)) for name, hertz in tones}
    music, hold = (Programme((Segment(name, FOR_EVER),)) for name in ("music", "hold"))
    main = WaitStrategy(Programme((Segment("ringback", 1), Segment("music", FOR_EVER))), hold)
    vip = WaitStrategy(
        music,
        music,
        said={Occasion.CLOSED: ("hold",), Occasion.ASKED_TO_STAY: ("hold",)},
        keys={"1": Choice.CALL_BACK_AND_STAY},
    )
    sounds = Sounds({"main": main, "vip": vip}, clips, clips["ringback"], ())
    player = WaitPlayer(engine, sounds, Unseen(), asyncio.get_running_loop())
    media = Media(engine, calls.post, player, [calls])
    media.open()
    yield media
    await media.stop()
