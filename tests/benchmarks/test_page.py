"""The page of results says what the files say."""

import json
from pathlib import Path

import pytest

from benchmarks import page


def test_the_committed_page_is_what_the_files_make_of_it() -> None:
    text = (page.RESULTS / "README.md").read_text()
    assert page.filled(text) == text, "write it anew: python -m benchmarks.page"


def test_tables_are_sorted_and_words_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page, "RESULTS", tmp_path)
    keys = {
        "rate": 20.0,
        "webhook_to_pre_accept_ms": {"p50": 1.0, "p99": 2.0, "max": None},
        "accept_to_first_audio_ms": {"p50": 1.0, "p99": 2.0, "max": 3.0},
        "cpu_ms_per_leg": 9.26,
        "memory_kb_per_leg": 100.4,
        "failures": [],
        "load_core_percent": 30.0,
        "others_core_percent": 0.4,
    }
    for calls in (200, 50):
        (tmp_path / f"setup-{calls}.json").write_text(json.dumps({"calls": calls, **keys}))
    markers = "".join(f"<!-- {name}: x -->\nold\n<!-- end of {name} -->\n" for name in (*page._TABLES, *page._BY_STORE))
    written = page.filled(f"Before.\n{markers}After.\n")
    assert written.startswith("Before.\n")
    assert written.endswith("-->\nAfter.\n")
    assert "old" not in written
    assert written.index("| 50 at 20/s | 1.00 / 2.00 / - |") < written.index("| 200 at 20/s |")
