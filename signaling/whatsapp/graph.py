"""Owns the HTTP of calls towards Meta: actions, each answered by one event (WhatsAppPort).

It never logs a token, SDP or a call id (a WACID spells out the caller's number in Base64), and follows no redirect,
so the token goes nowhere else. What to do with a failed action is the call machine's business.
"""

import asyncio
import functools
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

import aiohttp
import msgspec
import structlog
from yarl import URL

from signaling.calls.effects import Connect
from signaling.calls.events import Action, ActionConfirmed, ActionFailed, ConnectConfirmed
from signaling.clock import Clock
from signaling.pause import Pause
from signaling.ports import Post
from signaling.whatsapp.answers import Failure, Success, cut_off, is_final, judge, may_repeat, out_of_reach
from signaling.whatsapp.errors import Remedy

TOTAL_S = 10.0
"""No attempt begins after this time, seconds: below the machine's own deadlines for pre_accept and accept (12 s)."""
SHORTEST_ATTEMPT_S = 0.5
"""What the last attempt gets at least, seconds, also if the pause before it took too long."""
FIRST_BACK_OFF_S = 0.25
"""Pause before the second attempt, seconds; doubled before each further one."""
LIMIT_PAUSE_S = 3.0
"""Pause after Meta reported a limit, seconds."""
MAX_ANSWER_BYTES = 64 * 1024
"""Answers of Meta have below 2 KiB; more than this is not read."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the Graph API is and what opens it."""

    url: str
    version: str
    token: str = field(repr=False)
    timeout_s: float
    """Longest wait for one answer, seconds."""

    def __post_init__(self) -> None:
        assert self.token, "an empty token opens nothing, and would be found in every text"


class _Request(NamedTuple):
    call_id: str
    action: Action
    url: URL
    body: bytes


class Graph:
    """Sends actions to ``POST /<PNID>/calls``. Given: the session, which the caller closes. Owned: its tasks."""

    def __init__(
        self, session: aiohttp.ClientSession, access: Access, post: Post, *, clock: Clock, pause: Pause
    ) -> None:
        self._session = session
        self._access = access
        self._post = post
        self._clock = clock
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()

    def send(
        self, call_id: str, action: Action, *, phone_number_id: str, sdp: str | None, wacid: str | None = None
    ) -> None:
        """Send one action with bounded retries; posts ActionConfirmed or ActionFailed."""
        body: dict[str, object] = {
            "messaging_product": "whatsapp",
            "call_id": call_id if wacid is None else wacid,
            "action": action.value,
        }
        if sdp is not None:
            # Meta's parameter table says "offer" here; with that the call never connects (lesson 37).
            body["session"] = {"sdp_type": "answer", "sdp": sdp}
        self._begin(call_id, action, phone_number_id, body)

    def connect(self, call_id: str, call: Connect) -> None:
        """Place a call; posts ConnectConfirmed or ActionFailed.

        It is sent again only if nothing can have come of it. If that is not known, the failure is not final: should the
        phone ring, Meta's webhooks tell of it by the id that connect gave them.
        """
        customer = call.customer
        body: dict[str, object] = {
            "messaging_product": "whatsapp",
            "action": Action.CONNECT.value,
            "session": {"sdp_type": "offer", "sdp": call.sdp},
            "biz_opaque_callback_data": call_id,
        }
        if customer.number is not None:
            body["to"] = customer.number
        if customer.user_id is not None:
            body["recipient"] = customer.user_id
        self._begin(call_id, Action.CONNECT, call.phone_number_id, body)

    async def close(self) -> None:
        """Cancel what is on its way; its calls get no answer any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _begin(self, call_id: str, action: Action, phone_number_id: str, body: dict[str, object]) -> None:
        path = f"/{self._access.version}/{quote(phone_number_id, safe='')}/calls"
        url = URL(self._access.url.rstrip("/") + path, encoded=True)
        request = _Request(call_id, action, url, msgspec.json.encode(body))
        task = asyncio.create_task(self._settle(request))
        self._tasks.add(task)
        task.add_done_callback(functools.partial(self._settled, action))

    def _settled(self, action: Action, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            _log.error("graph_bug", action=action.value, error=type(bug).__name__)

    async def _settle(self, request: _Request) -> None:
        give_up_at = self._clock() + TOTAL_S
        back_off_s = FIRST_BACK_OFF_S
        action = request.action
        while isinstance(answer := await self._attempt(request, give_up_at - self._clock()), Failure):
            _log.warning(
                "graph_attempt_failed",
                action=action.value,
                code=answer.error.code,
                http_status=answer.http_status,
                remedy=answer.remedy.value,
            )
            pause_s = LIMIT_PAUSE_S if answer.remedy is Remedy.WAIT else back_off_s
            if not may_repeat(action, answer) or self._clock() + pause_s > give_up_at:
                failed = ActionFailed(action=action, error=answer.error, final=is_final(action, answer))
                self._post(request.call_id, failed)
                return
            await self._pause(pause_s)
            back_off_s *= 2
        self._post(
            request.call_id,
            ActionConfirmed(action=action) if answer.wacid is None else ConnectConfirmed(wacid=answer.wacid),
        )

    async def _attempt(self, request: _Request, left_s: float) -> Success | Failure:
        headers = {"Authorization": f"Bearer {self._access.token}", "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=min(self._access.timeout_s, max(left_s, SHORTEST_ATTEMPT_S)))
        try:
            async with self._session.post(
                request.url, data=request.body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return judge(request.action, response.status, await bounded_body(response), self._access.token)
        except aiohttp.ClientConnectorError:
            return out_of_reach()
        except TimeoutError:
            return cut_off("Meta did not answer in time")
        except aiohttp.ClientError:
            return cut_off("Meta could not be reached")


async def bounded_body(response: aiohttp.ClientResponse) -> bytes:
    """The body, or nothing if it is too long; leaving it unread closes the connection."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            return b""
    return bytes(body)
