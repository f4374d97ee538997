"""Owns the last words: a caller whom nobody will serve is told so, and then the call ends.

Only who has been picked up can be told anything; a call that still rings at WhatsApp is rejected instead.
"""

from msgspec.structs import replace

from hold_audio.occasions import Occasion
from signaling.calls import ending
from signaling.calls.call import CALLER_LEG, Call, End, Phase
from signaling.calls.effects import Say
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore

CLOSED = End(by="server", reason="outside business hours")


def part(call: Call, now: float, why: End, occasion: Occasion) -> Step:
    """Say what the present queue has for this occasion. The call, which no agent has any more, ends behind it."""
    if call.pick_up is not None:
        return ending.end(call, now, why)
    last = deadline(now, call.policies.farewell_s, Reason.FAREWELL)
    moved = replace(call, phase=Phase.PARTING, end=why, deadline=last)
    return Step(moved, (Say(leg=CALLER_LEG, queue=call.queue, occasion=occasion),))


def parted(call: Call, now: float) -> Step:
    """All is said, or should long have been."""
    if call.phase is not Phase.PARTING or call.end is None:
        return ignore(call, "no farewell is being said")
    return ending.end(call, now, call.end)
