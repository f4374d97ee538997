"""Few figures stand for many measurements; each of them was really measured."""

from benchmarks.spread import spread_ms


def test_ranks_are_measured_values() -> None:
    assert spread_ms(number / 1000 for number in range(200, 0, -1)) == {"p50": 100.0, "p99": 198.0, "max": 200.0}


def test_one_measurement_is_all_three() -> None:
    assert spread_ms([0.0205]) == {"p50": 20.5, "p99": 20.5, "max": 20.5}


def test_nothing_measured_is_no_zero() -> None:
    assert spread_ms([]) == {"p50": None, "p99": None, "max": None}
