"""The last words to a caller whom nobody will serve: said once, ended behind them, and never a trap."""

from hold_audio.occasions import Occasion
from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Deadline, End, Phase, Policies, Route
from signaling.calls.effects import AnswerOffer, CloseLeg, LeaveQueue, Say, SendAction, WriteRecord
from signaling.calls.events import Action
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

TERMINATE = SendAction(action=Action.TERMINATE, phone_number_id=b.PNID)
CLOSED = End(by="server", reason="outside business hours")


def closed() -> Call:
    """A call outside business hours that is told so, up to accept."""
    route = Route(queue=b.QUEUE, closed=True, policies=Policies(says_closed=True))
    begun = machine.begin(b.OFFER, route=route, now=b.NOW)
    assert begun.effects == (AnswerOffer(leg=CALLER_LEG, sdp=b.OFFER_SDP, whatsapp=True),), "it was to be answered"
    return b.after(begun.call, *b.story_until(Phase.ACCEPTING))


def test_who_calls_outside_business_hours_is_told_so_and_asks_no_agent() -> None:
    call, effects, _ = machine.step(closed(), b.confirmed(Action.ACCEPT), b.NOW + 1.0)

    assert effects == (Say(leg=CALLER_LEG, queue=b.QUEUE, occasion=Occasion.CLOSED),), "no queue, no agent, no music"
    assert (call.phase, call.end, call.accepted_at) == (Phase.PARTING, CLOSED, b.NOW + 1.0)


def test_behind_the_last_word_the_call_ends_at_meta() -> None:
    told = b.after(closed(), b.confirmed(Action.ACCEPT))

    call, effects, _ = machine.step(told, b.farewell_ended(), b.NOW + 6.0)

    assert effects == (CloseLeg(leg=CALLER_LEG), TERMINATE), "it never was in a queue"
    assert call.end == CLOSED
    (written,) = b.effects(call, b.caller_hangs_up())
    assert isinstance(written, WriteRecord)
    assert (written.record.ended_by, written.record.reason) == (CLOSED.by, CLOSED.reason)


def test_an_end_of_the_words_that_is_never_told_does_not_hold_the_call() -> None:
    parting = b.call_in(Phase.PARTING)
    assert parting.deadline == Deadline(b.NOW + b.POLICIES.farewell_s, Reason.FAREWELL)

    call, effects, _ = machine.step(parting, b.overdue(parting), b.NOW + b.POLICIES.farewell_s)

    assert effects == (CloseLeg(leg=CALLER_LEG), LeaveQueue(), TERMINATE)
    assert call.phase is Phase.ENDING
