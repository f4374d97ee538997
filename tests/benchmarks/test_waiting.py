"""The waiting benchmark lets real callers wait, times their packets, and writes what it measured."""

import json
from pathlib import Path

from benchmarks import waiting


def test_a_few_callers_wait_and_every_figure_is_measured(tmp_path: Path) -> None:
    written = tmp_path / "waiting.json"
    waiting.main(callers=3, seconds=0.6, rate=20.0, probes=1, setups=4.0, json_path=written, pin=False)
    keys = json.loads(written.read_text())
    assert keys["callers"] == 4
    assert keys["setups"] == 2
    assert keys["sent"] >= 4 * 28, "four callers are owed 50 packets a second each"
    assert 0 < keys["cpu_us_per_packet"] < 2000
    assert 15 < keys["send_interval_ms"]["p50"] < 25, "hold audio is paced at 20 ms"
    assert keys["max_gap_ms"] == keys["send_interval_ms"]["max"]
    assert keys["longest_gaps_ms"]["+Inf"] == 6, "each ended call leaves its longest gap"
    assert keys["failures"] == []
