"""The operators' load tool: simulated WhatsApp users and scripted agents against a server that runs already.

It plays Meta, so the server's ``whatsapp.graph_url`` has to name this tool's Graph API (``http://127.0.0.1`` and
``--graph-port``), and it shares the server's secrets: run it with the same RINGBRIDGE_ variables in the environment.
Only a server on loopback is a target.
"""

import asyncio
import ipaddress
import os
import time
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.live import Live
from rich.table import Table

from benchmarks.cores import cpu_s
from benchmarks.crowd.beat import let_pass
from benchmarks.crowd.site import Site, site_at
from benchmarks.crowd.times import accept_to_audio_s, since_webhook_s
from benchmarks.crowd.traffic import Plan, Traffic
from benchmarks.report import JsonPath, Keys, console, run
from benchmarks.simulator.continuity import discontinuities, longest_gap
from benchmarks.simulator.webhooks import NotVerified
from benchmarks.spread import spread_ms
from mediaserver.config import ConfigProblems, load_secrets

_REDRAW_S = 0.5


def main(  # noqa: PLR0913, PLR0917 - One for each option.
    target: Annotated[str, typer.Option(help="Address of the server, such as http://127.0.0.1:8080.")],
    calls: Annotated[int, typer.Option(min=1, help="Calls in all.")] = 100,
    rate: Annotated[float, typer.Option(min=0.1, max=200, help="Calls per second.")] = 5.0,
    agents: Annotated[int, typer.Option(min=0, help="Scripted agents; without any, callers only wait.")] = 60,
    talk: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds a caller stays once he is served.")] = 10.0,
    queue: Annotated[float, typer.Option(min=1, max=600, help="Longest wait for an agent, in seconds.")] = 60.0,
    listen: Annotated[int, typer.Option(min=1, help="Every so-manieth caller times every packet.")] = 10,
    graph_port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port of the simulated Graph API.")] = 9555,
    json_path: JsonPath = None,
) -> None:
    """Place calls at a running server on loopback, and report how they fared."""
    if not _is_loopback(target):
        console.print("The target is not on loopback; this tool loads no other machine.")
        raise typer.Exit(2)
    plan = Plan(calls=calls, rate=rate, agents=agents, talk_s=talk, queue_s=queue, listen=listen)
    try:
        secrets = load_secrets(os.environ)

        async def measure(_: int | None) -> Keys:
            async with site_at(target.rstrip("/"), secrets, graph_port=graph_port) as site:
                return await _measure(site, plan)

        run(measure, json_path, pin=False)
    except (ConfigProblems, NotVerified, OSError) as error:
        console.print(str(error), markup=False)
        raise typer.Exit(2) from error


async def _measure(site: Site, plan: Plan) -> Keys:
    traffic = Traffic(site, plan)
    start_at, start_s = time.monotonic(), cpu_s(os.getpid())
    running = asyncio.create_task(traffic.run())
    with Live(console=console, transient=True, auto_refresh=False) as live:
        while not running.done():
            live.update(_progress(traffic, plan, time.monotonic() - start_at), refresh=True)
            await asyncio.wait((running, asyncio.create_task(let_pass(_REDRAW_S))), return_when="FIRST_COMPLETED")
    await running
    seconds = time.monotonic() - start_at
    ears = [call.ear.recording for call in traffic.calls if call.ear.recording]
    gaps = [gap.seconds for gap in map(longest_gap, ears) if gap is not None]
    return {
        "calls": len(traffic.calls),
        "seconds": round(seconds, 3),
        "calls_per_second": round(len(traffic.calls) / seconds, 3),
        "webhook_to_pre_accept_ms": spread_ms(since_webhook_s(traffic.calls, lambda call: call.pre_accepted)),
        "webhook_to_accept_ms": spread_ms(since_webhook_s(traffic.calls, lambda call: call.accepted)),
        "accept_to_first_audio_ms": spread_ms(accept_to_audio_s(traffic.calls)),
        "callers_heard": len(ears),
        "longest_gap_ms": spread_ms(gaps),
        "rtp_discontinuities": sum(len(discontinuities(ear)) for ear in ears),
        "violations": sorted({violation for call in traffic.calls for violation in call.violations}),
        "load_core_percent": round(100 * (cpu_s(os.getpid()) - start_s) / seconds, 2),
        "failures": [f"{count} {what}" for what, count in traffic.failures.most_common()],
    }


def _progress(traffic: Traffic, plan: Plan, seconds: float) -> Table:
    table = Table(box=None)
    row = {
        "seconds": f"{seconds:.0f}",
        "placed": f"{len(traffic.calls)} of {plan.calls}",
        "accepted": str(traffic.accepted),
        "served now": str(traffic.talking),
        "ended": str(traffic.ended),
        "failed": str(traffic.failures.total()),
    }
    for title in row:
        table.add_column(title, justify="right")
    table.add_row(*row.values())
    return table


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    typer.run(main)
