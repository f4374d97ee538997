"""Owns what a caller chooses by key while waiting: to be called back, and to leave or to stay in the line for now.

What a key means is data of the present queue's wait strategy, and comes with the press; a strategy that offers
something new adds a ``Choice``, and this file a case. Asking costs nobody his place (#23).
"""

from typing import assert_never

from msgspec.structs import replace

from hold_audio.occasions import Choice, Occasion
from signaling.calls.call import CALLER_LEG, Call, End
from signaling.calls.calling_back import ask, asked
from signaling.calls.claims import close, taken_by
from signaling.calls.effects import Effect, LeaveQueue, Say, StopRinging
from signaling.calls.events import DigitPressed
from signaling.calls.history import settle_offers
from signaling.calls.parting import part
from signaling.calls.steps import Step, ignore

ASKED = End(by="caller", reason="asked to be called back")


def pressed(call: Call, event: DigitPressed, now: float) -> Step:
    """A key while the call waits or rings. Keys that mean nothing, and keys pressed too late, change nothing."""
    if event.leg != CALLER_LEG or event.choice is None or taken_by(call) is not None or call.pick_up is not None:
        return ignore(call, "the key means nothing now")
    match event.choice:
        case Choice.CALL_BACK_AND_LEAVE:
            return _leave(call, now)
        case Choice.CALL_BACK_AND_STAY:
            return _stay(call, now)
        case _:
            assert_never(event.choice)


def _leave(call: Call, now: float) -> Step:
    moved, noted = ask(call, now)
    silenced: tuple[Effect, ...] = ()
    for claim in call.rung:
        silenced = (*silenced, StopRinging(agent=claim.agent, reason="caller_left"), *close(claim.tabs))
    apart = replace(moved, rung=(), offers=settle_offers(call.offers, "caller_left", now))
    parted = part(apart, now, ASKED, Occasion.ASKED_TO_LEAVE)
    return parted._replace(effects=(*noted, *parted.effects, *silenced, LeaveQueue()))


def _stay(call: Call, now: float) -> Step:
    if asked(call):
        return ignore(call, "asked to be called back before")
    moved, noted = ask(call, now)
    return Step(moved, (*noted, Say(leg=CALLER_LEG, queue=call.queue, occasion=Occasion.ASKED_TO_STAY)))
