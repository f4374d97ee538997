"""Owns what a site has decided about its waiting room: queues, and who serves them. Data only, from the configuration.

Whatever is not decided has a default that works: an unknown queue has the default policy, and an agent of whom nothing
is said serves every queue. Times are in seconds.
"""

import enum
from collections.abc import Collection, Mapping

import msgspec

from signaling.calls.events import Overflow
from signaling.waiting.hours import Hours


class Strategy(enum.Enum):
    """Which of the free agents of the lowest tier is rung first, or that all of them are."""

    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    """By name, each after the one before him."""
    FEWEST_CALLS = "fewest_calls"
    """Whoever has had the fewest conversations since he signed in."""
    RANDOM = "random"
    TOP_DOWN = "top_down"
    """In the order of the configuration."""
    RING_ALL = "ring_all"
    """All of them at once, and whoever of them gets free meanwhile; the first to answer has the call."""


class QueuePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How one queue serves its callers."""

    strategy: Strategy = Strategy.LONGEST_IDLE
    skills: frozenset[str] = frozenset()
    """What an agent needs for any call of this queue."""
    ring_s: float = 20.0
    refused_pause_s: float = 10.0
    """How long an agent who refused is left alone."""
    no_answer_pause_s: float = 10.0
    """The same after a ring without answer."""
    busy_pause_s: float = 10.0
    """The same if his browser could not take the call."""
    wrap_up_s: float = 0.0
    """Time for the work after a conversation."""
    sticky_s: float = 0.0
    """How long a caller waits for the agent he spoke with last before others are rung."""
    caller_return_s: float = 0.0
    """Within this time after hanging up in the queue, a caller who phones again has his old place."""
    max_length: int | None = None
    max_wait_s: float = 1800.0
    unstaffed_wait_s: float | None = None
    """Longest wait while nobody who serves the queue is signed in; None makes no difference."""
    overflow: Overflow = Overflow.HANG_UP
    """What becomes of a caller for whom one of these limits is reached."""
    overflow_queue: str | None = None
    """The other queue, for ``Overflow.QUEUE``."""
    hours: Hours | None = None
    """When it takes calls of other queues; None is always."""

    def closed_at(self, now: float) -> bool:
        """Whether it is outside business hours at this moment, in epoch seconds."""
        return self.hours is not None and not self.hours.open_at(now)


class AgentProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent serves."""

    queues: frozenset[str] = frozenset()
    """Empty means every queue."""
    skills: frozenset[str] = frozenset()
    tier: int = 1
    """Agents of a lower tier are rung first, whatever the strategy."""
    position: int = 1_000_000
    """Place in the configuration; those who are not in it come last."""
    wrap_up_s: float | None = None
    """His own time for the work after a conversation, if it is not the queue's."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one site."""

    queues: Mapping[str, QueuePolicy] = {}
    agents: Mapping[str, AgentProfile] = {}

    def queue(self, name: str | None) -> QueuePolicy:
        """The policy of a queue; the default one for a call of which no queue is known."""
        return self.queues.get(name, _DEFAULT_POLICY) if name is not None else _DEFAULT_POLICY

    def agent(self, name: str) -> AgentProfile:
        """The profile of an agent."""
        return self.agents.get(name, _DEFAULT_PROFILE)

    def serves(self, agent: str, queue: str) -> bool:
        """Whether the agent serves the queue."""
        queues = self.agent(agent).queues
        return not queues or queue in queues

    def can_serve(self, agent: str, queue: str, skills: Collection[str]) -> bool:
        """Whether the agent serves the queue and has every skill that it and the call ask for."""
        has = self.agent(agent).skills
        return self.serves(agent, queue) and has >= self.queue(queue).skills and has.issuperset(skills)

    def wrap_up_s(self, agent: str, queue: str | None) -> float:
        """How long this agent has for the work after a conversation from this queue."""
        own = self.agent(agent).wrap_up_s
        return own if own is not None else self.queue(queue).wrap_up_s


_DEFAULT_POLICY = QueuePolicy()
_DEFAULT_PROFILE = AgentProfile()
