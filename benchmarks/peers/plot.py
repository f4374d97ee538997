"""Owns the picture: CPU per forwarded packet, one bar for each relay. Needs the dependency group ``plots``."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.peers.figures import Figures, Missing


def draw(peers: Mapping[str, Figures | Missing], path: Path) -> None:
    """Draw the relays that are there; the suffix of the path chooses SVG or PNG."""
    present = {name: peer for name, peer in peers.items() if isinstance(peer, Figures)}
    names = [f"{name}\n{peer.calls} calls" for name, peer in present.items()]
    # Text stays text and ids stay the same, so that two pictures of the same figures are the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ringbridge"}):
        figure = Figure(figsize=(8, 3.2), layout="constrained")
        axes = figure.subplots()
        bars = axes.barh(names, [peer.cpu_us_per_packet for peer in present.values()])
        axes.bar_label(bars, fmt="%.1f µs", padding=4)
        axes.invert_yaxis()
        # aiortc decodes and encodes: on a linear scale the others would vanish beside it.
        axes.set_xscale("log")
        axes.set_xlim(left=1.0)
        axes.margins(x=0.15)
        axes.set_xlabel("CPU per forwarded packet (µs, logarithmic), kernel included")
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
