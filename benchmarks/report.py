"""Owns how a benchmark is run and its report leaves: bounded in time, on the screen, and as JSON with the machine."""

import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.cores import load_core, system_core
from benchmarks.machine import machine

Keys: TypeAlias = dict[str, Any]
JsonPath = Annotated[Path | None, typer.Option("--json", help="Write the report here as JSON.")]
Pin = Annotated[bool, typer.Option(help="Keep the server on one core and the load on another.")]

console = Console(highlight=False)


def run(measure: Callable[[int | None], Coroutine[Any, Any, Keys]], json_path: Path | None, *, pin: bool) -> None:
    """Measure, print and write. ``measure`` is given the server's core, or None; fails if the report has failures."""
    core = system_core() if pin else None
    if pin:
        os.sched_setaffinity(0, {load_core()})
    keys = uvloop.run(measure(core))
    keys["pinned"] = pin
    keys["machine"] = msgspec.to_builtins(machine())
    show(keys)
    if json_path is not None:
        json_path.write_text(json.dumps(keys, indent=2) + "\n")
    if keys["failures"]:
        raise typer.Exit(1)


def show(keys: Keys) -> None:
    """Print the figures, one a line."""
    table = Table(box=None, show_header=False)
    for name, value in keys.items():
        if name != "machine":
            table.add_row(name, str(value))
    console.print(table, markup=False)
