"""Measures the same two-party calls through Ringbridge's engine, rtpengine and stock aiortc, one after the other."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.cores import load_core, system_core
from benchmarks.machine import Machine, machine
from benchmarks.peers.figures import Figures, Missing, ratios
from benchmarks.peers.measurement import through_relay
from benchmarks.peers.ringbridge import VERSION, ringbridge
from benchmarks.peers.rtpengine import rtpengine
from benchmarks.peers.sides import Absent, Suite, Suites
from benchmarks.peers.stock_aiortc import through_aiortc

_SAME_WORK = Suites(Suite.AES_CM_80, Suite.AES_CM_32)
"""One cipher and one hash for both parties. The tags differ in length, because rtpengine hands packets of equal suites
through under the parties' own keys, and that is not the work that is compared."""
_BROWSERS = Suites(Suite.AES_GCM, Suite.AES_GCM)
"""What browsers choose."""

console = Console(highlight=False)


class Comparison(msgspec.Struct, frozen=True):
    """A whole run."""

    machine: Machine
    system_core: int
    """Where each relay ran, and nothing else of this benchmark."""
    load_core: int
    peers: dict[str, Figures | Missing]
    ratios: dict[str, float]


def main(
    calls: Annotated[
        int, typer.Option(min=1, help="Two-party calls; stock aiortc gets as many as it can carry.")
    ] = 100,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Length of each measurement.")] = 10.0,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the comparison here as JSON.")] = None,
    plot_path: Annotated[
        Path | None, typer.Option("--plot", help="Draw CPU per packet here, as SVG or PNG; needs the group 'plots'.")
    ] = None,
) -> None:
    """Compare Ringbridge's engine with what people would otherwise pick."""
    compared = asyncio.run(compare(calls=calls, seconds=seconds))
    show(compared)
    if json_path is not None:
        json_path.write_bytes(msgspec.json.format(msgspec.json.encode(compared), indent=2) + b"\n")
    if plot_path is not None:
        # Imported here, because drawing is optional and matplotlib with it.
        from benchmarks.peers.plot import draw  # noqa: PLC0415

        draw(compared.peers, plot_path)


async def compare(*, calls: int, seconds: float) -> Comparison:
    """Measure every relay that is there."""
    before = machine()
    peers: dict[str, Figures | Missing] = {}
    for name, suites in (("ringbridge", _SAME_WORK), ("ringbridge_gcm", _BROWSERS)):
        async with ringbridge(core=system_core()) as relay:
            peers[name] = await through_relay(relay, VERSION, suites=suites, calls=calls, seconds=seconds)
    peers["rtpengine"] = await _through_rtpengine(calls=calls, seconds=seconds)
    peers["aiortc"] = await through_aiortc(calls=calls, seconds=seconds)
    return Comparison(before, system_core(), load_core(), peers, ratios(peers))


async def _through_rtpengine(*, calls: int, seconds: float) -> Figures | Missing:
    try:
        async with rtpengine(core=system_core()) as relay:
            return await through_relay(relay, relay.version, suites=_SAME_WORK, calls=calls, seconds=seconds)
    except Absent as reason:
        return Missing(str(reason))


def show(compared: Comparison) -> None:
    """Print the comparison."""
    table = Table(box=None)
    for title in ("", "calls", "forwarded", "lost", "us/packet", "core %", "waited", "per core", "load %"):
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    for name, peer in compared.peers.items():
        if isinstance(peer, Missing):
            console.print(f"{name} is absent: {peer.absent}", markup=False)
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
