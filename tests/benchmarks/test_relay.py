"""The relay benchmark bridges real calls, counts every packet of them, and writes what it measured."""

import json
from pathlib import Path

import pytest

from benchmarks import relay


def test_a_few_calls_are_bridged_and_every_figure_is_measured(tmp_path: Path) -> None:
    written = tmp_path / "relay.json"
    relay.main(calls=3, seconds=0.6, rate=20.0, probes=1, json_path=written, pin=False)
    keys = json.loads(written.read_text())
    assert keys["calls"] == 4
    assert keys["forwarded"] / keys["seconds"] == pytest.approx(4 * 2 * 50, rel=0.2), "both sides of four calls speak"
    assert keys["lost"] == 0, "loopback loses nothing, so a lost packet is a miscount"
    assert 0 < keys["cpu_us_per_packet"] < 1000
    assert 0 < keys["core_percent"] < 200
    assert 0 < keys["added_latency_ms"]["p50"] <= keys["added_latency_ms"]["p99"] <= keys["added_latency_ms"]["max"]
    assert keys["failures"] == []
    assert keys["machine"]["cpu_model"]
    assert keys["machine"]["commit"]
