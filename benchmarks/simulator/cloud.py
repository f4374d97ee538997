"""Owns the simulated WhatsApp: joins Graph API, webhooks and callers' phones into one cloud on loopback."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from benchmarks.simulator import business_payloads, message_payloads, payloads, refusal
from benchmarks.simulator.announcer import Announcer
from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.call import Phone, SimulatedCall, Stage, Windows
from benchmarks.simulator.call_request import ConnectRequest
from benchmarks.simulator.clock import Clock
from benchmarks.simulator.graph import Fault, GraphApi
from benchmarks.simulator.ids import new_call_id
from benchmarks.simulator.message_request import MessageRequest
from benchmarks.simulator.messaging import Messaging
from benchmarks.simulator.number import BusinessNumber, Standing
from benchmarks.simulator.outbound import BusinessCalls
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.payloads import Batch, Business, CallFacts, EndFacts, Json, Shape, User
from benchmarks.simulator.permission_ledger import WEEK_S, PermissionLedger
from benchmarks.simulator.phone import CallerPhone
from benchmarks.simulator.relayed_phone import Ipv6
from benchmarks.simulator.templates import Template, Templates
from benchmarks.simulator.tones import CALLER_TONE, Tone
from benchmarks.simulator.webhooks import Delivery, DeliveryRules, WebhookSender
from benchmarks.simulator.whatsapp_user import Users, WhatsAppUser
from benchmarks.simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudConfig:
    """The business as Meta knows it, and how Meta behaves."""

    app_secret: str
    access_token: str
    business: Business = field(default_factory=Business)
    windows: Windows = field(default_factory=Windows)
    delivery: DeliveryRules = field(default_factory=DeliveryRules)
    standing: Standing = field(default_factory=Standing)
    clock: Clock = time.time
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
        self._clock = config.clock
        self._calls: dict[str, SimulatedCall] = {}
        self._scripts: dict[str, CallScript] = {}
        self.number = BusinessNumber(config.business, config.standing)
        """The number of the business, as Meta sees it."""
        self.pacer = Pacer()
        """The beat of all microphones; agents may share it."""
        self._sender = WebhookSender(config.app_secret, config.delivery)
        self._announcer = Announcer(config.business, self._sender, config.clock)
        world = World(self.number, self._announcer, self.pacer, config.clock)
        self._users = Users(world, self)
        self.templates = Templates()
        """The message templates of the business' account."""
        self._messaging = Messaging(world, self._users, self.templates)
        self._business_calls = BusinessCalls(world, self._users, windows=config.windows, inbound=self._users_in_calls)
        self._graph = GraphApi(config.access_token, self.number, self)
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
        return self.number.settings.calling

    async def start(self) -> None:
        """Open the Graph API."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._config.port).start()

    async def close(self) -> None:
        """End everything, without further webhooks."""
        for call in self._calls.values():
            call.discard()
        self._business_calls.discard()
        self._graph.let_go()
        await self._sender.close()
        self.pacer.close()
        await self._runner.cleanup()

    async def subscribe(self, callback_url: str, verify_token: str) -> None:
        """Verify the business' callback URL and use it from now on. Raises NotVerified."""
        await self._sender.subscribe(callback_url, verify_token)

    def disturb(self, fault: Fault) -> None:
        """Let the Graph API fail."""
        self._graph.faults.append(fault)

    def let_go(self) -> None:
        """End every delay that a fault is holding a request with."""
        self._graph.let_go()

    def user(self, identity: User | None = None) -> WhatsAppUser:
        """A person on WhatsApp; whom nobody has met yet is known from now on."""
        return self._users.of(identity or User())

    def find(self, call_id: str) -> SimulatedCall | BusinessCall | None:
        """The call with this WACID, whoever began it."""
        return self._calls.get(call_id) or self._business_calls.find(call_id)

    async def connect(self, request: ConnectRequest) -> BusinessCall:
        """Begin a business-initiated call. Raises Refusal."""
        return await self._business_calls.connect(request)

    def permissions(self, to: str | None, recipient: str | None) -> Json:
        """What GET call_permissions answers. Raises Refusal."""
        if (to is None) == (recipient is None):
            raise refusal.invalid_parameter("exactly one of user_wa_id and recipient is needed")
        user = self._users.find(to, recipient)
        ledger = PermissionLedger(self.number.standing.figures) if user is None else user.permission
        return ledger.as_json(self._clock())

    def send(self, request: MessageRequest) -> tuple[Json, Callable[[], None]]:
        """Take a message of the business. Raises Refusal."""
        return self._messaging.send(request)

    def dial(self, user: WhatsAppUser, *, cta_payload: str | None, deeplink_payload: str | None) -> SimulatedCall:
        """A user calls by his own hand; his webhooks look as he does."""
        return self.place_call(
            CallScript(user=user.identity, shape=user.shape, cta_payload=cta_payload, deeplink_payload=deeplink_payload)
        )

    def restrict(self) -> None:
        """Meta pauses the calls of the business for a week, and tells. The test lifts it in ``number.standing``."""
        self.number.standing.restricted = True
        business = self._config.business
        value = business_payloads.restriction_value(business, self._clock() + WEEK_S)
        self._announcer.tell_in_turn(business.account_id, "restriction", value, Shape(), subject="account_update")

    def judge_template(self, template: Template, status: str) -> Template:
        """Meta pauses, disables, rejects or approves a template, and tells."""
        changed = self.templates.set_status(template, status)
        value = message_payloads.template_status_value(
            changed.template_id, changed.name, changed.language, changed.status
        )
        self._announcer.tell_in_turn(
            changed.template_id, "template_status", value, Shape(), subject="message_template_status_update"
        )
        return changed

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
            self._announcer.tell("connect", values, scripts[0].shape, batch=batch, twice=twice)
            for call in offered:
                call.webhook_sent.happen()

    def send_late_connect(self, call: SimulatedCall) -> None:
        """Send the connect webhook that was held back, or once more."""
        value = payloads.connect_value(self._config.business, call.facts)
        self._announcer.tell("connect", [value], call.facts.shape)
        call.webhook_sent.happen()

    def accepted(self, call: SimulatedCall) -> None:
        """The business took a call: the user's counters begin anew."""
        self._users.of(call.facts.user).permission.connect(self._clock(), by_business=False)

    def ended(self, call: SimulatedCall, end: EndFacts) -> None:
        """Tell that a user-initiated call is over, and what it brings the business."""
        script = self._scripts[call.call_id]
        value = payloads.terminate_value(self._config.business, call.facts, end)
        self._announcer.tell("terminate", [value], script.shape, twice=script.twice)
        self._users.of(call.facts.user).permit_call_back(call.call_id)

    async def settled(self) -> None:
        """Wait until every webhook was taken or given up."""
        await self._sender.settled()

    def _make_phone(self, script: CallScript) -> CallerPhone:
        return CallerPhone(self.pacer, ipv6=script.ipv6, voice=script.voice)

    def _make_call(self, script: CallScript, phone: Phone) -> SimulatedCall:
        facts = CallFacts(
            call_id=new_call_id(),
            user=script.user,
            offer=phone.offer,
            offered_at=self._clock() - script.age_s,
            shape=script.shape,
            cta_payload=script.cta_payload,
            deeplink_payload=script.deeplink_payload,
        )
        self._users.of(script.user).chat.open()
        call = SimulatedCall(facts, phone, self._config.windows, self, self._clock)
        self._calls[call.call_id] = call
        self._scripts[call.call_id] = script
        return call

    def _users_in_calls(self) -> list[str]:
        return [call.facts.user.user_id for call in self._calls.values() if call.stage is not Stage.ENDED]
