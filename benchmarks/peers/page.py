"""Owns the table and the pictures of the comparison in ``results``: both are written from its JSON files.

``python -m benchmarks.peers.page`` after a run; the words around the table are written by people and stay as they are.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import typer

from benchmarks.peers.comparison import Comparison
from benchmarks.peers.figures import Figures, Missing

RESULTS = Path(__file__).parent.parent / "results"
_MARKED = re.compile(r"(<!-- peers: [^\n]* -->\n).*?(<!-- end of peers -->)", re.DOTALL)
_TITLES = (
    "relay",
    "SRTP suite of the callers",
    "calls",
    "µs per packet",
    "CPU, % of one core",
    "calls one core would carry",
    "lost",
    "waited, %",
    "load, % of its core",
)


def main() -> None:
    """Write the table and draw the pictures anew."""
    # Imported here, because everything else of the page needs no plotting library.
    from benchmarks.peers.plot import draw  # noqa: PLC0415

    runs = {path: msgspec.json.decode(path.read_bytes(), type=Comparison) for path in RESULTS.glob("peers-*.json")}
    readme = RESULTS / "README.md"
    readme.write_text(filled(readme.read_text(), runs.values()))
    for path, run in runs.items():
        draw(run.peers, path.with_suffix(".svg"))


def filled(page: str, runs: Iterable[Comparison]) -> str:
    """The page with the table of these runs."""
    text = "\n".join(table(runs)) + "\n"
    return _MARKED.sub(lambda found: found[1] + text + found[2], page)


def table(runs: Iterable[Comparison]) -> Iterator[str]:
    """The lines of the table, the smallest run first."""
    yield _line(_TITLES)
    yield _line(["---"] * 2 + ["--:"] * (len(_TITLES) - 2))
    for run in sorted(runs, key=lambda run: run.calls):
        for name, peer in run.peers.items():
            yield _line(_cells(name, peer))


def _cells(name: str, peer: Figures | Missing) -> list[str]:
    if isinstance(peer, Missing):
        return [f"{name} is absent: {peer.reason}"]
    return [
        peer.system,
        peer.suites[0],
        f"{peer.calls}",
        f"{peer.cpu_us_per_packet:.2f}",
        f"{peer.core_percent:.1f}",
        f"{peer.calls_per_core}",
        f"{peer.lost} of {peer.sent}",
        f"{peer.waited_percent:.1f}",
        f"{peer.load_core_percent:.0f}",
    ]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(main)
