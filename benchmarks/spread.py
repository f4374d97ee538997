"""Owns how many measurements become a few figures. Pure."""

from collections.abc import Iterable


def spread_ms(seconds: Iterable[float]) -> dict[str, float | None]:
    """Median, 99th percentile and maximum in milliseconds; None where nothing was measured."""
    ordered = sorted(seconds)
    if not ordered:
        return {"p50": None, "p99": None, "max": None}

    def rank(share: float) -> float:
        # The nearest rank: a measured value, never one in between.
        return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)] * 1000, 3)

    return {"p50": rank(0.5), "p99": rank(0.99), "max": rank(1.0)}
