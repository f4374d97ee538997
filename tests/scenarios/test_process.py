"""The server as operators run it: a process that starts, stops cleanly under load, and cleans up after a crash."""

import os
import signal
from pathlib import Path

import pytest

from benchmarks.server_process import NotReady, Secrets, Section, served
from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from tests.support.stage import PATIENCE_S, staged, until


async def test_sigterm_ends_living_calls_at_meta() -> None:
    """#118: a deployment must not leave a caller with a line that nobody holds."""
    shared = Secrets()
    cloud = SimulatedWhatsApp(CloudConfig(app_secret=shared.app_secret, access_token=shared.access_token))
    await cloud.start()
    try:
        async with served(shared, {"whatsapp": {"graph_url": cloud.graph_url}}) as server:
            await cloud.subscribe(server.callback_url, shared.verify_token)
            call = cloud.place_call()
            await until(call.accepted)
            await call.ear.listen(0.2, PATIENCE_S)
        assert call.ended_by == "business", "terminate was sent before the process left"
    finally:
        await cloud.close()


async def test_the_next_process_ends_what_a_crash_left_alive(tmp_path: Path) -> None:
    """#73: the media of those calls is gone; Meta has to know, or the callers listen to nothing."""
    shared = Secrets()
    cloud = SimulatedWhatsApp(CloudConfig(app_secret=shared.app_secret, access_token=shared.access_token))
    await cloud.start()
    sections: dict[str, Section] = {
        "whatsapp": {"graph_url": cloud.graph_url},
        "store": {"path": str(tmp_path / "ringbridge.sqlite3")},
    }
    try:
        async with served(shared, sections) as server:
            await cloud.subscribe(server.callback_url, shared.verify_token)
            call = cloud.place_call()
            await until(call.accepted)
            await call.ear.listen(0.2, PATIENCE_S)
            os.kill(server.pid, signal.SIGKILL)
        assert call.ended_by is None, "a crash says no goodbye"
        async with served(shared, sections) as server:
            await cloud.subscribe(server.callback_url, shared.verify_token)
            await until(call.ended)
            assert call.ended_by == "business", "the next process did"
    finally:
        await cloud.close()


async def test_a_server_that_is_taken_down_leaves_records_of_its_calls(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        call = stage.phone()
        await until(call.accepted)
    assert call.ended_by == "business", "the caller was told"
    (record,) = await stage.records()
    assert record.reason == "the server is stopping", "and the record tells why"


async def test_a_second_process_on_the_same_records_is_refused_in_words(tmp_path: Path) -> None:
    """#82: it would clear the waiting room of the first one and end its calls."""
    shared = Secrets()
    sections: dict[str, Section] = {"store": {"path": str(tmp_path / "ringbridge.sqlite3")}}
    async with served(shared, sections):
        with pytest.raises(NotReady) as refused:
            async with served(shared, sections):
                pytest.fail("two processes serve from one store")
    assert str(refused.value) == "Ringbridge cannot serve: another process serves from this store; stop it first\n"
