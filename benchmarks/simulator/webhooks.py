"""Owns the delivery of webhooks: signs the raw body, POSTs it, repeats it until the business answers 200.

What a webhook says is none of its business; see payloads.
"""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass

import aiohttp

from benchmarks.simulator.moment import happens_within
from benchmarks.simulator.payloads import sign


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST and what became of it."""

    label: str
    attempt: int
    """Counts from 1."""
    sent_at: float
    """Seconds on the monotonic clock."""
    latency_s: float
    status: int | None
    """HTTP status, or None when there was no answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRules:
    """How patient Meta is."""

    answer_wait_s: float = 20.0
    """Longest wait for the business' answer (whatsapp-calling 1.3)."""
    retry_after_s: float = 20.0
    attempts: int = 3
    """Meta goes on for hours; a simulation has an end."""


class NotVerified(Exception):
    """The callback URL did not answer the verification handshake."""


class WebhookSender:
    """Posts webhooks to one callback URL."""

    def __init__(self, app_secret: str, rules: DeliveryRules) -> None:
        self.deliveries: list[Delivery] = []
        self.callback_url: str | None = None
        self._app_secret = app_secret
        self._rules = rules
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=rules.answer_wait_s))
        self._tasks: set[asyncio.Task[None]] = set()
        self._lanes: dict[str, asyncio.Event] = {}
        """The last webhook of every lane."""
        self._closing = asyncio.Event()

    async def subscribe(self, callback_url: str, verify_token: str) -> None:
        """Take this callback URL after the GET handshake (whatsapp-calling 1.1). Raises NotVerified."""
        challenge = "1927364510"
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        async with self._http.get(callback_url, params=query) as answer:
            if answer.status != 200 or await answer.text() != challenge:
                raise NotVerified(f"the callback URL answered {answer.status} and not the challenge")
        self.callback_url = callback_url

    def post(self, label: str, body: bytes, *, lane: str | None = None) -> None:
        """Send in the background until it is taken; ``label`` names it in ``deliveries``.

        What shares a ``lane`` is tried one after another; anything else may overtake, as at Meta.
        """
        tried = asyncio.Event()
        before = None if lane is None else self._lanes.get(lane)
        if lane is not None:
            self._lanes[lane] = tried
        self._run(self._deliver(label, body, before, tried))

    async def caught_up(self, lane: str) -> None:
        """Wait until everything in this lane was tried."""
        last = self._lanes.get(lane)
        if last is not None:
            await last.wait()

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop repeating and free the connections."""
        self._closing.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    async def _deliver(self, label: str, body: bytes, before: asyncio.Event | None, tried: asyncio.Event) -> None:
        if before is not None:
            await before.wait()
        for attempt in range(1, self._rules.attempts + 1):
            delivery = await self._attempt(label, attempt, body)
            self.deliveries.append(delivery)
            tried.set()
            if delivery.status == 200 or attempt == self._rules.attempts:
                return
            if await happens_within(self._closing, self._rules.retry_after_s):
                return

    async def _attempt(self, label: str, attempt: int, body: bytes) -> Delivery:
        assert self.callback_url is not None, "subscribe a callback URL first"
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": sign(body, self._app_secret),
        }
        sent_at = time.monotonic()
        status: int | None = None
        try:
            async with self._http.post(self.callback_url, data=body, headers=headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            pass
        return Delivery(label, attempt, sent_at, time.monotonic() - sent_at, status)

    def _run(self, delivery: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(delivery)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
