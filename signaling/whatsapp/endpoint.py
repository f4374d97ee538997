"""Owns the door Meta knocks at: HTTP in, the inbox before every 200, then delivery to the calls.

Nothing acknowledged is lost: what was answered with 200 is in the inbox until it is delivered, also across a crash.
No call is handled here, and no body, number or call id is logged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeAlias, TypeVar

import structlog
from aiohttp import web

from signaling.conversations.news import News
from signaling.pause import Pause
from signaling.store.contract import StoreUnavailable
from signaling.store.inbox import Inbox
from signaling.whatsapp import signature
from signaling.whatsapp.fields.calls import CallEvent
from signaling.whatsapp.webhook import NotAWebhook, Reading, WebhookEvent, read

PATH = "/webhooks/whatsapp"
MAX_BODY_BYTES = 4 * 1024 * 1024
"""Meta mentions up to 3 MB per POST (whatsapp-calling 1.3); the rest is room."""
MAX_NOTES = 20
"""Ignored parts of one body that are worth a log line each."""
RETRY_S = 1.0
"""Pause while the store is away, seconds."""
CLOSE_S = 3.0
"""How long close lets deliveries finish, seconds; what is cut off is delivered at the next start."""

_Event = TypeVar("_Event")
_Insist: TypeAlias = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]
Deliver: TypeAlias = Callable[[tuple[_Event, ...]], Awaitable[None]]
"""Hands events to whom they concern. May raise StoreUnavailable and is then asked again; repetition is harmless."""

_log = structlog.get_logger(__name__)


class _Lane(Generic[_Event]):
    """One delivery at a time, in order of arrival: a connect and its terminate cannot slip past each other."""

    def __init__(self, deliver: Deliver[_Event], insist: _Insist) -> None:
        self._deliver = deliver
        self._insist = insist
        self._turn = asyncio.Lock()

    async def carry(self, events: tuple[_Event, ...]) -> None:
        if events:
            async with self._turn:
                await self._insist(lambda: self._deliver(events))


class Webhook:
    """The two handlers of Meta's callback address. Owned: the tasks that deliver."""

    def __init__(
        self,
        inbox: Inbox,
        deliver: Deliver[CallEvent],
        hear: Deliver[News],
        *,
        app_secret: str,
        verify_token: str,
        pause: Pause,
    ) -> None:
        self._inbox = inbox
        # A lane for each kind: no caller waits until a thousand statuses of messages are written down.
        self._calls = _Lane(deliver, self._insist)
        self._news = _Lane(hear, self._insist)
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """GET and POST of ``PATH``, for the application's router."""
        return [web.get(PATH, self.subscribe, allow_head=False), web.post(PATH, self.receive)]

    async def subscribe(self, request: web.Request) -> web.Response:
        """Meta's verification handshake: 200 with the bare challenge, or 403."""
        query = request.query
        challenge = signature.challenge_to_echo(
            query.get("hub.mode"), query.get("hub.verify_token"), query.get("hub.challenge"), self._verify_token
        )
        if challenge is None:
            raise web.HTTPForbidden
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        """One webhook: 200 once it is safe, else 401, 400, 413, or 503 so that Meta sends it again."""
        raw = await _bounded_body(request)
        if not signature.verify(raw, request.headers.get(signature.HEADER), self._app_secret):
            _log.warning("webhook_refused", reason="signature")
            raise web.HTTPUnauthorized
        try:
            reading = read(raw)
        except NotAWebhook as violation:
            _log.warning("webhook_refused", reason=str(violation))
            raise web.HTTPBadRequest(text=str(violation)) from violation
        _note_ignored(reading)
        if reading.events:
            await self._accept(raw, reading.events)
        return web.Response()

    async def recover(self) -> None:
        """Deliver what a former process accepted and did not finish. Raises StoreUnavailable."""
        for key, raw in await self._inbox.pending():
            try:
                events = read(raw).events
            except NotAWebhook:
                # Another release took it; what this one cannot read must not keep the server from starting.
                _log.error("inbox_unreadable")
                events = ()
            await asyncio.wait([self._begin(key, events)])

    async def close(self) -> None:
        """Let deliveries finish for a moment, then cut them off; the inbox still holds what they carried."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSE_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _accept(self, raw: bytes, events: tuple[WebhookEvent, ...]) -> None:
        try:
            key = await self._inbox.accept(raw)
        except StoreUnavailable as error:
            _log.error("webhook_not_stored")
            raise web.HTTPServiceUnavailable from error
        if key is None:
            _log.info("webhook_duplicate")
            return
        self._begin(key, events)

    def _begin(self, key: str, events: tuple[WebhookEvent, ...]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work(key, events))
        self._tasks.add(task)
        task.add_done_callback(self._worked)
        return task

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            _log.error("webhook_bug", error=type(bug).__name__)

    async def _work(self, key: str, events: tuple[WebhookEvent, ...]) -> None:
        await self._calls.carry(tuple(event for event in events if isinstance(event, CallEvent)))
        await self._news.carry(tuple(event for event in events if not isinstance(event, CallEvent)))
        await self._insist(lambda: self._inbox.done(key))

    async def _insist(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await work()
            except StoreUnavailable:
                _log.warning("webhook_waits_for_store")
                await self._pause(RETRY_S)


def _note_ignored(reading: Reading) -> None:
    for reason, where in reading.ignored[:MAX_NOTES]:
        _log.info("webhook_part_ignored", reason=reason, where=where)


async def _bounded_body(request: web.Request) -> bytes:
    """The body as received. The bound is ours: an application's own may be lower for other routes."""
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY_BYTES, actual_size=len(body))
    except web.RequestPayloadError as error:
        raise web.HTTPBadRequest(text="the body breaks the rules of HTTP") from error
    return bytes(body)
