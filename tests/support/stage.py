"""Owns the stage of whole calls: a real server and a simulated WhatsApp in one loop, on loopback, with a real store.

Scenarios are written in its verbs: ``phone``, ``user``, ``agent``, ``record_of``. Nothing in between is faked.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.call import SimulatedCall, Windows
from benchmarks.simulator.clock import TravellingClock
from benchmarks.simulator.cloud import CallScript, CloudConfig, SimulatedWhatsApp
from benchmarks.simulator.moment import Moment
from benchmarks.simulator.number import Standing
from benchmarks.simulator.payloads import User
from benchmarks.simulator.tones import AGENT_TONE, Tone
from benchmarks.simulator.whatsapp_user import WhatsAppUser
from mediaserver.app import running
from mediaserver.config import Config, Secrets
from mediaserver.store_access import StoreAccess
from signaling.agents.tokens import Role, issue
from signaling.calls.call import CallBackRequest, CallRecord
from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.records import Records

PATIENCE_S = 10.0
"""Bound on every wait of a scenario, in seconds; a loaded machine is slow, a broken one never ends."""

SECRETS = Secrets.model_validate(
    {
        "app_secret": "app-secret-of-a-scenario",
        "verify_token": "verify-token-of-a-scenario",
        "access_token": "access-token-of-a-scenario",
        "agent_secret": "agent-secret-of-a-scenario-32-bytes",
    }
)


class Stage:
    """A server and a WhatsApp that know each other."""

    def __init__(
        self,
        address: str,
        cloud: SimulatedWhatsApp,
        clock: TravellingClock,
        store: StoreAccess,
        stack: AsyncExitStack,
    ) -> None:
        self.address = address
        self.cloud = cloud
        self.clock = clock
        """The time of server and WhatsApp alike: ``clock.travel(DAY_S)`` lets a day pass between two calls."""
        self._store = store
        self._stack = stack

    def phone(self, script: CallScript | None = None) -> SimulatedCall:
        """A WhatsApp user phones the business."""
        return self.cloud.place_call(script)

    def user(self, identity: User | None = None) -> WhatsAppUser:
        """A person on WhatsApp, with verbs of his own: ``stage.user().will_answer(after=1)``."""
        return self.cloud.user(identity)

    def token(self, name: str, role: Role = Role.AGENT) -> str:
        """A sign-in token."""
        return issue(name, secret=SECRETS.agent_secret.get_secret_value(), now=self.clock(), role=role)

    async def agent(self, name: str, *, voice: Tone = AGENT_TONE) -> ScriptedAgent:
        """An agent opens a tab and goes ready."""
        url = self.address.replace("http", "ws") + "/agent"
        agent = ScriptedAgent(url, self.token(name), lambda: AgentBrowser(self.cloud.pacer), voice=voice)
        self._stack.push_async_callback(agent.close)
        await agent.start()
        return agent

    async def talk(self, agent: ScriptedAgent) -> AgentCall:
        """The agent takes the next call that rings, as soon as media is up."""
        ringing = await agent.next_ring(PATIENCE_S)
        await until(ringing.media_up)
        await ringing.answer()
        await until(ringing.joined)
        return ringing

    async def records(self) -> list[CallRecord]:
        """The call records in the store, newest first."""
        async with self._opened() as records:
            return await records.calls(1000)

    async def call_backs(self) -> list[CallBackRequest]:
        """The requests to be called back in the store, newest first."""
        async with self._opened() as records:
            return await records.call_backs(1000)

    async def record_of(self, call: SimulatedCall) -> CallRecord:
        """The record of an ended call that a user placed."""
        return await self.record_called(call.call_id)

    async def record_called(self, call_id: str) -> CallRecord:
        """The record of an ended call. It is written a moment after the end, so it is asked for until it is there."""
        for _ in range(200):
            found = [record for record in await self.records() if record.call_id == call_id]
            if found:
                return found[0]
            await pause(0.05)
        raise AssertionError("the call left no record")

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Records]:
        store = await self._store.open(self.clock)
        try:
            yield Records(store, pause=pause)
        finally:
            await store.close()

    async def metric(self, name: str) -> float:
        """One figure of ``/metrics``; labels, if any, are part of the name."""
        async with aiohttp.ClientSession() as http, http.get(self.address + "/metrics") as response:
            lines = (await response.text()).splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"{name} "))


async def until(moment: Moment) -> float:
    """Wait for a milestone within the patience of a scenario."""
    return await moment.wait(PATIENCE_S)


@asynccontextmanager
async def staged(
    folder: Path,
    *,
    queue: Mapping[str, Any] | None = None,
    tables: Mapping[str, Any] | None = None,
    windows: Windows | None = None,
    standing: Standing | None = None,
    number: str | None = None,
    secrets: Secrets = SECRETS,
) -> AsyncIterator[Stage]:
    """A fresh stage. Afterwards no call may be left, and no bug may have been caught.

    ``queue`` changes the one queue of the stage; ``tables`` of the configuration take the place of its own;
    ``standing`` is how the number stands with Meta, limits of outbound calls included; ``number`` is the one that
    agents may phone from.
    """
    clock = TravellingClock(SystemClock())
    meta = CloudConfig(
        app_secret=SECRETS.app_secret.get_secret_value(),
        access_token=SECRETS.access_token.get_secret_value(),
        windows=windows or Windows(),
        standing=standing or Standing(),
        clock=clock,
    )
    cloud = SimulatedWhatsApp(meta)
    async with AsyncExitStack() as stack:
        await cloud.start()
        stack.push_async_callback(cloud.close)
        config = Config.model_validate(
            {
                "http": {"port": 0},
                "whatsapp": {
                    "graph_url": cloud.graph_url,
                    "phone_number_id": number,
                    "business_account_id": meta.business.account_id,
                },
                "queues": [{"country": "kr", "ringback_cycles": 1, **(queue or {})}],
                "store": {"path": str(folder / "ringbridge.sqlite3")},
                **(tables or {}),
            }
        )
        address = (await stack.enter_async_context(running(config, secrets, clock=clock))).address
        await cloud.subscribe(f"{address}/webhooks/whatsapp", SECRETS.verify_token.get_secret_value())
        async with AsyncExitStack() as agents:
            stage = Stage(address, cloud, clock, StoreAccess(config.store), agents)
            yield stage
        await cloud.settled()
        assert await stage.metric("ringbridge_call_bugs_total") == 0, "a bug ended a call"
