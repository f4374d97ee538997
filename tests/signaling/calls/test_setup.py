"""The first seconds of a call: nothing is heard before accept is confirmed, and accept repeats pre_accept's SDP."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Deadline, End, Phase, Route
from signaling.calls.effects import (
    AnswerOffer,
    CloseLeg,
    EnterQueue,
    JoinLegs,
    PlayHoldAudio,
    SendAction,
    StartLeg,
    WriteRecord,
)
from signaling.calls.events import Action
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

PRE_ACCEPT = SendAction(action=Action.PRE_ACCEPT, phone_number_id=b.PNID, sdp=b.ANSWER_SDP)
ACCEPT = SendAction(action=Action.ACCEPT, phone_number_id=b.PNID, sdp=b.ANSWER_SDP)
REJECT = SendAction(action=Action.REJECT, phone_number_id=b.PNID)
TERMINATE = SendAction(action=Action.TERMINATE, phone_number_id=b.PNID)


def test_a_new_call_asks_media_for_a_leg_with_the_offer_untouched() -> None:
    call, effects, _ = b.begin()

    assert effects == (AnswerOffer(leg=CALLER_LEG, sdp=b.OFFER_SDP, whatsapp=True),)
    assert call.deadline == Deadline(b.NOW + b.POLICIES.leg_answer_s, Reason.LEG_ANSWER)
    assert (call.call_id, call.queue, call.caller) == (b.OFFER.call_id, b.QUEUE, b.NOOR)
    assert (call.cta_payload, call.deeplink_payload) == (b.OFFER.cta_payload, b.OFFER.deeplink_payload)


def test_pre_accept_goes_out_with_the_answer_and_ice_starts_with_it() -> None:
    call, effects, _ = machine.step(b.begin().call, b.leg_answered(), b.NOW + 0.01)

    assert effects == (PRE_ACCEPT, StartLeg(leg=CALLER_LEG)), "Meta has to hear of us before we send it ICE checks"
    assert call.deadline == Deadline(b.NOW + 0.01 + b.POLICIES.pre_accept_s, Reason.PRE_ACCEPT)


def test_accept_waits_for_media_after_pre_accept_is_confirmed() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.PRE_ACCEPTING), b.confirmed(Action.PRE_ACCEPT), b.NOW)

    assert effects == (), "an accept before DTLS is up clips the first words"
    assert call.deadline == Deadline(b.NOW + b.POLICIES.media_up_s, Reason.MEDIA_UP)

    call, effects, _ = machine.step(call, b.leg_connected(), b.NOW + 0.4)

    assert effects == (ACCEPT,), "accept repeats the SDP of pre_accept, or Meta refuses it"
    assert call.deadline == Deadline(b.NOW + 0.4 + b.POLICIES.accept_s, Reason.ACCEPT)


def test_accept_goes_out_at_once_if_media_was_up_before_pre_accept_was_confirmed() -> None:
    connected = b.after(b.call_in(Phase.PRE_ACCEPTING), b.leg_connected())

    assert b.effects(connected, b.confirmed(Action.PRE_ACCEPT)) == (ACCEPT,)


@pytest.mark.parametrize("phase", [Phase.PRE_ACCEPTING, Phase.CONNECTING])
def test_accept_goes_out_anyway_when_the_deadline_for_pre_accept_or_media_passes(phase: Phase) -> None:
    call = b.call_in(phase)

    assert b.effects(call, b.overdue(call)) == (ACCEPT,), "the caller must not be lost to an optional step"


def test_accept_carries_the_answer_itself_when_pre_accept_did_not_reach_meta() -> None:
    lost = b.failed(Action.PRE_ACCEPT, final=False)

    assert b.effects(b.call_in(Phase.PRE_ACCEPTING), lost) == (ACCEPT,)


def test_a_late_verdict_on_pre_accept_does_not_send_accept_twice() -> None:
    call = b.call_in(Phase.PRE_ACCEPTING)
    accepting = b.after(call, b.overdue(call))

    for verdict in (b.confirmed(Action.PRE_ACCEPT), b.failed(Action.PRE_ACCEPT)):
        assert machine.step(accepting, verdict, b.NOW) == (accepting, (), "pre_accept was settled before")


def test_hold_audio_and_the_queue_begin_with_accepts_confirmation_and_not_before() -> None:
    """The very next frame after accept's 200 is sound (#1, #34); a frame earlier starts the user's timer."""
    call, heard = b.begin()[:2]
    for event in b.story_until(Phase.ACCEPTING):
        call, effects, _ = machine.step(call, event, b.NOW)
        heard += effects
    early = [effect for effect in heard if isinstance(effect, PlayHoldAudio | JoinLegs | EnterQueue)]
    assert early == [], "sound or queue before accept was confirmed"

    call, effects, _ = machine.step(call, b.confirmed(Action.ACCEPT), b.NOW + 0.7)

    assert effects == (
        PlayHoldAudio(leg=CALLER_LEG, queue=b.QUEUE),
        EnterQueue(queue=b.QUEUE, since=b.NOW, caller=b.NOOR, priority=2, skills=("refunds",)),
    ), "the caller hears something at once and waits since the offer"
    assert call.accepted_at == b.NOW + 0.7
    assert call.deadline == Deadline(b.NOW + 0.7 + b.POLICIES.max_wait_s, Reason.MAX_WAIT)


def test_a_repeated_confirmation_of_accept_does_not_enter_the_queue_twice() -> None:
    waiting = b.call_in(Phase.WAITING)

    assert machine.step(waiting, b.confirmed(Action.ACCEPT), b.NOW) == (waiting, (), "accept was settled before")


def test_an_unusable_offer_is_rejected_with_its_reason_in_the_record() -> None:
    """#28: an SDP offer without a fingerprint."""
    call, effects, _ = machine.step(b.begin().call, b.leg_refused(), b.NOW)

    assert effects == (CloseLeg(leg=CALLER_LEG), REJECT), "Meta must hear that the call is not taken"
    (written,) = b.effects(call, b.caller_hangs_up())
    assert isinstance(written, WriteRecord)
    assert (written.record.ended_by, written.record.reason) == ("server", "the offer was refused: no fingerprint")
    assert (written.record.accepted_at, written.record.agent) == (None, None)


def test_a_media_side_that_does_not_answer_costs_the_call_and_nothing_else() -> None:
    offered = b.begin().call
    call, effects, _ = machine.step(offered, b.overdue(offered), b.NOW)

    assert effects == (CloseLeg(leg=CALLER_LEG), REJECT)
    assert call.end == End(by="server", reason="media did not answer")


def test_a_refused_pre_accept_rejects_the_call_with_metas_error() -> None:
    call, effects, _ = machine.step(b.call_in(Phase.PRE_ACCEPTING), b.failed(Action.PRE_ACCEPT), b.NOW)

    assert effects == (CloseLeg(leg=CALLER_LEG), REJECT)
    assert call.end == End(by="meta", reason="pre_accept was refused", error=b.REFUSED)


@pytest.mark.parametrize(
    ("final", "end"),
    [
        (True, End(by="meta", reason="accept was refused", error=b.REFUSED)),
        (False, End(by="network", reason="accept did not reach Meta", error=b.REFUSED)),
    ],
)
def test_a_failed_accept_terminates_the_call_and_says_whose_fault_it_was(*, final: bool, end: End) -> None:
    call, effects, _ = machine.step(b.call_in(Phase.ACCEPTING), b.failed(Action.ACCEPT, final=final), b.NOW)

    assert effects == (CloseLeg(leg=CALLER_LEG), TERMINATE), "after accept has been sent, reject is no longer allowed"
    assert call.end == end


def test_an_accept_that_nobody_confirms_terminates_the_call() -> None:
    accepting = b.call_in(Phase.ACCEPTING)
    call, effects, _ = machine.step(accepting, b.overdue(accepting), b.NOW)

    assert effects == (CloseLeg(leg=CALLER_LEG), TERMINATE)
    assert call.end == End(by="server", reason="accept was not confirmed")


def test_a_call_outside_business_hours_is_rejected_before_any_media() -> None:
    call, effects, _ = machine.begin(b.OFFER, route=Route(queue=b.QUEUE, closed=True), now=b.NOW)
    assert REJECT in effects, "Meta must hear of it at once"
    assert not any(isinstance(effect, AnswerOffer) for effect in effects), "a leg was made for nobody"
    assert call.end == End(by="server", reason="outside business hours"), "the record tells why"
