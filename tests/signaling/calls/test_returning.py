"""An agent is lost in mid-conversation: hold audio at once, then the same agent back without a press, or the next."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Deadline, Phase
from signaling.calls.effects import (
    AgentAwaited,
    AgentCallEnded,
    AgentJoined,
    AnswerOffer,
    CloseLeg,
    HoldLeg,
    JoinLegs,
    PlayHoldAudio,
    ReleaseAgent,
    SendAction,
    StopRinging,
)
from signaling.calls.events import Action, Event
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

ON_HOLD = HoldLeg(leg=CALLER_LEG, queue=b.QUEUE)
AWAITED = AgentAwaited(agent=b.ANN, lost_session=b.TAB, caller=b.NOOR, queue=b.QUEUE, joined_at=b.NOW)
TOO_LATE = AgentCallEnded(agent=b.ANN, ended_by="network", reason="you were not back in time")
NEW_TAB, NEW_LEG = "tab-9", "agent-2"


def returning() -> Call:
    """Ann's tab was lost a minute into the conversation."""
    return b.after(b.call_in(Phase.TALKING), b.session_lost(), now=b.NOW + 60.0)


@pytest.mark.parametrize(
    "lost",
    [b.session_lost(), b.session_lost(remaining=1), b.leg_failed(b.TAB_LEG)],
    ids=["last tab", "one of two tabs", "media"],
)
def test_95_a_lost_agent_gives_the_caller_hold_audio_at_once_and_stays_claimed(lost: Event) -> None:
    """#95, #38, #58: first the sound, then the rest."""
    call, effects, _ = machine.step(b.call_in(Phase.TALKING), lost, b.NOW + 60.0)

    assert effects == (ON_HOLD, CloseLeg(leg=b.TAB_LEG), AWAITED), "nobody else is offered the call yet"
    assert call.claim is not None
    assert (call.phase, call.claim.agent) == (Phase.RETURNING, b.ANN)
    assert call.deadline == Deadline(b.NOW + 60.0 + b.POLICIES.return_s, Reason.RETURN)


def test_96_a_tab_that_is_back_goes_on_without_a_press() -> None:
    """#96, #97, #98: the leg is made, and joined in the step in which its media is up."""
    offered, effects, _ = machine.step(returning(), b.media_offered(NEW_TAB), b.NOW + 61.0)
    assert effects == (AnswerOffer(leg=NEW_LEG, sdp=b.TAB_OFFER_SDP, whatsapp=False),)

    answered = b.after(offered, b.leg_answered(NEW_LEG), now=b.NOW + 61.0)
    call, effects, _ = machine.step(answered, b.leg_connected(NEW_LEG), b.NOW + 62.0)
    assert effects == (
        JoinLegs(legs=(CALLER_LEG, NEW_LEG)),
        AgentJoined(agent=b.ANN, session=NEW_TAB, joined_at=b.NOW),
        StopRinging(agent=b.ANN, reason="answered_elsewhere", except_session=NEW_TAB),
    ), "the timer must go on where it was, and no other tab may wait for the call"
    assert call.phase is Phase.TALKING
    assert (call.answered_at, call.agents_tried) == (b.NOW, (b.ANN,)), "it is one conversation in one record"
    assert call.deadline == Deadline(b.NOW + b.POLICIES.max_call_s, Reason.MAX_CALL), "a reload must not prolong it"


def test_of_two_tabs_that_come_back_the_first_with_media_wins() -> None:
    two = (b.media_offered(NEW_TAB), b.media_offered("tab-10"), b.leg_answered(NEW_LEG), b.leg_answered("agent-3"))
    _, effects, _ = machine.step(b.after(returning(), *two), b.leg_connected("agent-3"), b.NOW)

    assert effects[0] == JoinLegs(legs=(CALLER_LEG, "agent-3"))
    assert effects[-1] == CloseLeg(leg=NEW_LEG), "the slower tab keeps a leg nobody hears"


def test_a_second_reload_does_not_prolong_the_wait_for_the_agent() -> None:
    again = b.after(returning(), b.media_offered(NEW_TAB), b.session_lost(NEW_TAB), now=b.NOW + 63.0)

    assert (again.phase, again.deadline) == (Phase.RETURNING, returning().deadline), (
        "a reload loop would hold the caller"
    )


@pytest.mark.parametrize(
    ("tried", "outcome"),
    [((), "gone"), ((b.media_offered(NEW_TAB), b.leg_answered(NEW_LEG)), "media_failed")],
    ids=["nobody came", "media did not come up"],
)
def test_an_agent_who_is_not_back_in_time_loses_the_call_to_the_front_of_the_queue(
    tried: tuple[Event, ...], outcome: str
) -> None:
    late = b.after(returning(), *tried)
    call, effects, _ = machine.step(late, b.overdue(late), b.NOW + 65.0)

    assert effects == (
        PlayHoldAudio(leg=CALLER_LEG, queue=b.QUEUE),
        *(CloseLeg(leg=NEW_LEG) for _ in tried[:1]),
        TOO_LATE,
        ReleaseAgent(agent=b.ANN, outcome=outcome),
        b.BACK_IN_THE_QUEUE,
    ), "the place is that of the offer"
    assert (call.phase, call.claim) == (Phase.WAITING, None)


def test_the_caller_may_leave_and_the_agent_may_hang_up_meanwhile() -> None:
    gone = AgentCallEnded(agent=b.ANN, ended_by="caller", reason="hung up")
    assert gone in b.effects(returning(), b.caller_hangs_up()), "a tab that comes back must not find a dead call"

    ending, effects, _ = machine.step(returning(), b.hung_up(), b.NOW + 61.0)
    assert ending.phase is Phase.ENDING
    assert effects[-1] == SendAction(action=Action.TERMINATE, phone_number_id=b.PNID)


def test_a_long_conversation_does_not_use_up_the_wait_that_follows_it() -> None:
    """Counted from accept, the longest wait would be over the moment the agent is lost."""
    lost_at = b.NOW + 2 * b.POLICIES.max_wait_s
    waiting = b.lost_for_good(b.call_in(Phase.TALKING), now=lost_at)
    until = Deadline(lost_at + b.POLICIES.max_wait_s, Reason.MAX_WAIT)
    assert waiting.deadline == until, "the caller must get a whole wait with hold audio"

    rung_in_vain = b.after(waiting, b.assigned(b.BEN), b.refused(b.BEN), now=lost_at + 30.0)
    assert rung_in_vain.deadline == until, "a refusal must not prolong the wait"


def test_the_second_conversation_keeps_the_time_of_the_first_answer() -> None:
    """The record names the agent of the latest conversation and everybody who was rung."""
    again = b.after(b.lost_for_good(b.call_in(Phase.TALKING)), b.assigned(b.BEN))
    bens_tab = (b.media_offered("tab-b", b.BEN), b.leg_answered(b.OTHER_TAB_LEG), b.leg_connected(b.OTHER_TAB_LEG))
    call = b.after(again, *bens_tab, b.answered("tab-b", b.BEN), now=b.NOW + 90.0)

    assert (call.answered_at, call.answered_by, call.agents_tried) == (b.NOW, b.BEN, (b.ANN, b.BEN))
