"""Many answers at once: whoever presses, in whatever order media comes up, exactly one agent gets the caller."""

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.calls import machine
from signaling.calls.call import Phase
from signaling.calls.effects import JoinLegs, ReleaseAgent, StopRinging
from signaling.calls.events import Event
from tests.signaling.calls import builders as b

AGENTS = st.sampled_from([b.ANN, b.BEN, b.CID])
TABS = st.sampled_from([b.TAB, b.OTHER_TAB])


class Press(NamedTuple):
    """Answer pressed somewhere."""

    agent: str
    tab: str


PRESSES = st.lists(st.builds(Press, AGENTS, TABS), min_size=100, max_size=100)


@settings(max_examples=50, deadline=None)
@given(presses=PRESSES, connected=st.sets(st.builds(Press, AGENTS, TABS)))
def test_88_one_hundred_parallel_answers_join_exactly_one_tab(presses: list[Press], connected: set[Press]) -> None:
    """#88: many tabs of three agents press Answer at once; some have their media up, some get it later."""
    call = b.after(b.call_in(Phase.WAITING), b.assigned(b.ANN), b.assigned(b.BEN), b.assigned(b.CID))
    places = [Press(agent, tab) for agent in (b.ANN, b.BEN, b.CID) for tab in (b.TAB, b.OTHER_TAB)]
    legs = {press: f"agent-{number}" for number, press in enumerate(places, 1)}
    call = b.after(call, *(b.media_offered(press.tab, press.agent) for press in places))
    call = b.after(call, *(b.leg_answered(leg) for leg in legs.values()))
    call = b.after(call, *(b.leg_connected(legs[press]) for press in sorted(connected)))

    joined, freed, stopped = list[str](), list[str](), list[str]()
    events: list[Event] = [b.answered(press.tab, press.agent) for press in presses]
    events += [b.leg_connected(leg) for leg in legs.values()]
    for event in events:
        call, effects, _ = machine.step(call, event, b.NOW)
        joined += [effect.legs[-1] for effect in effects if isinstance(effect, JoinLegs)]
        freed += [effect.agent for effect in effects if isinstance(effect, ReleaseAgent)]
        stopped += [effect.agent for effect in effects if isinstance(effect, StopRinging)]

    winner = presses[0]
    assert joined == [legs[winner]], "exactly the tab that answered first is joined"
    losers = {b.ANN, b.BEN, b.CID} - {winner.agent}
    assert (set(freed), len(freed)) == (losers, 2), "every other agent is free again, once"
    assert sorted(stopped) == [b.ANN, b.BEN, b.CID], "a tab rings on (#84, #91)"
