"""Owns a small site for tests of conversations: real SQLite, real policy, real HTTP to a scripted Graph."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from policy.limits import DEFAULT
from policy.verdict import Explanation
from signaling.calls.events import Caller
from signaling.conversations.contacts import Contacts
from signaling.conversations.conversation import Conversation
from signaling.conversations.intake import Intake
from signaling.conversations.postbox import Postbox
from signaling.conversations.requests import Requests
from signaling.conversations.senders import Number, Senders
from signaling.conversations.service import Conversations
from signaling.conversations.shelf import Shelf
from signaling.conversations.threads import Threads
from signaling.conversations.watchers import Watchers
from signaling.permissions.lookups import LookUps
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import Permissions
from signaling.store.sqlite import SqliteStore
from signaling.whatsapp.graph import Access
from signaling.whatsapp.messages import Messages
from tests.signaling.conversations.test_template import ASK, BUTTON
from tests.signaling.permissions.meta import ScriptedMeta
from tests.signaling.whatsapp.fake_graph import Answer, FakeGraph, serving
from tests.support.failing_store import FailingStore
from tests.support.hand_clock import HandClock

PNID = "445566778899001"
NOOR = Caller(user_id="GB.1203948571029384", number="447700900123", name="Noor Haddad")


class World:
    """Everything around conversations, built over one SQLite file."""

    def __init__(self, store: FailingStore, messages: Messages, clock: HandClock, graph: FakeGraph) -> None:
        self.store, self.messages, self.clock, self.graph = store, messages, clock, graph
        self.meta = ScriptedMeta()
        self.permissions = Permissions(store, LookUps(self.meta, clock=clock, pause=clock.pause), DEFAULT, clock=clock)
        self.watchers = Watchers()
        self.threads = Threads(store, clock, self.watchers.changed)
        self.contacts = Contacts(store, self.threads.join_all)
        numbers = (
            Number(phone_number_id=PNID, number="442079460018", name="Support"),
            Number(phone_number_id="2", number="442079460019", calls=False),
            Number(phone_number_id="3", number="442079460020", chats=False),
        )
        self.settings: dict[str, Any] = {"status": "ENABLED"}
        self.senders = Senders(numbers, store, clock, self._settings)
        self.shelf = Shelf(lambda after: messages.templates("waba", after), store, clock)
        self.postbox = Postbox(self.threads, self.contacts, self.permissions, messages.send, pause=clock.pause)
        self.intake = Intake(
            self.threads, self.contacts, self.senders, self.shelf, self.permissions, lambda approach: "support"
        )
        self.conversations = Conversations(self.threads, self.contacts, self.senders, clock)
        self.requests = Requests(self.threads, self.contacts, self.senders, self.shelf, self.postbox, clock)

    async def _settings(self, _phone_number_id: str) -> dict[str, Any]:
        return self.settings

    async def ledger(self, customer: Caller = NOOR) -> Explanation:
        """What the policy knows of a customer."""
        return await self.permissions.explain(Pair(phone_number_id=PNID, user=customer))

    async def all(self) -> list[Conversation]:
        """Every conversation."""
        return [conversation async for conversation in self.threads.recent()]


async def accepted(_request: web.Request) -> web.Response:
    """Meta's answer to a message (whatsapp-calling 2.4)."""
    return web.json_response(
        {
            "messaging_product": "whatsapp",
            "contacts": [{"input": NOOR.number, "wa_id": NOOR.number, "user_id": NOOR.user_id}],
            "messages": [{"id": "wamid.sent-1"}],
        }
    )


async def listed(_request: web.Request) -> web.Response:
    """Meta's list of templates."""
    return web.json_response({"data": [ASK, BUTTON], "paging": {"cursors": {"after": "x"}}})


def by_edge(**answers: Answer) -> Answer:
    """An answer for each edge of the Graph, e.g. ``messages``."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers[request.path.rpartition("/")[2]](request)

    return answer


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """A site on an empty file. Closing sees messages under way out."""
    clock, graph = HandClock(), FakeGraph()
    graph.script = [by_edge(messages=accepted, message_templates=listed)]
    sqlite = await SqliteStore.open(folder / "records.sqlite3", clock)
    async with serving(graph) as url, aiohttp.ClientSession() as http:
        access = Access(url=url, version="v26.0", token="a-token-of-tests", timeout_s=2.0)
        built = World(FailingStore(sqlite), Messages(http, access, pause=clock.pause), clock, graph)
        yield built
        await built.postbox.close()
    await sqlite.close()
