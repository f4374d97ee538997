"""Owns what ``/metrics`` shows of the site: queues and agents as they are, refusals of the permission policy.

Queues and agents are those of the wallboard, read when it is scraped. No agent's or customer's name is a label.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from policy.verdict import Ask, Reason
from signaling.waiting.board import Presence
from signaling.wallboard.view import WallboardNow


class SiteCollector(Collector):
    """Queues, agents and permissions of one site. ``look`` is how the wallboard is read."""

    def __init__(self, look: Callable[[], WallboardNow], refusals: Mapping[tuple[Ask, Reason], int]) -> None:
        self._look = look
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        """All metrics, as they stand now."""
        site = self._look()
        yield from _queues(site)
        agents = GaugeMetricFamily("ringbridge_agents", "Agents who are signed in, by presence.", labels=["presence"])
        there = Counter(agent.presence for agent in site.agents)
        for presence in Presence:
            agents.add_metric([presence.value], there[presence])
        yield agents
        refused = CounterMetricFamily(
            "ringbridge_permission_refusals", "Calls and requests the policy refused.", labels=["ask", "reason"]
        )
        for (ask, reason), times in self._refusals.items():
            refused.add_metric([ask.value, reason.value], times)
        yield refused


def _queues(site: WallboardNow) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("ringbridge_queue_waiting", "Callers for whom nobody rings.", labels=["queue"])
    ringing = GaugeMetricFamily("ringbridge_queue_ringing", "Callers for whom agents ring.", labels=["queue"])
    longest = GaugeMetricFamily(
        "ringbridge_queue_longest_wait_seconds", "How long the longest waiting caller waits.", labels=["queue"]
    )
    ready = GaugeMetricFamily("ringbridge_queue_agents_ready", "Agents who can be rung now.", labels=["queue"])
    for queue in site.queues:
        waiting.add_metric([queue.queue], queue.waiting)
        ringing.add_metric([queue.queue], queue.ringing)
        longest.add_metric([queue.queue], 0.0 if queue.longest_since is None else site.now - queue.longest_since)
        ready.add_metric([queue.queue], queue.ready)
    yield from (waiting, ringing, longest, ready)
