"""Who is to be called back is shown to a person and to a program, from the records on disk."""

import asyncio
import json
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

CALLERS = (Caller(number="447700900123", name="Noor Haddad"), Caller(user_id="GB.12"), Caller())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ringbridge.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "ringbridge.sqlite3"}"\n')
    return path


async def _asked(store_path: Path) -> None:
    store = await SqliteStore.open(store_path, SystemClock())
    records = Records(store, pause=pause)
    for number, caller in enumerate(CALLERS):
        records.ask_call_back(
            CallBackRequest(
                call_id=f"wacid.{number}",
                phone_number_id="445566778899001",
                business_number=None,
                caller=caller,
                queue="main",
                requested_at=1_795_334_400.0 + number,
                fulfilled_by="dial.1" if number == 1 else None,
            )
        )
    await records.close()
    await store.close()


def test_the_newest_come_first_and_everybody_is_named_somehow(config: Path, tmp_path: Path) -> None:
    asyncio.run(_asked(tmp_path / "ringbridge.sqlite3"))
    shown = CliRunner().invoke(main, ["call-backs", "--config", str(config)])
    assert shown.exit_code == 0, shown.output
    lines = shown.stdout.splitlines()
    assert lines[0].endswith("main  (no name)  (number hidden)")
    assert lines[1].endswith("main  (no name)  GB.12  (called back)")
    assert lines[2].endswith("main  Noor Haddad  +447700900123")
    one = CliRunner().invoke(main, ["call-backs", "--config", str(config), "--json", "--limit", "1"])
    assert [json.loads(line)["call_id"] for line in one.stdout.splitlines()] == ["wacid.2"]


def test_before_the_first_call_there_is_nobody_and_no_store_is_made(config: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["call-backs", "--config", str(config)])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert not (tmp_path / "ringbridge.sqlite3").exists(), "looking must not leave a file behind"
