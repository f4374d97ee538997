"""Owns figures of finished calls at ``/metrics``: how they ended, how long callers waited, whom agents reached."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from signaling.calls.call import CallRecord, DialOutcome
from signaling.calls.events import Direction
from signaling.wallboard.tally import Ending, ending, waited

WAIT_BUCKETS_S = (1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""20 s is the usual service level, 1800 s the default of the longest wait."""


class CallFigures:
    """Hears of every call record (``signaling.store.records.Listener``)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._received = Counter(
            "ringbridge_calls_received", "Callers' calls that are over.", ["queue", "ending"], registry=registry
        )
        self._waited = Histogram(
            "ringbridge_wait_seconds",
            "How long callers waited until an agent answered, or for nothing.",
            ["queue", "ending"],
            buckets=WAIT_BUCKETS_S,
            registry=registry,
        )
        self._dialled = Counter(
            "ringbridge_calls_dialled",
            "Calls that agents placed, by what became of them.",
            ["outcome"],
            registry=registry,
        )

    def note(self, record: CallRecord) -> None:
        """A call is over."""
        if record.direction is Direction.OUTBOUND:
            self._dialled.labels((record.outcome or DialOutcome.FAILED).value).inc()
            return
        how = ending(record)
        self._received.labels(record.queue, how.value).inc()
        if how is not Ending.TURNED_AWAY:
            self._waited.labels(record.queue, how.value).observe(waited(record))
