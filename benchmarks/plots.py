"""Owns the pictures of ``results``: CPU against the number of calls, stores side by side. Needs the group ``plots``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

_PARTIES = {"relay": ("calls", "bridged calls"), "waiting": ("callers", "waiting callers")}

_COLOURS = {"memory": "tab:blue", "sqlite": "tab:orange", "redis": "tab:green"}
_RATES = {
    "board": (
        ("all agents get free at once", "per_second_at_once"),
        ("one agent after another", "per_second_one_by_one"),
    ),
    "verdicts": (
        ("verdicts", "verdicts_alone_per_second"),
        ("verdicts on one pair", "verdicts_contended_per_second"),
        ("slots taken and given back", "slots_alone_per_second"),
        ("attempts at one slot", "slots_contended_per_second"),
    ),
}
_RATES_OF = {"board": "callers and agents who meet, per second", "verdicts": "per second, 50 at a time"}


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


def draw_stores(results: Mapping[str, Sequence[dict[str, Any]]], path: Path) -> None:
    """Draw how often a second each store can do what was measured; the suffix chooses SVG or PNG."""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ringbridge"}):
        figure = Figure(figsize=(8, 2.2 * len(results) + 0.4), layout="constrained")
        for axes, (name, rows) in zip(
            figure.subplots(len(results), 1, squeeze=False)[:, 0], results.items(), strict=True
        ):
            _bars(axes, name, rows)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _bars(axes: Any, name: str, rows: Sequence[dict[str, Any]]) -> None:
    rates = _RATES[name]
    height = 0.8 / max(1, len(rows))
    for place, keys in enumerate(rows):
        values = [keys[key] for _, key in rates]
        bars = axes.barh(
            [at + place * height for at in range(len(rates))],
            values,
            height,
            label=keys["store"],
            color=_COLOURS[keys["store"]],
        )
        axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    axes.set_yticks([at + 0.4 - height / 2 for at in range(len(rates))], [label for label, _ in rates])
    axes.set_xscale("log")
    axes.set_xlabel(_RATES_OF[name])
    axes.set_xlim(100, 10 * max([keys[key] for keys in rows for _, key in rates], default=100))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
