"""Measures the same two-party calls through Ringbridge's engine, rtpengine and stock aiortc, one after the other."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.peers.comparison import Comparison, compare
from benchmarks.peers.figures import Missing

console = Console(highlight=False)


def main(
    calls: Annotated[
        int, typer.Option(min=1, help="Two-party calls; stock aiortc gets as many as it can carry.")
    ] = 100,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Length of each measurement.")] = 10.0,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the comparison here as JSON.")] = None,
) -> None:
    """Compare Ringbridge's engine with what people would otherwise pick."""
    compared = asyncio.run(compare(calls=calls, seconds=seconds))
    show(compared)
    if json_path is not None:
        json_path.write_bytes(msgspec.json.format(msgspec.json.encode(compared), indent=2) + b"\n")


def show(compared: Comparison) -> None:
    """Print the comparison."""
    table = Table(box=None)
    for title in ("", "calls", "forwarded", "lost", "us/packet", "core %", "waited", "per core", "load %"):
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    for name, peer in compared.peers.items():
        if isinstance(peer, Missing):
            console.print(f"{name} is absent: {peer.reason}", markup=False)
            continue
        table.add_row(
            name,
            str(peer.calls),
            str(peer.forwarded),
            str(peer.lost),
            f"{peer.cpu_us_per_packet:.2f}",
            f"{peer.core_percent:.1f}",
            f"{peer.waited_percent:.1f}",
            str(peer.calls_per_core),
            f"{peer.load_core_percent:.1f}",
        )
    console.print(table)
    for name, value in compared.ratios.items():
        console.print(f"{name.replace('_', ' ')}: {value:g}", markup=False)


if __name__ == "__main__":
    typer.run(main)
