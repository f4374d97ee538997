"""Owns stock aiortc as a relay, and its load: two processes that hand each other offers and answers."""

from importlib.metadata import version

from benchmarks.cores import load_core, system_core
from benchmarks.peers.aiortc_calls import Answer, Connect, Count, Counted, Descriptions, Gather, Negotiated
from benchmarks.peers.figures import Figures, figures
from benchmarks.peers.measurement import WARM_UP_S, sample
from benchmarks.peers.processes import worker

MOST_CALLS = 4
"""What fits well on one core; more would measure an overloaded event loop."""


async def through_aiortc(*, calls: int, seconds: float) -> Figures:
    """Measure aiortc with as many calls as asked for, or as many as fit."""
    calls = min(calls, MOST_CALLS)
    async with (
        worker("benchmarks.peers.aiortc_relay_process", core=system_core()) as relay,
        worker("benchmarks.peers.aiortc_load_process", core=load_core()) as load,
    ):

        async def received() -> int:
            return (await load.ask(Count(), Counted)).received

        offers = await load.ask(Gather(calls), Descriptions)
        answers = await relay.ask(Answer(offers), Descriptions)
        await load.ask(Connect(answers), bool)
        suite = await relay.ask(Negotiated(), str)
        await relay.alive_for(WARM_UP_S)
        start = sample(relay.pid, load.pid, await received())
        await relay.alive_for(seconds)
        end = sample(relay.pid, load.pid, await received())
        spoke, relayed = await load.ask(Count(), Counted), await relay.ask(Count(), Counted)
    # What is decoded and encoded anew has new numbers, so each half of the way counts its own gaps.
    lost = relayed.lost + spoke.lost
    system = f"aiortc {version('aiortc')}"
    return figures(system, calls, (suite, suite), (start, end), sent=spoke.sent, lost=lost)
