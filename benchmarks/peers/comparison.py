"""Owns the comparison itself: which relays are measured, doing what, one after the other."""

import msgspec

from benchmarks.cores import load_core, system_core
from benchmarks.machine import Machine, machine
from benchmarks.peers.figures import Figures, Missing, ratios
from benchmarks.peers.measurement import through_relay
from benchmarks.peers.ringbridge import VERSION, ringbridge
from benchmarks.peers.rtpengine import rtpengine
from benchmarks.peers.sides import Absent, Suite, Suites
from benchmarks.peers.stock_aiortc import through_aiortc

_SAME_WORK = Suites(Suite.AES_CM_80, Suite.AES_CM_32)
"""One cipher and one hash for both parties. The tags differ in length, because rtpengine hands packets of equal suites
through under the parties' own keys, and that is not the work that is compared."""
_BROWSERS = Suites(Suite.AES_GCM, Suite.AES_GCM)
"""What browsers choose."""


class Comparison(msgspec.Struct, frozen=True):
    """A whole run."""

    calls: int
    machine: Machine
    system_core: int
    """Where each relay ran, and nothing else of this benchmark."""
    load_core: int
    peers: dict[str, Figures | Missing]
    ratios: dict[str, float]


async def compare(*, calls: int, seconds: float) -> Comparison:
    """Measure every relay that is there."""
    before = machine()
    peers: dict[str, Figures | Missing] = {}
    for name, suites in (("ringbridge", _SAME_WORK), ("ringbridge_gcm", _BROWSERS)):
        async with ringbridge(core=system_core()) as relay:
            peers[name] = await through_relay(relay, VERSION, suites=suites, calls=calls, seconds=seconds)
    peers["rtpengine"] = await _through_rtpengine(calls=calls, seconds=seconds)
    peers["aiortc"] = await through_aiortc(calls=calls, seconds=seconds)
    return Comparison(calls, before, system_core(), load_core(), peers, ratios(peers))


async def _through_rtpengine(*, calls: int, seconds: float) -> Figures | Missing:
    try:
        async with rtpengine(core=system_core()) as relay:
            return await through_relay(relay, relay.version, suites=_SAME_WORK, calls=calls, seconds=seconds)
    except Absent as reason:
        return Missing(str(reason))
