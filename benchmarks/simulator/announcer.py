"""Owns how a ``value`` becomes a webhook of one business: envelope, bytes, repetitions, order."""

from collections.abc import Sequence

from benchmarks.simulator import payloads
from benchmarks.simulator.clock import Clock
from benchmarks.simulator.payloads import Batch, Business, Json, Shape
from benchmarks.simulator.webhooks import WebhookSender


class Announcer:
    """Tells the business what happened."""

    def __init__(self, business: Business, sender: WebhookSender, clock: Clock) -> None:
        self._business = business
        self._sender = sender
        self._clock = clock

    def tell(
        self, label: str, values: Sequence[Json], shape: Shape, *, batch: Batch = Batch.CHANGES, twice: bool = False
    ) -> None:
        """One POST about calls, nothing promised about its order."""
        body = self._body(values, shape, batch, "calls")
        for _ in range(2 if twice else 1):
            self._sender.post(label, body)

    def tell_in_turn(
        self, lane: str, label: str, value: Json, shape: Shape, *, subject: str = "calls", twice: bool = False
    ) -> None:
        """One POST after all others of its lane were tried."""
        body = self._body([value], shape, Batch.CHANGES, subject)
        for _ in range(2 if twice else 1):
            self._sender.post(label, body, lane=lane)

    async def caught_up(self, lane: str) -> None:
        """Wait until the business was asked to take everything in this lane."""
        await self._sender.caught_up(lane)

    def _body(self, values: Sequence[Json], shape: Shape, batch: Batch, subject: str) -> bytes:
        sent_at = self._clock() if shape.entry_time else None
        return payloads.to_bytes(payloads.envelope(self._business, values, sent_at, batch, subject=subject))
