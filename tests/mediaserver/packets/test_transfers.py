"""#115: after a transfer the customer still hears music in half of all cases. Here: never, either way, in a hundred."""

from benchmarks.simulator.opus import encode
from mediaserver.packets.types import Cue
from tests.support.conference import TONES, Conference, Speaker, tone, tones
from tests.support.engine_room import COMFORT, EngineRoom

TRANSFERS = 100
CALLS = 20
"""At the same time, so that a hundred transfers take as long as five."""
SETTLED = 10
"""Ticks until a switch is over and what is heard then can be judged."""
PATIENCE = 400
"""Ticks more that a slow machine may take."""
CALLER, AGENT, COLLEAGUE = (frozenset({hertz}) for hertz in TONES[:3])
MUSIC_HZ = TONES[3]


def wrong(calls: list[list[Speaker]], expected: list[set[int]]) -> list[str]:
    """Who does not hear just that; an empty set is comfort noise."""
    return [
        f"{name} hears {speaker.hears(5)} in place of {tones}"
        for speakers in calls
        for name, speaker, tones in zip(("caller", "agent", "colleague"), speakers, expected, strict=True)
        if (speaker.hears(5) != tones if tones else {packet.payload for packet in speaker.heard[-5:]} != {COMFORT})
    ]


def expect(
    conference: Conference, calls: list[list[Speaker]], *, caller: set[int], agent: set[int], colleague: set[int]
) -> None:
    """Let all talk on until a switch is over: everybody hears just that."""
    conference.run(SETTLED)
    for _ in range(PATIENCE // 4):
        if not wrong(calls, [caller, agent, colleague]):
            return
        conference.run(4)
    assert not wrong(calls, [caller, agent, colleague])


def test_115_a_hundred_attended_transfers_leave_the_right_two_with_each_other() -> None:
    with EngineRoom() as room:
        engine = room.engine
        conference = Conference(room, tones(3) * CALLS)
        calls = [conference.speakers[at : at + 3] for at in range(0, 3 * CALLS, 3)]
        music = engine.add_clip(encode(tone(MUSIC_HZ)))
        for _ in range(TRANSFERS // CALLS):
            for caller, agent, colleague in calls:
                engine.comfort(colleague.leg)
                engine.listen(caller.leg, agent.leg)
                engine.listen(agent.leg, caller.leg)
            expect(conference, calls, caller={*AGENT}, agent={*CALLER}, colleague=set())
            for caller, agent, colleague in calls:
                engine.play(caller.leg, [Cue(music, 0)])
                engine.listen(agent.leg, colleague.leg)
                engine.listen(colleague.leg, agent.leg)
            expect(conference, calls, caller={MUSIC_HZ}, agent={*COLLEAGUE}, colleague={*AGENT})
            for caller, agent, colleague in calls:
                engine.mix(caller.leg, [agent.leg, colleague.leg])
                engine.mix(agent.leg, [caller.leg, colleague.leg])
                engine.mix(colleague.leg, [caller.leg, agent.leg])
            expect(
                conference, calls, caller={*AGENT, *COLLEAGUE}, agent={*CALLER, *COLLEAGUE}, colleague={*CALLER, *AGENT}
            )
            for caller, agent, colleague in calls:
                engine.comfort(agent.leg)
                engine.listen(caller.leg, colleague.leg)
                engine.listen(colleague.leg, caller.leg)
            expect(conference, calls, caller={*COLLEAGUE}, agent=set(), colleague={*CALLER})
        for caller, _, _ in calls:
            engine.comfort(caller.leg)
        engine.remove_clip(music)
