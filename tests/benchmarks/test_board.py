"""The benchmark of the waiting room lets everybody meet and measures every figure over each store."""

import json
from pathlib import Path

from benchmarks import board


def test_a_small_board_is_measured_over_each_store(tmp_path: Path) -> None:
    written = tmp_path / "board.json"
    board.main(agents=5, callers=10, meetings=20, json_path=written)
    keys = json.loads(written.read_text())
    assert (keys["agents"], keys["callers"], keys["failures"]) == (5, 10, [])
    assert keys["disk_sync_ms"]["p50"] > 0, "without it nobody knows whose slowness the figures tell"
    for store in ("memory", "sqlite", "redis"):
        figures = keys[store]
        assert figures["per_second_one_by_one"] > 0
        assert figures["per_second_at_once"] > 0
        assert 0 < figures["meeting_ms"]["p50"] <= figures["meeting_ms"]["p99"]
        assert figures["record_kb"] > 0, "the board was empty, so nothing was measured"
