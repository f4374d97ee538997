"""The proof of re-encryption accepts the engine and sees through a relay that only copies packets."""

import asyncio
import os
from collections.abc import Sequence

import pytest

from benchmarks.cores import system_core
from benchmarks.peers import reencryption
from benchmarks.peers.reencryption import NotRelayed, prove_reencryption
from benchmarks.peers.ringbridge import ringbridge
from benchmarks.peers.sides import Call, Side, Suite, Suites

SUITES = Suites(Suite.AES_CM_80, Suite.AES_CM_32)


class Copier(asyncio.DatagramProtocol):
    """A relay that hands packets on as they are and claims to send with a key of its own, or admits the caller's."""

    def __init__(self, *, admits: bool) -> None:
        self.pid = os.getpid()
        self._admits = admits
        self._closed = asyncio.Event()

    async def bridge(self, calls: Sequence[Call]) -> list[Call]:
        ((caller, agent),) = calls
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._to = agent.address
        host, port = self.transport.get_extra_info("sockname")
        key = caller.key if self._admits else agent.suite.fresh_key()
        return [(Side(host, port, caller.suite, caller.suite.fresh_key()), Side(host, port, agent.suite, key))]

    async def join(self) -> None:
        pass

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.transport.sendto(data, self._to)

    async def end(self) -> int:
        self.transport.close()
        await asyncio.wait_for(self._closed.wait(), 5)
        return 0

    def connection_lost(self, error: Exception | None) -> None:
        self._closed.set()

    async def alive_for(self, seconds: float) -> None:
        raise AssertionError("the proof needs no waiting")


@pytest.mark.parametrize("suites", [SUITES, Suites(Suite.AES_GCM, Suite.AES_GCM)])
async def test_the_engine_encrypts_anew(suites: Suites) -> None:
    async with ringbridge(core=system_core()) as relay:
        await prove_reencryption(relay, suites)


@pytest.mark.parametrize(("admits", "reason"), [(True, "sends with the caller's key"), (False, "nothing of what")])
async def test_a_relay_that_copies_packets_is_found_out(
    admits: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reencryption, "_PACKETS", 5)
    copier = Copier(admits=admits)
    try:
        with pytest.raises(NotRelayed, match=reason):
            await prove_reencryption(copier, SUITES)
    finally:
        await copier.end()
