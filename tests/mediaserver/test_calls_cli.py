"""Calls are shown to a person and to a program, from the records on disk, also as they come."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from mediaserver import calls_cli
from mediaserver.__main__ import main
from mediaserver.store_access import StoreAccess
from mediaserver.store_config import StoreSection
from signaling.calls.call import CallRecord, LegRecord, Played, StreamRecord
from signaling.calls.events import Caller, Direction, MetaError
from signaling.calls.hearing import Alarm
from signaling.calls.history import Offer, Stay, Transfer
from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.records import Records
from signaling.store.sqlite import SqliteStore

BEGAN = 1_795_334_400.0
HEARD = StreamRecord(packets=6000, lost=3, jitter_ms=2.0, mos=4.31)
CALLER_LEG = LegRecord(
    leg="caller", inbound=None, outbound=HEARD, round_trip_ms=40.0, longest_gap_ms=24.0, discontinuities=0
)


def record(number: int, *, answered_at: float | None = None, error: MetaError | None = None) -> CallRecord:
    """An ended call."""
    return CallRecord(
        call_id=f"wacid.{number}",
        phone_number_id="445566778899001",
        business_number=None,
        caller=Caller(number="447700900123", name="Noor Haddad") if number else Caller(user_id="GB.12"),
        queue="support",
        offered_at=BEGAN + number,
        accepted_at=BEGAN + number + 0.1,
        answered_at=answered_at,
        ended_at=BEGAN + number + 130.0,
        agent="ana" if answered_at else None,
        agents_tried=(),
        ended_by="meta" if error else "caller",
        reason="Meta ended the call" if error else "hung up",
        error=error,
        legs=(CALLER_LEG,) if answered_at else (),
    )


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "ringbridge.sqlite3"


@pytest.fixture
def config(tmp_path: Path, store_path: Path) -> Path:
    path = tmp_path / "ringbridge.toml"
    path.write_text(f'[store]\npath = "{store_path}"\n')
    return path


def write(store_path: Path, *ended: CallRecord) -> None:
    """Put records on disk as a server does."""

    async def put() -> None:
        store = await SqliteStore.open(store_path, SystemClock())
        records = Records(store, pause=pause)
        for one in ended:
            records.write(one)
        await records.close()
        await store.close()

    asyncio.run(put())


def test_a_person_reads_who_called_who_answered_and_why_it_ended(config: Path, store_path: Path) -> None:
    write(store_path, record(0, error=MetaError(138021, "no media")), record(1, answered_at=BEGAN + 11.0))
    shown = CliRunner().invoke(main, ["calls", "--config", str(config)])
    assert shown.exit_code == 0, shown.output
    missed, served = shown.stdout.splitlines()
    assert "GB.12" in missed, "a user without a name or number is still somebody"
    assert missed.endswith("waited   2:10  talked      -  MOS -     meta: Meta ended the call (138021)")
    assert "Noor Haddad" in served
    assert served.endswith("ana           waited   0:10  talked   2:00  MOS 4.3   caller: hung up")


def test_a_call_that_an_agent_placed_points_at_whom_he_phoned(config: Path, store_path: Path) -> None:
    placed = replace(record(1, answered_at=BEGAN + 11.0), direction=Direction.OUTBOUND, ringing_at=BEGAN + 3.0)
    write(store_path, placed)
    shown = CliRunner().invoke(main, ["calls", "--details", "--config", str(config)])
    assert "-> Noor Haddad" in shown.stdout
    assert "ringing +2.0 s, accepted" in shown.stdout


def test_a_person_reads_the_way_of_a_call_and_what_was_heard(config: Path, store_path: Path) -> None:
    told = replace(
        record(0, answered_at=BEGAN + 21.0),
        first_audio_at=BEGAN + 0.12,
        held_s=7.0,
        stays=(Stay(queue="sales", since=BEGAN), Stay(queue="support", since=BEGAN + 10.0)),
        offers=(Offer(agent="ana", rung_at=BEGAN + 10.0, until=BEGAN + 21.0, outcome="answered"),),
        transfers=(Transfer(kind="blind", agent="ana", asked_at=BEGAN + 60.0, to_queue="sales", outcome="completed"),),
        alarms=(Alarm(silent="agent", since=BEGAN + 30.0, until=BEGAN + 41.0),),
        played=(
            Played(what="wait", queue="sales", clips=("ringback-gb", "music"), first_at=BEGAN + 0.1),
            Played(what="announcement", queue="support", clips=("sorry",), first_at=BEGAN + 12.0, times=2),
        ),
    )
    write(store_path, told)
    shown = CliRunner().invoke(main, ["calls", "--config", str(config), "--details"])
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[1:] == [
        "    times     accepted +0.1 s, first audio +0.1 s, bridged +21.0 s, ended +130.0 s, on hold 7.0 s",
        "    queues    sales +0.0 s, support +10.0 s",
        "    rung      ana +10.0 s answered",
        "    handed on blind by ana to sales +60.0 s completed",
        "    heard     wait of sales +0.1 s: ringback-gb music; announcement of support +12.0 s 2 times: sorry",
        "    alarms    agent not heard +30.0 s to +41.0 s",
        "    legs      caller longest gap 24 ms, 0 breaks",
    ]


def test_details_of_a_call_of_which_nothing_is_known_are_short(config: Path, store_path: Path) -> None:
    write(store_path, replace(record(0), accepted_at=None))
    shown = CliRunner().invoke(main, ["calls", "--config", str(config), "--details"])
    assert shown.stdout.splitlines()[1:] == ["    times     ended +130.0 s"]


def test_a_program_reads_whole_records(config: Path, store_path: Path) -> None:
    write(store_path, record(0), record(1), record(2, answered_at=BEGAN + 12.0))
    shown = CliRunner().invoke(main, ["calls", "--config", str(config), "--json", "--limit", "2"])
    calls = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [call["call_id"] for call in calls] == ["wacid.1", "wacid.2"], "the newest ones, the newest last"
    assert calls[1]["legs"][0]["outbound"]["lost"] == 3, "nothing is left out"


def test_following_shows_each_call_once_as_it_ends(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_cli, "LOOK_EVERY_S", 0.0)
    write(store_path, record(0), record(1), record(2))
    following = calls_cli.followed(StoreAccess(StoreSection(path=str(store_path))), limit=1)
    assert next(following).call_id == "wacid.2", "it begins with the newest"
    write(store_path, record(3))
    assert next(following).call_id == "wacid.3", "older calls that were not asked for do not come later"


def test_before_the_first_call_nothing_is_shown_and_no_store_is_made(config: Path, store_path: Path) -> None:
    shown = CliRunner().invoke(main, ["calls", "--config", str(config)])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert not store_path.exists(), "looking must not make a store"
