"""Owns how an attempt to reach a customer comes out, and who is told of it: once, as soon as it is final."""

from msgspec.structs import replace

from signaling.calls.call import Call, DialOutcome
from signaling.calls.effects import SettleDial
from signaling.calls.events import CallTerminated, MetaError


def outcome_of(call: Call, terminated: CallTerminated | None = None) -> DialOutcome | None:
    """What became of the attempt, when nothing more will be heard of it. None for a call that a user placed.

    Meta's status webhooks may be lost or late, so a call with a duration was picked up whatever else was said
    (whatsapp-calling 1.8).
    """
    if call.dial is None:
        return None
    if call.accepted_at is not None or (terminated is not None and terminated.duration is not None):
        return DialOutcome.ANSWERED
    return call.dial.outcome or DialOutcome.FAILED


def turned_out(call: Call, outcome: DialOutcome) -> Call:
    """The attempt has come out so, as far as is known; the first word counts."""
    if call.dial is None or call.dial.outcome is not None:
        return call
    return replace(call, dial=replace(call.dial, outcome=outcome))


def settle(call: Call, outcome: DialOutcome | None, error: MetaError | None = None) -> tuple[SettleDial, ...]:
    """Tell what became of the attempt, unless that is told already."""
    if call.dial is None or outcome is None or call.dial.settled:
        return ()
    told = SettleDial(
        phone_number_id=call.phone_number_id,
        customer=call.caller,
        outcome=outcome,
        rang=call.dial.ringing_at is not None,
        error=error,
        call_back_id=call.dial.call_back_id,
    )
    return (told,)
