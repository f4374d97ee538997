"""Owns the ground of a benchmark: a server in a process of its own, the simulated WhatsApp, and signed-in agents."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp

from benchmarks.server_process import Secrets, Section, ServerProcess, served
from benchmarks.simulator.agent import MakeBrowser, ScriptedAgent
from benchmarks.simulator.call import Windows
from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from signaling.agents.tokens import issue

_WINDOWS = Windows(first_media_s=3600.0)
"""A native phone's ear is empty, and Meta's watch over it would end the call; a benchmark counts by itself."""
_SIGNING_IN = 20
"""Agents that open their sockets at the same time."""


class Site:
    """A server that takes calls from a WhatsApp of our own."""

    def __init__(self, cloud: SimulatedWhatsApp, agent_url: str, agent_secret: str) -> None:
        self.cloud = cloud
        self.agents: list[ScriptedAgent] = []
        self._agent_url = agent_url
        self._agent_secret = agent_secret

    async def sign_in(self, count: int, make_browser: MakeBrowser) -> list[ScriptedAgent]:
        """So many more agents go ready."""
        names = [f"agent {len(self.agents) + number}" for number in range(count)]
        at_once = asyncio.Semaphore(_SIGNING_IN)

        async def enter(name: str) -> ScriptedAgent:
            token = issue(name, secret=self._agent_secret, now=time.time())
            agent = ScriptedAgent(self._agent_url, token, make_browser)
            self.agents.append(agent)
            async with at_once:
                await agent.start(timeout_s=30.0)
            return agent

        return await asyncio.gather(*(enter(name) for name in names))

    async def close(self) -> None:
        """All agents leave."""
        await asyncio.gather(*(agent.close() for agent in self.agents))


@asynccontextmanager
async def own_site(sections: Mapping[str, Section], core: int | None) -> AsyncIterator[tuple[Site, ServerProcess]]:
    """A fresh server and WhatsApp of its own; with a ``core`` the server is kept on it."""
    async with AsyncExitStack() as stack:
        shared = Secrets()
        cloud = SimulatedWhatsApp(
            CloudConfig(app_secret=shared.app_secret, access_token=shared.access_token, windows=_WINDOWS)
        )
        await cloud.start()
        stack.push_async_callback(cloud.close)
        server = await stack.enter_async_context(
            served(shared, {"whatsapp": {"graph_url": cloud.graph_url}, **sections}, core=core)
        )
        await cloud.subscribe(server.callback_url, shared.verify_token)
        site = Site(cloud, server.agent_url, shared.agent_secret)
        stack.push_async_callback(site.close)
        yield site, server


async def metrics(url: str) -> dict[str, float]:
    """What ``/metrics`` of the server at ``url`` says, by the names and labels as they stand there."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics") as answer:
        answer.raise_for_status()
        lines = (await answer.text()).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}
