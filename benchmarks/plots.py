"""Owns the pictures of ``results``: CPU against the number of calls. Needs the dependency group ``plots``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

_PARTIES = {"relay": ("calls", "bridged calls"), "waiting": ("callers", "waiting callers")}


def draw(name: str, runs: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the share of a core and the cost of a packet over the number of calls; the suffix chooses SVG or PNG."""
    key, label = _PARTIES[name]
    plain = [keys for keys in runs if not keys.get("setups")]
    parties = [keys[key] for keys in plain]
    # Text stays text and ids stay the same, so that two pictures of the same figures are the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ringbridge"}):
        figure = Figure(figsize=(8, 3.2), layout="constrained")
        core, packet = figure.subplots(1, 2)
        core.plot(parties, [keys["core_percent"] for keys in plain], "o-", label="whole server")
        core.plot(parties, [keys["core_percent_packet_thread"] for keys in plain], "o--", label="its packet thread")
        core.axhline(100, color="grey", linewidth=0.8)
        core.set_ylabel("% of one core")
        core.legend(frameon=False)
        packet.plot(parties, [keys["cpu_us_per_packet"] for keys in plain], "o-")
        packet.set_ylabel("CPU per packet, µs")
        for axes in (core, packet):
            axes.set_xlabel(label)
            axes.set_xlim(left=0)
            axes.set_ylim(bottom=0)
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
