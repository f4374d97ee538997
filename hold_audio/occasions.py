"""Owns the words that a call and its sounds have in common: on which occasions something is said, what a key chooses.

Data only. What is said is each queue's own; here is what is said where nothing else was asked for, or can be played.
"""

import enum
from collections.abc import Mapping


class Occasion(enum.Enum):
    """Why a caller hears something of a queue's."""

    WAIT = "wait"
    """The caller waits for an agent, for as long as it takes."""
    HOLD = "hold"
    """An agent holds the call, or is lost; for as long as it takes."""
    CLOSED = "closed"
    """It is outside business hours; the call ends afterwards."""
    OVERFLOW = "overflow"
    """The queue does not keep the call, which ends afterwards."""
    CALL_BACK = "call_back"
    """The same, and the caller will be called back."""
    ASKED_TO_LEAVE = "asked_to_leave"
    """A waiting caller has asked by key to be called back; the call ends afterwards."""
    ASKED_TO_STAY = "asked_to_stay"
    """The same, and the caller waits on."""


class Choice(enum.Enum):
    """What a waiting caller can choose by pressing a key, as the strategy of the present queue says."""

    CALL_BACK_AND_LEAVE = "call_back_and_leave"
    """To be called back instead of waiting."""
    CALL_BACK_AND_STAY = "call_back_and_stay"
    """To be called back if waiting comes to nothing."""


CALL_BACKS = frozenset({Choice.CALL_BACK_AND_LEAVE, Choice.CALL_BACK_AND_STAY})
"""The choices that an OFFER speaks of."""

FAREWELLS = frozenset({Occasion.CLOSED, Occasion.OVERFLOW, Occasion.CALL_BACK, Occasion.ASKED_TO_LEAVE})
"""What is said last: nothing is heard behind it."""

BUILT_IN: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.CLOSED: ("closed",),
    Occasion.OVERFLOW: ("busy", "try-later"),
    Occasion.CALL_BACK: ("busy", "call-back"),
    Occasion.ASKED_TO_LEAVE: ("noted", "call-back"),
    Occasion.ASKED_TO_STAY: ("noted", "keep-place"),
}
"""The built-in prompts of each occasion on which something is said, as ``prompts.texts`` names them."""

SENTENCES = frozenset(name for names in BUILT_IN.values() for name in names)
"""Built-in prompts that may be named wherever a clip may; an installation's clip of the same name takes its place."""
