"""Estimated waits: from what the queue did lately, growing when it stops, and silent when nobody can know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.waiting.pace import FEWEST, MEMORY_S, REMEMBERED, answered, estimate

NOW = 1_000_000.0


def test_a_steady_queue_is_estimated_by_its_pace() -> None:
    """One answer a minute, the last one just now: the fifth in line waits five minutes."""
    times = [NOW - 60 * ago for ago in range(10, -1, -1)]
    assert estimate(times, 5, NOW) == pytest.approx(300)


def test_a_queue_that_has_stopped_is_estimated_longer() -> None:
    times = [NOW - 60 * ago for ago in range(10, -1, -1)]
    estimates = [estimate(times, 1, NOW + later) for later in (0, 300, 900)]
    assert estimates == pytest.approx([60, 90, 150])


@given(st.lists(st.floats(NOW - 2 * MEMORY_S, NOW), max_size=FEWEST - 1))
def test_nothing_is_told_from_too_little(times: list[float]) -> None:
    assert estimate(sorted(times), 1, NOW) is None


def test_yesterdays_pace_says_nothing() -> None:
    assert estimate([NOW - 86_400 + second for second in range(20)], 1, NOW) is None


@given(st.lists(st.floats(0, 10_000), max_size=60), st.integers(1, 50))
def test_an_estimate_is_a_time_and_the_history_stays_small(steps: list[float], place: int) -> None:
    times: tuple[float, ...] = ()
    now = NOW
    for step in steps:
        now += step
        times = answered(times, now)
        assert len(times) <= REMEMBERED
        told = estimate(times, place, now)
        assert told is None or told >= 0
