"""Owns what is said about a relay: counts become figures, figures become ratios. Pure arithmetic."""

from collections.abc import Mapping

import msgspec

_PACKETS_PER_CALL_S = 100
"""Two voices of 50 packets a second."""


class Sample(msgspec.Struct, frozen=True):
    """What had happened at one moment. Everything counts from the start of the run."""

    at_s: float
    relay_cpu_s: float
    relay_waited_s: float
    """For its core while something else had it."""
    load_cpu_s: float
    delivered: int
    """Packets that the parties have received from the relay."""


class Figures(msgspec.Struct, frozen=True, tag_field="status", tag="measured"):
    """What one relay did."""

    system: str
    """Name and version."""
    calls: int
    suites: tuple[str, str]
    """SRTP crypto suites of caller and agent."""
    seconds: float
    """Length of the measurement."""
    forwarded: int
    """Packets delivered in that time."""
    sent: int
    """Packets that the parties sent in the whole run,"""
    lost: int
    """and those of them that nobody received."""
    cpu_us_per_packet: float
    """Of the relay's process, kernel included."""
    core_percent: float
    waited_percent: float
    """Of the time, waiting for the core while something else had it. More than a few percent and few threads mean
    that the machine was busy with something else, and then packets may be lost that a quiet machine would not lose."""
    calls_per_core: int
    """Calls that fill one core if every packet costs as much as here: an extrapolation."""
    load_core_percent: float
    """Of the process that spoke and listened; near 100 it would be the bottleneck, and the figures worth nothing."""


class Missing(msgspec.Struct, frozen=True, tag_field="status", tag="absent"):
    """Why there are no figures of a relay."""

    reason: str


def figures(
    system: str, calls: int, suites: tuple[str, str], between: tuple[Sample, Sample], *, sent: int, lost: int
) -> Figures:
    """What the two samples say, and the counts of the whole run."""
    start, end = between
    seconds = end.at_s - start.at_s
    forwarded = end.delivered - start.delivered
    cpu_s = end.relay_cpu_s - start.relay_cpu_s
    assert forwarded > 0, "a relay that delivers nothing has no figures"
    return Figures(
        system=system,
        calls=calls,
        suites=suites,
        seconds=round(seconds, 3),
        forwarded=forwarded,
        sent=sent,
        lost=lost,
        cpu_us_per_packet=round(cpu_s / forwarded * 1e6, 3),
        core_percent=round(cpu_s / seconds * 100, 2),
        waited_percent=round((end.relay_waited_s - start.relay_waited_s) / seconds * 100, 2),
        calls_per_core=int(forwarded / cpu_s / _PACKETS_PER_CALL_S),
        load_core_percent=round((end.load_cpu_s - start.load_cpu_s) / seconds * 100, 2),
    )


def ratios(measured: Mapping[str, Figures | Missing]) -> dict[str, float]:
    """How ``ringbridge`` compares with each peer that is there; above 1 is in its favour."""
    ours = measured["ringbridge"]
    assert isinstance(ours, Figures)
    found = {}
    for name, theirs in measured.items():
        if isinstance(theirs, Figures) and not name.startswith("ringbridge"):
            found[f"cpu_per_packet_{name}_to_ringbridge"] = round(theirs.cpu_us_per_packet / ours.cpu_us_per_packet, 3)
            found[f"calls_per_core_ringbridge_to_{name}"] = round(ours.calls_per_core / theirs.calls_per_core, 3)
    return found
