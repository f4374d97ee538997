"""Measures the relay: bridged calls through a whole server, its CPU per forwarded packet, its losses, its latency.

The lessons behind it: latency that users notice (#51), CPU per call and where it ends (#52, #53).
All calls are real: webhook, Graph API, agents' sockets, ICE, DTLS, Answer. Then everybody talks for a while.
"""

from typing import Annotated

import typer

from benchmarks.crowd.beat import let_pass
from benchmarks.crowd.calls import Crowd, gather_talking
from benchmarks.crowd.natives import Natives
from benchmarks.crowd.probe import StampedFrames, transit_s
from benchmarks.crowd.site import Site, own_site
from benchmarks.report import JsonPath, Keys, Pin, run
from benchmarks.server_process import ServerProcess
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.spread import spread_ms
from benchmarks.usage import Span, usage

_MEDIA = {"stall_ms": 2000}
"""The silence in which packets are counted must not bring comfort frames."""
_WARM_UP_S = 1.0
"""From the first words to the first figure. Until all are joined, nobody talks: setting up is not what is measured."""


def main(
    calls: Annotated[int, typer.Option(min=1, help="Bridged calls beside the probes.")] = 100,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long they talk.")] = 10.0,
    rate: Annotated[float, typer.Option(min=0.1, help="Calls set up per second.")] = 20.0,
    probes: Annotated[int, typer.Option(min=0, max=50, help="Calls that time every packet.")] = 10,
    json_path: JsonPath = None,
    pin: Pin = True,
) -> None:
    """Bridge calls through a server of its own, and measure what that costs and adds."""

    async def measure(core: int | None) -> Keys:
        async with own_site({"media": _MEDIA}, core) as (site, server):
            return await _measure(site, server, calls=calls, seconds=seconds, rate=rate, probes=probes)

    run(measure, json_path, pin=pin)


async def _measure(site: Site, server: ServerProcess, *, calls: int, seconds: float, rate: float, probes: int) -> Keys:
    probing = await _probe(site, probes, rate)
    natives = Natives(site.lines, hushed=True)
    talking = await gather_talking(site, calls, rate, natives.make_caller, natives.make_browser)
    natives.resume()
    await let_pass(_WARM_UP_S)
    before = await natives.hush()
    natives.resume()
    start = usage(server.pid)
    await let_pass(seconds)
    span = Span(start, usage(server.pid))
    after = await natives.hush()
    said, heard = after.said - before.said, after.heard - before.heard
    # A probe's packets are forwarded too; its ears say how many.
    forwarded = heard + len(list(_transits(probing, span.before.at, span.after.at)))
    return {
        "calls": len(talking.rings) + len(probing.rings),
        "seconds": round(span.seconds, 3),
        "forwarded": forwarded,
        "lost": said - heard,
        "lost_percent": round(100 * (said - heard) / said, 5),
        "cpu_us_per_packet": round(span.server_s * 1e6 / forwarded, 3),
        "core_percent": span.core_percent,
        "core_percent_packet_thread": span.packet_thread_percent,
        "core_percent_per_call": round(span.core_percent / (len(talking.rings) + len(probing.rings)), 4),
        "added_latency_ms": spread_ms(_transits(probing, span.before.at, span.after.at)),
        "latency_samples": forwarded - heard,
        "load_core_percent": span.load_percent,
        "others_core_percent": span.others_percent,
        "failures": probing.failures + talking.failures,
    }


async def _probe(site: Site, count: int, rate: float) -> Crowd:
    """Calls whose two ends are in Python and stamp what they say."""
    probing = await gather_talking(site, count, rate, lambda: None, lambda: AgentBrowser(site.cloud.pacer))
    for call, ring in zip(probing.calls, probing.rings, strict=False):
        call.phone.media.say(StampedFrames())
        ring.browser.media.say(StampedFrames())
    return probing


def _transits(probing: Crowd, since: float, until: float) -> list[float]:
    ears = [call.ear for call in probing.calls] + [ring.ear for ring in probing.rings]
    return [transit for ear in ears for transit in transit_s(ear, since, until)]


if __name__ == "__main__":
    typer.run(main)
