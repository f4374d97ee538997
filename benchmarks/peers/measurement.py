"""Owns a run through a relay that is keyed by us: warm-up, two samples, the end, and the count of what was lost."""

import itertools
import time

from benchmarks.cores import cpu_s, load_core, waited_s
from benchmarks.peers.figures import Figures, Sample, figures
from benchmarks.peers.load_process import Attach, Count, Counted, Gather, Hush, Speak
from benchmarks.peers.processes import Worker, worker
from benchmarks.peers.reencryption import prove_reencryption
from benchmarks.peers.sides import Relay, Side, Suites

WARM_UP_S = 2.0
"""From the first packet to the first sample."""
_DRAIN_S = 0.3
"""For what is on its way when everybody has fallen silent."""


async def through_relay(relay: Relay, system: str, *, suites: Suites, calls: int, seconds: float) -> Figures:
    """Measure the relay with so many calls. Raises NotRelayed if it does not encrypt anew."""
    await prove_reencryption(relay, suites)
    await relay.end()
    async with worker("benchmarks.peers.load_process", core=load_core()) as load:
        sides = await load.ask(Gather(suites, calls), list[Side])
        bridged = await relay.bridge(list(zip(sides[::2], sides[1::2], strict=True)))
        # The parties can hear before anything is sent to them, so that every packet is counted.
        await load.ask(Attach(list(itertools.chain.from_iterable(bridged))), bool)
        await relay.join()
        await load.ask(Speak(), bool)
        await relay.alive_for(WARM_UP_S)
        start = sample(relay.pid, load.pid, await _received(load))
        await relay.alive_for(seconds)
        end = sample(relay.pid, load.pid, await _received(load))
        await load.ask(Hush(), bool)
        await relay.alive_for(_DRAIN_S)
        inserted = await relay.end()
        await relay.alive_for(_DRAIN_S)
        total = await load.ask(Count(), Counted)
    lost = total.sent + inserted - total.received
    return figures(system, calls, suites, (start, end), sent=total.sent, lost=lost)


def sample(relay: int, load: int, delivered: int) -> Sample:
    """What the two processes have used until now."""
    return Sample(time.monotonic(), cpu_s(relay), waited_s(relay), cpu_s(load), delivered)


async def _received(load: Worker) -> int:
    return (await load.ask(Count(), Counted)).received
