"""Owns the tables and plots of ``results/README.md``: everything between its markers is written from the JSON files.

``python -m benchmarks.page`` after a run; the words around the tables are written by people and stay as they are.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import typer

Keys: TypeAlias = dict[str, Any]
Column: TypeAlias = tuple[str, Callable[[Keys], str]]

RESULTS = Path(__file__).parent / "results"

_LOAD: tuple[Column, ...] = (
    ("load, % of its core", lambda keys: f"{keys['load_core_percent']:.0f}"),
    ("others, % of a core", lambda keys: f"{keys['others_core_percent']:.0f}"),
)
_TABLES: dict[str, tuple[Column, ...]] = {
    "relay": (
        ("bridged calls", lambda keys: f"{keys['calls']}"),
        ("CPU, % of one core", lambda keys: f"{keys['core_percent']:.1f}"),
        ("of it packets", lambda keys: f"{keys['core_percent_packet_thread']:.1f}"),
        ("µs per packet", lambda keys: f"{keys['cpu_us_per_packet']:.2f}"),
        ("forwarded", lambda keys: f"{keys['forwarded']}"),
        ("lost", lambda keys: f"{keys['lost']} ({keys['lost_percent']:.3f} %)"),
        ("added latency p50 / p99 / max, ms", lambda keys: _spread(keys["added_latency_ms"])),
        *_LOAD,
    ),
    "waiting": (
        ("callers", lambda keys: f"{keys['callers']}"),
        ("set up meanwhile", lambda keys: f"{keys['setups']}"),
        ("CPU, % of one core", lambda keys: f"{keys['core_percent']:.1f}"),
        ("of it packets", lambda keys: f"{keys['core_percent_packet_thread']:.1f}"),
        ("µs per packet", lambda keys: f"{keys['cpu_us_per_packet']:.2f}"),
        ("interval p50 / p99 / max, ms", lambda keys: _spread(keys["send_interval_ms"])),
        *_LOAD,
    ),
    "setup": (
        ("calls", lambda keys: f"{keys['calls']} at {keys['rate']:g}/s"),
        ("webhook → pre_accept p50 / p99 / max, ms", lambda keys: _spread(keys["webhook_to_pre_accept_ms"])),
        ("accept → first packet p50 / p99 / max, ms", lambda keys: _spread(keys["accept_to_first_audio_ms"])),
        ("CPU per leg, ms", lambda keys: f"{keys['cpu_ms_per_leg']:.1f}"),
        ("memory per leg, KB", lambda keys: f"{keys['memory_kb_per_leg']:.0f}"),
        ("failures", lambda keys: f"{len(keys['failures'])}"),
        *_LOAD,
    ),
    "softphone": (
        ("boards a second", lambda keys: f"{keys['boards_a_second']:.0f}"),
        ("frames a second", lambda keys: f"{keys['frames_a_second']:.0f}"),
        ("in the worst second", lambda keys: f"{keys['slowest_second_frames']}"),
        ("longest frame, ms", lambda keys: f"{keys['longest_frame_ms']:.0f}"),
        ("newest board shown", lambda keys: "yes" if keys["newest_board_shown"] else "no"),
        ("first load, KB", lambda keys: f"{keys['load_kilobytes']:.0f} in {keys['load_files']} files"),
        ("network, ms", lambda keys: f"{keys['load_network_ms']}"),
        ("until it is of use, ms", lambda keys: f"{keys['load_ready_ms']}"),
    ),
}
_BY_STORE: dict[str, tuple[Column, ...]] = {
    "board": (
        ("store", lambda keys: keys["store"]),
        ("meetings a second, one by one", lambda keys: f"{keys['per_second_one_by_one']}"),
        ("one meeting p50 / p99 / max, ms", lambda keys: _spread(keys["meeting_ms"])),
        ("meetings a second, all at once", lambda keys: f"{keys['per_second_at_once']}"),
        ("record, KB", lambda keys: f"{keys['record_kb']}"),
    ),
    "verdicts": (
        ("store", lambda keys: keys["store"]),
        ("verdicts a second, alone", lambda keys: f"{keys['verdicts_alone_per_second']}"),
        ("contended", lambda keys: f"{keys['verdicts_contended_per_second']}"),
        ("slots taken and given back a second, alone", lambda keys: f"{keys['slots_alone_per_second']}"),
        ("attempts a second, contended", lambda keys: f"{keys['slots_contended_per_second']}"),
        ("of these refused", lambda keys: f"{keys['slots_contended_refused']}"),
    ),
}
"""Tables with a row for each store that one run measured."""
STORES = ("memory", "sqlite", "redis")


def main() -> None:
    """Write the tables and plots anew."""
    # Imported here, because everything else of the page needs no plotting library.
    from benchmarks.plots import draw, draw_stores  # noqa: PLC0415

    readme = RESULTS / "README.md"
    readme.write_text(filled(readme.read_text()))
    for name in ("relay", "waiting"):
        draw(name, runs(name), RESULTS / f"{name}.svg")
    draw_stores({name: by_store(name) for name in _BY_STORE}, RESULTS / "stores.svg")


def filled(page: str) -> str:
    """The page with its tables as the files have them."""
    tables = {name: _table(columns, runs(name)) for name, columns in _TABLES.items()}
    tables |= {name: _table(columns, by_store(name)) for name, columns in _BY_STORE.items()}
    for name, table in tables.items():
        before, opening, rest = _cut(page, rf"<!-- {name}: [^\n]* -->\n")
        _, closing, after = _cut(rest, f"<!-- end of {name} -->")
        page = "".join([before, opening, *(f"{line}\n" for line in table), closing, after])
    return page


def runs(name: str) -> list[Keys]:
    """All results of one benchmark, the smallest first."""
    found = [json.loads(path.read_text()) for path in RESULTS.glob(f"{name}-*.json")]
    return sorted(found, key=lambda keys: (keys.get("calls", keys.get("callers", 0)), keys.get("setups", 0)))


def by_store(name: str) -> list[Keys]:
    """The figures of one result, one row a store."""
    path = RESULTS / f"{name}.json"
    keys = json.loads(path.read_text()) if path.exists() else {}
    return [{"store": store, **keys[store]} for store in STORES if store in keys]


def _cut(text: str, pattern: str) -> tuple[str, str, str]:
    found = re.search(pattern, text)
    assert found is not None, "every table has its two markers"
    return text[: found.start()], found[0], text[found.end() :]


def _table(columns: Sequence[Column], rows: Iterable[Keys]) -> list[str]:
    lines = [[title for title, _ in columns], ["--:"] * len(columns)]
    lines += [[cell(keys) for _, cell in columns] for keys in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _spread(figures: dict[str, float | None]) -> str:
    return " / ".join("-" if value is None else f"{value:.2f}" for value in figures.values())


if __name__ == "__main__":
    typer.run(main)
