"""Agents come and go: the first tab to answer wins, and the caller's sound changes only when somebody is joined."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Deadline, Phase
from signaling.calls.effects import (
    AgentJoined,
    AnswerOffer,
    CloseLeg,
    Effect,
    JoinLegs,
    OccupyAgent,
    ReleaseAgent,
    SendAction,
    SendMediaAnswer,
    ShowDigit,
    StartLeg,
    StopRinging,
    WriteRecord,
)
from signaling.calls.events import Action, DeadlinePassed, Event
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b


def joined_at(moment: float) -> tuple[Effect, ...]:
    """What joining Ann in her tab asks for."""
    return (
        JoinLegs(legs=(CALLER_LEG, b.TAB_LEG)),
        AgentJoined(agent=b.ANN, session=b.TAB, joined_at=moment),
    )


OCCUPIED = OccupyAgent(agent=b.ANN)
ELSEWHERE = StopRinging(agent=b.ANN, reason="answered_elsewhere", except_session=b.TAB)


def ringing_in_two_tabs() -> Call:
    """Media is up in both of Ann's tabs."""
    other = (b.media_offered(b.OTHER_TAB), b.leg_answered(b.OTHER_TAB_LEG), b.leg_connected(b.OTHER_TAB_LEG))
    return b.after(b.call_in(Phase.RINGING), *other)


def answered_before_media() -> Call:
    """Ann pressed Answer in her tab while its media was still coming up."""
    return b.after(b.ringing_without_media(), b.media_offered(), b.leg_answered(b.TAB_LEG), b.answered())


def test_a_reserved_agent_rings_and_nothing_else_happens() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.WAITING), b.assigned(), b.NOW + 3.0)

    assert effects == (b.ring_agent(b.ANN),)
    assert call.deadline == Deadline(b.NOW + 3.0 + b.RING_S, Reason.RING)
    assert call.agents_tried == (b.ANN,)


def test_a_second_agent_is_given_back_once_one_has_answered() -> None:
    for call in (answered_before_media(), b.call_in(Phase.TALKING)):
        assert b.effects(call, b.assigned(b.BEN)) == (ReleaseAgent(agent=b.BEN, outcome="not_needed"),), (
            "two agents must never have one caller"
        )


def test_an_agent_reserved_before_the_caller_waits_is_given_back() -> None:
    assert b.effects(b.call_in(Phase.ACCEPTING), b.assigned()) == (ReleaseAgent(agent=b.ANN, outcome="not_needed"),)


@pytest.mark.parametrize("phase", [Phase.RINGING, Phase.TALKING])
def test_a_repeated_reservation_does_not_free_the_agent_it_names(phase: Phase) -> None:
    call = b.call_in(phase)

    assert machine.step(call, b.assigned(), b.NOW) == (call, (), "this agent is claimed already")


def test_media_is_negotiated_while_it_rings() -> None:
    """Answer is then only a switch in the engine (design section 5)."""
    ringing = b.ringing_without_media()

    offered, effects, _ = machine.step(ringing, b.media_offered(), b.NOW)
    assert effects == (AnswerOffer(leg=b.TAB_LEG, sdp=b.TAB_OFFER_SDP, whatsapp=False),)

    negotiated, effects, _ = machine.step(offered, b.leg_answered(b.TAB_LEG), b.NOW)
    assert effects == (
        SendMediaAnswer(agent=b.ANN, session=b.TAB, sdp=b.TAB_ANSWER_SDP),
        StartLeg(leg=b.TAB_LEG),
    )

    connected, effects, _ = machine.step(negotiated, b.leg_connected(b.TAB_LEG), b.NOW)
    assert effects == (), "media of a ringing tab must not touch the caller"
    assert connected.deadline == ringing.deadline, "negotiating media must not prolong the ring"


def test_a_tab_that_offers_media_again_gets_a_new_leg_and_loses_the_old_one() -> None:
    assert b.effects(b.call_in(Phase.RINGING), b.media_offered()) == (
        CloseLeg(leg=b.TAB_LEG),
        AnswerOffer(leg=b.OTHER_TAB_LEG, sdp=b.TAB_OFFER_SDP, whatsapp=False),
    )


def test_answer_joins_the_legs_first_of_all() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.RINGING), b.answered(), b.NOW + 5.0)

    assert effects == (*joined_at(b.NOW + 5.0), OCCUPIED, ELSEWHERE), "the switch comes before everything that can wait"
    assert (call.answered_at, call.answered_by) == (b.NOW + 5.0, b.ANN)
    assert call.deadline == Deadline(b.NOW + 5.0 + b.POLICIES.max_call_s, Reason.MAX_CALL)


def test_the_other_tabs_stop_ringing_and_lose_their_legs_when_one_answers() -> None:
    """#84, #91."""
    assert b.effects(ringing_in_two_tabs(), b.answered()) == (
        *joined_at(b.NOW),
        OCCUPIED,
        ELSEWHERE,
        CloseLeg(leg=b.OTHER_TAB_LEG),
    )


def test_a_second_answer_is_harmless() -> None:
    """#88, #89: from the same tab, from another tab, and from another agent."""
    talking = b.after(ringing_in_two_tabs(), b.answered())

    for late in (b.answered(), b.answered(b.OTHER_TAB), b.answered("tab-9", b.BEN)):
        assert machine.step(talking, late, b.NOW) == (talking, (), "not ringing here")


def test_answer_before_media_is_up_waits_for_it_and_then_joins() -> None:
    negotiated = b.after(b.ringing_without_media(), b.media_offered(), b.leg_answered(b.TAB_LEG))

    waits, effects, _ = machine.step(negotiated, b.answered(), b.NOW + 2.0)
    assert effects == (OCCUPIED, ELSEWHERE), "nobody is joined before media is up, nor rung any more"
    assert (waits.phase, waits.answered_at) == (Phase.RINGING, None)
    assert waits.deadline == Deadline(b.NOW + 2.0 + b.POLICIES.agent_media_s, Reason.AGENT_MEDIA)

    joined, effects, _ = machine.step(waits, b.leg_connected(b.TAB_LEG), b.NOW + 2.5)
    assert effects == joined_at(b.NOW + 2.5)
    assert (joined.phase, joined.answered_at) == (Phase.TALKING, b.NOW + 2.5)


def test_answer_before_media_is_even_offered_still_joins() -> None:
    answered = b.after(b.ringing_without_media(), b.answered())
    negotiated = b.after(answered, b.media_offered(), b.leg_answered(b.TAB_LEG))

    assert b.effects(negotiated, b.leg_connected(b.TAB_LEG)) == joined_at(b.NOW)


def test_the_first_tab_to_answer_wins_even_while_its_media_is_coming_up() -> None:
    """#84: what another tab then offers, answers or rejects changes nothing."""
    call = answered_before_media()

    for late in (b.media_offered(b.OTHER_TAB), b.answered(b.OTHER_TAB), b.refused()):
        assert machine.step(call, late, b.NOW) == (call, (), "not ringing here")


ENDINGS_OF_A_RING: dict[str, tuple[Event, str]] = {
    "refusal": (b.refused(), "refused"),
    "hang up instead of reject": (b.hung_up(), "refused"),
    "no answer in time": (DeadlinePassed(reason=Reason.RING), "no_answer"),
    "last tab closed": (b.session_lost(), "gone"),
}


@pytest.mark.parametrize(("event", "outcome"), ENDINGS_OF_A_RING.values(), ids=ENDINGS_OF_A_RING)
def test_an_agent_who_does_not_answer_is_released_and_the_callers_sound_goes_on(event: Event, outcome: str) -> None:
    """#10: the music is not touched, the place is kept, and the wait is not counted from anew."""
    waiting = b.call_in(Phase.WAITING)
    call, effects, _ = machine.step(b.call_in(Phase.RINGING), event, b.NOW + b.RING_S)

    assert effects == (
        StopRinging(agent=b.ANN, reason=outcome),
        CloseLeg(leg=b.TAB_LEG),
        ReleaseAgent(agent=b.ANN, outcome=outcome),
    ), "only the agent is touched: neither the caller's sound nor the queue"
    assert (call.phase, call.rung, call.deadline) == (Phase.WAITING, (), waiting.deadline)


ENDINGS_OF_AN_ANSWER: dict[str, tuple[Event, str]] = {
    "media did not come up in time": (DeadlinePassed(reason=Reason.AGENT_MEDIA), "media_failed"),
    "offer was refused": (b.leg_refused(b.TAB_LEG), "media_failed"),
    "leg failed": (b.leg_failed(b.TAB_LEG), "media_failed"),
    "tab closed, another is open": (b.session_lost(remaining=1), "media_failed"),
    "last tab closed": (b.session_lost(), "gone"),
    "hung up": (b.hung_up(), "refused"),
}


@pytest.mark.parametrize(("event", "outcome"), ENDINGS_OF_AN_ANSWER.values(), ids=ENDINGS_OF_AN_ANSWER)
def test_an_answer_whose_media_never_comes_up_releases_the_agent(event: Event, outcome: str) -> None:
    """#10: the waiting room has taken the call off its list at the answer, so it has to be told to offer it again."""
    call, effects, _ = machine.step(answered_before_media(), event, b.NOW)

    assert effects == (
        StopRinging(agent=b.ANN, reason=outcome),
        CloseLeg(leg=b.TAB_LEG),
        ReleaseAgent(agent=b.ANN, outcome=outcome),
        b.BACK_IN_THE_QUEUE,
    )
    assert (call.phase, call.rung) == (Phase.WAITING, ())


def test_the_ring_deadline_is_lifted_by_an_answer() -> None:
    call = answered_before_media()

    assert machine.step(call, DeadlinePassed(reason=Reason.RING), b.NOW) == (call, (), "this deadline was lifted")


@pytest.mark.parametrize(
    "event", [b.leg_refused(b.OTHER_TAB_LEG), b.leg_failed(b.OTHER_TAB_LEG), b.session_lost(b.OTHER_TAB, remaining=1)]
)
def test_one_lost_tab_of_two_leaves_the_other_ringing(event: Event) -> None:
    call, effects, _ = machine.step(ringing_in_two_tabs(), event, b.NOW)

    assert effects == (CloseLeg(leg=b.OTHER_TAB_LEG),)
    assert b.effects(call, b.answered()) == (*joined_at(b.NOW), OCCUPIED, ELSEWHERE), (
        "the other tab can still take the call"
    )


def test_the_next_agent_rings_after_a_refusal_with_the_callers_own_waiting_time() -> None:
    again = b.after(b.call_in(Phase.RINGING), b.refused())
    call, effects, _ = machine.step(again, b.assigned(b.BEN), b.NOW + 9.0)

    assert effects == (b.ring_agent(b.BEN),)
    assert call.agents_tried == (b.ANN, b.BEN)


def test_what_arrives_late_from_a_former_agent_does_not_disturb_the_present_one() -> None:
    bens = b.after(b.call_in(Phase.RINGING), b.refused(), b.assigned(b.BEN))

    for late in (b.answered(), b.refused(), b.hung_up(), b.session_lost(), b.media_offered()):
        call, effects, why = machine.step(bens, late, b.NOW)
        assert (call, effects) == (bens, ()), "Ben's ring must go on"
        assert why is not None


@pytest.mark.parametrize("late", [b.leg_answered(b.TAB_LEG), b.leg_connected(b.TAB_LEG), b.leg_failed(b.TAB_LEG)])
def test_a_late_leg_of_a_released_agent_is_given_back(late: Event) -> None:
    waiting = b.after(b.call_in(Phase.RINGING), b.refused())

    assert machine.step(waiting, late, b.NOW) == (waiting, (CloseLeg(leg=b.TAB_LEG),), "the tab of this leg is gone")


def test_another_tab_may_close_during_the_conversation() -> None:
    talking = b.call_in(Phase.TALKING)
    closed = b.session_lost(b.OTHER_TAB, remaining=1)

    assert machine.step(talking, closed, b.NOW) == (talking, (), "another tab has the conversation")


def test_a_wait_without_an_agent_ends_at_the_longest_wait() -> None:
    waiting = b.call_in(Phase.WAITING)
    ending, effects, _ = machine.step(waiting, b.overdue(waiting), b.NOW)

    assert effects[-1] == SendAction(action=Action.TERMINATE, phone_number_id=b.PNID), "Meta must hear of the end"
    (written,) = b.effects(ending, b.caller_hangs_up())
    assert isinstance(written, WriteRecord)
    assert (written.record.ended_by, written.record.reason) == ("server", "longest wait of any call reached")


def test_56_a_key_the_caller_pressed_is_shown_where_the_agent_talks() -> None:
    talking = b.call_in(Phase.TALKING)

    assert b.effects(talking, b.digit_pressed()) == (ShowDigit(agent=b.ANN, session=b.TAB, digit="5"),)
