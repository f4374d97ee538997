"""A call that its queue does not keep: it waits elsewhere, or ends and says why, and is never lost in between."""

from hold_audio.occasions import Occasion
from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, CallBackRequest, Deadline, End, Phase
from signaling.calls.effects import AskCallBack, EnterQueue, PlayHoldAudio, RingAgent, Say, WriteRecord
from signaling.calls.events import Overflow
from signaling.calls.history import Stay
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b


def test_an_overflow_to_another_queue_changes_what_is_heard_and_keeps_the_place() -> None:
    """#18 #23: hold audio follows the present queue; being sent on costs no place."""
    waiting = b.call_in(Phase.WAITING)

    call, effects, _ = machine.step(waiting, b.overflowed(Overflow.QUEUE, "support"), b.NOW + 60.0)

    assert effects == (
        PlayHoldAudio(leg=CALLER_LEG, queue="support"),
        EnterQueue(queue="support", since=b.NOW, caller=b.NOOR, priority=2, skills=("refunds",)),
    )
    assert call.queue == "support"
    assert call.route.queue == b.QUEUE, "the record could not tell where the call was sent first"
    assert call.deadline == Deadline(b.NOW + 60.0 + b.POLICIES.max_wait_s, Reason.MAX_WAIT)
    ring = b.effects(call, b.assigned())[0]
    assert isinstance(ring, RingAgent)
    assert ring.queue == "support", "the agent reads the wrong queue"


def test_a_full_queue_says_so_and_ends_the_call() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.WAITING), b.overflowed(), b.NOW + 60.0)
    assert call.end == End(by="server", reason="the queue is full")
    assert effects == (Say(leg=CALLER_LEG, queue=b.QUEUE, occasion=Occasion.OVERFLOW),), "nobody asked for a call back"


def test_who_is_to_be_called_back_is_written_down_before_the_call_ends() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.WAITING), b.overflowed(Overflow.CALL_BACK), b.NOW + 60.0)
    request = CallBackRequest(
        call_id=b.OFFER.call_id,
        phone_number_id=b.PNID,
        business_number=b.OFFER.business_number,
        caller=b.NOOR,
        queue=b.QUEUE,
        requested_at=b.NOW + 60.0,
    )
    assert effects == (
        AskCallBack(request=request),
        Say(leg=CALLER_LEG, queue=b.QUEUE, occasion=Occasion.CALL_BACK),
    )
    assert call.phase is Phase.PARTING


def test_an_overflow_into_a_queue_that_is_closed_says_so_instead_of_waiting_there() -> None:
    """Nobody is there: its hours hold for whoever comes, by whatever way."""
    waiting = b.call_in(Phase.WAITING)

    call, effects, _ = machine.step(waiting, b.overflowed(Overflow.QUEUE, "support", closed=True), b.NOW + 60.0)

    assert effects == (Say(leg=CALLER_LEG, queue="support", occasion=Occasion.CLOSED),)
    assert (call.phase, call.queue) == (Phase.PARTING, "support")
    assert call.end == End(by="server", reason="outside business hours")


def test_an_overflow_that_crosses_a_ring_does_not_lose_the_call() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.RINGING), b.overflowed(), b.NOW + 60.0)
    assert call.phase is Phase.RINGING, "an agent was torn from the call he may answer"
    assert effects == (b.BACK_IN_THE_QUEUE,), "the call would wait where nobody looks"


def test_the_record_tells_every_queue_the_call_was_in() -> None:
    sales, support = Stay(queue=b.QUEUE, since=b.NOW), Stay(queue="support", since=b.NOW + 60.0)
    moved = b.after(b.call_in(Phase.WAITING), b.overflowed(Overflow.QUEUE, "support"), now=b.NOW + 60.0)
    assert b.begin().call.stays == (sales,)
    assert moved.stays == (sales, support)
    handed = b.after(b.call_in(Phase.TALKING), b.transferred(queue="support"), now=b.NOW + 60.0)
    assert handed.stays == (sales, support), "a transfer is as good a way as any"
    written = b.effects(handed, b.caller_hangs_up())[-1]
    assert isinstance(written, WriteRecord)
    assert written.record.stays == (sales, support)
