"""An operator erases a customer from the records on disk, after a question, and hears what there was."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mediaserver.__main__ import main
from signaling.calls.call import CallBackRequest
from signaling.calls.events import Caller
from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.records import Records
from signaling.store.sqlite import SqliteStore


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ringbridge.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "ringbridge.sqlite3"}"\n')
    return path


async def _asked(store_path: Path) -> None:
    store = await SqliteStore.open(store_path, SystemClock())
    records = Records(store, pause=pause)
    for number, caller in enumerate((Caller(number="447700900123"), Caller(user_id="GB.12"))):
        records.ask_call_back(
            CallBackRequest(
                call_id=f"wacid.{number}",
                phone_number_id="445566778899001",
                business_number=None,
                caller=caller,
                queue="main",
                requested_at=1_795_334_400.0,
            )
        )
    await records.close()
    await store.close()


def run(*words: str, answer: str | None = None) -> str:
    done = CliRunner().invoke(main, [*words], input=answer)
    assert done.exit_code == (1 if answer == "n\n" else 0), done.output
    return done.output


def test_only_the_one_who_is_named_is_forgotten(config: Path, tmp_path: Path) -> None:
    asyncio.run(_asked(tmp_path / "ringbridge.sqlite3"))
    run("forget", "+44 7700 900123", "--config", str(config), answer="n\n")
    assert "447700900123" in run("call-backs", "--json", "--config", str(config)), "it was done without a yes"

    told = run("forget", "+44 7700 900123", "--config", str(config), answer="y\n")

    assert "requests to be called back 1" in told
    left = run("call-backs", "--json", "--config", str(config))
    assert "447700900123" not in left, "the customer is still known"
    assert "GB.12" in left, "another customer is gone too"
    assert "requests to be called back 1" in run("forget", "GB.12", "--yes", "--config", str(config))
    assert "Nothing is known" in run("forget", "GB.12", "--yes", "--config", str(config))
