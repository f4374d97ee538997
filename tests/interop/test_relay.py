"""An agent whose network lets nothing but TCP through: the voice goes by a real TURN server (coturn)."""

import asyncio
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect
from pydantic import SecretStr

from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from signaling.pause import pause
from tests.interop.conftest import NewPage
from tests.interop.voices import MICROPHONE, SPY, answer, hears, take_calls
from tests.support.stage import PATIENCE_S, SECRETS, staged

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEHIND_A_FIREWALL = """
{
  const Open = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Open {
    constructor(config) { super({ ...config, iceTransportPolicy: "relay" }); }
  };
}
"""
"""Only relays are tried, as if nothing else came through."""


@asynccontextmanager
async def coturn(secret: str) -> AsyncIterator[str]:
    """A TURN server on loopback, over TCP; its address as browsers name it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["-n", "--no-cli", "--no-tls", "--no-dtls", "--no-udp", "--log-file", "stdout", "--pidfile", "/dev/null"]
    options += ["--listening-ip", "127.0.0.1", "--listening-port", str(port), "--relay-ip", "127.0.0.1"]
    options += ["--use-auth-secret", "--static-auth-secret", secret, "--realm", "ringbridge", "--allow-loopback-peers"]
    server = await asyncio.create_subprocess_exec("turnserver", *options, stdout=DEVNULL, stderr=DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await answers(port):
                await pause(0.05)
        yield f"turn:127.0.0.1:{port}?transport=tcp"
    finally:
        server.kill()
        await server.wait()


async def answers(port: int) -> bool:
    """Whether somebody listens there by now."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_a_page_behind_a_firewall_talks_by_way_of_the_relay(tmp_path: Path, new_page: NewPage) -> None:
    secret = "shared-with-coturn"
    async with coturn(secret) as relay:
        tables = {"turn": {"urls": [relay]}}
        async with staged(
            tmp_path, tables=tables, secrets=SECRETS.model_copy(update={"turn_secret": SecretStr(secret)})
        ) as stage:
            script = BEHIND_A_FIREWALL + SPY + MICROPHONE % AGENT_TONE.hertz
            page = await new_page(f"{stage.address}/#token={stage.token('ana')}", script=script, locale="en-GB")
            await page.get_by_test_id("show-settings").click()
            await page.get_by_test_id("test-line").click()
            await expect(page.get_by_test_id("line-findings")).to_contain_text(
                "Through a relay (TURN).", timeout=15_000
            )
            await page.get_by_test_id("close-settings").click()
            await take_calls(page)
            call = stage.phone()
            await answer(page)
            await hears(page, CALLER_TONE)
            call.hang_up()
            await stage.record_of(call)
