"""Measures the waiting callers: what hold audio costs a whole server, and how evenly its packets leave.

The lesson behind it: choppy sound when packets leave unevenly under load (#61).
All calls are real up to ``accept``; then they hear ringback and music. Further calls can be set up meanwhile.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from benchmarks.crowd.beat import let_pass
from benchmarks.crowd.calls import gather_waiting, hang_up
from benchmarks.crowd.natives import Natives
from benchmarks.crowd.probe import intervals_s
from benchmarks.crowd.site import Site, metrics, own_site
from benchmarks.report import JsonPath, Keys, Pin, run
from benchmarks.server_process import ServerProcess
from benchmarks.spread import spread_ms
from benchmarks.usage import Span, usage

_WARM_UP_S = 1.0
"""From the last caller to the first figure."""
_GAPS = "ringbridge_longest_gap_seconds_bucket"


def main(  # noqa: PLR0913, PLR0917 - One for each option.
    callers: Annotated[int, typer.Option(min=1, help="Waiting callers beside the probes.")] = 100,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long is measured.")] = 10.0,
    rate: Annotated[float, typer.Option(min=0.1, help="Calls set up per second.")] = 20.0,
    probes: Annotated[int, typer.Option(min=1, max=50, help="Callers who time every packet.")] = 10,
    setups: Annotated[float, typer.Option(min=0, help="Calls set up per second while it is measured.")] = 0.0,
    json_path: JsonPath = None,
    pin: Pin = True,
) -> None:
    """Let callers wait at a server of its own, and measure what that costs and how steady it sounds."""

    async def measure(core: int | None) -> Keys:
        async with own_site({}, core) as (site, server):
            return await _measure(site, server, _Plan(callers, seconds, rate, probes, setups))

    run(measure, json_path, pin=pin)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The options of ``main``."""

    callers: int
    seconds: float
    rate: float
    probes: int
    setups: float


async def _measure(site: Site, server: ServerProcess, plan: _Plan) -> Keys:
    natives = Natives(site.lines)
    probing = await gather_waiting(site, plan.probes, plan.rate, lambda: None)
    waiting = await gather_waiting(site, plan.callers, plan.rate, natives.make_caller)
    await let_pass(_WARM_UP_S)
    before = await metrics(server.url)
    start = usage(server.pid)
    count = round(plan.setups * plan.seconds)
    more = asyncio.create_task(gather_waiting(site, count, plan.setups or 1.0, natives.make_caller))
    await let_pass(plan.seconds)
    span = Span(start, usage(server.pid))
    after = await metrics(server.url)
    late = await more
    sent = after["ringbridge_datagrams_sent_total"] - before["ringbridge_datagrams_sent_total"]
    intervals = list(intervals_s((call.ear for call in probing.calls), span.before.at, span.after.at))
    await hang_up(site, server.url, [*probing.calls, *waiting.calls, *late.calls])
    return {
        "callers": len(probing.calls) + len(waiting.calls),
        "seconds": round(span.seconds, 3),
        "setups": len(late.calls),
        "sent": round(sent),
        "cpu_us_per_packet": round(span.server_s * 1e6 / sent, 3),
        "core_percent": span.core_percent,
        "core_percent_packet_thread": span.packet_thread_percent,
        "core_percent_per_caller": round(span.core_percent / (len(probing.calls) + len(waiting.calls)), 4),
        "send_interval_ms": spread_ms(intervals),
        "send_intervals": len(intervals),
        "max_gap_ms": spread_ms(intervals)["max"],
        "longest_gaps_ms": _longest_gaps(await metrics(server.url)),
        "load_core_percent": span.load_percent,
        "others_core_percent": span.others_percent,
        "failures": probing.failures + waiting.failures + late.failures,
    }


def _longest_gaps(figures: Mapping[str, float]) -> dict[str, int]:
    """How many callers' longest gap, of their whole call and as the engine sent, was within so many milliseconds."""
    within = {name.split('"')[1]: round(count) for name, count in figures.items() if name.startswith(_GAPS)}
    return {limit if limit == "+Inf" else f"{float(limit) * 1000:g}": count for limit, count in within.items()}


if __name__ == "__main__":
    typer.run(main)
