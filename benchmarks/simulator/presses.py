"""Owns which keys of the telephone a listener heard: RFC 4733 events in the order they came. Pure."""

from collections.abc import Sequence

from benchmarks.simulator.ear import Heard
from benchmarks.simulator.rtp import KEYS


def presses(recording: Sequence[Heard], payload_type: int) -> str:
    """All keys; packets of one event share its timestamp (RFC 4733 2.5.1.2)."""
    heard = {packet.timestamp: packet.payload[0] for _, packet in recording if packet.payload_type == payload_type}
    return "".join(KEYS[code] for code in heard.values())
