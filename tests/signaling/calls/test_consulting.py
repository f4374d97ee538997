"""Attended transfer: the caller is on hold before a colleague rings, and whoever leaves, nobody else is left alone."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Deadline, Phase
from signaling.calls.effects import (
    AgentCallEnded,
    AgentConsultEnded,
    AgentConsults,
    AgentHandedOver,
    AgentHolds,
    AgentJoined,
    CloseLeg,
    EnterQueue,
    HoldLeg,
    JoinLegs,
    OccupyAgent,
    PlayHoldAudio,
    PlayRingback,
    ReleaseAgent,
    ReserveAgent,
    RingAgent,
    StopRinging,
    WriteRecord,
)
from signaling.calls.events import AgentAssigned, AgentSessionLost, DeadlinePassed, Event, LegFailed
from signaling.calls.history import Offer, Transfer
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

ON_HOLD = HoldLeg(leg=CALLER_LEG, queue=b.QUEUE)
ANN_HOLDS = AgentHolds(agent=b.ANN, session=b.TAB, joined_at=b.NOW)
BEN_STOPS = StopRinging(agent=b.BEN, reason="cancelled")
BENS_CLOSED, ANNS_CLOSED = CloseLeg(leg=b.BENS_LEG), CloseLeg(leg=b.TAB_LEG)
BEN_IS_FREE = ReleaseAgent(agent=b.BEN, outcome="finished")
ANN_IS_FREE = ReleaseAgent(agent=b.ANN, outcome="finished")
ANN_HEARS_NOTHING = JoinLegs(legs=(b.TAB_LEG,))
"""Neither the colleague nor his telephone ringing."""
LATER = b.NOW + 60.0


def asked() -> Call:
    """Ann has asked for Ben, and the waiting room has yet to say whether he can be had."""
    return b.after(b.call_in(Phase.TALKING), b.consulted(), now=LATER)


def over(outcome: str, why: str) -> AgentConsultEnded:
    """What Ann's tab is told."""
    return AgentConsultEnded(agent=b.ANN, session=b.TAB, outcome=outcome, reason=why)


BEN_WAS_LOST = over("colleague_left", "the colleague's connection was lost")


def told(agent: str, by: str, reason: str) -> AgentCallEnded:
    """The end of a conversation, for one agent."""
    return AgentCallEnded(agent=agent, ended_by=by, reason=reason)


def test_116_the_caller_is_on_hold_before_anybody_is_looked_for() -> None:
    """#116: and the agent's tab shows it, so that nobody speaks of the caller into his ear."""
    call, effects, _ = machine.step(b.call_in(Phase.TALKING), b.consulted(), LATER)

    assert effects == (ON_HOLD, ANN_HOLDS, ReserveAgent(agent=b.BEN, queue=None))
    assert (call.phase, call.held_since) == (Phase.ASKING, LATER)
    assert call.deadline == Deadline(LATER + b.POLICIES.reserve_s, Reason.RESERVE)


def test_a_caller_who_is_on_hold_already_stays_there() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.HELD), b.consulted(to_agent=None, queue="support"), LATER)

    assert effects == (ReserveAgent(agent=None, queue="support"),)
    assert call.held_since == b.NOW, "the time on hold is counted from when it began"


def test_the_colleague_rings_and_both_know_whom_it_is_about() -> None:
    call, effects, _ = machine.step(asked(), b.assigned(b.BEN), LATER)

    assert effects == (
        b.ring_agent(b.BEN, consult_from=b.ANN),
        PlayRingback(leg=b.TAB_LEG, country=None),
        AgentConsults(agent=b.ANN, session=b.TAB, stage="ringing", colleague=b.BEN),
    )
    assert call.deadline == Deadline(LATER + b.RING_S, Reason.RING)


def test_somebody_else_than_the_colleague_asked_for_is_given_back() -> None:
    """The reservation for a consultation that was cancelled may cross the next one."""
    late = AgentAssigned(agent=b.CID, ring_s=b.RING_S)
    assert b.effects(asked(), late) == (ReleaseAgent(agent=b.CID, outcome="not_needed"),)
    again = b.after(b.call_in(Phase.HELD), b.consulted(to_agent=None, queue="support"))
    assert b.effects(b.after(again, late), b.assigned(b.BEN)) == (ReleaseAgent(agent=b.BEN, outcome="not_needed"),)


def test_116_the_answer_joins_the_agents_and_leaves_the_caller_on_hold() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.ASKING), b.answered(b.BENS_TAB, b.BEN), LATER)

    assert effects == (
        JoinLegs(legs=(b.TAB_LEG, b.BENS_LEG)),
        AgentJoined(agent=b.BEN, session=b.BENS_TAB, joined_at=LATER),
        AgentConsults(agent=b.ANN, session=b.TAB, stage="talking", colleague=b.BEN),
        OccupyAgent(agent=b.BEN),
        StopRinging(agent=b.BEN, reason="answered_elsewhere", except_session=b.BENS_TAB),
    ), "the caller's leg is not touched"
    assert call.deadline == Deadline(b.NOW + b.POLICIES.max_call_s, Reason.MAX_CALL), "consulting prolongs nothing"
    assert call.answered_by == b.ANN, "the caller has not spoken with Ben"


def test_a_colleague_whose_media_comes_late_is_joined_when_it_is_there() -> None:
    quick = b.after(asked(), b.assigned(b.BEN), b.answered(b.BENS_TAB, b.BEN), b.media_offered(b.BENS_TAB, b.BEN))
    call, effects, _ = machine.step(b.after(quick, b.leg_answered(b.BENS_LEG)), b.leg_connected(b.BENS_LEG), LATER)

    assert effects[0] == JoinLegs(legs=(b.TAB_LEG, b.BENS_LEG))
    assert call.phase is Phase.CONSULTING


NOT_COMING: dict[str, tuple[Event, str, str]] = {
    "declined": (b.refused(b.BEN), "refused", "the colleague declined"),
    "no answer": (DeadlinePassed(reason=Reason.RING), "no_answer", "the colleague did not answer"),
    "closed": (b.session_lost(b.BENS_TAB, b.BEN), "gone", "the colleague is not signed in any more"),
}


@pytest.mark.parametrize(("event", "outcome", "why"), NOT_COMING.values(), ids=NOT_COMING)
def test_a_colleague_who_does_not_come_leaves_the_agent_with_his_caller_on_hold(
    event: Event, outcome: str, why: str
) -> None:
    call, effects, _ = machine.step(b.call_in(Phase.ASKING), event, LATER)

    assert effects == (
        StopRinging(agent=b.BEN, reason=outcome),
        BENS_CLOSED,
        ReleaseAgent(agent=b.BEN, outcome=outcome),
        ANN_HEARS_NOTHING,
        over(outcome, why),
        ANN_HOLDS,
    )
    assert (call.phase, call.rung, call.transfers[-1].outcome) == (Phase.HELD, (), outcome)
    assert b.effects(call, b.retrieved())[0] == JoinLegs(legs=(CALLER_LEG, b.TAB_LEG)), "one press brings him back"


def test_an_answer_without_media_is_no_answer() -> None:
    answered = b.after(asked(), b.assigned(b.BEN), b.answered(b.BENS_TAB, b.BEN))
    call, effects, _ = machine.step(answered, b.overdue(answered), LATER)

    assert over("media_failed", "the colleague's browser could not take the call") in effects
    assert not [effect for effect in effects if isinstance(effect, EnterQueue)], (
        "the caller is with Ann, not in a queue"
    )
    assert call.phase is Phase.HELD


def test_a_colleague_who_cannot_be_had_is_told_in_words() -> None:
    call, effects, _ = machine.step(asked(), b.unavailable(), LATER)

    assert effects == (ANN_HEARS_NOTHING, over("unavailable", "the colleague is away"), ANN_HOLDS)
    assert (call.phase, call.transfers[-1].outcome) == (Phase.HELD, "unavailable")
    assert machine.step(asked(), b.unavailable(b.CID), LATER).ignored == "nobody is looked for", "that was another one"


def test_a_waiting_room_that_says_nothing_does_not_hold_the_agent() -> None:
    call, effects, _ = machine.step(asked(), b.overdue(asked()), LATER)

    assert call.phase is Phase.HELD
    assert effects == (ANN_HEARS_NOTHING, over("unavailable", "no colleague could be reached"), ANN_HOLDS)


def test_114_cancelling_while_it_rings_stops_the_colleague_and_returns_the_customer() -> None:
    """#114, #94."""
    call, effects, _ = machine.step(b.call_in(Phase.ASKING), b.cancelled(), LATER)

    stopped = (BEN_STOPS, BENS_CLOSED, ReleaseAgent(agent=b.BEN, outcome="not_needed"))
    assert effects == (ANN_HEARS_NOTHING, over("cancelled", "cancelled"), ANN_HOLDS, *stopped)
    assert call.phase is Phase.HELD
    late = b.effects(b.after(asked(), b.cancelled()), b.assigned(b.BEN))
    assert late == (ReleaseAgent(agent=b.BEN, outcome="not_needed"),), "a reservation that crosses it rings nobody"


@pytest.mark.parametrize(
    ("event", "ended", "by", "reason"),
    [
        (b.cancelled(), over("cancelled", "cancelled"), "agent", "the consultation is over"),
        (b.hung_up(b.BEN), over("colleague_left", "the colleague hung up"), "agent", "you hung up"),
        (b.session_lost(b.BENS_TAB, b.BEN), BEN_WAS_LOST, "network", "your connection was lost"),
        (b.leg_failed(b.BENS_LEG), BEN_WAS_LOST, "network", "your connection was lost"),
    ],
    ids=["cancelled", "colleague hung up", "tab lost", "media lost"],
)
def test_114_however_the_colleague_leaves_the_agent_has_his_caller(
    event: Event, ended: AgentConsultEnded, by: str, reason: str
) -> None:
    """#114: on hold while they talked apart, joined when they were merged."""
    gone = (BENS_CLOSED, told(b.BEN, by, reason), BEN_IS_FREE)

    apart, effects, _ = machine.step(b.call_in(Phase.CONSULTING), event, LATER)
    assert effects == (ANN_HEARS_NOTHING, ended, ANN_HOLDS, *gone)
    assert (apart.phase, apart.consult) == (Phase.HELD, None)

    together, effects, _ = machine.step(b.call_in(Phase.MERGED), event, LATER)
    joined = JoinLegs(legs=(CALLER_LEG, b.TAB_LEG))
    assert effects == (joined, ended, AgentJoined(agent=b.ANN, session=b.TAB, joined_at=b.NOW), *gone)
    assert (together.phase, together.consult, together.answered_by) == (Phase.TALKING, None, b.ANN)


def test_a_merge_lets_all_three_hear_each_other() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.CONSULTING), b.merged(), b.NOW + 12.0)

    assert effects == (
        JoinLegs(legs=(CALLER_LEG, b.TAB_LEG, b.BENS_LEG)),
        AgentConsults(agent=b.ANN, session=b.TAB, stage="merged", colleague=b.BEN),
        AgentConsults(agent=b.BEN, session=b.BENS_TAB, stage="merged", colleague=b.ANN),
    )
    assert (call.held_since, call.held_s) == (None, 12.0), "the caller is not on hold any more"


@pytest.mark.parametrize("phase", [Phase.CONSULTING, Phase.MERGED])
@pytest.mark.parametrize(
    ("event", "reason"),
    [(b.completed(), "transferred"), (b.hung_up(), "you left the caller to the colleague")],
    ids=["complete", "hang up"],
)
def test_115_the_agent_leaves_and_caller_and_colleague_hear_each_other_at_once(
    phase: Phase, event: Event, reason: str
) -> None:
    """#115, #117: both ways, no hold audio beneath it, and the colleague's tab knows whom he has."""
    call, effects, _ = machine.step(b.call_in(phase), event, LATER)

    assert effects == (
        JoinLegs(legs=(CALLER_LEG, b.BENS_LEG)),
        AgentJoined(agent=b.BEN, session=b.BENS_TAB, joined_at=LATER),
        AgentHandedOver(agent=b.BEN, session=b.BENS_TAB, caller=b.NOOR, queue=b.QUEUE, joined_at=LATER),
        ANNS_CLOSED,
        told(b.ANN, "agent", reason),
        ANN_IS_FREE,
    )
    assert call.claim is not None
    assert (call.phase, call.claim.agent, call.consult) == (Phase.TALKING, b.BEN, None)
    assert (call.answered_by, call.held_since) == (b.BEN, None)
    assert call.deadline == Deadline(LATER + b.POLICIES.max_call_s, Reason.MAX_CALL)
    assert b.after(call, b.held(b.BEN)).phase is Phase.HELD, "he is the agent of this call like any other"


@pytest.mark.parametrize("event", [b.completed(), b.hung_up()], ids=["complete", "hang up"])
def test_leaving_while_the_colleague_still_rings_hands_the_caller_over_blind(event: Event) -> None:
    """He rings on, for the caller now, who hears what those hear who wait."""
    ringing = b.call_in(Phase.ASKING)
    call, effects, _ = machine.step(ringing, event, LATER)

    reason = "transferred" if event == b.completed() else "you left the caller to the colleague"
    assert effects == (
        PlayHoldAudio(leg=CALLER_LEG, queue=b.QUEUE),
        EnterQueue(
            queue=b.QUEUE, since=b.NOW, caller=b.NOOR, priority=2, skills=("refunds",), returning=True, wanted=b.BEN
        ),
        AgentHandedOver(agent=b.BEN, session=None, caller=b.NOOR, queue=b.QUEUE, joined_at=None),
        ANNS_CLOSED,
        told(b.ANN, "agent", reason),
        ANN_IS_FREE,
    )
    assert (call.phase, call.claim, call.deadline) == (Phase.RINGING, None, ringing.deadline)
    joined = b.effects(call, b.answered(b.BENS_TAB, b.BEN))
    assert joined[0] == JoinLegs(legs=(CALLER_LEG, b.BENS_LEG)), "the answer brings him the caller"
    assert b.after(call, b.refused(b.BEN)).phase is Phase.WAITING, "and a refusal leaves the caller to the queue"


def test_a_colleague_who_has_just_answered_gets_the_caller_as_soon_as_he_can_be_heard() -> None:
    answered = b.after(asked(), b.assigned(b.BEN), b.answered(b.BENS_TAB, b.BEN))
    call, effects, _ = machine.step(answered, b.completed(), LATER)

    assert not [effect for effect in effects if isinstance(effect, EnterQueue)], "the call is taken"
    media = (b.media_offered(b.BENS_TAB, b.BEN), b.leg_answered(b.BENS_LEG))
    assert b.effects(b.after(call, *media), b.leg_connected(b.BENS_LEG))[0] == JoinLegs(legs=(CALLER_LEG, b.BENS_LEG))


def test_leaving_before_anybody_rings_is_a_blind_transfer() -> None:
    call, effects, _ = machine.step(asked(), b.completed(), LATER)

    assert [effect.wanted for effect in effects if isinstance(effect, EnterQueue)] == [b.BEN]
    assert call.phase is Phase.WAITING
    assert isinstance(b.effects(call, b.assigned(b.BEN))[0], RingAgent), "the reservation on its way is not lost"


def test_a_colleague_found_in_another_queue_takes_the_caller_there() -> None:
    looking = b.after(b.call_in(Phase.TALKING), b.consulted(to_agent=None, queue="support"))
    ringing = b.after(looking, b.assigned(b.BEN), *b.BENS_MEDIA, b.answered(b.BENS_TAB, b.BEN))

    assert b.after(ringing, b.completed()).queue == "support", "the record tells the wrong queue"
    assert b.after(ringing, b.cancelled()).queue == b.QUEUE, "the caller never left"


LOST = [b.session_lost(), b.leg_failed(b.TAB_LEG)]


@pytest.mark.parametrize("event", LOST, ids=["tab", "media"])
@pytest.mark.parametrize(
    ("phase", "sent_off"),
    [
        (Phase.ASKING, (BEN_STOPS, BENS_CLOSED, ReleaseAgent(agent=b.BEN, outcome="not_needed"))),
        (
            Phase.CONSULTING,
            (BENS_CLOSED, told(b.BEN, "network", "the agent who asked you was lost"), BEN_IS_FREE),
        ),
    ],
)
def test_95_an_agent_lost_in_mid_consultation_finds_his_caller_on_hold(
    event: AgentSessionLost | LegFailed, phase: Phase, sent_off: tuple[object, ...]
) -> None:
    """#95: the colleague is let go, for he cannot help without the one who asked; the return runs as always."""
    lost, effects, _ = machine.step(b.call_in(phase), event, LATER)
    assert effects[0] == ON_HOLD
    assert effects[-3:] == sent_off
    assert (lost.phase, lost.transfers[-1].outcome) == (Phase.RETURNING, "agent_lost")

    back = b.after(lost, b.media_offered("tab-9"), b.leg_answered("agent-3"))
    call, effects, _ = machine.step(back, b.leg_connected("agent-3"), LATER)
    assert effects[0] == AgentHolds(agent=b.ANN, session="tab-9", joined_at=b.NOW), "#117"
    assert call.phase is Phase.HELD


@pytest.mark.parametrize("event", LOST, ids=["tab", "media"])
def test_a_caller_who_hears_both_goes_on_with_the_colleague_if_the_agent_is_lost(event: Event) -> None:
    call, effects, _ = machine.step(b.call_in(Phase.MERGED), event, LATER)

    assert effects[0] == JoinLegs(legs=(CALLER_LEG, b.BENS_LEG)), "the caller is not put on hold for that"
    assert told(b.ANN, "network", "your connection was lost, and the colleague has the caller") in effects
    assert call.phase is Phase.TALKING


def test_another_tab_of_either_agent_may_close() -> None:
    for phase in (Phase.CONSULTING, Phase.MERGED):
        call = b.call_in(phase)
        for agent in (b.ANN, b.BEN):
            closed = b.session_lost("tab-7", agent, remaining=1)
            assert machine.step(call, closed, LATER) == (call, (), "another tab has the conversation")


def test_the_record_tells_whom_it_was_offered_to_and_who_was_asked() -> None:
    call = b.after(b.call_in(Phase.TALKING), b.consulted(), b.assigned(b.BEN), now=b.NOW + 10.0)
    call = b.after(call, b.refused(b.BEN), now=b.NOW + 14.0)
    call = b.after(call, b.consulted(to_agent=b.CID), b.assigned(b.CID), now=b.NOW + 20.0)
    *_, written = b.effects(call, b.caller_hangs_up(), now=b.NOW + 26.0)

    assert isinstance(written, WriteRecord)
    assert written.record.offers == (
        Offer(agent=b.ANN, rung_at=b.NOW, until=b.NOW, outcome="answered"),
        Offer(agent=b.BEN, rung_at=b.NOW + 10.0, until=b.NOW + 14.0, outcome="refused", asked_by=b.ANN),
        Offer(agent=b.CID, rung_at=b.NOW + 20.0, until=b.NOW + 26.0, outcome="caller_left", asked_by=b.ANN),
    )
    ben, cid = written.record.transfers
    assert ben == Transfer(
        kind="attended",
        agent=b.ANN,
        asked_at=b.NOW + 10.0,
        to_agent=b.BEN,
        until=b.NOW + 14.0,
        outcome="refused",
    )
    assert (cid.to_agent, cid.until, cid.outcome) == (b.CID, b.NOW + 26.0, "caller_left")
    assert written.record.held_s == 16.0, "on hold since the first question"


def test_a_blind_transfer_is_in_the_record_as_well() -> None:
    call = b.after(b.call_in(Phase.TALKING), b.transferred(to_agent=b.BEN), now=LATER)

    (done,) = call.transfers
    assert (done.kind, done.agent, done.to_agent, done.to_queue) == ("blind", b.ANN, b.BEN, "support")
    assert (done.asked_at, done.until, done.outcome) == (LATER, LATER, "completed")
