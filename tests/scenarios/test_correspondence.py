"""Permission requests and call buttons, with the simulated WhatsApp at the other end: its limits are Meta's.

Everything between is real: webhooks over HTTP into the inbox, SQLite, the policy, the Graph client.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.simulator.clock import TravellingClock
from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from benchmarks.simulator.graph import Fault
from benchmarks.simulator.payloads import Business, Shape
from benchmarks.simulator.permission_ledger import DAY_S
from mediaserver.config import Config, WhatsAppSection
from mediaserver.correspondence import Correspondence, Outside, corresponding
from mediaserver.numbers_config import NumberSection
from signaling.calls.events import Caller
from signaling.conversations import view
from signaling.conversations.conversation import Draft
from signaling.conversations.news import Response
from signaling.conversations.refusal import Refusal
from signaling.conversations.requests import Filled, Wish
from signaling.conversations.service import FormChange
from signaling.conversations.view import SendState
from signaling.pause import pause
from signaling.permissions.pair import Pair
from signaling.store.inbox import Inbox
from signaling.store.sqlite import SqliteStore
from signaling.whatsapp.endpoint import PATH, Webhook
from signaling.whatsapp.fields.calls import CallEvent
from signaling.whatsapp.graph import Access

SECRET, TOKEN, VERIFY = "demo-app-secret-01", "EAAG-scenario", "verify-me"
BUSINESS = Business()
ASK = {"type": "BODY", "text": "Hello {{1}}, may we call you about case {{2}}?"}
FILLED = Filled(name="ask_call_v1", language="en_GB", values={"1": "Noor", "2": "4711"})


class Site:
    """A business with a WhatsApp user at the other end."""

    def __init__(self, cloud: SimulatedWhatsApp, own: Correspondence, webhook: Webhook, clock: TravellingClock) -> None:
        self.cloud, self.own, self.webhook, self.clock = cloud, own, webhook, clock
        self.noor = cloud.user()
        self.caller = Caller(user_id=self.noor.identity.user_id, number=self.noor.identity.number)
        self.told: list[int] = []
        self.changed = asyncio.Event()

    async def settled(self) -> None:
        """Wait until every webhook is delivered and worked on."""
        await self.cloud.settled()
        await self.webhook.close()

    async def conversation(self) -> str:
        """The conversation with Noor, watched."""
        thread = await self.own.conversations.open(BUSINESS.phone_number_id, self.caller, FormChange())
        assert isinstance(thread, view.Thread), "no conversation can be begun"
        self.own.watchers.watch("page", thread.summary.id, self._tell)
        return thread.summary.id

    def _tell(self, _conversation: str, revision: int) -> None:
        self.told.append(revision)
        self.changed.set()

    async def message(self, identity: str, key: str) -> view.PermissionRequestView | view.CallButtonView:
        """A message of ours as it stands in the thread now."""
        await self.settled()
        thread = await self.own.conversations.thread(identity)
        assert thread is not None, "the conversation is lost"
        (entry,) = (one for one in thread.entries if one.id == key)
        assert isinstance(entry, view.PermissionRequestView | view.CallButtonView), "it is shown as something else"
        return entry

    async def may_call(self) -> bool:
        """What the policy says now, Meta's own books included."""
        pair = Pair(phone_number_id=BUSINESS.phone_number_id, user=self.caller)
        return (await self.own.permissions.explain(pair)).call.allowed


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    clock = TravellingClock()
    cloud = SimulatedWhatsApp(CloudConfig(app_secret=SECRET, access_token=TOKEN, business=BUSINESS, clock=clock))
    cloud.templates.add("ask_call_v1", ASK, {"type": "call_permission_request"})
    cloud.templates.add(
        "phone_us",
        {"type": "BODY", "text": "We are here."},
        {"type": "BUTTONS", "buttons": [{"type": "voice_call", "text": "Call us", "ttl_minutes": 10080}]},
    )
    await cloud.start()
    store = await SqliteStore.open(tmp_path / "records.sqlite3", clock)
    config = Config(
        whatsapp=WhatsAppSection(business_account_id=BUSINESS.account_id),
        numbers=(NumberSection(phone_number_id=BUSINESS.phone_number_id, number=BUSINESS.display_phone_number),),
    )
    async with aiohttp.ClientSession() as http:
        access = Access(url=cloud.graph_url, version="v26.0", token=TOKEN, timeout_s=1.0)
        outside = Outside(store, http, access, clock)
        async with corresponding(config, outside, lambda _: "main") as own:
            webhook = Webhook(
                Inbox(store), _no_calls, own.intake.hear, app_secret=SECRET, verify_token=VERIFY, pause=pause
            )
            app = web.Application()
            app.add_routes(webhook.routes())
            async with TestServer(app) as server:
                await cloud.subscribe(str(server.make_url(PATH)), VERIFY)
                yield Site(cloud, own, webhook, clock)
                await cloud.close()
                await webhook.close()
    await store.close()


async def _no_calls(_events: tuple[CallEvent, ...]) -> None:
    """Nobody phones here."""


async def test_a_customer_is_asked_by_template_and_says_yes(site: Site) -> None:
    identity = await site.conversation()
    asked = await site.own.requests.ask_by_template(identity, Wish(key="wish-1", by="ana"), FILLED)
    assert isinstance(asked, view.Thread), f"refused: {asked}"
    site.noor.read()
    request = await site.message(identity, "wish-1")
    assert isinstance(request, view.PermissionRequestView), "it is shown as something else"
    assert request.text == "Hello Noor, may we call you about case 4711?", "the thread shows another text"
    assert request.sending.state is SendState.READ, "the agent does not see that it was read"
    assert not await site.may_call(), "we may call before we were allowed to"
    told = len(site.told)
    site.noor.allow()
    request = await site.message(identity, "wish-1")
    assert isinstance(request, view.PermissionRequestView), "it is shown as something else"
    assert request.answer is not None, "the answer does not find its request"
    assert request.answer.response is Response.ACCEPT, "the answer is misread"
    assert len(site.told) > told, "the page does not change"
    assert await site.may_call(), "the customer said yes and may not be called"


async def test_a_no_and_the_next_request(site: Site) -> None:
    identity = await site.conversation()
    site.noor.write("Hello?")
    await site.settled()
    done = await site.own.requests.ask(identity, Wish(key="wish-1", by="ana"), text="May we?")
    assert isinstance(done, view.Thread), f"refused: {done}"
    await site.settled()
    site.noor.refuse()
    request = await site.message(identity, "wish-1")
    assert isinstance(request, view.PermissionRequestView), "it is shown as something else"
    assert request.answer is not None, "the answer is lost"
    assert request.answer.response is Response.REJECT, "a no is taken for a yes"
    again = await site.own.requests.ask(identity, Wish(key="wish-2", by="ana"))
    assert isinstance(again, Refusal), "the customer is pestered"
    assert again.free_at is not None, "nobody knows when to ask again"
    assert 0 < again.free_at - request.at <= DAY_S + 1, "another time than the day that Meta wants"
    site.clock.travel(DAY_S + 1)
    site.noor.write("Well, call me")
    await site.settled()
    done = await site.own.requests.ask(identity, Wish(key="wish-2", by="ana"))
    assert isinstance(done, view.Thread), f"it is possible again, and refused: {done}"


async def test_a_button_and_the_call_that_comes_from_it(site: Site) -> None:
    identity = await site.conversation()
    site.noor.write("Hello?")
    await site.settled()
    draft = Draft(id="draft-1", by="ana", at=0.0, body="Talk to us", label="Call us", payload="order-5521")
    await site.own.conversations.save_draft(identity, draft)
    sent = await site.own.requests.send_draft(identity, "draft-1", by="ana")
    assert isinstance(sent, view.Thread), f"refused: {sent}"
    assert (await site.message(identity, "draft-1")).sending.state is SendState.DELIVERED, "not shown as delivered"
    site.noor.old_app = True
    await site.own.conversations.save_draft(identity, draft)
    again = Draft(id="draft-2", by="ana", at=0.0, body="Talk to us")
    await site.own.conversations.save_draft(identity, again)
    await site.own.requests.send_draft(identity, "draft-2", by="ana")
    failed = (await site.message(identity, "draft-2")).sending
    assert (failed.state, [why.code for why in failed.failures]) == (SendState.FAILED, [131026]), "a failure is hidden"
    assert "old WhatsApp" in failed.failures[0].advice, "nobody knows what to do (#107)"


async def test_a_template_with_a_button_needs_no_window(site: Site) -> None:
    identity = await site.conversation()
    filled = Filled(name="phone_us", language="en_GB")
    sent = await site.own.requests.send_button_by_template(
        identity, Wish(key="b-1", by="ana"), filled, ttl_minutes=2880, payload="order-5521"
    )
    assert isinstance(sent, view.Thread), f"refused: {sent}"
    assert (await site.message(identity, "b-1")).sending.state is SendState.DELIVERED, "not shown as delivered"
    (message,) = site.noor.chat.messages
    assert message.opaque == "b-1", "a lost answer could not be settled"


async def test_what_meta_did_and_could_not_say_is_not_done_again(site: Site) -> None:
    identity = await site.conversation()
    site.noor.write("Hello?")
    await site.settled()
    site.cloud.disturb(Fault(action="messages", reply_delay_s=30))
    wish = Wish(key="wish-1", by="ana")
    for _ in range(2):
        done = await site.own.requests.ask(identity, wish)
        assert isinstance(done, view.Thread), f"refused: {done}"
    assert (await site.message(identity, "wish-1")).sending.state is SendState.SENDING, "what nobody knows is claimed"
    site.changed.clear()
    site.cloud.let_go()
    await asyncio.wait_for(site.changed.wait(), 5)
    assert (await site.message(identity, "wish-1")).sending.state is SendState.DELIVERED, "nobody knows that it arrived"
    assert len(site.noor.chat.messages) == 1, "the customer was asked twice"


async def test_a_user_without_a_number(site: Site) -> None:
    """#104: known by user id from the first word to the answer."""
    site.noor.shape = Shape(numbers=False)
    site.noor.write("Hello?")
    await site.settled()
    by_id = Caller(user_id=site.noor.identity.user_id)
    thread = await site.own.conversations.with_customer(BUSINESS.phone_number_id, by_id)
    assert thread is not None, "a user without a number has no conversation"
    identity = thread.summary.id
    done = await site.own.requests.ask(identity, Wish(key="wish-1", by="ana"))
    assert isinstance(done, view.Thread), f"refused: {done}"
    await site.settled()
    site.noor.allow(for_good=True)
    request = await site.message(identity, "wish-1")
    assert isinstance(request, view.PermissionRequestView), "it is shown as something else"
    assert request.answer is not None, "the answer of a user without a number is lost"
    assert request.answer.permanent, "for good is taken for a week"


async def test_meta_pauses_the_number_and_a_template(site: Site) -> None:
    identity = await site.conversation()
    template = site.cloud.templates.add("other_ask", ASK, {"type": "call_permission_request"})
    filled = Filled(name="other_ask", language="en_GB", values=FILLED.values)
    assert not isinstance(await site.own.shelf.all(), Refusal), "no templates"
    site.cloud.judge_template(template, "PAUSED")
    await site.settled()
    outcome = await site.own.requests.ask_by_template(identity, Wish(key="w1", by="ana"), filled)
    assert isinstance(outcome, Refusal), "a paused template is sent"
    assert outcome.code == "template_unusable", "the agent is told something else"
    site.cloud.restrict()
    await site.settled()
    outcome = await site.own.requests.ask_by_template(identity, Wish(key="w2", by="ana"), FILLED)
    assert isinstance(outcome, Refusal), "a paused number asks"
    assert outcome.code == "sender_cannot_call", "the agent is told something else"
    assert not site.noor.chat.messages, "the customer got something all the same"
