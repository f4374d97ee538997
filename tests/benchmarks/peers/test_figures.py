"""Counts become figures without a mistake in the arithmetic, and absent relays have no ratios."""

import pytest

from benchmarks.peers.figures import Figures, Missing, Sample, figures, ratios

SUITES = ("one", "other")


def measured(*, relay_cpu_s: float, delivered: int = 100_000) -> Figures:
    start = Sample(at_s=100.0, relay_cpu_s=3.0, relay_waited_s=2.0, load_cpu_s=1.0, delivered=500)
    end = Sample(
        at_s=110.0, relay_cpu_s=3.0 + relay_cpu_s, relay_waited_s=2.5, load_cpu_s=3.5, delivered=500 + delivered
    )
    return figures("a relay", 100, SUITES, (start, end), sent=120_000, lost=7)


def test_figures_are_differences_of_the_samples() -> None:
    found = measured(relay_cpu_s=1.0)
    assert found.forwarded == 100_000
    assert found.cpu_us_per_packet == 10.0
    assert found.core_percent == 10.0
    assert found.calls_per_core == 1000
    assert found.load_core_percent == 25.0
    assert found.waited_percent == 5.0
    assert (found.sent, found.lost) == (120_000, 7)


def test_a_ratio_above_one_is_in_favour_of_ringbridge() -> None:
    found = ratios({"ringbridge": measured(relay_cpu_s=1.0), "rtpengine": measured(relay_cpu_s=1.5)})
    assert found == {
        "cpu_per_packet_rtpengine_to_ringbridge": 1.5,
        "calls_per_core_ringbridge_to_rtpengine": pytest.approx(1.5, rel=0.01),
    }


def test_an_absent_relay_and_our_own_variants_have_no_ratio() -> None:
    ours = measured(relay_cpu_s=1.0)
    assert ratios({"ringbridge": ours, "ringbridge_gcm": ours, "rtpengine": Missing("not installed")}) == {}


def test_a_relay_that_delivers_nothing_has_no_figures() -> None:
    with pytest.raises(AssertionError, match="delivers nothing"):
        measured(relay_cpu_s=1.0, delivered=0)
