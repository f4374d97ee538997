"""Why a user may or may not be called, shown to a person and to a program from the records on disk."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mediaserver.__main__ import main
from policy.events import CallSettled, Event, Replied, RequestSettled
from policy.history import apply
from policy.records import Delivery, Ledger, Outcome
from signaling.calls.events import Caller
from signaling.clock import SystemClock
from signaling.permissions.ledgers import Ledgers
from signaling.permissions.pair import Pair
from signaling.store.sqlite import SqliteStore

PNID, NUMBER, USER_ID = "445566778899001", "447700900123", "GB.1203948571029384"
PAIR = Pair(phone_number_id=PNID, user=Caller(user_id=USER_ID, number=NUMBER))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ringbridge.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "ringbridge.sqlite3"}"\n')
    return path


@pytest.fixture
def known(tmp_path: Path, config: Path) -> None:
    """Asked and allowed an hour ago, then three calls without answer."""
    hour_ago = time.time() - 3600
    events: list[Event] = [
        RequestSettled(id="r", at=hour_ago, delivery=Delivery.SENT),
        Replied(id="wamid.1", at=hour_ago + 60, accepted=True),
        *(CallSettled(id=f"c{n}", at=hour_ago + 600 * n, outcome=Outcome.UNANSWERED) for n in (1, 2, 3)),
    ]
    told = Ledger()
    for event in events:
        told = apply(told, event, hour_ago + 3600)

    async def write() -> None:
        store = await SqliteStore.open(tmp_path / "ringbridge.sqlite3", SystemClock())
        await Ledgers(store, SystemClock()).change(PAIR, lambda _: (told, None))
        await store.close()

    asyncio.run(write())


def explain(config: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["permission", "explain", PNID, *arguments, "-c", str(config)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("user", [USER_ID, NUMBER, "+44 7700 900123"])
def test_a_person_reads_the_verdicts_and_what_they_rest_on(config: Path, user: str) -> None:
    said = explain(config, user)
    assert "call: yes (allowed)" in said
    assert "ask for permission: no (requests_per_day)" in said
    assert "requests_per_day: 1 of 1 in 24 h, the next leaves in 23 h" in said
    assert "If this call is not answered either, the permission is gone." in said
    assert "in a row without answer: 3 (a warning from 2, the end at 4)" in said
    history = [line.split("  ")[-1] for line in said.splitlines() if line.startswith("  2")]
    assert history == ["permission request sent", "answer: yes", *["our call unanswered"] * 3], "not in order of time"


@pytest.mark.usefixtures("known")
def test_a_program_reads_the_whole_picture(config: Path) -> None:
    told = json.loads(explain(config, NUMBER, "--json", "--profile", "sandbox"))
    assert (told["profile"], told["run"], told["request"]["allowed"]) == ("sandbox", 3, True)


def test_without_records_nobody_allows_calls(config: Path) -> None:
    assert "call: no (no_permission)" in explain(config, NUMBER)


def test_a_configured_number_stands_for_its_id_and_has_a_country(config: Path) -> None:
    config.write_text(config.read_text() + f'[[numbers]]\nphone_number_id = "{PNID}"\nnumber = "12125550123"\n')
    for business in (PNID, "+1 212 555 0123"):
        result = CliRunner().invoke(main, ["permission", "explain", business, NUMBER, "-c", str(config)])
        assert "call: no (country_excluded)" in result.output, result.output


@pytest.mark.usefixtures("known")
def test_the_configured_limits_hold(config: Path) -> None:
    config.write_text(config.read_text() + '[policy]\nprofile = "sandbox"\n')
    assert "ask for permission: yes (allowed)" in explain(config, NUMBER)


def test_an_unknown_profile_is_refused_in_words(config: Path) -> None:
    result = CliRunner().invoke(main, ["permission", "explain", PNID, NUMBER, "--profile", "x", "-c", str(config)])
    assert result.exit_code == 2
    assert "default, meta_present, sandbox" in result.output
