"""One way to end: in every phase everything is released at once, Meta hears of it if it was us, one record is left."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, CallRecord, Deadline, End, Phase
from signaling.calls.effects import (
    AgentCallEnded,
    CloseLeg,
    Effect,
    LeaveQueue,
    ReleaseAgent,
    SendAction,
    StopRinging,
    WriteRecord,
)
from signaling.calls.ending import TERMINATE_WEBHOOK_S
from signaling.calls.events import Action, CallTerminated, Event, MetaError, ServerStopping
from signaling.calls.history import Offer, Stay
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

CALLER_CLOSED = CloseLeg(leg=CALLER_LEG)
TAB_CLOSED = CloseLeg(leg=b.TAB_LEG)
BENS_CLOSED = CloseLeg(leg=b.BENS_LEG)
ANN_TOLD_CALLER_LEFT = AgentCallEnded(agent=b.ANN, ended_by="caller", reason="hung up")
BEN_TOLD_CALLER_LEFT = AgentCallEnded(agent=b.BEN, ended_by="caller", reason="hung up")
TERMINATE = SendAction(action=Action.TERMINATE, phone_number_id=b.PNID)
REJECT = SendAction(action=Action.REJECT, phone_number_id=b.PNID)


def record(call: Call, event: Event, now: float = b.NOW) -> CallRecord:
    """The one record that this event, which must end the call, leaves behind."""
    ended = machine.step(call, event, now)
    assert ended.call.phase is Phase.ENDED
    (written,) = (effect for effect in ended.effects if isinstance(effect, WriteRecord))
    return written.record


CALLER_LEAVES: dict[Phase, tuple[Effect, ...]] = {
    Phase.OFFERED: (CALLER_CLOSED,),
    Phase.PRE_ACCEPTING: (CALLER_CLOSED,),
    Phase.CONNECTING: (CALLER_CLOSED,),
    Phase.ACCEPTING: (CALLER_CLOSED,),
    Phase.WAITING: (CALLER_CLOSED, LeaveQueue()),
    Phase.RINGING: (CALLER_CLOSED, TAB_CLOSED, StopRinging(agent=b.ANN, reason="caller_left"), LeaveQueue()),
    Phase.TALKING: (CALLER_CLOSED, TAB_CLOSED, ANN_TOLD_CALLER_LEFT, LeaveQueue()),
    Phase.HELD: (CALLER_CLOSED, TAB_CLOSED, ANN_TOLD_CALLER_LEFT, LeaveQueue()),
    Phase.ASKING: (
        CALLER_CLOSED,
        BENS_CLOSED,
        TAB_CLOSED,
        StopRinging(agent=b.BEN, reason="caller_left"),
        ANN_TOLD_CALLER_LEFT,
        LeaveQueue(),
    ),
    Phase.CONSULTING: (
        CALLER_CLOSED,
        TAB_CLOSED,
        BENS_CLOSED,
        ANN_TOLD_CALLER_LEFT,
        BEN_TOLD_CALLER_LEFT,
        LeaveQueue(),
    ),
    Phase.MERGED: (CALLER_CLOSED, TAB_CLOSED, BENS_CLOSED, ANN_TOLD_CALLER_LEFT, BEN_TOLD_CALLER_LEFT, LeaveQueue()),
    Phase.RETURNING: (CALLER_CLOSED, ANN_TOLD_CALLER_LEFT, LeaveQueue()),
}


@pytest.mark.parametrize(("phase", "released"), CALLER_LEAVES.items(), ids=[phase.value for phase in CALLER_LEAVES])
def test_a_caller_who_hangs_up_leaves_nothing_behind(phase: Phase, released: tuple[Effect, ...]) -> None:
    """#92 #94: legs, agents and queue entry are released, and Meta is not told what it told us."""
    call, effects, _ = machine.step(b.call_in(phase), b.caller_hangs_up(), b.NOW + 7.0)

    *before, written = effects
    assert tuple(before) == released
    assert isinstance(written, WriteRecord), "every call leaves its record"
    assert (written.record.ended_by, written.record.reason) == ("caller", "hung up")
    assert (written.record.ended_at, written.record.meta_status) == (b.NOW + 7.0, "COMPLETED")
    assert (call.phase, call.deadline) == (Phase.ENDED, None)


ANN_TOLD_WE_STOP = AgentCallEnded(agent=b.ANN, ended_by="server", reason="draining")
BEN_TOLD_WE_STOP = AgentCallEnded(agent=b.BEN, ended_by="server", reason="draining")
BOTH_ARE_TOLD_WE_STOP = (
    CALLER_CLOSED,
    TAB_CLOSED,
    BENS_CLOSED,
    ANN_TOLD_WE_STOP,
    BEN_TOLD_WE_STOP,
    LeaveQueue(),
    TERMINATE,
)
WE_END: dict[Phase, tuple[Effect, ...]] = {
    Phase.OFFERED: (CALLER_CLOSED, REJECT),
    Phase.PRE_ACCEPTING: (CALLER_CLOSED, REJECT),
    Phase.CONNECTING: (CALLER_CLOSED, REJECT),
    Phase.ACCEPTING: (CALLER_CLOSED, TERMINATE),
    Phase.WAITING: (CALLER_CLOSED, LeaveQueue(), TERMINATE),
    Phase.RINGING: (CALLER_CLOSED, TAB_CLOSED, StopRinging(agent=b.ANN, reason="ended"), LeaveQueue(), TERMINATE),
    Phase.TALKING: (CALLER_CLOSED, TAB_CLOSED, ANN_TOLD_WE_STOP, LeaveQueue(), TERMINATE),
    Phase.HELD: (CALLER_CLOSED, TAB_CLOSED, ANN_TOLD_WE_STOP, LeaveQueue(), TERMINATE),
    Phase.ASKING: (
        CALLER_CLOSED,
        BENS_CLOSED,
        TAB_CLOSED,
        StopRinging(agent=b.BEN, reason="ended"),
        ANN_TOLD_WE_STOP,
        LeaveQueue(),
        TERMINATE,
    ),
    Phase.CONSULTING: BOTH_ARE_TOLD_WE_STOP,
    Phase.MERGED: BOTH_ARE_TOLD_WE_STOP,
    Phase.RETURNING: (CALLER_CLOSED, ANN_TOLD_WE_STOP, LeaveQueue(), TERMINATE),
    Phase.PARTING: (CALLER_CLOSED, LeaveQueue(), TERMINATE),
}


@pytest.mark.parametrize(("phase", "effects"), WE_END.items(), ids=[phase.value for phase in WE_END])
def test_a_stopping_server_releases_everything_and_tells_meta(phase: Phase, effects: tuple[Effect, ...]) -> None:
    """Reject until accept has been sent, terminate from then on (whatsapp-calling 2.1)."""
    call, asked, _ = machine.step(b.call_in(phase), ServerStopping(reason="draining"), b.NOW + 7.0)

    assert asked == effects
    assert call.end == End(by="server", reason="draining")
    assert call.deadline == Deadline(b.NOW + 7.0 + b.POLICIES.goodbye_s, Reason.GOODBYE)


def test_the_two_tables_above_name_every_living_phase() -> None:
    living = set(b.STORY) - {Phase.ENDING, Phase.ENDED}
    assert {*CALLER_LEAVES, Phase.PARTING} == living, "a phase in which the caller may hang up is missing"
    assert set(WE_END) == living, "a phase in which the server may stop is missing"


def test_who_hangs_up_during_the_last_words_does_not_change_why_they_were_said() -> None:
    """A list of missed calls that said "hung up" would hide that the queue was full."""
    call, effects, _ = machine.step(b.call_in(Phase.PARTING), b.caller_hangs_up(), b.NOW + 7.0)

    assert effects[:2] == (CALLER_CLOSED, LeaveQueue()), "nothing is left, and Meta is not told what it told us"
    assert (call.phase, call.end) == (Phase.ENDED, End(by="server", reason="the queue is full"))


def test_an_agent_who_hangs_up_ends_the_call_at_meta() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.TALKING), b.hung_up(), b.NOW + 30.0)

    told = AgentCallEnded(agent=b.ANN, ended_by="agent", reason="the agent hung up")
    assert effects == (CALLER_CLOSED, TAB_CLOSED, told, LeaveQueue(), TERMINATE)
    assert record(call, b.caller_hangs_up()).ended_by == "agent", "Meta's webhook only confirms what the agent did"


def test_a_caller_whose_media_is_lost_is_terminated_at_meta() -> None:
    """#62: a peer that vanishes without a terminate ends its call and frees the agent."""
    talking = b.call_in(Phase.TALKING)
    call, effects, _ = machine.step(talking, b.leg_failed(), b.NOW)

    told = AgentCallEnded(agent=b.ANN, ended_by="network", reason="consent expired")
    assert effects == (CALLER_CLOSED, TAB_CLOSED, told, LeaveQueue(), TERMINATE)
    assert call.end == End(by="network", reason="consent expired")


def test_a_conversation_of_the_longest_length_is_ended() -> None:
    talking = b.call_in(Phase.TALKING)

    assert b.after(talking, b.overdue(talking)).end == End(by="server", reason="longest conversation reached")


def test_metas_error_reaches_the_agent_and_the_record() -> None:
    """#107: code and text, not "try again"."""
    call, effects, _ = machine.step(b.call_in(Phase.TALKING), b.meta_gives_up(), b.NOW)

    told = AgentCallEnded(agent=b.ANN, ended_by="meta", reason="Meta ended the call", error=b.MEDIA_TIMEOUT)
    assert told in effects
    assert (call.end, record(b.call_in(Phase.TALKING), b.meta_gives_up()).error) == (
        End(by="meta", reason="Meta ended the call", error=b.MEDIA_TIMEOUT),
        b.MEDIA_TIMEOUT,
    )


def test_an_error_in_the_terminate_that_meets_our_goodbye_is_not_lost() -> None:
    """#107: the leg broke first, Meta's reason for it comes with its webhook."""
    written = record(b.after(b.call_in(Phase.TALKING), b.leg_failed()), b.meta_gives_up())

    assert (written.ended_by, written.error, written.meta_status) == ("network", b.MEDIA_TIMEOUT, "FAILED")


def test_the_error_that_ended_the_call_is_not_replaced_by_a_later_one() -> None:
    refused = b.after(b.call_in(Phase.ACCEPTING), b.failed(Action.ACCEPT))

    assert record(refused, b.meta_gives_up()).error == b.REFUSED


def test_a_failed_call_without_an_error_is_not_taken_for_a_hang_up() -> None:
    """Only ``code`` of an error is sure to exist, and ``errors`` itself may be missing (whatsapp-calling 1.8)."""
    written = record(b.call_in(Phase.TALKING), CallTerminated(call_id=b.OFFER.call_id, status="FAILED"))

    assert (written.ended_by, written.error) == ("meta", None)


def test_an_error_without_a_status_is_metas_doing_too() -> None:
    bare = CallTerminated(call_id=b.OFFER.call_id, errors=(MetaError(138020),))

    assert record(b.call_in(Phase.WAITING), bare).ended_by == "meta"


def test_a_confirmed_goodbye_waits_a_moment_for_metas_webhook() -> None:
    ending = b.call_in(Phase.ENDING)
    call, effects, _ = machine.step(ending, b.confirmed(Action.TERMINATE), b.NOW + 0.2)

    assert effects == ()
    assert call.deadline == Deadline(b.NOW + 0.2 + TERMINATE_WEBHOOK_S, Reason.GOODBYE)
    assert record(call, b.caller_hangs_up()).meta_duration == 121, "the webhook brings Meta's own figures"


def test_a_repeated_confirmation_does_not_prolong_the_goodbye() -> None:
    once = b.after(b.call_in(Phase.ENDING), b.confirmed(Action.TERMINATE), now=b.NOW)
    twice = b.after(once, b.confirmed(Action.TERMINATE), now=b.NOW + 1.0)

    assert twice.deadline == once.deadline


@pytest.mark.parametrize("last", ["deadline", "failure"])
def test_a_goodbye_that_meta_never_hears_still_ends_the_call_at_the_time_of_the_release(last: str) -> None:
    ending = b.after(b.call_in(Phase.TALKING), b.hung_up(), now=b.NOW + 30.0)
    event = b.overdue(ending) if last == "deadline" else b.failed(Action.TERMINATE, final=False)

    written = record(ending, event, b.NOW + 45.0)

    assert written.ended_at == b.NOW + 30.0, (
        "the conversation ended when the agent hung up, not when we gave up on Meta"
    )
    assert (written.ended_by, written.meta_status, written.meta_duration) == ("agent", None, None)


def test_the_record_of_a_good_call_tells_all_of_it() -> None:
    call = b.after(b.begin().call, *b.story_until(Phase.ACCEPTING), now=b.NOW + 0.5)
    waiting = b.after(call, b.confirmed(Action.ACCEPT), now=b.NOW + 1.0)
    rung = b.after(waiting, b.assigned(b.BEN), b.refused(b.BEN), b.assigned(), b.media_offered(), now=b.NOW + 2.0)
    talking = b.after(rung, b.leg_answered(b.TAB_LEG), b.leg_connected(b.TAB_LEG), b.answered(), now=b.NOW + 9.0)

    assert record(talking, b.caller_hangs_up(), b.NOW + 130.0) == CallRecord(
        call_id=b.OFFER.call_id,
        phone_number_id=b.PNID,
        business_number=b.OFFER.business_number,
        caller=b.NOOR,
        queue=b.QUEUE,
        offered_at=b.NOW,
        accepted_at=b.NOW + 1.0,
        answered_at=b.NOW + 9.0,
        ended_at=b.NOW + 130.0,
        agent=b.ANN,
        agents_tried=(b.BEN, b.ANN),
        ended_by="caller",
        reason="hung up",
        error=None,
        cta_payload=b.OFFER.cta_payload,
        route="orders",
        deeplink_payload=b.OFFER.deeplink_payload,
        meta_status="COMPLETED",
        meta_duration=121,
        offers=(
            Offer(agent=b.BEN, rung_at=b.NOW + 2.0, until=b.NOW + 2.0, outcome="refused"),
            Offer(agent=b.ANN, rung_at=b.NOW + 2.0, until=b.NOW + 9.0, outcome="answered"),
        ),
        stays=(Stay(queue=b.QUEUE, since=b.NOW),),
    )


def test_the_record_of_an_unanswered_call_names_the_last_agent_rung() -> None:
    unanswered = b.after(b.call_in(Phase.RINGING), b.refused(), b.assigned(b.BEN), b.refused(b.BEN))
    written = record(unanswered, b.caller_hangs_up())

    assert (written.agent, written.agents_tried, written.answered_at) == (b.BEN, (b.ANN, b.BEN), None)


def test_the_record_remembers_the_agent_of_a_conversation_that_went_back_to_the_queue() -> None:
    lost = b.after(b.lost_for_good(b.call_in(Phase.TALKING)), b.assigned(b.BEN), b.refused(b.BEN))

    assert record(lost, b.caller_hangs_up()).agent == b.ANN


@pytest.mark.parametrize("phase", [Phase.ENDING, Phase.ENDED])
def test_an_agent_or_a_leg_that_comes_too_late_is_given_back(phase: Phase) -> None:
    over = b.call_in(phase)

    assert machine.step(over, b.assigned(b.BEN), b.NOW) == (
        over,
        (ReleaseAgent(agent=b.BEN, outcome="not_needed"),),
        "the call is over",
    )
    assert machine.step(over, b.leg_answered("agent-7"), b.NOW) == (
        over,
        (CloseLeg(leg="agent-7"),),
        "the call is over",
    )


def test_a_second_terminate_writes_no_second_record() -> None:
    ended = b.call_in(Phase.ENDED)

    assert machine.step(ended, b.caller_hangs_up(), b.NOW) == (ended, (), "the call is over")
