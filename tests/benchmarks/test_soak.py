"""The soak takes real calls, sees them all out, and would notice what a server keeps."""

import json
from pathlib import Path

from benchmarks import soak
from benchmarks.soak import Look


def test_a_few_calls_come_and_go_and_leave_nothing(tmp_path: Path) -> None:
    """#54: a leak of a leg, a task or a descriptor per call must not need ten minutes to be seen."""
    path = tmp_path / "soak.json"
    soak.main(seconds=2.0, rate=4.0, talk=0.2, json_path=path, pin=False)
    keys = json.loads(path.read_text())
    assert keys["failures"] == []
    assert keys["calls"] == 8, "every call was taken and ended"


def test_the_slope_tells_growth_per_call_and_per_minute() -> None:
    looks = [Look(at=60.0 * n, calls=100 * n, memory=1_000_000 + 51_200 * n, descriptors=9, tasks=3) for n in range(5)]
    per_call, per_minute = soak.slopes(looks)
    assert round(per_call) == 512, "half a KiB a call would be seen"
    assert round(per_minute) == 51_200, "and so would its growth in time"
