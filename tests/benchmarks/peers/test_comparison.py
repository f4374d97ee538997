"""The whole comparison runs with two calls; who is not there is reported as absent."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from typer import Typer
from typer.testing import CliRunner

from benchmarks.peers import __main__ as comparison
from benchmarks.peers import measurement, stock_aiortc
from benchmarks.peers.comparison import Comparison
from benchmarks.peers.page import filled


@pytest.fixture(autouse=True)
def short_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (measurement, stock_aiortc):
        monkeypatch.setattr(module, "WARM_UP_S", 0.3)


def test_every_relay_forwards_and_is_counted(tmp_path: Path) -> None:
    """Not through ``asyncio`` of the test, because the command line owns its loop."""
    app = Typer()
    app.command()(comparison.main)
    path = tmp_path / "peers.json"
    ran = CliRunner().invoke(app, ["--calls", "2", "--seconds", "1", "--json", str(path)])
    assert ran.exit_code == 0, ran.output
    keys = json.loads(path.read_text())
    present = {"ringbridge", "ringbridge_gcm", "aiortc"}
    if shutil.which("rtpengine") is None:
        absent = keys["peers"].pop("rtpengine")
        assert absent["status"] == "absent"
        assert "apt-get install rtpengine-daemon" in absent["reason"]
        assert "rtpengine is absent" in ran.output
    else:
        present.add("rtpengine")
    assert set(keys["peers"]) == present
    for name, peer in keys["peers"].items():
        assert peer["calls"] == 2
        assert peer["forwarded"] >= 100, f"two calls are 200 packets a second each way, {name} forwarded too few"
        assert peer["lost"] == 0, f"{name} lost packets of two calls"
        assert peer["cpu_us_per_packet"] > 0
        assert peer["load_core_percent"] < 100
    for name in present - {"ringbridge", "ringbridge_gcm"}:
        assert keys["ratios"][f"cpu_per_packet_{name}_to_ringbridge"] > 0
    assert keys["machine"]["commit"]
    run = msgspec.json.decode(path.read_bytes(), type=Comparison)
    page = "Before.\n<!-- peers: written -->\nold\n<!-- end of peers -->\nAfter.\n"
    written = filled(page, [run])
    assert filled(written, [run]) == written, "writing the page twice must not change it"
    assert written.startswith("Before.\n<!-- peers: written -->\n| relay |")
    assert written.endswith("|\n<!-- end of peers -->\nAfter.\n")
    assert "old" not in written
    assert written.count("\n| ") == 2 + len(run.peers), "a relay is missing in the table"
