"""The load tool drives a server that runs already, and only one on loopback."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
import typer

from benchmarks import load
from benchmarks.server_process import Secrets, served


async def test_calls_come_find_an_agent_and_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shared = Secrets()
    for name, value in shared.environ().items():
        monkeypatch.setenv(name, value)
    port = _free_port()
    written = tmp_path / "load.json"
    async with served(shared, {"whatsapp": {"graph_url": f"http://127.0.0.1:{port}"}}) as server:
        await asyncio.to_thread(
            load.main,
            target=server.url,
            calls=4,
            rate=10.0,
            agents=2,
            talk=0.3,
            queue=10.0,
            listen=2,
            graph_port=port,
            json_path=written,
        )
    keys = json.loads(written.read_text())
    assert keys["calls"] == 4
    assert keys["calls_per_second"] > 0
    assert keys["callers_heard"] == 2
    assert keys["longest_gap_ms"]["max"] > 0
    assert keys["rtp_discontinuities"] == 0
    assert keys["violations"] == []
    assert keys["failures"] == []


@pytest.mark.parametrize("target", ["http://192.0.2.7:8080", "https://calls.example", "127.0.0.1:8080"])
def test_a_target_elsewhere_is_refused_before_anything_is_sent(target: str) -> None:
    with pytest.raises(typer.Exit) as refused:
        load.main(target=target)
    assert refused.value.exit_code == 2


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
