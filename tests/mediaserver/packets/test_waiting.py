"""What a waiting caller hears: clips, playlists and comfort frames, paced by the engine's own clock."""

import itertools

import pytest

from mediaserver.packets.types import Cue, LegEventKind
from tests.support.engine_room import COMFORT, EngineRoom
from tests.support.rtp_peer import Rtp, RtpPeer


def hear(peer: RtpPeer, count: int) -> list[Rtp]:
    return [peer.hear() for _ in range(count)]


def payloads(packets: list[Rtp]) -> list[bytes]:
    return [packet.payload for packet in packets]


def test_a_clip_loops_without_a_seam(room: EngineRoom) -> None:
    caller = room.join(ssrc=0xCAFE, payload_type=109)
    room.engine.play(caller.leg, [Cue(room.clip(b"ring", 3), 0)])
    packets = hear(caller.peer, 10)
    assert payloads(packets) == [b"ring%d" % (at % 3) for at in range(10)], "the loop skips or repeats a frame"
    for before, after in itertools.pairwise(packets):
        assert (after.sequence - before.sequence) % 2**16 == 1, "the sequence must rise by one"
        assert (after.timestamp - before.timestamp) % 2**32 == 960, "the clock must rise by 20 ms"
    assert {(packet.ssrc, packet.payload_type) for packet in packets} == {(0xCAFE, 109)}, "not as negotiated"
    assert [packet.marker for packet in packets] == [True] + [False] * 9, "only the first packet begins a sound"


def test_a_playlist_is_played_in_order_and_ends_in_comfort(room: EngineRoom) -> None:
    """After the last cue the line is not dead (#8)."""
    caller = room.join()
    cues = [Cue(room.clip(b"a", 2), 2), Cue(room.clip(b"b", 1)), Cue(room.clip(b"c", 3))]
    room.engine.play(caller.leg, cues)
    heard = payloads(hear(caller.peer, 10))
    assert heard == [b"a0", b"a1", b"a0", b"a1", b"b0", b"c0", b"c1", b"c2", COMFORT, COMFORT], (
        "not as the playlist says"
    )
    room.await_event(LegEventKind.PLAYLIST_ENDED, caller.leg)
    counters = room.engine.counters(caller.leg)
    assert counters.clip_frames == 8, "each frame of the playlist is sent once"
    assert counters.comfort_frames >= 2, "comfort frames are counted as such"


def test_the_playlist_that_plays_already_goes_on(room: EngineRoom) -> None:
    """Every re-queueing would otherwise start the music from its first note."""
    caller = room.join()
    cues = [Cue(room.clip(b"music", 50), 0)]
    room.engine.play(caller.leg, cues)
    hear(caller.peer, 3)
    room.engine.play(caller.leg, list(cues))
    room.engine.play(caller.leg, tuple(cues))
    packets = hear(caller.peer, 3)
    assert payloads(packets) == [b"music3", b"music4", b"music5"], "the same playlist was started again"
    assert not any(packet.marker for packet in packets), "nothing has changed for the listener"


def test_music_goes_on_where_it_was_after_an_announcement(room: EngineRoom) -> None:
    """#10: only its first round begins in the middle."""
    caller = room.join()
    music, prompt = room.clip(b"music", 4), room.clip(b"prompt", 2)
    room.engine.play(caller.leg, [Cue(prompt), Cue(music, 2, start=3), Cue(prompt, 1, start=1), Cue(music, 0)])
    heard = payloads(hear(caller.peer, 10))
    assert heard == [
        *(b"prompt0", b"prompt1"),
        *(b"music3", b"music0", b"music1", b"music2", b"music3"),
        *(b"prompt1", b"music0", b"music1"),
    ]


def test_the_same_music_from_another_place_is_another_playlist(room: EngineRoom) -> None:
    caller = room.join()
    music = room.clip(b"music", 200)
    room.engine.play(caller.leg, [Cue(music, 0)])
    hear(caller.peer, 2)
    room.engine.play(caller.leg, [Cue(music, 0, start=100)])
    assert payloads(hear(caller.peer, 2)) == [b"music100", b"music101"]


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_playlist_that_differs_only_in_repeats_is_another_one(room: EngineRoom, repeats: int) -> None:
    caller, music = room.join(), room.clip(b"music", 50)
    room.engine.play(caller.leg, [Cue(music, 0)])
    hear(caller.peer, 2)
    room.engine.play(caller.leg, [Cue(music, repeats)])
    assert b"music0" in payloads(hear(caller.peer, 2)), "the new playlist begins at its beginning"


def test_comfort_flows_with_no_source_at_all(room: EngineRoom) -> None:
    """#8: a call on which nothing is sent is torn down."""
    caller = room.join()
    room.engine.comfort(caller.leg)
    assert payloads(hear(caller.peer, 5)) == [COMFORT] * 5, "an accepted caller must always receive something"


def test_waiting_audio_needs_no_sound_from_the_caller(room: EngineRoom) -> None:
    """#34, #17: the first packet is sent before any was received, and music goes on whatever the caller sends."""
    silent, talking, music = room.join(), room.join(), room.clip(b"music", 1)
    for party in (silent, talking):
        room.engine.play(party.leg, [Cue(music, 0)])
    for number in range(10):
        if number < 5:
            talking.peer.speak(b"hello", sequence=number, timestamp=number * 960)
        assert talking.peer.hear().payload == b"music0", "the caller's own silence stopped the music"
        assert silent.peer.hear().payload == b"music0", "a caller that never speaks hears nothing"
    counters = room.engine.counters(silent.leg)
    assert (counters.received, counters.sent >= 10) == (0, True), "the counters tell another story"


def test_nothing_is_sent_before_keys_and_address_and_a_source(room: EngineRoom) -> None:
    """#47: ICE may take longer than a greeting lasts; its clock starts when somebody can hear it."""
    witness, music = room.join(), room.clip(b"music", 1)
    room.engine.play(witness.leg, [Cue(music, 0)])
    without_keys, without_address, without_source = room.peer(), room.peer(), room.join()
    keyless, homeless = room.leg(), room.leg()
    room.engine.set_remote(keyless, without_keys.address)
    room.engine.secure(homeless, without_address.sessions())
    for leg in (keyless, homeless):
        room.engine.play(leg, [Cue(music, 0)])
    hear(witness.peer, 5)
    for peer in (without_keys, without_address, without_source.peer):
        assert peer.hears_nothing(), "something was sent to a leg that is not open yet"
    room.engine.secure(keyless, without_keys.sessions())
    room.engine.set_remote(homeless, without_address.address)
    for peer in (without_keys, without_address):
        assert peer.hear().payload == b"music0", "the source that was chosen before begins with the first frame"


def test_a_pause_is_whole_frames_long(room: EngineRoom) -> None:
    """The receiver's clock goes on while a leg is muted; the stream must not pretend that no time has passed."""
    caller, witness, music = room.join(), room.join(), room.clip(b"music", 100)
    for party in (caller, witness):
        room.engine.play(party.leg, [Cue(music, 0)])
    before = hear(caller.peer, 2)
    room.engine.mute(caller.leg)
    hear(witness.peer, 12)
    last = (before + caller.peer.hear_all())[-1]
    room.engine.play(caller.leg, [Cue(music, 0)])
    first = caller.peer.hear()
    elapsed = (first.timestamp - last.timestamp) % 2**32
    assert (first.sequence - last.sequence) % 2**16 == 1, "no packet was sent in between, so none is missing"
    assert elapsed % 960 == 0, "a pause ends on the frame grid"
    assert 5 * 960 <= elapsed <= 500 * 960, "the pause must be seen in the timestamps"
    assert first.marker, "sound begins anew"
    assert room.engine.counters(caller.leg).longest_gap_us < 1e6 * elapsed / 48000, "a pause of ours is no gap"


def test_streams_begin_where_nobody_can_guess(room: EngineRoom) -> None:
    """RFC 3550 5.1 asks for chance; the lower half keeps a lost start from hiding a wrap (RFC 3711 3.3.1)."""
    crowd = room.crowd(40)
    for leg in crowd.legs:
        room.engine.comfort(leg)
    first = [stream[0] for stream in crowd.hear(packets=2).values()]
    assert all(packet.sequence <= 2**15 for packet in first), "a receiver that misses the wrap is deaf for ever"
    assert len({packet.timestamp for packet in first}) == len(first), "two streams began alike"


def test_the_longest_gap_is_measured(room: EngineRoom) -> None:
    caller = room.join()
    room.engine.comfort(caller.leg)
    hear(caller.peer, 4)
    gap = room.engine.counters(caller.leg).longest_gap_us
    assert 5_000 < gap < 5_000_000, "the promise of 40 ms is checked with this figure"


def test_the_first_audio_is_told_once(room: EngineRoom) -> None:
    caller = room.join()
    room.engine.comfort(caller.leg)
    first = room.await_event(LegEventKind.AUDIO_STARTED, caller.leg)
    room.engine.mute(caller.leg)
    room.engine.play(caller.leg, [Cue(room.clip(b"a", 1))])
    room.await_event(LegEventKind.PLAYLIST_ENDED, caller.leg)
    started = [event for event in room.events if getattr(event, "kind", None) == LegEventKind.AUDIO_STARTED]
    assert started == [first], "accept-to-first-audio is measured from this one event"


@pytest.mark.parametrize("callers", [1000])
def test_a_thousand_waiting_callers_all_hear_the_music(room: EngineRoom, callers: int) -> None:
    crowd = room.crowd(callers)
    music = room.clip(b"music", 40)
    for leg in crowd.legs:
        room.engine.play(leg, [Cue(music, 0)])
    heard = crowd.hear(packets=5)
    assert set(heard) == set(range(callers)), "somebody hears nothing"
    for stream in heard.values():
        steps = {
            ((after.timestamp - before.timestamp) % 2**32, 960 * ((after.sequence - before.sequence) % 2**16))
            for before, after in itertools.pairwise(stream)
        }
        assert all(elapsed == expected for elapsed, expected in steps), "a stream's clock and count part"
