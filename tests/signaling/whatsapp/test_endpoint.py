"""Meta's webhooks over real HTTP: verified, kept, answered, then worked on."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from signaling.conversations.news import MessageStatus, News, PermissionReply, UserMessage
from signaling.store.contract import Store, StoreUnavailable
from signaling.store.inbox import Inbox
from signaling.store.memory import MemoryStore
from signaling.whatsapp import endpoint
from signaling.whatsapp.endpoint import MAX_BODY_BYTES, MAX_NOTES, PATH, Webhook
from signaling.whatsapp.fields.calls import CallEvent
from signaling.whatsapp.signature import HEADER, sign
from tests.signaling.whatsapp.samples import (
    CALLER_NUMBER,
    change,
    connect,
    entry,
    envelope,
    message,
    message_status,
    messages,
    news,
    permission_reply,
    terminate,
    webhook,
)
from tests.support.failing_store import FailingStore, HeldPause
from tests.support.hand_clock import HandClock

SECRET = "demo-app-secret-01"
BODY = webhook(connect())


class Deliveries:
    """What the calls were told, and how telling them goes."""

    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = []
        self.failures: list[Exception] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()
        self._more = asyncio.Event()

    async def __call__(self, events: tuple[CallEvent, ...]) -> None:
        self.begun.set()
        await self.go_on.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.all.append(tuple(event.call_id for event in events))
        self._more.set()

    async def until(self, count: int) -> list[tuple[str, ...]]:
        async with asyncio.timeout(5):
            while len(self.all) < count:
                self._more.clear()
                await self._more.wait()
        return self.all


class Heard:
    """What conversations were told; ``held`` keeps them busy."""

    def __init__(self) -> None:
        self.all: list[News] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()

    async def __call__(self, news: tuple[News, ...]) -> None:
        self.begun.set()
        await self.go_on.wait()
        self.all += news


class Door:
    """A webhook on loopback with everything around it."""

    def __init__(self) -> None:
        self.memory: Store = MemoryStore(HandClock())
        self.store = FailingStore(self.memory)
        self.deliveries = Deliveries()
        self.heard = Heard()
        self.pause = HeldPause()
        self.webhook = self.build()
        app = web.Application()
        app.add_routes(self.webhook.routes())
        self.client = TestClient(TestServer(app))

    def build(self) -> Webhook:
        """Another process over the same store."""
        return Webhook(
            Inbox(self.store), self.deliveries, self.heard, app_secret=SECRET, verify_token="mine", pause=self.pause
        )

    async def post(self, body: bytes, **headers: str) -> int:
        """The status; ``sign="..."`` replaces the signature."""
        signature = headers.pop("sign", sign(body, SECRET))
        async with self.client.post(PATH, data=io.BytesIO(body), headers={HEADER: signature, **headers}) as response:
            if response.status == 200:
                assert await response.read() == b"", "Meta asked for an empty answer"
            return response.status

    async def held(self) -> list[str]:
        return await self.memory.keys("")

    async def settled(self) -> None:
        await asyncio.wait_for(self.webhook.close(), 5)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    opened = Door()
    async with opened.client:
        yield opened
        await opened.webhook.close()


async def test_handshake(door: Door) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1927364510", "hub.verify_token": "mine"}
    async with door.client.get(PATH, params=query) as response:
        assert (response.status, await response.text()) == (200, "1927364510"), "Meta refuses the callback"
        assert response.content_type == "text/plain", "a challenge could be run as a page"
    async with door.client.get(PATH, params={**query, "hub.verify_token": "yours"}) as response:
        assert response.status == 403, "a stranger could claim the callback"
    async with door.client.get(PATH) as response:
        assert response.status == 403, "a stranger could claim the callback"


async def test_an_accepted_webhook_is_delivered_once_and_done(door: Door) -> None:
    assert await door.post(BODY) == 200, "a genuine webhook is refused"
    assert len(await door.deliveries.until(1)) == 1, "a call was not told"
    await door.settled()
    assert await Inbox(door.store).pending() == [], "a restart would deliver it again"


async def test_it_is_safe_before_it_is_acknowledged(door: Door) -> None:
    door.deliveries.go_on.clear()
    assert await door.post(BODY) == 200, "the answer waits for the work"
    assert [raw for _, raw in await Inbox(door.store).pending()] == [BODY], "a crash now would lose the call"
    door.deliveries.go_on.set()


async def test_of_fifty_copies_one_takes_effect(door: Door) -> None:
    """#101, #102."""
    statuses = await asyncio.gather(*(door.post(BODY) for _ in range(50)))
    assert set(statuses) == {200}, "Meta would send a duplicate again and again"
    await door.settled()
    assert await door.post(BODY) == 200, "Meta would send a late duplicate again and again"
    await door.settled()
    assert len(door.deliveries.all) == 1, "one webhook took effect more than once"


async def test_a_wrong_signature_leaves_nothing(door: Door) -> None:
    for signature in ("", "sha256=00", sign(BODY, "other"), sign(BODY + b" ", SECRET), "sha256=\xff"):
        assert await door.post(BODY, sign=signature) == 401, "a forged webhook is taken"
    async with door.client.post(PATH, data=BODY) as response:
        assert response.status == 401, "an unsigned webhook is taken"
    assert await door.post(b"not json", sign="sha256=00") == 401, "a stranger learns about our parser"
    assert await door.held() == [], "a stranger can fill the store"
    assert door.deliveries.all == [], "a stranger can ring our agents"


async def test_what_is_no_webhook_leaves_nothing(door: Door) -> None:
    for body in (b"", b"not json", b"[]", b'{"object":"page","entry":[]}', b"[" * 3_000_000):
        assert await door.post(body) == 400, "garbage is taken, or crashes the handler"
    assert await door.held() == [], "garbage fills the store"


async def test_other_news_is_acknowledged_and_not_kept(door: Door) -> None:
    body = envelope(entry(change({"current_limit": "TIER_1K"}, field="phone_number_quality_update")))
    assert await door.post(body) == 200, "Meta sends it again"
    assert await door.held() == [], "what is not ours is kept"


async def test_news_of_messages_are_kept_and_heard_once(door: Door) -> None:
    """#101, #102."""
    body = news(permission_reply(), message(text={"body": "Hello"}))
    statuses = await asyncio.gather(*(door.post(body) for _ in range(20)))
    assert set(statuses) == {200}, "Meta would send a duplicate again and again"
    await door.settled()
    assert [type(told) for told in door.heard.all] == [PermissionReply, UserMessage], "news are lost or repeated"
    assert await Inbox(door.store).pending() == [], "a restart would tell it again"


async def test_a_call_does_not_wait_for_news_of_messages(door: Door) -> None:
    door.heard.go_on.clear()
    await door.post(envelope(entry(change(messages(statuses=[message_status()]), field="messages"))))
    await asyncio.wait_for(door.heard.begun.wait(), 5)
    await door.post(BODY)
    assert len(await door.deliveries.until(1)) == 1, "a caller waits behind statuses of messages"
    assert len(await Inbox(door.store).pending()) > 0, "what is not worked on yet would be lost by a crash"
    door.heard.go_on.set()
    await door.settled()
    assert [type(told) for told in door.heard.all] == [MessageStatus], "the status is lost"


async def test_three_megabytes_are_taken_and_five_are_not(door: Door) -> None:
    big = webhook(connect(session={"sdp_type": "offer", "sdp": "x" * 3_000_000}))
    assert await door.post(big) == 200, "Meta's largest batch is refused"
    await door.deliveries.until(1)
    assert await door.post(b"x" * (MAX_BODY_BYTES + 1)) == 413, "a body may be of any size"
    packed = gzip.compress(b" " * (5 * MAX_BODY_BYTES))
    assert await door.post(packed, **{"Content-Encoding": "gzip"}) == 413, "a small body may become large"


async def test_a_broken_body_is_the_peers_fault(door: Door) -> None:
    assert await door.post(b"not gzip", **{"Content-Encoding": "gzip"}) == 400, "a broken body is our fault"


async def test_a_store_that_is_away_makes_meta_come_again(door: Door) -> None:
    door.store.away = True
    assert await door.post(BODY) == 503, "an acknowledged webhook is lost"
    door.store.away = False
    assert await door.post(BODY) == 200, "the door does not recover"
    assert len(await door.deliveries.until(1)) == 1, "a call was not told"


async def test_delivery_waits_for_the_store(door: Door) -> None:
    door.deliveries.failures = [StoreUnavailable("away"), StoreUnavailable("away")]
    assert await door.post(BODY) == 200, "the answer waits for the work"
    for _ in range(2):
        await door.pause.reached()
        door.pause.release()
    assert len(await door.deliveries.until(1)) == 1, "an acknowledged webhook is lost while the process lives"


async def test_a_terminate_does_not_overtake_its_connect(door: Door) -> None:
    """The connect's delivery waits for the store; its terminate, a body later, must wait behind it (#103)."""
    door.deliveries.failures = [StoreUnavailable("away")]
    await door.post(webhook(connect(id="wacid.1"), connect(id="wacid.2")))
    await door.pause.reached()
    for number in range(3, 6):
        await door.post(webhook(terminate(id=f"wacid.{number}")))
    door.pause.release()
    delivered = await door.deliveries.until(4)
    assert delivered == [("wacid.1", "wacid.2"), ("wacid.3",), ("wacid.4",), ("wacid.5",)], "the order is lost"


async def test_recovery_delivers_what_a_crash_left(door: Door) -> None:
    inbox = Inbox(door.store)
    await inbox.accept(BODY)
    await inbox.accept(b"another release took this")
    done = await inbox.accept(webhook(connect(id="wacid.done")))
    assert done is not None
    await inbox.done(done)
    reborn = door.build()
    await asyncio.wait_for(reborn.recover(), 5)
    assert sum(door.deliveries.all, ()) == (connect()["id"],), "a crash lost or repeated a webhook"
    assert await inbox.pending() == [], "every restart would deliver it again"


async def test_a_bug_in_one_delivery_stays_alone(door: Door) -> None:
    await Inbox(door.store).accept(webhook(connect(id="wacid.poison")))
    door.deliveries.failures = [ZeroDivisionError()]
    with capture_logs() as logs:
        await asyncio.wait_for(door.webhook.recover(), 5)
        await door.post(BODY)
        assert len(await door.deliveries.until(1)) == 1, "one bad webhook stops all others"
    assert "webhook_bug" in [line["event"] for line in logs], "a bug is silent"


async def test_close_cuts_off_what_hangs_and_keeps_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "CLOSE_S", 0.01)
    door.deliveries.go_on.clear()
    await door.post(BODY)
    await asyncio.wait_for(door.deliveries.begun.wait(), 5)
    await door.settled()
    assert len(await Inbox(door.store).pending()) == 1, "an acknowledged webhook is lost at the restart"
    assert not door.webhook._tasks, "a task outlives its owner"


async def test_a_batch_of_other_news_does_not_flood_the_log(door: Door) -> None:
    with capture_logs() as logs:
        assert await door.post(webhook(*[None] * 1000)) == 200, "a strange batch is sent again and again"
    assert 0 < len(logs) <= MAX_NOTES, "one body writes a thousand lines"


async def test_logs_name_nobody(door: Door) -> None:
    with capture_logs() as logs:
        await door.post(BODY)
        await door.post(BODY)
        await door.post(BODY, sign="sha256=00")
        await door.post(webhook(connect(event=CALLER_NUMBER), connect(id=CALLER_NUMBER + "ü")))
        await door.post(BODY[:-1])
        await door.settled()
    assert {line["event"] for line in logs} == {
        "webhook_duplicate",
        "webhook_refused",
        "webhook_part_ignored",
    }, "an operator cannot see what happened"
    for secret in (CALLER_NUMBER, "wacid", "Noor", "GB.12", "ice-pwd", SECRET):
        assert secret not in repr(logs), "a log tells a secret or who called"
