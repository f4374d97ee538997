"""The demo: one scripted call through a real server and the simulated WhatsApp, and what the caller heard.

``--scenario waiting`` lets two callers wait, one for an agent and one to be called back, ``--scenario reload`` lets the
agent's browser crash in mid-call and come back, ``--scenario outbound`` lets an agent phone a customer,
``--scenario transfer`` hands the caller over to a colleague and back.

On a terminal it stays up afterwards, so that a person can be the agent in a browser. Everything is on loopback.
"""

import asyncio
import enum
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NamedTuple, TypeAlias

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.in_person import ASK_TEMPLATE, be_the_agent
from benchmarks.outbound import outbound_call
from benchmarks.promises import (
    OUTBOUND_PROMISES,
    PROMISES,
    RELOAD_PROMISES,
    TRANSFER_PROMISES,
    WAITING_PROMISES,
    Promise,
    broken,
)
from benchmarks.promises import heard as promised
from benchmarks.reload import reload_call
from benchmarks.server_process import NotReady, Secrets, Section, ServerProcess, served
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from benchmarks.simulator.payloads import Business
from benchmarks.simulator.report import Keys, report, timeline
from benchmarks.transfer import transfer_call
from benchmarks.waiting_callers import QUEUE, waiting_calls

_WAITING_S = 5.0
"""How long the caller waits: one cadence of British ringback (3 s), then music."""
_TALKING_S = 2.0
_PATIENCE_S = 15.0
"""Longest wait for any one step of the call."""
_QUEUE: Section = {"country": "gb", "ringback_cycles": 1}

Played: TypeAlias = tuple[SimulatedCall | BusinessCall, AgentCall, Keys]
"""The call, its last agent, and the report."""

console = Console(highlight=False)


class Scenario(enum.Enum):
    """What happens in the scripted call."""

    CALL = "call"
    OUTBOUND = "outbound"
    RELOAD = "reload"
    TRANSFER = "transfer"
    WAITING = "waiting"


def main(
    scenario: Annotated[Scenario, typer.Option(help="What happens in the scripted call.")] = Scenario.CALL,
    once: Annotated[bool, typer.Option("--once", help="Place one call and leave, on a terminal too.")] = False,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the report here as JSON.")] = None,
) -> None:
    """Place a simulated WhatsApp call and print what the caller heard; fails if a promise is broken."""
    try:
        keys = asyncio.run(demonstrate(scenario, stay=sys.stdin.isatty() and not once))
    except NotReady as error:
        console.print(f"The server did not start:\n{error}", markup=False)
        raise typer.Exit(2) from error
    if json_path is not None:
        json_path.write_text(json.dumps(keys, indent=2) + "\n")
    raise typer.Exit(1 if broken(keys, _SCENARIOS[scenario].promises) else 0)


async def demonstrate(scenario: Scenario = Scenario.CALL, *, stay: bool) -> Keys:
    """The whole demo; returns the scripted call's report."""
    shared = Secrets()
    cloud = SimulatedWhatsApp(CloudConfig(app_secret=shared.app_secret, access_token=shared.access_token))
    cloud.templates.add("may_we_call", *ASK_TEMPLATE)
    await cloud.start()
    business = Business()
    try:
        async with served(
            shared,
            {
                "whatsapp": {"graph_url": cloud.graph_url, "business_account_id": business.account_id},
                "numbers": [
                    {
                        "phone_number_id": business.phone_number_id,
                        "number": business.display_phone_number,
                        "name": "Support",
                    }
                ],
                "queues": [_SCENARIOS[scenario].queue],
            },
        ) as server:
            await cloud.subscribe(server.callback_url, shared.verify_token)
            waited_s = server.waited_for_cpu_s()
            try:
                call, agent, keys = await _SCENARIOS[scenario].play(cloud, server)
            except TimeoutError:
                console.print(f"The call got stuck. The server's log:\n{server.log()}", markup=False)
                raise
            keys["server_waited_for_cpu_ms"] = round((server.waited_for_cpu_s() - waited_s) * 1000, 3)
            show(call, agent, keys, _SCENARIOS[scenario].promises)
            if stay:
                await be_the_agent(cloud, server, lambda ended: show(ended, None, report(ended, None)))
            return keys
    finally:
        await cloud.close()


async def scripted_call(cloud: SimulatedWhatsApp, server: ServerProcess) -> Played:
    """A caller waits, an agent answers, they talk, the caller hangs up."""
    agent = ScriptedAgent(server.agent_url, await server.agent_token("Ada"), lambda: AgentBrowser(cloud.pacer))
    try:
        await agent.start()
        call = cloud.place_call()
        ringing = await agent.next_ring(_PATIENCE_S)
        await call.accepted.wait(_PATIENCE_S)
        await ringing.media_up.wait(_PATIENCE_S)
        await call.ended.within(_WAITING_S)
        await ringing.answer()
        await ringing.joined.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        call.hang_up()
        await ringing.ended.wait(_PATIENCE_S)
        await cloud.settled()
    finally:
        await agent.close()
    return call, ringing, report(call, ringing)


class _Script(NamedTuple):
    """A scenario and what is promised in it."""

    play: Callable[[SimulatedWhatsApp, ServerProcess], Awaitable[Played]]
    promises: tuple[Promise, ...]
    queue: Section = _QUEUE


_SCENARIOS = {
    Scenario.CALL: _Script(scripted_call, PROMISES),
    Scenario.OUTBOUND: _Script(outbound_call, OUTBOUND_PROMISES),
    Scenario.RELOAD: _Script(reload_call, RELOAD_PROMISES),
    Scenario.TRANSFER: _Script(transfer_call, TRANSFER_PROMISES),
    Scenario.WAITING: _Script(waiting_calls, WAITING_PROMISES, QUEUE),
}


def show(
    call: SimulatedCall | BusinessCall, agent: AgentCall | None, keys: Keys, promises: tuple[Promise, ...] = PROMISES
) -> None:
    """Print the timeline and the caller's-ear report; without a scripted agent, nobody spoke a test tone."""
    happened = Table(title="One call", box=None, show_header=False, title_justify="left")
    happened.add_column(justify="right")
    happened.add_column()
    for line in timeline(call, agent):
        happened.add_row(f"{line.at_s:.3f} s", line.what)
    console.print(happened)
    heard = Table(title="\nWhat the caller's ear found", box=None, title_justify="left")
    for title in ("", "measured", "promised", ""):
        heard.add_column(title, justify="right" if title else "left")
    for promise in (promise for promise in promises if agent is not None or keys[promise.key] is not None):
        mark = "kept" if promise.kept(keys) else "BROKEN"
        heard.add_row(promise.words, str(keys[promise.key]), f"{promise.at_most:g}", mark)
    for key, words in promised(keys) if agent is not None else ():
        heard.add_row(words, "yes" if keys[key] else "no", "yes", "kept" if keys[key] else "BROKEN")
    console.print(heard)
    if agent is not None and broken(keys, promises):
        console.print(f"The server waited {keys['server_waited_for_cpu_ms']} ms for a free core during the call.")
    for violation in keys["violations"]:
        console.print(f"Broken rule: {violation}", markup=False)
    if "story" in keys:
        console.print("\nWhat ringbridge calls --details tells:", keys["story"], sep="\n", markup=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
