"""The dead-air guard: who is silent, who only seems to be, and what is heard meanwhile."""

from collections.abc import Iterator

import pytest

from mediaserver.packets.types import Cue, LegEvent, LegEventKind
from tests.support.engine_room import COMFORT, EngineRoom, Party

STALL_MS, LOST_MS = 200, 500
TICKS = 50
"""Frames of 20 ms, far more than LOST_MS."""


@pytest.fixture
def room() -> Iterator[EngineRoom]:
    """An engine that loses patience quickly."""
    with EngineRoom(stall_ms=STALL_MS, lost_ms=LOST_MS) as room:
        yield room


def talking(room: EngineRoom) -> tuple[Party, Party]:
    """A caller and an agent who hear each other, and the agent has said its first word."""
    caller, agent = room.join(), room.join()
    room.engine.listen(caller.leg, agent.leg)
    room.engine.listen(agent.leg, caller.leg)
    agent.peer.speak(b"voice", sequence=0, timestamp=0)
    caller.peer.hear_until(b"voice")
    return caller, agent


def told(room: EngineRoom, leg: int) -> list[LegEventKind]:
    """What was told of a leg up to now."""
    room.events += room.engine.events()
    return [event.kind for event in room.events if isinstance(event, LegEvent) and event.leg == leg]


def test_a_leg_that_falls_silent_is_told_once_and_again_when_it_speaks(room: EngineRoom) -> None:
    """#9 #39: comfort frames first; then the call machine can act, long before ICE gives the peer up."""
    caller, agent = talking(room)
    stalled = room.await_event(LegEventKind.SOURCE_STALLED, caller.leg)
    silent = room.await_event(LegEventKind.LEG_SILENT, agent.leg)
    assert stalled.at < silent.at, "comfort frames must not wait for the verdict"
    for _ in range(TICKS):
        assert caller.peer.hear().payload == COMFORT, "dead air"
    agent.peer.hear_all()
    for tick in range(1, 20):
        agent.peer.hear()
        agent.peer.speak(b"again", sequence=tick, timestamp=960 * tick)
    room.await_event(LegEventKind.LEG_SPEAKS, agent.leg)
    caller.peer.hear_until(b"again")
    news = told(room, agent.leg)
    assert (news.count(LegEventKind.LEG_SILENT), news.count(LegEventKind.LEG_SPEAKS)) == (1, 1), (
        "one silence, told once"
    )
    assert room.engine.counters(caller.leg).discontinuities == 0, "the caller noticed more than the silence"


def test_a_leg_that_never_spoke_is_silent_too(room: EngineRoom) -> None:
    caller, agent = room.join(), room.join()
    room.engine.listen(caller.leg, agent.leg)
    room.engine.listen(agent.leg, caller.leg)
    room.await_event(LegEventKind.LEG_SILENT, agent.leg)
    assert caller.peer.hear().payload == COMFORT, "#8: comfort frames flow even with no source"


def test_a_silence_is_noticed_although_nobody_listens_any_more(room: EngineRoom) -> None:
    """The caller hears music in the meantime; that the agent is back must be known all the same."""
    caller, agent = talking(room)
    room.await_event(LegEventKind.LEG_SILENT, agent.leg)
    room.engine.play(caller.leg, [Cue(room.clip(b"music", 3), 0)])
    caller.peer.hear_until(b"music0")
    agent.peer.speak(b"again", sequence=1, timestamp=960)
    room.await_event(LegEventKind.LEG_SPEAKS, agent.leg)


def test_a_muted_agent_is_not_a_dead_agent(room: EngineRoom) -> None:
    """#63: a browser whose microphone is muted sends packets of silence."""
    caller, agent = talking(room)
    for tick in range(1, TICKS):
        agent.peer.hear()
        agent.peer.speak(b"\xf8silence", sequence=tick, timestamp=960 * tick)
    caller.peer.hear_until(b"\xf8silence")
    assert LegEventKind.SOURCE_STALLED not in told(room, caller.leg), "silence was taken for a stall"
    assert LegEventKind.LEG_SILENT not in told(room, agent.leg), "a muted agent was given up"


def test_an_agent_who_only_presses_keys_is_not_a_dead_agent(room: EngineRoom) -> None:
    """Digits take the place of sound (RFC 4733 2.1); the caller hears comfort frames and nobody is alarmed."""
    caller, agent = talking(room)
    for tick in range(1, TICKS):
        agent.peer.hear()
        agent.peer.speak(b"\x05\x0a\x00\xa0", sequence=tick, timestamp=960, payload_type=126)
    agent.peer.speak(b"words", sequence=TICKS, timestamp=960 * TICKS)
    heard = [packet.payload for packet in caller.peer.hear_until(b"words")]
    assert heard.count(COMFORT) > TICKS // 2, "dead air while keys are pressed"
    stalls = {LegEventKind.SOURCE_STALLED, LegEventKind.SOURCE_RECOVERED}
    assert not stalls & {*told(room, caller.leg)}, "pressing keys was taken for a stall"
    assert LegEventKind.LEG_SILENT not in told(room, agent.leg), "an agent who presses keys was given up"


def test_keys_and_then_nothing_is_a_stall(room: EngineRoom) -> None:
    caller, agent = talking(room)
    for tick in range(1, 10):
        agent.peer.hear()
        agent.peer.speak(b"\x05\x0a\x00\xa0", sequence=tick, timestamp=960, payload_type=126)
    room.await_event(LegEventKind.SOURCE_STALLED, caller.leg)
    room.await_event(LegEventKind.LEG_SILENT, agent.leg)


def test_silence_is_not_counted_before_anything_is_sent(room: EngineRoom) -> None:
    """An agent's tab that rings is connected and muted; that nothing comes from it means nothing."""
    ringing, witness = room.join(), room.join()
    ringing.peer.speak(b"voice", sequence=0, timestamp=0)
    room.engine.comfort(witness.leg)
    for _ in range(TICKS):
        witness.peer.hear()
    assert LegEventKind.LEG_SILENT not in told(room, ringing.leg), "a ringing tab was taken for a dead one"


def test_music_goes_on_when_the_caller_falls_silent(room: EngineRoom) -> None:
    """#17: waiting audio does not depend on what comes in."""
    caller = room.join()
    room.engine.play(caller.leg, [Cue(room.clip(b"music", 7), 0)])
    caller.peer.speak(b"voice", sequence=0, timestamp=0)
    room.await_event(LegEventKind.LEG_SILENT, caller.leg)
    heard = [caller.peer.hear().payload for _ in range(TICKS)]
    assert heard == [b"music%d" % (at % 7) for at in range(TICKS)], "the music stopped with the caller's voice"
