"""Several agents ring at once: one of them gets the caller, and every other one is free and still in the same step."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Phase
from signaling.calls.effects import (
    AgentJoined,
    CloseLeg,
    JoinLegs,
    OccupyAgent,
    ReleaseAgent,
    StopRinging,
)
from signaling.calls.events import DeadlinePassed, Event
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b


def both_ring() -> Call:
    """Media is up in a tab of Ann's and in one of Ben's."""
    return b.after(b.call_in(Phase.RINGING), b.assigned(b.BEN), *b.BENS_MEDIA)


def no_more(agent: str, leg: str, reason: str, outcome: str) -> tuple[StopRinging, CloseLeg, ReleaseAgent]:
    """One agent's ring is over."""
    return (StopRinging(agent=agent, reason=reason), CloseLeg(leg=leg), ReleaseAgent(agent=agent, outcome=outcome))


def test_an_agent_who_gets_free_rings_too_and_prolongs_nothing() -> None:
    ringing = b.call_in(Phase.RINGING)
    call, effects, _ = machine.step(ringing, b.assigned(b.BEN), b.NOW + 12.0)

    assert effects == (b.ring_agent(b.BEN),)
    assert call.deadline == ringing.deadline, "a queue with many agents would ring for ever"
    assert call.agents_tried == (b.ANN, b.BEN)


def test_84_the_first_answer_wins_and_the_other_agent_stops_in_the_same_step() -> None:
    """#84, #91: and he is not needed, which is no fault of his."""
    call, effects, _ = machine.step(both_ring(), b.answered(b.BENS_TAB, b.BEN), b.NOW + 5.0)

    assert effects == (
        JoinLegs(legs=(CALLER_LEG, b.BENS_LEG)),
        AgentJoined(agent=b.BEN, session=b.BENS_TAB, joined_at=b.NOW + 5.0),
        OccupyAgent(agent=b.BEN),
        StopRinging(agent=b.BEN, reason="answered_elsewhere", except_session=b.BENS_TAB),
        *no_more(b.ANN, b.TAB_LEG, "answered_by_colleague", "not_needed"),
    ), "the switch comes before everything that can wait"
    assert (call.phase, call.rung, call.answered_by) == (Phase.TALKING, (), b.BEN)


def test_89_the_second_answer_is_harmless() -> None:
    call = b.after(both_ring(), b.answered(b.BENS_TAB, b.BEN))

    assert machine.step(call, b.answered(), b.NOW) == (call, (), "not ringing here")


def test_an_answer_whose_media_is_still_coming_up_stops_all_others_too() -> None:
    call = b.after(b.ringing_without_media(), b.assigned(b.BEN), b.answered(b.BENS_TAB, b.BEN))

    assert [claim.agent for claim in call.rung] == [b.BEN]
    for late in (b.answered(), b.refused(), b.media_offered()):
        assert machine.step(call, late, b.NOW)[:2] == (call, ()), "Ann's tabs have been told to stop"
    assert machine.step(call, b.overflowed(), b.NOW) == (call, (), "not waiting for an agent")
    assert b.effects(call, b.assigned(b.CID)) == (ReleaseAgent(agent=b.CID, outcome="not_needed"),)


@pytest.mark.parametrize(
    ("event", "outcome"),
    [(b.refused(), "refused"), (b.session_lost(), "gone"), (b.hung_up(), "refused")],
    ids=["refusal", "last tab closed", "hang up instead of reject"],
)
def test_who_does_not_take_the_call_leaves_the_others_ringing(event: Event, outcome: str) -> None:
    ringing = both_ring()
    call, effects, _ = machine.step(ringing, event, b.NOW + 3.0)

    assert effects == no_more(b.ANN, b.TAB_LEG, outcome, outcome)
    assert (call.phase, call.deadline) == (Phase.RINGING, ringing.deadline)
    assert b.after(call, b.answered(b.BENS_TAB, b.BEN)).answered_by == b.BEN


def test_the_last_one_who_refuses_lets_the_call_wait_on() -> None:
    call = b.after(both_ring(), b.refused(), b.refused(b.BEN))

    assert (call.phase, call.rung, call.deadline) == (Phase.WAITING, (), b.call_in(Phase.WAITING).deadline)


def test_a_round_without_an_answer_is_over_for_everybody() -> None:
    call, effects, _ = machine.step(both_ring(), DeadlinePassed(reason=Reason.RING), b.NOW + b.RING_S)

    assert effects == (
        *no_more(b.ANN, b.TAB_LEG, "no_answer", "no_answer"),
        *no_more(b.BEN, b.BENS_LEG, "no_answer", "no_answer"),
    ), "only the agents are touched: neither the caller's sound nor the queue"
    assert (call.phase, call.rung) == (Phase.WAITING, ())


def test_92_a_caller_who_leaves_stops_everybody() -> None:
    effects = b.effects(both_ring(), b.caller_hangs_up())

    for agent in (b.ANN, b.BEN):
        assert StopRinging(agent=agent, reason="caller_left") in effects, "an agent rings for nobody (#91)"
    assert {effect.leg for effect in effects if isinstance(effect, CloseLeg)} == {CALLER_LEG, b.TAB_LEG, b.BENS_LEG}
