"""WhatsApp rings until an agent answers: then one request to Meta, and not one packet of sound before its 200."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Deadline, End, Phase, Policies
from signaling.calls.effects import (
    AskCallBack,
    CloseLeg,
    EnterQueue,
    HoldLeg,
    JoinLegs,
    PlayHoldAudio,
    Say,
    SendAction,
    StopRinging,
)
from signaling.calls.events import Action, CallTerminated, Event, Overflow, ServerStopping
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

ACCEPT = SendAction(action=Action.ACCEPT, phone_number_id=b.PNID, sdp=b.ANSWER_SDP)
REJECT = SendAction(action=Action.REJECT, phone_number_id=b.PNID)
TERMINATE = SendAction(action=Action.TERMINATE, phone_number_id=b.PNID)
WAITS = EnterQueue(queue=b.QUEUE, since=b.NOW, caller=b.NOOR, priority=2, skills=("refunds",))
MUSIC = PlayHoldAudio(leg=CALLER_LEG, queue=b.QUEUE)
JOINED = JoinLegs(legs=(CALLER_LEG, b.TAB_LEG))
SOUND = (PlayHoldAudio, HoldLeg, JoinLegs, Say)
READY = (b.leg_answered(), b.confirmed(Action.PRE_ACCEPT), b.leg_connected())
MARK = b.NOW + 25.0


def connecting() -> Call:
    """The call whose media path comes up next."""
    return b.after(b.begin(Policies(with_agent=True)).call, *READY[:-1])


def waiting() -> Call:
    """WhatsApp rings; no agent is rung yet."""
    return b.after(connecting(), READY[-1])


def ringing() -> Call:
    """Ann is rung, and her tab has its media up."""
    return b.after(waiting(), *b.STORY[Phase.RINGING][1])


def test_agents_are_asked_before_accept_and_the_caller_hears_nothing_of_ours() -> None:
    call, effects, _ = machine.step(connecting(), b.leg_connected(), b.NOW + 0.4)

    assert effects == (WAITS,), "no accept, no sound: the phone at the other end rings on"
    assert call.phase is Phase.WAITING
    assert call.next_deadline == Deadline(MARK, Reason.PICK_UP), "counted from the arrival of the offer"


@pytest.mark.parametrize("slow", [1, 2], ids=["pre_accept", "media"])
def test_a_path_that_comes_up_late_does_not_keep_agents_from_being_asked(slow: int) -> None:
    call = b.after(b.begin(Policies(with_agent=True)).call, *READY[:slow])
    assert b.effects(call, b.overdue(call)) == (WAITS,)


def test_an_answer_is_one_accept_and_then_the_two_voices() -> None:
    call, effects, _ = machine.step(ringing(), b.answered(), b.NOW + 8.0)
    assert effects[0] == ACCEPT, "nothing may come before it"
    assert not any(isinstance(effect, SOUND) for effect in effects), "audio before accept is confirmed is not allowed"
    assert call.next_deadline == Deadline(b.NOW + 8.0 + b.POLICIES.accept_s, Reason.ACCEPT)

    call, effects, _ = machine.step(call, b.confirmed(Action.ACCEPT), b.NOW + 8.2)
    assert effects[0] == JOINED, "no ringback and no music in between"
    assert (call.phase, call.accepted_at, call.answered_at) == (Phase.TALKING, b.NOW + 8.2, b.NOW + 8.2)
    assert call.next_deadline == Deadline(b.NOW + 8.2 + b.POLICIES.max_call_s, Reason.MAX_CALL)


def test_an_answer_before_the_tabs_media_is_up_picks_up_at_once_and_bridges_the_gap_with_music() -> None:
    rung = b.after(waiting(), b.assigned(), b.media_offered())
    call, effects, _ = machine.step(rung, b.answered(), b.NOW + 8.0)
    assert effects[0] == ACCEPT, "both take their time, so they must not take turns"

    call, effects, _ = machine.step(call, b.confirmed(Action.ACCEPT), b.NOW + 8.2)
    assert effects == (MUSIC,), "an answered phone is never silent"

    call, effects, _ = machine.step(call, b.leg_connected(b.TAB_LEG), b.NOW + 8.5)
    assert effects[0] == JOINED


def test_media_that_is_up_before_accept_is_confirmed_waits_for_it() -> None:
    answered = b.after(waiting(), b.assigned(), b.media_offered(), b.answered())
    call, effects, _ = machine.step(answered, b.leg_connected(b.TAB_LEG), b.NOW + 0.1)
    assert effects == (), "accept is on its way already, and nothing may be heard yet"
    assert b.effects(call, b.confirmed(Action.ACCEPT))[0] == JOINED


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.RINGING])
def test_after_25_s_without_an_agent_the_call_is_picked_up_and_played_to(phase: Phase) -> None:
    """whatsapp-calling 0, rule 6: Meta gives up after 30 s at the earliest."""
    before = waiting() if phase is Phase.WAITING else ringing()

    call, effects, _ = machine.step(before, b.overdue_pick_up(), MARK)
    assert (call.phase, effects) == (phase, (ACCEPT,)), "agents who ring go on ringing"

    call, effects, _ = machine.step(call, b.confirmed(Action.ACCEPT), MARK + 0.2)
    assert effects == (MUSIC,)
    assert (call.phase, call.accepted_at) == (phase, MARK + 0.2)
    assert call.deadline == before.deadline, "the ring and the wait go by what they began with"

    if phase is Phase.RINGING:
        assert b.effects(call, b.answered())[0] == JOINED


def test_an_answer_after_the_25_s_mark_sends_no_second_accept() -> None:
    accepting = b.after(ringing(), b.overdue_pick_up())
    call, effects, _ = machine.step(accepting, b.answered(), MARK + 0.1)
    assert not any(isinstance(effect, SendAction) for effect in effects)
    assert b.effects(call, b.confirmed(Action.ACCEPT))[0] == JOINED


def test_all_agents_refusing_leaves_the_phone_ringing() -> None:
    call, effects, _ = machine.step(ringing(), b.refused(), b.NOW + 5.0)
    assert (call.phase, call.next_deadline) == (Phase.WAITING, Deadline(MARK, Reason.PICK_UP))
    assert not any(isinstance(effect, (*SOUND, SendAction)) for effect in effects)


ENDS: dict[str, Event] = {
    "full": b.overflowed(),
    "call back": b.overflowed(Overflow.CALL_BACK),
    "closed": b.overflowed(Overflow.QUEUE, "support", closed=True),
    "stopping": ServerStopping(reason="draining"),
    "media": b.leg_failed(),
}


@pytest.mark.parametrize("event", ENDS.values(), ids=ENDS)
def test_who_was_not_picked_up_is_rejected_without_a_word(event: Event) -> None:
    call, effects, _ = machine.step(waiting(), event, b.NOW + 5.0)
    assert effects[-1] == REJECT, "Meta refuses a terminate of a call that was never accepted"
    assert not any(isinstance(effect, SOUND) for effect in effects)
    assert any(isinstance(effect, AskCallBack) for effect in effects) is (event == ENDS["call back"])
    assert call.pick_up is None


def test_once_accept_is_on_its_way_the_end_is_terminate() -> None:
    accepting = b.after(waiting(), b.overdue_pick_up())
    assert b.effects(accepting, b.overflowed())[-1] == TERMINATE


def test_an_overflow_into_another_queue_lets_the_phone_ring_on() -> None:
    call, effects, _ = machine.step(waiting(), b.overflowed(Overflow.QUEUE, "support"), b.NOW + 5.0)
    (entered,) = effects
    assert isinstance(entered, EnterQueue)
    assert (call.queue, call.next_deadline) == ("support", Deadline(MARK, Reason.PICK_UP))


def test_a_caller_who_hangs_up_stops_the_agents() -> None:
    """#94."""
    gone = CallTerminated(call_id=b.OFFER.call_id, status="COMPLETED")
    call, effects, _ = machine.step(ringing(), gone, b.NOW + 5.0)
    assert StopRinging(agent=b.ANN, reason="caller_left") in effects
    assert CloseLeg(leg=b.TAB_LEG) in effects
    assert call.end == End(by="caller", reason="hung up")


@pytest.mark.parametrize("final", [True, False])
def test_a_failed_accept_ends_the_call_and_frees_the_agent_who_answered(*, final: bool) -> None:
    answered = b.after(ringing(), b.answered())
    call, effects, _ = machine.step(answered, b.failed(Action.ACCEPT, final=final), b.NOW + 9.0)
    assert call.phase is Phase.ENDING
    assert StopRinging(agent=b.ANN, reason="ended") in effects
    assert effects[-1] == TERMINATE


def test_an_accept_that_nobody_confirms_ends_the_call() -> None:
    answered = b.after(ringing(), b.answered())
    assert answered.next_deadline is not None
    call, _, _ = machine.step(answered, b.overdue(answered), answered.next_deadline.at)
    assert call.end == End(by="server", reason="accept was not confirmed")
