"""The set-up benchmark takes real calls to their first packet of hold audio, and writes what it measured."""

import json
from pathlib import Path

import pytest

from benchmarks import setup


def test_a_few_calls_are_set_up_and_every_figure_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "_WARM_UP_CALLS", 1)
    monkeypatch.setattr(setup, "_STEADY_S", 0.3)
    written = tmp_path / "setup.json"
    setup.main(calls=5, rate=20.0, json_path=written, pin=False)
    keys = json.loads(written.read_text())
    assert keys["calls"] == 5
    for span in ("webhook_to_pre_accept_ms", "accept_to_first_audio_ms"):
        assert 0 < keys[span]["p50"] <= keys[span]["p99"] <= keys[span]["max"]
    assert 0 < keys["cpu_ms_per_leg"] <= keys["cpu_ms_per_leg_with_sound"]
    assert keys["memory_kb_per_leg"] < 10_000
    assert keys["failures"] == []
