"""Owns how everything about conversations is built and joined. The parts are signaling's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import aiohttp

from mediaserver.config import Config
from policy.limits import PROFILES
from signaling.clock import Clock
from signaling.conversations.call_log import CallLog, PastCalls
from signaling.conversations.contacts import Contacts
from signaling.conversations.intake import Intake
from signaling.conversations.postbox import Postbox
from signaling.conversations.requests import Requests
from signaling.conversations.senders import Number, Senders
from signaling.conversations.service import Conversations
from signaling.conversations.shelf import Shelf
from signaling.conversations.threads import Threads
from signaling.conversations.watchers import Watchers
from signaling.pause import pause
from signaling.permissions.lookups import LookUps
from signaling.permissions.permissions import Permissions
from signaling.store.contract import Store
from signaling.waiting.routes import Approach
from signaling.whatsapp.call_permissions import GraphCallPermissions
from signaling.whatsapp.graph import Access
from signaling.whatsapp.messages import Messages
from signaling.whatsapp.number import Number as NumberAtMeta


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What pages and programs use, and what hears of messages and calls."""

    permissions: Permissions
    conversations: Conversations
    requests: Requests
    contacts: Contacts
    threads: Threads
    senders: Senders
    shelf: Shelf
    watchers: Watchers
    intake: Intake
    call_log: CallLog
    postbox: Postbox
    started: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, past: PastCalls) -> None:
        """Catch up with the calls a crash cut off, and ask Meta about our numbers beside everything else."""
        await self.call_log.start(past)
        self.started.add(asyncio.create_task(self.senders.look(), name="look at our numbers"))

    async def close(self) -> None:
        """See messages under way out, and leave the rest to the next start."""
        for task in self.started:
            task.cancel()
        await asyncio.gather(*self.started, return_exceptions=True)
        await self.postbox.close()
        await self.call_log.close()


class Outside(NamedTuple):
    """What conversations live on."""

    store: Store
    http: aiohttp.ClientSession
    access: Access
    clock: Clock


@asynccontextmanager
async def corresponding(
    config: Config, outside: Outside, queue_of: Callable[[Approach], str]
) -> AsyncIterator[Correspondence]:
    """All parts, joined. Leaving sees messages under way out."""
    store, clock = outside.store, outside.clock
    messages = Messages(outside.http, outside.access, pause=pause)
    account = config.whatsapp.business_account_id
    look_ups = LookUps(GraphCallPermissions(outside.http, outside.access), clock=clock, pause=pause)
    numbers = {number.phone_number_id: number.number for number in config.numbers}
    permissions = Permissions(store, look_ups, PROFILES[config.policy.profile], clock=clock, numbers=numbers)
    watchers = Watchers()
    threads = Threads(store, clock, watchers.changed)
    contacts = Contacts(store, threads.join_all)
    senders = Senders(
        numbers_of(config),
        store,
        clock,
        lambda phone_number_id: NumberAtMeta(outside.http, outside.access, phone_number_id).settings(),
    )
    shelf = Shelf(None if account is None else (lambda after: messages.templates(account, after)), store, clock)
    postbox = Postbox(threads, contacts, permissions, messages.send, pause=pause)
    intake = Intake(threads, contacts, senders, shelf, permissions, queue_of)
    built = Correspondence(
        permissions=permissions,
        conversations=Conversations(threads, contacts, senders, clock),
        requests=Requests(threads, contacts, senders, shelf, postbox, clock),
        contacts=contacts,
        threads=threads,
        senders=senders,
        shelf=shelf,
        watchers=watchers,
        intake=intake,
        call_log=CallLog(intake.add_call, pause=pause),
        postbox=postbox,
    )
    try:
        yield built
    finally:
        await built.close()
        await look_ups.close()


def numbers_of(config: Config) -> list[Number]:
    """The business numbers, the usual one first."""
    listed = [
        Number(
            phone_number_id=number.phone_number_id,
            number=number.number,
            name=number.name,
            chats=number.chats,
            calls=number.calls,
        )
        for number in config.numbers
    ]
    only = config.whatsapp.phone_number_id
    return listed or ([Number(phone_number_id=only)] if only is not None else [])
