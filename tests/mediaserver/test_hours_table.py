"""The coming week as ``ringbridge hours`` prints it."""

from datetime import datetime
from pathlib import Path

from typer.testing import CliRunner

from mediaserver.__main__ import main
from mediaserver.hours_config import HoursSection, hours_of
from mediaserver.hours_table import state, week_ahead

OFFICE = hours_of(
    HoursSection.model_validate(
        {
            "zone": "Europe/London",
            "monday": ["08:30-12:30", "13:30-18:00"],
            "friday": ["08:30-24:00"],
            "sunday": ["00:00-04:00"],
            "holidays": "GB-ENG",
            "closed": ["2026-10-30"],
        }
    )
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE.zone).timestamp()


def test_a_week_with_a_clock_change_and_a_date_of_its_own() -> None:
    assert list(week_ahead(OFFICE, at("2026-10-24 23:30"))) == [
        "Sat 2026-10-24  closed",
        "Sun 2026-10-25  00:00-04:00  (clocks go back)",
        "Mon 2026-10-26  08:30-12:30 13:30-18:00",
        "Tue 2026-10-27  closed",
        "Wed 2026-10-28  closed",
        "Thu 2026-10-29  closed",
        "Fri 2026-10-30  closed (closed on this date)",
    ], "an operator would plan with wrong hours"


def test_holidays_are_named_and_midnight_is_the_end_of_its_day() -> None:
    lines = list(week_ahead(OFFICE, at("2026-12-25 12:00")))
    assert lines[0] == "Fri 2026-12-25  closed (Christmas Day)"
    assert lines[3].startswith("Mon 2026-12-28  closed (Boxing Day"), "the substitute day is a holiday too"
    assert next(iter(week_ahead(OFFICE, at("2026-12-18 12:00")))) == "Fri 2026-12-18  08:30-24:00"
    assert next(iter(week_ahead(OFFICE, at("2026-03-29 12:00")))) == "Sun 2026-03-29  00:00-04:00  (clocks go forward)"


def test_the_present_state_says_until_when() -> None:
    assert state(OFFICE, at("2026-10-26 09:00")) == "open until Mon 2026-10-26 12:30 GMT"
    assert state(OFFICE, at("2026-10-23 12:00")) == "open until Sat 2026-10-24 00:00 BST"
    never = hours_of(HoursSection.model_validate({"zone": "Asia/Tokyo"}))
    assert state(never, 0.0) == "closed for good"


def test_the_command_prints_seven_days_and_knows_its_queues(tmp_path: Path) -> None:
    path = tmp_path / "ringbridge.toml"
    path.write_text('[[queues]]\nname = "day"\n[queues.hours]\nzone = "Asia/Tokyo"\n[[queues]]\nname = "always"\n')
    run = CliRunner().invoke
    shown = run(main, ["hours", "day", "--config", str(path)])
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) == 8, "seven days, and how it stands now"
    assert "always open" in run(main, ["hours", "always", "--config", str(path)]).stdout
    unknown = run(main, ["hours", "night", "--config", str(path)])
    assert unknown.exit_code == 2
    assert "the queues are day, always" in unknown.stderr
