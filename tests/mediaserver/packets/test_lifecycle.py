"""The engine's own life: bad arguments, stale numbers, and an end in the middle of everything."""

import gc
import os
import threading
import weakref
from collections.abc import Callable

import pytest

from mediaserver.packets.engine import Engine
from mediaserver.packets.types import Cue, SrtpFunctions, SrtpSessions, Stream
from tests.support.engine_room import COMFORT, EngineRoom
from tests.support.rtp_peer import srtp_functions

METHODS: dict[str, Callable[[Engine], object]] = {
    "address": lambda engine: engine.address,
    "fileno": lambda engine: engine.fileno(),
    "start": lambda engine: engine.start(),
    "events": lambda engine: engine.events(),
    "send": lambda engine: engine.send(b"", ("127.0.0.1", 9)),
    "add_clip": lambda engine: engine.add_clip([b"x"]),
    "remove_clip": lambda engine: engine.remove_clip(1 << 16),
    "add_leg": lambda engine: engine.add_leg(Stream(1, 111)),
    "remove_leg": lambda engine: engine.remove_leg(1 << 16),
    "set_remote": lambda engine: engine.set_remote(1 << 16, ("127.0.0.1", 9)),
    "secure": lambda engine: engine.secure(1 << 16, SrtpSessions(1, 1, None)),
    "play": lambda engine: engine.play(1 << 16, [Cue(1 << 16)]),
    "listen": lambda engine: engine.listen(1 << 16, 1 << 16),
    "comfort": lambda engine: engine.comfort(1 << 16),
    "mute": lambda engine: engine.mute(1 << 16),
    "tap": lambda engine: engine.tap(1 << 16, 1000),
    "take_tap": lambda engine: engine.take_tap(1 << 16),
    "counters": lambda engine: engine.counters(1 << 16),
    "send_digits": lambda engine: engine.send_digits(1 << 16, "1"),
    "quality": lambda engine: engine.quality(1 << 16),
    "totals": lambda engine: engine.totals(),
}


@pytest.mark.parametrize("method", METHODS)
def test_a_closed_engine_says_so(method: str) -> None:
    engine = Engine(srtp_functions(), [COMFORT])
    engine.start()
    engine.close()
    engine.close()
    with pytest.raises(ValueError, match="closed"):
        METHODS[method](engine)


BY_LEG = [
    "remove_leg",
    "set_remote",
    "secure",
    "play",
    "listen",
    "comfort",
    "mute",
    "send_digits",
    "counters",
    "quality",
]


@pytest.mark.parametrize("method", BY_LEG)
def test_a_leg_that_is_gone_is_noticed(room: EngineRoom, method: str) -> None:
    """The place of a removed leg is used again; its old number must not reach the new leg."""
    gone = room.leg()
    room.remove(gone)
    successor = room.leg()
    assert successor != gone, "a number is given once"
    assert successor & 0xFFFF == gone & 0xFFFF, "the place was meant to be used again"
    arguments: dict[str, tuple[object, ...]] = {
        "set_remote": (("127.0.0.1", 9),),
        "secure": (SrtpSessions(1, 1, None),),
        "play": ([Cue(room.clip(b"x", 1))],),
        "listen": (successor,),
        "send_digits": ("1",),
    }
    for number in (gone, 0, -1, 2**62, 1 << 16 | 0xFFFF):
        with pytest.raises(ValueError, match="leg"):
            getattr(room.engine, method)(number, *arguments.get(method, ()))


def test_a_source_or_clip_that_is_gone_is_noticed(room: EngineRoom) -> None:
    party, gone, clip = room.join(), room.leg(), room.clip(b"gone", 1)
    room.remove(gone)
    room.remove_clip(clip)
    successor = room.clip(b"new", 1)
    assert successor != clip, "a number is given once"
    with pytest.raises(ValueError, match="leg"):
        room.engine.listen(party.leg, gone)
    for number in (clip, 0, -1, 2**62):
        with pytest.raises(ValueError, match="clip"):
            room.engine.play(party.leg, [Cue(number)])
        with pytest.raises(ValueError, match="clip"):
            room.engine.remove_clip(number)


def test_a_clip_in_use_is_kept(room: EngineRoom) -> None:
    party, clip, other = room.join(), room.clip(b"held", 1), room.clip(b"other", 1)
    room.engine.play(party.leg, [Cue(other), Cue(clip, 0)])
    for held in (clip, other):
        with pytest.raises(ValueError, match="holds"):
            room.engine.remove_clip(held)
    party.peer.hear_until(b"held0")
    room.engine.comfort(party.leg)
    room.remove_clip(clip)
    room.remove_clip(other)
    assert room.engine.totals().clips == 0, "a clip that nobody plays can be freed"


def test_a_removed_leg_lets_its_clips_go(room: EngineRoom) -> None:
    party, clip = room.join(), room.clip(b"held", 1)
    room.engine.play(party.leg, [Cue(clip, 0)])
    room.remove(party.leg)
    room.remove_clip(clip)
    assert room.engine.totals().clips == 0, "the playlist of a leg that is gone holds a clip for ever"


@pytest.mark.parametrize(
    "stream",
    [
        Stream(-1, 111),
        Stream(2**32, 111),
        Stream(1, 128),
        Stream(1, -1),
        Stream(1, 111, 128),
        Stream(1, 111, -2),
        Stream(1, 111, 126, 16000),
        Stream(1, 111, cname=""),
        Stream(1, 111, cname="c" * 65),
        Stream(1, 111, cname="\xe9"),
    ],
)
def test_a_stream_that_cannot_be_is_refused(room: EngineRoom, stream: Stream) -> None:
    with pytest.raises(ValueError, match=r"bits|clock|CNAME|ascii"):
        room.engine.add_leg(stream)
    assert room.engine.totals().legs == 0, "a refused leg stays behind"


@pytest.mark.parametrize("frames", [[], [b""], [b"x" * 1276], [b"x", b""]])
def test_a_clip_that_cannot_be_is_refused(room: EngineRoom, frames: list[bytes]) -> None:
    with pytest.raises(ValueError, match="1275"):
        room.engine.add_clip(frames)
    with pytest.raises(ValueError, match="1275"):
        Engine(srtp_functions(), frames)
    assert room.engine.totals().clips == 0, "a refused clip stays behind"


def test_a_playlist_that_cannot_be_is_refused(room: EngineRoom) -> None:
    party, clip = room.join(), room.clip(b"x", 1)
    wrong_starts = [Cue(clip, 1, start=-1)], [Cue(clip, 1, start=1)], [Cue(clip, 1, start=2**32)]
    for playlist in ([], [Cue(clip)] * 17, [Cue(clip, -1)], [Cue(clip, 2**32)], *wrong_starts):
        with pytest.raises(ValueError, match=r"cue|repeats"):
            room.engine.play(party.leg, playlist)


@pytest.mark.parametrize("address", [("localhost", 9), ("", 9), ("127.0.0.1", 0), ("127.0.0.1", 65536), ("::1", 9)])
def test_an_address_that_cannot_be_is_refused(room: EngineRoom, address: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match=r"IP|port"):
        room.engine.set_remote(room.leg(), address)
    with pytest.raises(ValueError, match=r"IP|port"):
        room.engine.send(b"x", address)


def test_an_address_belongs_to_one_leg(room: EngineRoom) -> None:
    """Two legs on one address could not be told apart; the one that talks already keeps it."""
    party, second = room.join(), room.leg()
    room.engine.set_remote(party.leg, party.peer.address)
    with pytest.raises(ValueError, match="another leg"):
        room.engine.set_remote(second, party.peer.address)
    room.remove(party.leg)
    room.engine.set_remote(second, party.peer.address)


def test_many_addresses_come_and_go(room: EngineRoom) -> None:
    """The table of addresses has no dead ends after legs left it in any order."""
    legs = {("127.0.0.1", port): room.leg() for port in range(20_000, 22_000)}
    for address, leg in legs.items():
        room.engine.set_remote(leg, address)
    for address in list(legs)[::2]:
        room.remove(legs.pop(address))
    newcomer = room.leg()
    for address in legs:
        with pytest.raises(ValueError, match="another leg"):
            room.engine.set_remote(newcomer, address)


def test_an_engine_without_its_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="libsrtp"):
        Engine(SrtpFunctions(0, 1, 1, 1), [COMFORT])
    with pytest.raises(ValueError, match="stall_ms"):
        Engine(srtp_functions(), [COMFORT], stall_ms=0)


def test_a_port_in_use_is_an_os_error(room: EngineRoom) -> None:
    with pytest.raises(OSError, match="in use"):
        Engine(srtp_functions(), [COMFORT], port=room.engine.address[1])


def test_an_engine_starts_once(room: EngineRoom) -> None:
    with pytest.raises(ValueError, match="already"):
        room.engine.start()


def test_a_leg_without_contexts_is_refused(room: EngineRoom) -> None:
    with pytest.raises(ValueError, match="contexts"):
        room.engine.secure(room.leg(), SrtpSessions(0, 1, None))


def test_the_contexts_live_as_long_as_their_leg(room: EngineRoom) -> None:
    class Owner:
        """Keeps SRTP contexts alive, and can be watched."""

    party, owner = room.join(), Owner()
    room.engine.secure(party.leg, party.peer.sessions()._replace(owner=owner))
    watched = weakref.ref(owner)
    del owner
    gc.collect()
    assert watched() is not None, "the contexts were freed under the engine's feet"
    room.remove(party.leg)
    gc.collect()
    assert watched() is None, "the contexts of a leg that is gone are never freed"


def test_an_engine_leaves_no_descriptor_behind() -> None:
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208  # Names of descriptors, not paths.
    for _ in range(20):
        engine = Engine(srtp_functions(), [COMFORT])
        engine.start()
        engine.close()
    assert set(os.listdir("/proc/self/fd")) == before, "descriptors leak"  # noqa: PTH208  # As above.


@pytest.mark.parametrize("attempt", range(5))
def test_closing_under_load_never_crashes(attempt: int) -> None:
    """Datagrams pour in, legs play and listen, control methods run, and the engine is closed."""
    room = EngineRoom()
    music = room.clip(b"music", 50)
    parties = [room.join(ssrc=number) for number in range(20)]
    for number, party in enumerate(parties):
        room.engine.play(party.leg, [Cue(music, 0)])
        room.engine.listen(party.leg, parties[number ^ 1].leg)
    closed, pouring = threading.Event(), threading.Event()

    def pour() -> None:
        number = 0
        while not closed.is_set():
            number += 1
            for party in parties:
                party.peer.speak(b"voice", sequence=number, timestamp=number * 960)
            pouring.set()

    flood = threading.Thread(target=pour)
    flood.start()
    assert pouring.wait(5), "the flood never began"
    for number in range(40 * attempt):
        room.engine.play(parties[number % 20].leg, [Cue(music, number + 1)])
        room.engine.listen(parties[number % 20].leg, parties[(number + 7) % 20].leg)
    room.engine.close()
    closed.set()
    flood.join(5)
    assert not flood.is_alive(), "the flood never ended"
    with pytest.raises(ValueError, match="closed"):
        room.engine.totals()
    room.dismiss()
