"""The benchmark of verdicts is about slots that are fought over, and measures every figure over both stores."""

import json
from pathlib import Path

from benchmarks import verdicts


def test_a_few_tasks_are_measured_over_both_stores(tmp_path: Path) -> None:
    written = tmp_path / "verdicts.json"
    verdicts.main(tasks=5, asks=4, json_path=written)
    keys = json.loads(written.read_text())
    assert (keys["tasks"], keys["asks"], keys["failures"]) == (5, 4, [])
    for store in ("sqlite", "redis"):
        figures = keys[store]
        assert all(
            figures[f"{what}_{where}_per_second"] > 0
            for what in ("verdicts", "slots")
            for where in ("alone", "contended")
        )
        assert 0 < figures["slots_contended_refused"] < 5 * 4, "nobody, or everybody, was refused: there was no contest"
