"""Owns the ground of a benchmark: a server in a process of its own, the simulated WhatsApp, and signed-in agents."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing

import aiohttp

from benchmarks.crowd.line import Lines
from benchmarks.server_process import Secrets, Section, ServerProcess, served
from benchmarks.simulator.agent import MakeBrowser, ScriptedAgent
from benchmarks.simulator.call import Windows
from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from mediaserver.config import Secrets as ServerSecrets
from signaling.agents.tokens import issue

_WINDOWS = Windows(first_media_s=3600.0)
"""A native phone's ear is empty, and Meta's watch over it would end the call; a benchmark counts by itself."""
_SIGNING_IN = 20
"""Agents that open their sockets at the same time."""


class Site:
    """A server that takes calls from a WhatsApp of our own."""

    def __init__(self, cloud: SimulatedWhatsApp, lines: Lines, url: str, agent_secret: str) -> None:
        self.cloud = cloud
        self.lines = lines
        self.agents: list[ScriptedAgent] = []
        self._agent_url = f"ws{url.removeprefix('http')}/agent"
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
    shared = Secrets()
    async with (
        _whatsapp(shared.app_secret, shared.access_token, port=0) as (cloud, lines),
        served(shared, {"whatsapp": {"graph_url": cloud.graph_url}, **sections}, core=core) as server,
        _opened(Site(cloud, lines, server.url, shared.agent_secret)) as site,
    ):
        await cloud.subscribe(server.callback_url, shared.verify_token)
        yield site, server


@asynccontextmanager
async def site_at(url: str, secrets: ServerSecrets, *, graph_port: int) -> AsyncIterator[Site]:
    """The server that runs at ``url``, and a WhatsApp at the port where it looks for one.

    Raises NotVerified if its verification token is another one, OSError if it is not there or the port is taken.
    """
    app_secret, access_token = secrets.app_secret.get_secret_value(), secrets.access_token.get_secret_value()
    async with _whatsapp(app_secret, access_token, port=graph_port) as (cloud, lines):
        await cloud.subscribe(f"{url}/webhooks/whatsapp", secrets.verify_token.get_secret_value())
        async with _opened(Site(cloud, lines, url, secrets.agent_secret.get_secret_value())) as site:
            yield site


@asynccontextmanager
async def _whatsapp(app_secret: str, access_token: str, *, port: int) -> AsyncIterator[tuple[SimulatedWhatsApp, Lines]]:
    """The cloud and the ports of the crowd, which outlive every call."""
    cloud = SimulatedWhatsApp(
        CloudConfig(app_secret=app_secret, access_token=access_token, windows=_WINDOWS, port=port)
    )
    await cloud.start()
    with closing(Lines()) as lines:
        try:
            yield cloud, lines
        finally:
            await cloud.close()


@asynccontextmanager
async def _opened(site: Site) -> AsyncIterator[Site]:
    try:
        yield site
    finally:
        await site.close()


async def metrics(url: str) -> dict[str, float]:
    """What ``/metrics`` of the server at ``url`` says, by the names and labels as they stand there."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics") as answer:
        answer.raise_for_status()
        lines = (await answer.text()).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}
