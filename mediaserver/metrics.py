"""Owns what ``/metrics`` shows. Everything is read from its owner when it is scraped; nothing is counted here."""

import asyncio
from collections.abc import Iterator
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mediaserver.packets.types import EngineCounters
from signaling.calls.call import Phase
from signaling.supervisor import Supervisor
from signaling.waiting.reception import Reception


class PacketTotals(Protocol):
    """What is asked of the engine."""

    def totals(self) -> EngineCounters:
        """What the port has seen."""


class SoundTotals(Protocol):
    """What is asked of the wait player."""

    @property
    def failures(self) -> int:
        """Wait strategies that could not be played."""


class ServerCollector(Collector):
    """Calls and packets of one server."""

    def __init__(self, supervisor: Supervisor, engine: PacketTotals, reception: Reception, sound: SoundTotals) -> None:
        self._supervisor = supervisor
        self._engine = engine
        self._reception = reception
        self._sound = sound

    def collect(self) -> Iterator[Metric]:
        """All metrics, as they stand now."""
        yield from self._calls()
        yield from self._packets()
        failed = self._sound.failures
        yield CounterMetricFamily("ringbridge_wait_failures", "Waits given built-in ringing; must be 0.", value=failed)
        yield GaugeMetricFamily("ringbridge_tasks", "asyncio tasks that exist.", value=len(asyncio.all_tasks()))

    def _calls(self) -> Iterator[Metric]:
        totals = self._supervisor.totals
        calls = GaugeMetricFamily("ringbridge_calls", "Living calls by phase.", labels=["phase"])
        phases = self._supervisor.phases()
        for phase in Phase:
            calls.add_metric([phase.value], phases[phase])
        yield calls
        yield CounterMetricFamily("ringbridge_calls_started", "Calls since the start.", value=totals.started)
        yield CounterMetricFamily("ringbridge_calls_ended", "Ended calls since the start.", value=totals.ended)
        yield CounterMetricFamily("ringbridge_call_bugs", "Calls ended by a bug; must stay 0.", value=totals.bugs)
        unrouted = self._reception.unrouted
        yield CounterMetricFamily("ringbridge_calls_unrouted", "Calls that no route expected.", value=unrouted)
        ignored = CounterMetricFamily("ringbridge_events_ignored", "Events that changed nothing.", labels=["why"])
        for why, times in totals.ignored.items():
            ignored.add_metric([why], times)
        yield ignored

    def _packets(self) -> Iterator[Metric]:
        engine = self._engine.totals()
        yield GaugeMetricFamily("ringbridge_legs", "Media legs that exist.", value=engine.legs)
        yield CounterMetricFamily("ringbridge_datagrams_received", "Datagrams received.", value=engine.received)
        yield CounterMetricFamily("ringbridge_datagrams_sent", "Datagrams sent.", value=engine.sent)
        dropped = CounterMetricFamily("ringbridge_datagrams_dropped", "Datagrams dropped.", labels=["why"])
        dropped.add_metric(["unknown source"], engine.unknown_source)
        dropped.add_metric(["malformed"], engine.malformed)
        dropped.add_metric(["send error"], engine.send_errors)
        dropped.add_metric(["event ring full"], engine.events_dropped)
        yield dropped
