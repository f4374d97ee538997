"""Runs all benchmarks, one after the other, and writes ``results``. For a machine that does nothing else.

Each one runs in a process of its own. A failure is reported and does not stop the others.
"""

import subprocess
import sys
from typing import Annotated

import typer

from benchmarks.page import RESULTS

SERIES: dict[str, tuple[str, ...]] = {
    "relay-100": ("relay", "--calls", "90", "--probes", "10"),
    "relay-500": ("relay", "--calls", "490", "--probes", "10"),
    "relay-1000": ("relay", "--calls", "995", "--probes", "5", "--rate", "12"),
    "waiting-100": ("waiting", "--callers", "90", "--probes", "10"),
    "waiting-1000": ("waiting", "--callers", "990", "--probes", "10"),
    "waiting-1000-setups": ("waiting", "--callers", "990", "--probes", "10", "--setups", "20"),
    "waiting-2000": ("waiting", "--callers", "1990", "--probes", "10"),
    "setup-200": ("setup", "--calls", "200", "--rate", "20"),
    "softphone-500": ("softphone", "--rate", "500"),
    "board": ("board",),
    "verdicts": ("verdicts",),
}
"""Name of the result, and the benchmark with its options; fewer calls a second where a full core has to set them up."""
_LONGEST_S = 600.0


def main(
    only: Annotated[list[str] | None, typer.Argument(help="Names of the series to run; without any, all.")] = None,
) -> None:
    """Measure everything and write the results."""
    failed = [name for name in only or SERIES if not _measured(name)]
    subprocess.run((sys.executable, "-m", "benchmarks.page"), check=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
        raise typer.Exit(1)


def _measured(name: str) -> bool:
    module, *options = SERIES[name]
    print(f"\n{name}")
    command = (sys.executable, "-m", f"benchmarks.{module}", *options, "--json", str(RESULTS / f"{name}.json"))
    try:
        return subprocess.run(command, check=False, timeout=_LONGEST_S).returncode == 0
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    typer.run(main)
