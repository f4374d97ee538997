"""Owns what the product promises, as measured on every real call: gaps, discontinuities, time to the first audio."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram

from mediaserver.packets.types import LegCounters, LegEvent, LegEventKind, LegQuality
from signaling.calls.call import CALLER_LEG

GAP_BUCKETS_S = (0.022, 0.025, 0.03, 0.04, 0.06, 0.1, 0.2, 0.5, 1.0)
"""Around the promised 40 ms (design section 7)."""
LOSS_BUCKETS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""One per cent begins to be heard, ten are hard to follow."""
ROUND_TRIP_BUCKETS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)
"""Above 300 ms people begin to talk over each other (ITU-T G.114)."""


class Figures:
    """Watches legs (``mediaserver.media_port.MediaObserver``) and keeps the promises' figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gap = Histogram(
            "ringbridge_longest_gap_seconds",
            "Longest time between two packets sent to a caller, one sample a call.",
            buckets=GAP_BUCKETS_S,
            registry=registry,
        )
        self._breaks = Counter(
            "ringbridge_rtp_discontinuities", "Breaks in sequence or timestamp we sent; must be 0.", registry=registry
        )
        self._rejected = Counter(
            "ringbridge_srtp_rejected", "Packets that failed authentication or were replays.", registry=registry
        )
        self._loss = Histogram(
            "ringbridge_packet_loss_ratio",
            "Part of a leg's packets that did not arrive, one sample a leg and direction.",
            ["direction"],
            buckets=LOSS_BUCKETS,
            registry=registry,
        )
        self._round_trip = Histogram(
            "ringbridge_round_trip_seconds",
            "Round trip to a leg's peer by RTCP, the last of each leg.",
            buckets=ROUND_TRIP_BUCKETS_S,
            registry=registry,
        )
        self._late = Histogram(
            "ringbridge_notice_delay_seconds", "How late asyncio hears of the first audio.", registry=registry
        )

    def noticed(self, call_id: str, leg: str, event: LegEvent) -> None:
        """The engine noticed something about a leg."""
        if event.kind is LegEventKind.AUDIO_STARTED:
            self._late.observe(max(0.0, time.monotonic() - event.at))

    def closed(self, call_id: str, leg: str, counters: LegCounters, quality: LegQuality) -> None:
        """A leg is closed."""
        self._breaks.inc(counters.discontinuities)
        self._rejected.inc(counters.rejected)
        if leg == CALLER_LEG and counters.sent:
            self._gap.observe(counters.longest_gap_us / 1e6)
        for direction, stream in (("inbound", quality.inbound), ("outbound", quality.outbound)):
            if stream is not None and stream.expected:
                self._loss.labels(direction).observe(stream.lost / stream.expected)
        if quality.round_trip_ms is not None:
            self._round_trip.observe(quality.round_trip_ms / 1000)
