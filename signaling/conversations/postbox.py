"""Owns the sending of one message of ours: once, whatever is repeated, cut off, or lost on the way.

A message is in its thread before it is sent and carries its key to Meta (``biz_opaque_callback_data``). Whoever repeats
a wish with the same key finds the message and sends nothing. If the answer is lost, or this process ends in between,
nothing is sent again: the thread says that nobody knows, and the first status of Meta's, which names the key, settles
it. Sending goes on if whoever asked for it goes away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog
from msgspec.structs import replace

from policy.records import Delivery
from policy.verdict import Ask
from signaling.conversations.contact import Contact
from signaling.conversations.contacts import Contacts
from signaling.conversations.conversation import Conversation, Outgoing, PermissionRequest
from signaling.conversations.refusal import Refusal, denied, not_found
from signaling.conversations.thread import add_outgoing
from signaling.conversations.threads import Threads
from signaling.pause import Pause
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import AlreadySettled, Permissions
from signaling.store.contract import StoreUnavailable
from signaling.whatsapp.messages import Outcome, Refused, Sent

RETRY_S = 1.0
"""Pause while the store is away, seconds."""

Transmit: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[Outcome]]
"""Sends Meta's JSON from a number (``signaling.whatsapp.messages.Messages.send``)."""

_log = structlog.get_logger(__name__)


class Postbox:
    """Sends messages. Owned: the tasks of messages under way."""

    def __init__(
        self, threads: Threads, contacts: Contacts, permissions: Permissions, transmit: Transmit, *, pause: Pause
    ) -> None:
        self._threads = threads
        self._contacts = contacts
        self._permissions = permissions
        self._transmit = transmit
        self._pause = pause
        self._under_way: dict[tuple[str, str], asyncio.Task[Conversation | Refusal]] = {}

    async def send(
        self, conversation: Conversation, contact: Contact, message: Outgoing, body: Mapping[str, Any]
    ) -> Conversation | Refusal:
        """The conversation once Meta has answered, or why the message was not even tried. Raises StoreUnavailable.

        What Meta says of it is in the thread.
        """
        name = (conversation.id, message.id)
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(self._send(conversation, contact, message, body), name="message")
            self._under_way[name] = task
            task.add_done_callback(lambda done: self._sent(name, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for messages under way; each is bounded by the client's own waits."""
        if self._under_way:
            await asyncio.wait(tuple(self._under_way.values()))

    def _sent(self, name: tuple[str, str], task: asyncio.Task[Conversation | Refusal]) -> None:
        self._under_way.pop(name, None)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, StoreUnavailable):
            _log.error("message_bug", error=type(error).__name__)

    async def _send(
        self, conversation: Conversation, contact: Contact, message: Outgoing, body: Mapping[str, Any]
    ) -> Conversation | Refusal:
        known = await self._threads.load(conversation.id)
        if known is not None and message.id in known.entries:
            return known
        pair = Pair(
            phone_number_id=conversation.phone_number_id,
            user=contact.caller(),
            business_number=conversation.business_number,
        )
        if isinstance(message, PermissionRequest) and (why := await self._reserve(pair, message.id)) is not None:
            return why
        mine = _Mine(message)
        written = await self._threads.change(conversation.id, mine.write)
        if written is None:
            return not_found("conversation")
        if not mine.first:
            return written
        outcome = await self._transmit(conversation.phone_number_id, body)
        return await self._insist(lambda: self._settle(written, pair, message, outcome))

    async def _reserve(self, pair: Pair, key: str) -> Refusal | None:
        try:
            verdict = await self._permissions.reserve_request(pair, key)
        except AlreadySettled:
            return Refusal(code="sent_already", reason="A request with this key has been sent.", advice="Reload.")
        return None if verdict.allowed else denied(verdict)

    async def _settle(
        self, conversation: Conversation, pair: Pair, message: Outgoing, outcome: Outcome
    ) -> Conversation | Refusal:
        """Write down what came of it. Every step may be repeated."""
        settled = message
        if isinstance(outcome, Sent):
            settled = replace(message, message_id=outcome.message_id)
            if outcome.customer.user_id is not None or outcome.customer.number is not None:
                await self._contacts.meet(outcome.customer, None)
        elif isinstance(outcome, Refused):
            settled = replace(message, refused=outcome.error)
        if isinstance(message, PermissionRequest):
            if isinstance(outcome, Refused):
                await self._permissions.refused(pair, Ask.REQUEST, message.id, outcome.error)
            else:
                # A lost answer counts: the request may have gone out.
                await self._permissions.settle_request(pair, message.id, Delivery.SENT, message_id=settled.message_id)
        after = await self._threads.change(conversation.id, lambda kept: add_outgoing(kept, settled))
        return after if after is not None else conversation

    async def _insist(self, work: Callable[[], Awaitable[Conversation | Refusal]]) -> Conversation | Refusal:
        while True:
            try:
                return await work()
            except StoreUnavailable:
                _log.warning("message_waits_for_store")
                await self._pause(RETRY_S)


class _Mine:
    """Whether it was we who wrote a message into its thread: of two who try, one sends."""

    def __init__(self, message: Outgoing) -> None:
        self._message = message
        self.first = False

    def write(self, conversation: Conversation) -> Conversation:
        self.first = self._message.id not in conversation.entries
        return add_outgoing(conversation, self._message) if self.first else conversation
