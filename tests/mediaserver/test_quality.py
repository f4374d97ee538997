"""The estimate of voice quality: known points of the E-model, and that worse conditions never sound better."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver import quality
from mediaserver.quality import mos

fractions = st.floats(0, 1)
milliseconds = st.floats(0, 10_000)


@pytest.mark.parametrize(
    ("loss", "jitter_ms", "round_trip_ms", "expected"),
    [
        (0.0, 0.0, None, 4.40),
        (0.0, 2.0, 40.0, 4.39),
        (0.0, 0.0, 300.0, 4.31),
        (0.0, 0.0, 600.0, 3.55),
        (0.0, 0.0, 1000.0, 2.17),
        (0.0, 60.0, 40.0, 4.32),
        (0.01, 2.0, 40.0, 4.30),
        (0.02, 2.0, 40.0, 4.20),
        (0.05, 2.0, 40.0, 3.87),
        (0.10, 2.0, 40.0, 3.35),
        (0.30, 2.0, 40.0, 2.08),
        (1.0, 500.0, 2000.0, 1.0),
    ],
)
def test_known_points(loss: float, jitter_ms: float, round_trip_ms: float | None, expected: float) -> None:
    """Worked out by hand from the formula in the module's docstring."""
    assert mos(loss=loss, jitter_ms=jitter_ms, round_trip_ms=round_trip_ms) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("rating", "score"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (-5, 1.0)])
def test_ratings_become_the_scores_of_g107(rating: float, score: float) -> None:
    """ITU-T G.107 table B.1."""
    assert quality._score(rating) == pytest.approx(score, abs=0.01)


@given(loss=fractions, jitter=milliseconds, trip=milliseconds, more=st.floats(0, 1000))
def test_worse_is_never_better(loss: float, jitter: float, trip: float, more: float) -> None:
    here = mos(loss=loss, jitter_ms=jitter, round_trip_ms=trip)
    assert 1.0 <= here <= 4.5, "off the scale of opinion scores"
    assert mos(loss=min(1.0, loss + more / 1000), jitter_ms=jitter, round_trip_ms=trip) <= here, "more loss, more joy"
    assert mos(loss=loss, jitter_ms=jitter + more, round_trip_ms=trip) <= here, "more jitter, more joy"
    assert mos(loss=loss, jitter_ms=jitter, round_trip_ms=trip + more) <= here, "more delay, more joy"
    assert here <= mos(loss=loss, jitter_ms=jitter, round_trip_ms=None), "an unknown round trip counts as none"
