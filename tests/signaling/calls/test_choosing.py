"""Keys of a waiting caller: to be called back, once, and without losing anything by asking."""

import pytest
from msgspec import structs

from hold_audio.occasions import Choice, Occasion
from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, CallBackRequest, End, Phase
from signaling.calls.effects import AskCallBack, CloseLeg, LeaveQueue, Say, StopRinging
from signaling.calls.events import DigitPressed, Overflow
from tests.signaling.calls import builders as b

LEAVE, STAY = (b.digit_pressed(choice=choice) for choice in (Choice.CALL_BACK_AND_LEAVE, Choice.CALL_BACK_AND_STAY))
LATER = b.NOW + 60.0
REQUEST = CallBackRequest(
    call_id=b.OFFER.call_id,
    phone_number_id=b.PNID,
    business_number=b.OFFER.business_number,
    caller=b.NOOR,
    queue=b.QUEUE,
    requested_at=LATER,
)
CONFIRMED = Say(leg=CALLER_LEG, queue=b.QUEUE, occasion=Occasion.ASKED_TO_STAY)
NOTED_AND_GONE = Say(leg=CALLER_LEG, queue=b.QUEUE, occasion=Occasion.ASKED_TO_LEAVE)


def staying() -> Call:
    """The caller has asked to be called back, and waits on."""
    return b.after(b.call_in(Phase.WAITING), STAY, now=LATER)


def test_who_asks_and_stays_keeps_everything() -> None:
    """#23: the queue is not told of anything, so the place cannot be lost."""
    waiting = b.call_in(Phase.WAITING)

    call, effects, _ = machine.step(waiting, STAY, LATER)

    assert effects == (AskCallBack(request=REQUEST), CONFIRMED)
    assert (call.phase, call.deadline, call.waits_since) == (Phase.WAITING, waiting.deadline, waiting.waits_since)


def test_who_asks_again_is_noted_once() -> None:
    step = machine.step(staying(), STAY, LATER + 5.0)
    assert (step.effects, step.ignored) == ((), "asked to be called back before")


def test_who_asks_and_leaves_is_confirmed_and_leaves_the_queue() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.WAITING), LEAVE, LATER)

    assert effects == (AskCallBack(request=REQUEST), NOTED_AND_GONE, LeaveQueue())
    assert (call.phase, call.end) == (Phase.PARTING, End(by="caller", reason="asked to be called back"))


def test_who_leaves_while_agents_ring_stops_them() -> None:
    """#94: a popup for a caller who has chosen otherwise would be answered into nothing."""
    call, effects, _ = machine.step(b.call_in(Phase.RINGING), LEAVE, LATER)

    stopped = (StopRinging(agent=b.ANN, reason="caller_left"), CloseLeg(leg=b.TAB_LEG))
    assert effects == (AskCallBack(request=REQUEST), NOTED_AND_GONE, *stopped, LeaveQueue())
    assert call.rung == ()


def test_an_agent_who_rings_may_answer_who_asked_and_stayed() -> None:
    """Nobody calls back whom an agent has talked with in that very call."""
    ringing = b.after(b.call_in(Phase.RINGING), STAY, now=LATER)

    call, effects, _ = machine.step(ringing, b.answered(), LATER + 2.0)

    served = structs.replace(REQUEST, served_at=LATER + 2.0)
    assert AskCallBack(request=served) in effects
    assert call.call_back == served


def test_a_later_wait_of_the_same_call_may_ask_anew() -> None:
    served = b.after(b.call_in(Phase.RINGING), STAY, b.answered(), b.transferred(queue=None), now=LATER)

    _, effects, _ = machine.step(served, STAY, LATER + 90.0)

    assert AskCallBack(request=structs.replace(REQUEST, requested_at=LATER + 90.0)) in effects, (
        "his request of before was settled"
    )


def test_a_queue_that_gives_up_asks_no_second_time_for_who_has_asked() -> None:
    _, effects, _ = machine.step(staying(), b.overflowed(Overflow.CALL_BACK), LATER + 60.0)
    assert effects == (Say(leg=CALLER_LEG, queue=b.QUEUE, occasion=Occasion.CALL_BACK),), "he would be called twice"


@pytest.mark.parametrize("pressed", [LEAVE, STAY], ids=["leave", "stay"])
def test_a_key_after_an_agents_answer_comes_too_late(pressed: DigitPressed) -> None:
    """The conversation begins within milliseconds; a farewell would be said over the agent's first words."""
    answered = b.after(b.ringing_without_media(), b.answered())
    assert machine.step(answered, pressed, LATER).ignored == "the key means nothing now"


def test_a_key_that_means_nothing_changes_nothing() -> None:
    waiting = b.call_in(Phase.WAITING)
    assert machine.step(waiting, b.digit_pressed(), LATER) == (waiting, (), "the key means nothing now")
