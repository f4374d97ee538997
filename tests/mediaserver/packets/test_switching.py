"""A switch from one source to another is not to be noticed by the listener's decoder, only by the listener's ear."""

import itertools

from mediaserver.packets.types import Cue, LegEvent, LegEventKind
from tests.support.engine_room import COMFORT, EngineRoom
from tests.support.rtp_peer import Rtp


def assert_one_stream(packets: list[Rtp]) -> None:
    """Every packet is the next frame of the same stream."""
    assert len({packet.ssrc for packet in packets}) == 1, "the SSRC changed"
    for before, after in itertools.pairwise(packets):
        assert (after.sequence - before.sequence) % 2**16 == 1, f"the sequence jumps at {after.payload!r}"
        assert (after.timestamp - before.timestamp) % 2**32 == 960, f"the clock jumps at {after.payload!r}"


def test_ringback_music_and_voice_are_one_stream(room: EngineRoom) -> None:
    """#26: after hold music the agent is inaudible when the stream jumps."""
    caller, agent = room.join(), room.join()
    room.engine.play(caller.leg, [Cue(room.clip(b"ring", 3), 0)])
    packets = [caller.peer.hear() for _ in range(4)]
    room.engine.play(caller.leg, [Cue(room.clip(b"music", 3), 0)])
    packets += caller.peer.hear_until(b"music2")
    room.engine.listen(caller.leg, agent.leg)
    for number in range(5):
        # The agent's own numbers wrap in the middle of the first words.
        agent.peer.speak(b"voice%d" % number, sequence=2**16 - 2 + number, timestamp=2**32 - 1000 + 960 * number)
    packets += caller.peer.hear_until(b"voice4")
    room.engine.play(caller.leg, [Cue(room.clip(b"hold", 3), 0)])
    packets += caller.peer.hear_until(b"hold2")
    assert_one_stream(packets)
    begins = [packet.payload.rstrip(b"0123456789") for packet in packets if packet.marker]
    assert begins in (
        [b"ring", b"music", b"voice", b"hold"],
        [b"ring", b"music", COMFORT, b"voice", b"hold"],
    ), "the marker bit says where a new sound begins"
    assert room.engine.counters(caller.leg).forwarded == 5, "not every word was forwarded"


def test_ringback_is_gone_with_the_join(room: EngineRoom) -> None:
    """#16, #13: no ring and no music once the voices are joined, in either direction."""
    caller, agent = room.join(), room.join()
    for party in (caller, agent):
        room.engine.play(party.leg, [Cue(room.clip(b"ring", 2), 0)])
        party.peer.hear_until(b"ring1")
    room.engine.listen(caller.leg, agent.leg)
    room.engine.listen(agent.leg, caller.leg)
    for party in (caller, agent):
        party.peer.hear_all()
    for number in range(3):
        agent.peer.speak(b"agent", sequence=number, timestamp=960 * number)
        caller.peer.speak(b"caller", sequence=number, timestamp=960 * number)
    for party, voice in ((caller, b"agent"), (agent, b"caller")):
        heard = [packet.payload for _ in range(3) for packet in party.peer.hear_until(voice)]
        # One frame may have been under way when the sources were switched.
        assert set(heard[1:]) <= {voice, COMFORT}, "ringback is heard after the join"


def test_the_joined_agent_may_be_silent(room: EngineRoom) -> None:
    """#8: the caller gets comfort frames until the agent's microphone opens, and the wait is no stall."""
    caller, agent = room.join(), room.join()
    room.engine.play(caller.leg, [Cue(room.clip(b"ring", 2), 0)])
    packets = caller.peer.hear_until(b"ring1")
    room.engine.listen(caller.leg, agent.leg)
    while [packet.payload for packet in packets[-3:]] != [COMFORT] * 3:
        packets.append(caller.peer.hear())
        assert len(packets) < 50, "nothing fills the wait for the agent"
    agent.peer.speak(b"voice", sequence=9, timestamp=9)
    packets += caller.peer.hear_until(b"voice")
    assert_one_stream(packets)
    room.await_event(LegEventKind.SOURCE_STARTED, caller.leg)
    kinds = {event.kind for event in room.events if isinstance(event, LegEvent)}
    assert LegEventKind.SOURCE_STALLED not in kinds, "waiting for the first word is no stall"


def test_a_silent_source_is_filled_in_and_told_and_heard_again() -> None:
    """The dead-air guard: the stream goes on, the call machine learns of it, and the voice is placed behind it."""
    with EngineRoom(stall_ms=60) as room:
        caller, agent = room.join(), room.join()
        room.engine.listen(caller.leg, agent.leg)
        agent.peer.speak(b"before", sequence=10, timestamp=0)
        packets = caller.peer.hear_until(b"before")
        room.await_event(LegEventKind.SOURCE_STALLED, caller.leg)
        packets += [caller.peer.hear() for _ in range(3)]
        assert [packet.payload for packet in packets[-3:]] == [COMFORT] * 3, "dead air"
        agent.peer.speak(b"late", sequence=9, timestamp=0)
        agent.peer.speak(b"again", sequence=12, timestamp=9600)
        packets += caller.peer.hear_until(b"again")
        assert_one_stream(packets)
        room.await_event(LegEventKind.SOURCE_RECOVERED, caller.leg)
        counters = room.engine.counters(caller.leg)
        assert (counters.stale, counters.forwarded) == (1, 2), "a late packet was placed behind comfort frames"


def test_a_listener_of_a_leg_that_goes_hears_comfort(room: EngineRoom) -> None:
    caller, agent = room.join(), room.join()
    room.engine.listen(caller.leg, agent.leg)
    agent.peer.speak(b"voice", sequence=1, timestamp=1)
    packets = caller.peer.hear_until(b"voice")
    room.remove(agent.leg)
    packets += [caller.peer.hear() for _ in range(3)]
    assert [packet.payload for packet in packets[-3:]] == [COMFORT] * 3, "the caller is left in silence"
    assert_one_stream(packets)


def test_joining_the_same_leg_again_changes_nothing(room: EngineRoom) -> None:
    caller, agent = room.join(), room.join()
    room.engine.listen(caller.leg, agent.leg)
    agent.peer.speak(b"one", sequence=1, timestamp=1)
    caller.peer.hear_until(b"one")
    room.engine.listen(caller.leg, agent.leg)
    agent.peer.speak(b"two", sequence=2, timestamp=961)
    assert not caller.peer.hear_until(b"two")[-1].marker, "the listener was switched although nothing changed"


def test_a_muted_listener_hears_nothing_of_its_source(room: EngineRoom) -> None:
    caller, witness, agent = room.join(), room.join(), room.join()
    for party in (caller, witness):
        room.engine.listen(party.leg, agent.leg)
    room.engine.mute(caller.leg)
    for _ in range(3):
        witness.peer.hear()
    caller.peer.hear_all()
    for number in range(3):
        agent.peer.speak(b"voice%d" % number, sequence=number, timestamp=960 * number)
    witness.peer.hear_until(b"voice2")
    assert caller.peer.hears_nothing(), "a muted leg was sent something"


def test_many_switches_in_a_row_keep_one_stream(room: EngineRoom) -> None:
    """Switches faster than frames: every packet still is the next frame, and each is of a source that was chosen."""
    caller, agent = room.join(), room.join()
    clips = [room.clip(b"clip%d-" % at, 5) for at in range(3)]
    packets = []
    for number in range(60):
        if number % 4 == 0:
            room.engine.listen(caller.leg, agent.leg)
        elif number % 4 == 2:
            room.engine.comfort(caller.leg)
        room.engine.play(caller.leg, [Cue(clips[number % 3], 0)])
        if number % 2:
            agent.peer.speak(b"voice", sequence=number, timestamp=number * 960)
        if number % 3 == 0:
            packets.append(caller.peer.hear())
    packets += caller.peer.hear_all()
    assert_one_stream(packets)
