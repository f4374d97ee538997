"""Owns the HTTP face of the simulated Graph API: versions, token, addresses, faults, and Meta's shape of answers.

What a request means is call_request's and that of the desks behind it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from aiohttp import web

from benchmarks.simulator import call_request, message_request, refusal
from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.call_request import ConnectRequest
from benchmarks.simulator.message_request import MessageRequest
from benchmarks.simulator.moment import happens_within
from benchmarks.simulator.number import BusinessNumber
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.templates import Templates

_OLDEST_VERSION = 17
"""Calling needs v17 or newer."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """A disturbance of one action; used up after ``times`` requests."""

    action: str
    """Of POST /calls, or the last part of any other address."""
    times: int = 1
    delay_s: float = 0.0
    """Time before the request is looked at."""
    reply_delay_s: float = 0.0
    """Time between doing it and saying so; webhooks overtake the answer."""
    refusal: Refusal | None = None
    """Refuse with this instead of doing it."""
    garbage: bool = False
    """Answer 500 with a body that is no JSON, as a broken proxy does."""


class Desk(Protocol):
    """What stands behind the addresses. All but ``find`` raise Refusal."""

    @property
    def templates(self) -> Templates:
        """The message templates of the account."""

    def find(self, call_id: str) -> SimulatedCall | BusinessCall | None:
        """The call with this WACID, whoever began it."""

    async def connect(self, request: ConnectRequest) -> BusinessCall:
        """Begin a business-initiated call."""

    def permissions(self, to: str | None, recipient: str | None) -> Json:
        """The state of one pair."""

    def send(self, request: MessageRequest) -> tuple[Json, Callable[[], None]]:
        """Take a message: the answer, and what sends it on its way."""


@dataclass(slots=True)
class _Exchange:
    """One request under work."""

    raw: bytes
    action: str = "?"
    fault: Fault | None = None
    confirm: Callable[[], None] | None = None
    """For the moment at which the 200 is written: the business may act upon it then."""


_Handle: TypeAlias = Callable[[_Exchange], Awaitable[Json]]


class GraphApi:
    """The requests of the business, in order, and the answers of Meta."""

    def __init__(self, access_token: str, number: BusinessNumber, desk: Desk) -> None:
        self.requests: list[tuple[str, int]] = []
        """Action and HTTP status of every request; the action is ``?`` when there was none."""
        self.faults: list[Fault] = []
        self.app = web.Application()
        self.app.router.add_post("/{version}/{id}/calls", self._calls)
        self.app.router.add_post("/{version}/{id}/messages", self._messages)
        self.app.router.add_get("/{version}/{id}/call_permissions", self._permissions)
        self.app.router.add_get("/{version}/{id}/message_templates", self._templates)
        self.app.router.add_get("/{version}/{id}/settings", self._settings)
        self.app.router.add_post("/{version}/{id}/settings", self._settings)
        self._access_token = access_token
        self._number = number
        self._desk = desk
        self._look_ups: deque[float] = deque()
        self._let_go = asyncio.Event()

    def let_go(self) -> None:
        """Delay nothing any more, what is held back included."""
        self._let_go.set()

    async def _calls(self, request: web.Request) -> web.StreamResponse:
        async def handle(exchange: _Exchange) -> Json:
            body = call_request.parse(exchange.raw)
            await self._begin(exchange, call_request.check(body))
            return await self._act(exchange, body)

        return await self._serve(request, self._number.business.phone_number_id, handle)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        async def handle(exchange: _Exchange) -> Json:
            await self._begin(exchange, "messages")
            answer, exchange.confirm = self._desk.send(message_request.read(call_request.parse(exchange.raw)))
            return answer

        return await self._serve(request, self._number.business.phone_number_id, handle)

    async def _permissions(self, request: web.Request) -> web.StreamResponse:
        async def handle(exchange: _Exchange) -> Json:
            await self._begin(exchange, "call_permissions")
            self._check_rate()
            return self._desk.permissions(request.query.get("user_wa_id"), request.query.get("recipient"))

        return await self._serve(request, self._number.business.phone_number_id, handle)

    async def _templates(self, request: web.Request) -> web.StreamResponse:
        async def handle(exchange: _Exchange) -> Json:
            await self._begin(exchange, "message_templates")
            return self._desk.templates.page(request.query, str(request.url.with_query(None)))

        return await self._serve(request, self._number.business.account_id, handle)

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        async def handle(exchange: _Exchange) -> Json:
            await self._begin(exchange, "settings")
            if request.method == "GET":
                return {"calling": self._number.settings.calling}
            self._number.settings.change(call_request.parse(exchange.raw))
            return {"success": True}

        return await self._serve(request, self._number.business.phone_number_id, handle)

    async def _serve(self, request: web.Request, owner: str, handle: _Handle) -> web.StreamResponse:
        exchange = _Exchange(await request.read())
        try:
            self._check_path(request, owner)
            answer = await handle(exchange)
            if exchange.fault is not None and exchange.fault.reply_delay_s > 0:
                await happens_within(self._let_go, exchange.fault.reply_delay_s)
            response = web.json_response(answer)
        except Refusal as refused:
            response = web.json_response(refused.body(), status=refused.status)
        except _Garbage:
            response = web.Response(status=500, text="<html>upstream error</html>", content_type="text/html")
        self.requests.append((exchange.action, response.status))
        if exchange.confirm is not None:
            exchange.confirm()
        return response

    def _check_path(self, request: web.Request, owner: str) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._access_token}":
            raise refusal.invalid_token()
        version = request.match_info["version"]
        major, _, minor = version.removeprefix("v").partition(".")
        if not (version.startswith("v") and major.isdecimal() and minor.isdecimal() and int(major) >= _OLDEST_VERSION):
            raise refusal.invalid_parameter("the version of the API is unknown or too old")
        if request.match_info["id"] != owner:
            raise refusal.invalid_parameter("the object with this id does not exist")
        if request.method == "POST" and request.content_type != "application/json":
            raise refusal.invalid_parameter("the body is not application/json")

    def _check_rate(self) -> None:
        """Refuse a look-up too many within a second (613)."""
        now = time.monotonic()
        while self._look_ups and now - self._look_ups[0] >= 1.0:
            self._look_ups.popleft()
        if len(self._look_ups) >= self._number.standing.look_ups_per_s:
            raise Refusal(613, "Calls to this api have exceeded the rate limit", status=429)
        self._look_ups.append(now)

    async def _begin(self, exchange: _Exchange, action: str) -> None:
        """The request is understood as this action: now a fault may strike."""
        exchange.action = action
        fault = next((fault for fault in self.faults if fault.action == action and fault.times > 0), None)
        if fault is None:
            return
        fault.times -= 1
        exchange.fault = fault
        if fault.delay_s > 0:
            await happens_within(self._let_go, fault.delay_s)
        if fault.garbage:
            raise _Garbage
        if fault.refusal is not None:
            raise fault.refusal

    async def _act(self, exchange: _Exchange, body: Json) -> Json:
        if exchange.action == "connect":
            call = await self._desk.connect(call_request.connect(body))
            return {"messaging_product": "whatsapp", "calls": [{"id": call.call_id}]}
        found = self._desk.find(body["call_id"])
        if found is None:
            raise refusal.invalid_parameter("there is no call with this call_id")
        if exchange.action == "terminate":
            found.terminate()
        elif isinstance(found, BusinessCall):
            raise refusal.invalid_parameter(f"{exchange.action} is not possible, the business began this call")
        else:
            exchange.confirm = _answer(exchange.action, body, found)
        return {"messaging_product": "whatsapp", "success": True}


def _answer(action: str, body: Json, call: SimulatedCall) -> Callable[[], None] | None:
    if action == "pre_accept":
        call.pre_accept(call_request.session_sdp(body, "answer"))
        return call.pre_accepted.happen
    if action == "accept":
        call.accept(call_request.session_sdp(body, "answer"), call_request.opaque(body))
        return call.confirm_accept
    call.reject()
    return None


class _Garbage(Exception):
    """The answer is to be no JSON."""
