"""Owns the simulated WhatsApp: joins Graph API, webhooks and callers' phones into one cloud on loopback."""

import base64
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from benchmarks.simulator import payloads
from benchmarks.simulator.call import Phone, SimulatedCall, Windows
from benchmarks.simulator.graph import Fault, GraphApi
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.payloads import Batch, Business, CallFacts, EndFacts, Shape, User
from benchmarks.simulator.phone import CallerPhone, Ipv6
from benchmarks.simulator.tones import CALLER_TONE, Tone
from benchmarks.simulator.webhooks import Delivery, DeliveryRules, WebhookSender


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudConfig:
    """The business as Meta knows it, and how Meta behaves."""

    app_secret: str
    access_token: str
    business: Business = field(default_factory=Business)
    windows: Windows = field(default_factory=Windows)
    delivery: DeliveryRules = field(default_factory=DeliveryRules)
    port: int = 0
    """TCP port of the Graph API; 0 picks a free one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScript:
    """One call to be placed, and how its webhooks misbehave."""

    user: User = field(default_factory=User)
    shape: Shape = field(default_factory=Shape)
    voice: Tone = CALLER_TONE
    ipv6: Ipv6 = Ipv6.ABSENT
    twice: bool = False
    """Every webhook is posted twice."""
    age_s: float = 0.0
    """How old the connect webhook claims to be."""
    hold_back_connect: bool = False
    """The connect webhook is not sent before the terminate one (whatsapp-calling 1.3)."""
    cta_payload: str | None = None
    deeplink_payload: str | None = None


class SimulatedWhatsApp:
    """A WhatsApp cloud for one business number. ``start``, ``subscribe``, place calls, ``close``."""

    def __init__(self, config: CloudConfig) -> None:
        self._config = config
        self._calls: dict[str, SimulatedCall] = {}
        self._scripts: dict[str, CallScript] = {}
        self._graph = GraphApi(config.access_token, config.business.phone_number_id, self._calls.get)
        self._webhooks: WebhookSender | None = None
        self._pacer: Pacer | None = None
        self._runner = web.AppRunner(self._graph.app, access_log=None)

    @property
    def graph_url(self) -> str:
        """Base address for the business' Graph client."""
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """Every webhook POST so far."""
        return self._sender.deliveries

    @property
    def requests(self) -> Sequence[tuple[str, int]]:
        """Action and HTTP status of every Graph request so far."""
        return self._graph.requests

    @property
    def settings(self) -> Mapping[str, Any]:
        """The call settings of the business number (``calling``), as they are now."""
        return self._graph.settings.calling

    @property
    def pacer(self) -> Pacer:
        """The beat of all microphones; agents may share it."""
        assert self._pacer is not None, "start the cloud first"
        return self._pacer

    async def start(self) -> None:
        """Open the Graph API."""
        self._pacer = Pacer()
        self._webhooks = WebhookSender(self._config.app_secret, self._config.delivery)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._config.port).start()

    async def close(self) -> None:
        """End everything, without further webhooks."""
        for call in self._calls.values():
            call.discard()
        self._graph.close()
        if self._webhooks is not None:
            await self._webhooks.close()
        if self._pacer is not None:
            self._pacer.close()
        await self._runner.cleanup()

    async def subscribe(self, callback_url: str, verify_token: str) -> None:
        """Verify the business' callback URL and use it from now on. Raises NotVerified."""
        await self._sender.subscribe(callback_url, verify_token)

    def disturb(self, fault: Fault) -> None:
        """Let the Graph API fail."""
        self._graph.faults.append(fault)

    def place_call(self, script: CallScript | None = None, phone: Phone | None = None) -> SimulatedCall:
        """A user calls; the connect webhook is on its way. Without a ``phone`` he gets one as the script says."""
        script = script or CallScript()
        call = self._make_call(script, phone or self._make_phone(script))
        self._offer([call], [script], Batch.CHANGES)
        return call

    def place_calls(self, scripts: Sequence[CallScript], batch: Batch = Batch.CHANGES) -> list[SimulatedCall]:
        """Several users call, and one POST tells of all of them."""
        calls = [self._make_call(script, self._make_phone(script)) for script in scripts]
        self._offer(calls, scripts, batch)
        return calls

    def _offer(self, calls: Sequence[SimulatedCall], scripts: Sequence[CallScript], batch: Batch) -> None:
        offered = [call for call, script in zip(calls, scripts, strict=True) if not script.hold_back_connect]
        if offered:
            values = [payloads.connect_value(self._config.business, call.facts) for call in offered]
            twice = any(script.twice for script in scripts)
            self._post("connect", values, batch, scripts[0].shape, twice=twice)
            for call in offered:
                call.webhook_sent.happen()

    def send_late_connect(self, call: SimulatedCall) -> None:
        """Send the connect webhook that was held back, or once more."""
        value = payloads.connect_value(self._config.business, call.facts)
        self._post("connect", [value], Batch.CHANGES, call.facts.shape, twice=False)
        call.webhook_sent.happen()

    async def settled(self) -> None:
        """Wait until every webhook was taken or given up."""
        await self._sender.settled()

    @property
    def _sender(self) -> WebhookSender:
        assert self._webhooks is not None, "start the cloud first"
        return self._webhooks

    def _make_phone(self, script: CallScript) -> CallerPhone:
        return CallerPhone(self.pacer, ipv6=script.ipv6, voice=script.voice)

    def _make_call(self, script: CallScript, phone: Phone) -> SimulatedCall:
        facts = CallFacts(
            call_id="wacid." + base64.b64encode(secrets.token_bytes(24)).decode(),
            user=script.user,
            offer=phone.offer,
            offered_at=time.time() - script.age_s,
            shape=script.shape,
            cta_payload=script.cta_payload,
            deeplink_payload=script.deeplink_payload,
        )
        call = SimulatedCall(facts, phone, self._config.windows, self._announce_end)
        self._calls[call.call_id] = call
        self._scripts[call.call_id] = script
        return call

    def _announce_end(self, call: SimulatedCall, end: EndFacts) -> None:
        script = self._scripts[call.call_id]
        value = payloads.terminate_value(self._config.business, call.facts, end)
        self._post("terminate", [value], Batch.CHANGES, script.shape, twice=script.twice)

    def _post(self, label: str, values: Sequence[payloads.Json], batch: Batch, shape: Shape, *, twice: bool) -> None:
        sent_at = time.time() if shape.entry_time else None
        body = payloads.to_bytes(payloads.envelope(self._config.business, values, sent_at, batch))
        for _ in range(2 if twice else 1):
            self._sender.post(label, body)
