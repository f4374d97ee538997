"""Owns the HTTP face of the simulated Graph API: a number's calls (user-initiated) and its settings.

Checks what Meta checks (whatsapp-calling 2.1), answers in Meta's shapes, and fails on request.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from benchmarks.simulator import refusal
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.moment import happens_within
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.settings import NumberSettings

_ACTIONS = frozenset({"pre_accept", "accept", "reject", "terminate"})
_COMMON = frozenset({"messaging_product", "action", "call_id", "to"})
"""``to`` beside ``call_id`` is tolerated, as Meta's samples have it."""
_FIELDS = {
    "pre_accept": _COMMON | {"session"},
    "accept": _COMMON | {"session", "biz_opaque_callback_data", "recording", "transcription"},
    "reject": _COMMON,
    "terminate": _COMMON,
}
_OLDEST_VERSION = 17
"""Calling needs v17 or newer."""
_OPAQUE_CHARACTERS = 512


@dataclass(slots=True, kw_only=True)
class Fault:
    """A disturbance of one action; used up after ``times`` requests."""

    action: str
    times: int = 1
    delay_s: float = 0.0
    """Time before the request is looked at."""
    refusal: Refusal | None = None
    """Refuse with this instead of doing it."""
    garbage: bool = False
    """Answer 500 with a body that is no JSON, as a broken proxy does."""


class GraphApi:
    """The requests of the business, in order, and the answers of Meta."""

    def __init__(self, access_token: str, phone_number_id: str, find: Callable[[str], SimulatedCall | None]) -> None:
        self.requests: list[tuple[str, int]] = []
        """Action and HTTP status of every request; the action is ``?`` when there was none."""
        self.faults: list[Fault] = []
        self.app = web.Application()
        self.app.router.add_post("/{version}/{phone_number_id}/calls", self._calls)
        self.app.router.add_get("/{version}/{phone_number_id}/settings", self._settings)
        self.app.router.add_post("/{version}/{phone_number_id}/settings", self._settings)
        self.settings = NumberSettings()
        self._access_token = access_token
        self._phone_number_id = phone_number_id
        self._find = find
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let go of requests that a fault holds back."""
        self._closing.set()

    async def _calls(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        action = "?"
        call: SimulatedCall | None = None
        try:
            self._check_path(request)
            body = _parse(raw)
            action = _check_body(body)
            await self._disturb(action)
            call = self._act(action, body)
            response = web.json_response({"messaging_product": "whatsapp", "success": True})
        except Refusal as refused:
            response = web.json_response(refused.body(), status=refused.status)
        except _Garbage:
            response = web.Response(status=500, text="<html>upstream error</html>", content_type="text/html")
        self.requests.append((action, response.status))
        if call is not None:
            _confirm(action, call)
        return response

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        try:
            self._check_path(request)
            if request.method == "GET":
                return web.json_response({"calling": self.settings.calling})
            self.settings.change(_parse(raw))
            return web.json_response({"success": True})
        except Refusal as refused:
            return web.json_response(refused.body(), status=refused.status)

    def _check_path(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._access_token}":
            raise refusal.invalid_token()
        version = request.match_info["version"]
        major, _, minor = version.removeprefix("v").partition(".")
        if not (version.startswith("v") and major.isdecimal() and minor.isdecimal() and int(major) >= _OLDEST_VERSION):
            raise refusal.invalid_parameter("the version of the API is unknown or too old")
        if request.match_info["phone_number_id"] != self._phone_number_id:
            raise refusal.invalid_parameter("the phone number id does not exist")
        if request.content_type != "application/json":
            raise refusal.invalid_parameter("the body is not application/json")

    async def _disturb(self, action: str) -> None:
        fault = next((fault for fault in self.faults if fault.action == action and fault.times > 0), None)
        if fault is None:
            return
        fault.times -= 1
        if fault.delay_s > 0:
            await happens_within(self._closing, fault.delay_s)
        if fault.garbage:
            raise _Garbage
        if fault.refusal is not None:
            raise fault.refusal

    def _act(self, action: str, body: dict[str, Any]) -> SimulatedCall:
        call = self._find(body["call_id"])
        if call is None:
            raise refusal.invalid_parameter("there is no call with this call_id")
        if action == "pre_accept":
            call.pre_accept(_session_sdp(body))
        elif action == "accept":
            call.accept(_session_sdp(body), body.get("biz_opaque_callback_data"))
        elif action == "reject":
            call.reject()
        else:
            call.terminate()
        return call


class _Garbage(Exception):
    """The answer is to be no JSON."""


def _confirm(action: str, call: SimulatedCall) -> None:
    """Note that the 200 is about to be written: the earliest moment the business may act upon it."""
    if action == "pre_accept":
        call.pre_accepted.happen()
    elif action == "accept":
        call.confirm_accept()


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise refusal.invalid_parameter("the body is not JSON") from error
    if not isinstance(body, dict):
        raise refusal.invalid_parameter("the body is not an object")
    return body


def _check_body(body: dict[str, Any]) -> str:
    """The action of a body that has the right fields. Raises Refusal."""
    if body.get("messaging_product") != "whatsapp":
        raise refusal.invalid_parameter("messaging_product must be whatsapp")
    action = body.get("action")
    if not isinstance(action, str) or action not in _ACTIONS:
        raise refusal.invalid_parameter("action is not one of pre_accept, accept, reject, terminate")
    if not isinstance(body.get("call_id"), str):
        raise refusal.invalid_parameter("call_id is missing")
    unknown = sorted(set(body) - _FIELDS[action])
    if unknown:
        raise refusal.invalid_parameter(f"{action} does not take {', '.join(unknown)}")
    opaque = body.get("biz_opaque_callback_data", "")
    if not isinstance(opaque, str) or len(opaque) > _OPAQUE_CHARACTERS:
        raise refusal.invalid_parameter("biz_opaque_callback_data is longer than 512 characters or no text")
    return action


def _session_sdp(body: dict[str, Any]) -> str:
    session = body.get("session")
    if not isinstance(session, dict) or set(session) != {"sdp_type", "sdp"}:
        raise refusal.invalid_parameter("session must hold sdp_type and sdp")
    if session["sdp_type"] != "answer":
        raise refusal.invalid_parameter("sdp_type must be answer")
    if not isinstance(session["sdp"], str):
        raise refusal.invalid_parameter("sdp must be text")
    return session["sdp"]
