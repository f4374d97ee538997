"""Owns what a site has decided about its waiting room: queues, and who serves them. Data only, from the configuration.

Whatever is not decided has a default that works: an unknown queue has the default policy, and an agent of whom nothing
is said serves every queue.
"""

from collections.abc import Mapping

import msgspec


class QueuePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How one queue serves its callers; times in seconds."""

    ring_s: float = 20.0
    refused_pause_s: float = 10.0
    """How long an agent who refused or did not answer is left alone."""


class AgentProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent serves."""

    queues: frozenset[str] = frozenset()
    """Empty means every queue."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one site."""

    queues: Mapping[str, QueuePolicy] = {}
    agents: Mapping[str, AgentProfile] = {}

    def queue(self, name: str | None) -> QueuePolicy:
        """The policy of a queue; the default one for a call of which no queue is known."""
        return self.queues.get(name, _DEFAULT_POLICY) if name is not None else _DEFAULT_POLICY

    def serves(self, agent: str, queue: str) -> bool:
        """Whether the agent serves the queue."""
        queues = self.agent(agent).queues
        return not queues or queue in queues

    def agent(self, name: str) -> AgentProfile:
        """The profile of an agent."""
        return self.agents.get(name, _DEFAULT_PROFILE)


_DEFAULT_POLICY = QueuePolicy()
_DEFAULT_PROFILE = AgentProfile()
