"""Owns the answer of the call machine, and the two ways of giving it: move on, or ignore with a reason."""

from typing import NamedTuple

from signaling.calls.call import Call, Deadline
from signaling.calls.effects import Effect
from signaling.calls.reasons import Reason


class Step(NamedTuple):
    """What an event made of a call."""

    call: Call
    effects: tuple[Effect, ...] = ()
    ignored: str | None = None
    """Why the event changed nothing, in a few words without content."""


def ignore(call: Call, why: str, *effects: Effect) -> Step:
    """The event does not fit; ``effects`` undo what it would otherwise leave behind."""
    return Step(call, effects, why)


def deadline(now: float, seconds: float, reason: Reason) -> Deadline:
    """The one deadline of a call."""
    return Deadline(now + seconds, reason)
