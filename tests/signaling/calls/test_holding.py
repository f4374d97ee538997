"""Hold: the caller hears hold audio, the agent nothing of the caller; both come back to where they were."""

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Deadline, Phase
from signaling.calls.effects import AgentHolds, AgentJoined, CloseLeg, HoldLeg, JoinLegs, StopRinging, WriteRecord
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

ON_HOLD = HoldLeg(leg=CALLER_LEG, queue=b.QUEUE)
ANN_HOLDS = AgentHolds(agent=b.ANN, session=b.TAB, joined_at=b.NOW)
NEW_TAB, NEW_LEG = "tab-9", "agent-2"


def test_hold_gives_the_caller_hold_audio_and_tells_the_tab() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.TALKING), b.held(), b.NOW + 30.0)

    assert effects == (ON_HOLD, ANN_HOLDS), "the tab must show what the server did, and shut its microphone"
    assert call.phase is Phase.HELD
    assert call.deadline == Deadline(b.NOW + b.POLICIES.max_call_s, Reason.MAX_CALL), "hold prolongs nothing"


def test_the_agent_takes_the_caller_back_as_often_as_wanted() -> None:
    held = b.call_in(Phase.HELD)
    call, effects, _ = machine.step(held, b.retrieved(), b.NOW + 30.0)

    assert effects == (
        JoinLegs(legs=(CALLER_LEG, b.TAB_LEG)),
        AgentJoined(agent=b.ANN, session=b.TAB, joined_at=b.NOW),
    ), "the timer goes on where it was"
    assert b.effects(call, b.held()) == (ON_HOLD, ANN_HOLDS)


def test_95_a_reload_on_hold_leaves_the_caller_on_hold() -> None:
    """#95, #117: an agent who comes back must not be live without knowing it."""
    lost = b.after(b.call_in(Phase.HELD), b.session_lost(), b.media_offered(NEW_TAB), b.leg_answered(NEW_LEG))
    call, effects, _ = machine.step(lost, b.leg_connected(NEW_LEG), b.NOW + 3.0)

    assert effects == (
        AgentHolds(agent=b.ANN, session=NEW_TAB, joined_at=b.NOW),
        StopRinging(agent=b.ANN, reason="answered_elsewhere", except_session=NEW_TAB),
    )
    assert call.phase is Phase.HELD
    assert b.effects(call, b.retrieved())[0] == JoinLegs(legs=(CALLER_LEG, NEW_LEG))


def test_the_tab_that_holds_may_be_lost_like_any_other() -> None:
    assert b.effects(b.call_in(Phase.HELD), b.leg_failed(b.TAB_LEG))[:2] == (ON_HOLD, CloseLeg(leg=b.TAB_LEG))


def test_the_record_adds_up_the_time_on_hold() -> None:
    call = b.after(b.call_in(Phase.TALKING), b.held(), now=b.NOW + 10.0)
    call = b.after(call, b.retrieved(), now=b.NOW + 25.0)
    call = b.after(call, b.held(), now=b.NOW + 40.0)
    *_, written = b.effects(call, b.caller_hangs_up(), now=b.NOW + 42.5)

    assert isinstance(written, WriteRecord)
    assert written.record.held_s == 17.5, "a caller who hangs up on hold has waited until then"


def test_18_hold_audio_is_that_of_the_present_queue() -> None:
    """#18: after a transfer it is the new queue's, on hold, while the agent's leg is silent, and while he is lost."""
    taken = b.after(b.call_in(Phase.TALKING), b.transferred(queue="support"), b.assigned(b.BEN))
    taken = b.after(taken, b.media_offered(agent=b.BEN), b.leg_answered("agent-2"), b.leg_connected("agent-2"))
    talking = b.after(taken, b.answered(agent=b.BEN))
    audio = HoldLeg(leg=CALLER_LEG, queue="support")
    for event in (b.held(b.BEN), b.leg_silent("agent-2"), b.session_lost(agent=b.BEN)):
        assert audio in b.effects(talking, event), "the caller hears the queue he has left"
