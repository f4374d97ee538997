"""Owns nothing but the list of what every part of the cloud shares."""

from dataclasses import dataclass

from benchmarks.simulator.announcer import Announcer
from benchmarks.simulator.clock import Clock
from benchmarks.simulator.number import BusinessNumber
from benchmarks.simulator.pacer import Pacer


@dataclass(frozen=True, slots=True)
class World:
    """One business number in its cloud."""

    number: BusinessNumber
    announcer: Announcer
    pacer: Pacer
    """The beat of all microphones."""
    clock: Clock
