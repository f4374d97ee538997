"""Offers and answers are written and read as SDES demands, and a machine without rtpengine is told what to install."""

import base64
import shutil

import pytest

from benchmarks.cores import system_core
from benchmarks.peers import rtpengine as module
from benchmarks.peers.ng import Refused
from benchmarks.peers.reencryption import prove_reencryption
from benchmarks.peers.rtpengine import accepted, describe, rtpengine
from benchmarks.peers.sides import Absent, Side, Suite, Suites

KEY = bytes(range(30))


def test_an_offer_is_read_back_with_its_key() -> None:
    side = Side("127.0.0.1", 40_000, Suite.AES_CM_80, KEY)
    assert accepted(describe(side, tag=7), Suite.AES_CM_80) == (side, 7)


def test_the_right_suite_is_found_among_many_and_its_key_needs_no_padding() -> None:
    unpadded = base64.b64encode(bytes(28)).decode().rstrip("=")
    side = Side("127.0.0.1", 40_000, Suite.AES_CM_80, KEY)
    sdp = describe(side, tag=1) + f"a=crypto:2 {Suite.AES_GCM} inline:{unpadded}|2^31|1:4\r\n"
    found = accepted(sdp, Suite.AES_GCM)
    assert (found.tag, found.side.key) == (2, bytes(28))


def test_a_suite_that_is_not_offered_is_a_refusal() -> None:
    with pytest.raises(Refused, match="AES_CM_128_HMAC_SHA1_32"):
        accepted(describe(Side("127.0.0.1", 40_000, Suite.AES_CM_80, KEY), tag=1), Suite.AES_CM_32)


async def test_a_machine_without_rtpengine_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Absent, match="apt-get install rtpengine-daemon"):
        async with rtpengine(core=system_core()):
            pytest.fail("nothing can have started")


async def test_an_rtpengine_that_cannot_start_is_absent_with_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(module, "_command", lambda control: ["sh", "-c", "echo no such interface; exit 1"])
    with pytest.raises(Absent, match="no such interface"):
        async with rtpengine(core=system_core()):
            pytest.fail("nothing can have started")


async def test_rtpengine_encrypts_anew_or_is_absent() -> None:
    async def prove() -> None:
        async with rtpengine(core=system_core()) as relay:
            await prove_reencryption(relay, Suites(Suite.AES_CM_80, Suite.AES_CM_32))
            assert await relay.end() == 0

    if shutil.which("rtpengine") is None:
        with pytest.raises(Absent):
            await prove()
    else:
        await prove()
