"""Whatever comes in, from whomever, and whatever is ordered meanwhile, the engine lives and its figures stay sane."""

import pytest

from tests.fuzz.engine import Storm, run
from tests.support.engine_room import EngineRoom, Party


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_breaks_nothing(seed: int) -> None:
    """A few seconds of what ``python -m tests.fuzz.engine`` does for as long as one likes (#39)."""
    run(seed, 12, abrupt=False)


def test_closing_in_the_middle_of_a_storm_crashes_nothing() -> None:
    run(77, 3, abrupt=True)


def test_a_call_beside_the_storm_hears_every_frame() -> None:
    """Who is not part of it notices nothing: no packet lost, none out of place."""
    with EngineRoom() as room:
        calm: Party = room.join(ssrc=0xCA1)
        room.engine.comfort(calm.leg)
        first = calm.peer.hear()
        Storm(room, 4).blow(8)
        heard = calm.peer.hear_all()
        numbers = [(packet.sequence - first.sequence) % 2**16 for packet in heard]
        clocks = [(packet.timestamp - first.timestamp) % 2**32 for packet in heard]
        assert numbers == list(range(1, len(heard) + 1)), "a frame was lost"
        assert clocks == [960 * number for number in numbers], "a frame is out of its place"
