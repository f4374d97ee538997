"""Owns the HTTP face of the simulated Graph API: versions, token, addresses, faults, and Meta's shape of answers.

What a request means is call_request's and that of the desks behind it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from aiohttp import web

from benchmarks.simulator import call_request, refusal
from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.moment import happens_within
from benchmarks.simulator.number import BusinessNumber
from benchmarks.simulator.outbound import ConnectRequest
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal

_OLDEST_VERSION = 17
"""Calling needs v17 or newer."""
_Work: TypeAlias = Callable[[], Awaitable[Json]]


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
    """What stands behind the addresses."""

    def find(self, call_id: str) -> SimulatedCall | BusinessCall | None:
        """The call with this WACID, whoever began it."""

    async def connect(self, request: ConnectRequest) -> BusinessCall:
        """Begin a business-initiated call. Raises Refusal."""

    def permissions(self, to: str | None, recipient: str | None) -> Json:
        """The state of one pair. Raises Refusal."""


class GraphApi:
    """The requests of the business, in order, and the answers of Meta."""

    def __init__(self, access_token: str, number: BusinessNumber, desk: Desk) -> None:
        self.requests: list[tuple[str, int]] = []
        """Action and HTTP status of every request but those of settings; the action is ``?`` when there was none."""
        self.faults: list[Fault] = []
        self.app = web.Application()
        self.app.router.add_post("/{version}/{id}/calls", self._calls)
        self.app.router.add_get("/{version}/{id}/call_permissions", self._permissions)
        self.app.router.add_get("/{version}/{id}/settings", self._settings)
        self.app.router.add_post("/{version}/{id}/settings", self._settings)
        self._access_token = access_token
        self._number = number
        self._desk = desk
        self._look_ups: deque[float] = deque()
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let go of requests that a fault holds back."""
        self._closing.set()

    async def _calls(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        action = "?"
        confirm: Callable[[], None] | None = None
        try:
            self._check_path(request, self._number.business.phone_number_id)
            body = call_request.parse(raw)
            action = call_request.check(body)
            fault = await self._disturb(action)
            answer, confirm = await self._act(action, body)
            await self._hold_reply(fault)
            response = web.json_response(answer)
        except Refusal as refused:
            response = web.json_response(refused.body(), status=refused.status)
        except _Garbage:
            response = _garbage()
        self.requests.append((action, response.status))
        if confirm is not None:
            confirm()
        return response

    async def _permissions(self, request: web.Request) -> web.StreamResponse:
        async def look_up() -> Json:
            self._check_rate()
            query = request.query
            return self._desk.permissions(query.get("user_wa_id"), query.get("recipient"))

        return await self._serve(request, "call_permissions", self._number.business.phone_number_id, look_up)

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        settings = self._number.settings
        try:
            self._check_path(request, self._number.business.phone_number_id)
            if request.method == "GET":
                return web.json_response({"calling": settings.calling})
            settings.change(call_request.parse(raw))
            return web.json_response({"success": True})
        except Refusal as refused:
            return web.json_response(refused.body(), status=refused.status)

    async def _serve(self, request: web.Request, action: str, owner: str, work: _Work) -> web.StreamResponse:
        try:
            self._check_path(request, owner)
            fault = await self._disturb(action)
            answer = await work()
            await self._hold_reply(fault)
            response = web.json_response(answer)
        except Refusal as refused:
            response = web.json_response(refused.body(), status=refused.status)
        except _Garbage:
            response = _garbage()
        self.requests.append((action, response.status))
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

    async def _disturb(self, action: str) -> Fault | None:
        fault = next((fault for fault in self.faults if fault.action == action and fault.times > 0), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.delay_s > 0:
            await happens_within(self._closing, fault.delay_s)
        if fault.garbage:
            raise _Garbage
        if fault.refusal is not None:
            raise fault.refusal
        return fault

    async def _hold_reply(self, fault: Fault | None) -> None:
        if fault is not None and fault.reply_delay_s > 0:
            await happens_within(self._closing, fault.reply_delay_s)

    async def _act(self, action: str, body: dict[str, Any]) -> tuple[Json, Callable[[], None] | None]:
        """Do it. The second part is for the moment at which the 200 is written: the business may act upon it then."""
        if action == "connect":
            call = await self._desk.connect(call_request.connect(body))
            return {"messaging_product": "whatsapp", "calls": [{"id": call.call_id}]}, None
        success = {"messaging_product": "whatsapp", "success": True}
        found = self._desk.find(body["call_id"])
        if found is None:
            raise refusal.invalid_parameter("there is no call with this call_id")
        if action == "terminate":
            found.terminate()
            return success, None
        if isinstance(found, BusinessCall):
            raise refusal.invalid_parameter(f"{action} is not possible, the business began this call")
        return success, _answer(action, body, found)


def _answer(action: str, body: dict[str, Any], call: SimulatedCall) -> Callable[[], None] | None:
    if action == "pre_accept":
        call.pre_accept(call_request.session_sdp(body, "answer"))
        return call.pre_accepted.happen
    if action == "accept":
        call.accept(call_request.session_sdp(body, "answer"), body.get("biz_opaque_callback_data"))
        return call.confirm_accept
    call.reject()
    return None


class _Garbage(Exception):
    """The answer is to be no JSON."""


def _garbage() -> web.Response:
    return web.Response(status=500, text="<html>upstream error</html>", content_type="text/html")
