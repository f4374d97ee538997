"""Nothing comes from an agent's leg: the caller hears hold audio meanwhile, and nobody's call is ended for it."""

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Phase
from signaling.calls.effects import HoldLeg, JoinLegs
from tests.signaling.calls import builders as b


def silent() -> Call:
    """Ann talks, and nothing comes from her tab any more."""
    return b.after(b.call_in(Phase.TALKING), b.leg_silent())


def test_a_silent_agent_is_covered_by_hold_audio_and_joined_again() -> None:
    """#39: the caller is not to wait in dead air until the connection is given up; the agent's call stays as it is."""
    talking = b.call_in(Phase.TALKING)

    call, effects, _ = machine.step(talking, b.leg_silent(), b.NOW + 60.0)
    assert effects == (HoldLeg(leg=CALLER_LEG, queue=b.QUEUE),), (
        "hold audio is not spoken over, and greets nobody again"
    )
    assert (call.phase, call.deadline) == (Phase.TALKING, talking.deadline), "silence alone loses no agent"

    back, effects, _ = machine.step(call, b.leg_speaks(), b.NOW + 63.0)
    assert effects == (JoinLegs(legs=(CALLER_LEG, b.TAB_LEG)),), "nobody is told of a second conversation"
    assert back == talking, "once joined again, it is the conversation of before"


def test_silence_is_told_once_and_ended_once() -> None:
    assert machine.step(silent(), b.leg_silent(), b.NOW) == (silent(), (), "not heard anyway")
    assert machine.step(b.after(silent(), b.leg_speaks()), b.leg_speaks(), b.NOW).ignored == "was not silent"


def test_a_caller_may_be_silent() -> None:
    """#17: whether the caller mutes, or sends nothing between words, changes nothing for anybody."""
    for phase in b.STORY:
        call = b.call_in(phase)
        assert b.effects(call, b.leg_silent(CALLER_LEG)) == b.effects(call, b.leg_speaks(CALLER_LEG)) == ()


def test_a_silent_agent_who_is_given_up_goes_the_way_of_every_lost_one() -> None:
    call, effects, _ = machine.step(silent(), b.leg_failed(b.TAB_LEG), b.NOW + 30.0)

    assert call.phase is Phase.RETURNING, "the agent may still come back"
    assert effects[0] == HoldLeg(leg=CALLER_LEG, queue=b.QUEUE), "the caller goes on hearing something"
