"""Measures the set-up of whole inbound calls: how fast, at which CPU and memory per leg, and how many fail.

A call counts from its webhook to the first packet of hold audio. Everything the server does for it is in the CPU per
leg: webhook, store, Graph requests, SDP, ICE, DTLS; only the sound it plays meanwhile is taken off.
"""

from typing import Annotated

import typer

from benchmarks.crowd.beat import let_pass
from benchmarks.crowd.calls import gather_waiting, hang_up
from benchmarks.crowd.natives import Natives
from benchmarks.crowd.site import Site, own_site
from benchmarks.crowd.times import accept_to_audio_s, since_webhook_s
from benchmarks.report import JsonPath, Keys, Pin, run
from benchmarks.server_process import ServerProcess
from benchmarks.spread import spread_ms
from benchmarks.usage import Span, memory_bytes, usage

_WARM_UP_CALLS = 5
"""Calls that come and go before anything is measured: the first ones load code and fill caches."""
_STEADY_S = 3.0
"""How long the cost of nothing but hold audio is measured, after the last call was set up."""


def main(
    calls: Annotated[int, typer.Option(min=1, help="Calls to set up.")] = 200,
    rate: Annotated[float, typer.Option(min=0.1, help="Calls per second.")] = 20.0,
    json_path: JsonPath = None,
    pin: Pin = True,
) -> None:
    """Set up calls at a server of its own, and measure how fast and at what cost."""

    async def measure(core: int | None) -> Keys:
        async with own_site({}, core) as (site, server):
            return await _measure(site, server, calls=calls, rate=rate)

    run(measure, json_path, pin=pin)


async def _measure(site: Site, server: ServerProcess, *, calls: int, rate: float) -> Keys:
    early = await gather_waiting(site, _WARM_UP_CALLS, rate, Natives(site.lines).make_caller)
    await hang_up(site, server.url, early.calls)
    memory_before = memory_bytes(server.pid)
    natives = Natives(site.lines)
    start = usage(server.pid)
    crowd = await gather_waiting(site, calls, rate, natives.make_caller)
    unheard = [caller for caller in natives.callers if not await caller.heard.within(_STEADY_S)]
    span = Span(start, usage(server.pid))
    memory_after = memory_bytes(server.pid)
    await let_pass(_STEADY_S)
    steady = Span(span.after, usage(server.pid))
    played_s = sum(span.after.at - call.accepted.at for call in crowd.calls if call.accepted.at is not None)
    sound_s = steady.server_s / steady.seconds / calls * played_s
    return {
        "calls": calls,
        "rate": rate,
        "seconds": round(span.seconds, 3),
        "webhook_to_pre_accept_ms": spread_ms(since_webhook_s(crowd.calls, lambda call: call.pre_accepted)),
        "webhook_to_accept_ms": spread_ms(since_webhook_s(crowd.calls, lambda call: call.accepted)),
        "accept_to_first_audio_ms": spread_ms(accept_to_audio_s(crowd.calls)),
        "cpu_ms_per_leg": round(1000 * (span.server_s - sound_s) / calls, 3),
        "cpu_ms_per_leg_with_sound": round(1000 * span.server_s / calls, 3),
        "memory_kb_per_leg": round((memory_after - memory_before) / 1024 / calls, 1),
        "core_percent": span.core_percent,
        "load_core_percent": span.load_percent,
        "others_core_percent": span.others_percent,
        "failures": crowd.failures + [f"{len(unheard)} callers heard nothing"] * bool(unheard),
    }


if __name__ == "__main__":
    typer.run(main)
