"""Owns what Meta tells on its way into threads, ledger and senders: news in, records changed, pages told.

Everything may be told again: whoever is told twice is told the same.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from policy import records
from policy.events import CallSettled, Replied
from signaling.calls.events import Caller, Direction
from signaling.conversations import thread
from signaling.conversations.contact import Contact
from signaling.conversations.contacts import Contacts
from signaling.conversations.conversation import CallMade, Conversation, Form, conversation_id
from signaling.conversations.news import (
    AccountRestricted,
    AccountWarned,
    MessageStatus,
    News,
    PermissionReply,
    Response,
    SettingsChanged,
    TemplateChanged,
    ThreadNews,
    UserMessage,
)
from signaling.conversations.senders import Senders
from signaling.conversations.shelf import Shelf
from signaling.conversations.threads import Step, Threads
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import Permissions
from signaling.waiting.routes import Approach, Communication

QueueOf: TypeAlias = Callable[[Approach], str]
"""Whose agents see to a customer who writes (``signaling.waiting.reception``)."""


class Intake:
    """Where news arrives. ``hear`` is what the webhook delivers to."""

    def __init__(
        self,
        threads: Threads,
        contacts: Contacts,
        senders: Senders,
        shelf: Shelf,
        permissions: Permissions,
        queue_of: QueueOf,
    ) -> None:
        self._threads = threads
        self._contacts = contacts
        self._senders = senders
        self._shelf = shelf
        self._permissions = permissions
        self._queue_of = queue_of

    async def hear(self, news: Sequence[News]) -> None:
        """Take the news of one webhook. Raises StoreUnavailable, and is then to be called again."""
        for pair in _by_customer(news).values():
            await self._talk(pair)
        for told in news:
            match told:
                case SettingsChanged():
                    await self._senders.settings_changed(told)
                case AccountRestricted():
                    await self._senders.restricted(told)
                case AccountWarned():
                    await self._senders.warned(told)
                case TemplateChanged():
                    self._shelf.forget()
                case _:
                    pass

    async def add_call(
        self, phone_number_id: str, business_number: str | None, customer: Caller, call: CallMade
    ) -> None:
        """A call with this customer is over. Raises StoreUnavailable."""
        was_there_at = call.at if call.direction is Direction.INBOUND else call.answered_at
        contact = await self._contacts.meet(customer, was_there_at, talks_with=phone_number_id)
        if call.direction is Direction.INBOUND and call.answered_at is not None:
            pair = Pair(phone_number_id=phone_number_id, user=contact.caller(), business_number=business_number)
            connected = CallSettled(
                id=call.id, at=call.answered_at, outcome=records.Outcome.CONNECTED, direction=records.Direction.USER
            )
            await self._permissions.learn(pair, connected)
        await self._change(contact, phone_number_id, business_number, lambda kept: thread.add_call(kept, call))

    async def _talk(self, news: list[ThreadNews]) -> None:
        """What one customer and one number have to do with each other, in one change."""
        first = news[0]
        if all(isinstance(told, MessageStatus) for told in news) and await self._contacts.known(first.customer) is None:
            # Another program's message to somebody we have never heard of is no conversation of ours.
            return
        contact = await self._meet(news)
        for told in news:
            if isinstance(told, PermissionReply):
                # The ledger first: a page that hears of the answer asks at once whether it may call.
                pair = Pair(
                    phone_number_id=told.phone_number_id, user=contact.caller(), business_number=told.business_number
                )
                await self._permissions.learn(pair, _replied(told))

        def step(kept: Conversation) -> Conversation:
            for told in news:
                kept = thread.hear(kept, told)
            return kept

        if all(isinstance(told, MessageStatus) for told in news):
            await self._threads.change(conversation_id(first.phone_number_id, contact.id), step)
            return
        numbers = (told.business_number for told in news if not isinstance(told, MessageStatus))
        await self._change(contact, first.phone_number_id, next(filter(None, numbers), None), step)

    async def _meet(self, news: list[ThreadNews]) -> Contact:
        contact = None
        for told in news:
            talks_with = None if isinstance(told, MessageStatus) else told.phone_number_id
            contact = await self._contacts.meet(told.customer, _heard_at(told), talks_with=talks_with)
        assert contact is not None, "no news is no conversation"
        return contact

    async def _change(self, contact: Contact, phone_number_id: str, business_number: str | None, step: Step) -> None:
        approach = Approach(
            communication=Communication.MESSAGE,
            caller=contact.caller(),
            phone_number_id=phone_number_id,
            business_number=business_number,
        )
        begun = Conversation(
            id=conversation_id(phone_number_id, contact.id),
            phone_number_id=phone_number_id,
            customer_id=contact.id,
            business_number=business_number,
            form=Form(queue=self._queue_of(approach)),
        )
        await self._threads.change(begun.id, step, new=begun)


def _by_customer(news: Sequence[News]) -> dict[tuple[str, str], list[ThreadNews]]:
    """News of customers, those of one number and one customer together, in order."""
    groups: dict[tuple[str, str], list[ThreadNews]] = {}
    for told in news:
        if isinstance(told, ThreadNews):
            name = told.customer.user_id or told.customer.number or ""
            groups.setdefault((told.phone_number_id, name), []).append(told)
    return groups


def _heard_at(told: ThreadNews) -> float | None:
    """When the customer was there; what Meta or a rule does is no sign of life."""
    match told:
        case UserMessage():
            return told.sent_at
        case PermissionReply(automatic=False):
            return told.replied_at
        case _:
            return None


def _replied(reply: PermissionReply) -> Replied:
    return Replied(
        id=reply.message_id,
        at=reply.replied_at,
        accepted=reply.response is Response.ACCEPT,
        permanent=reply.permanent,
        expires_at=reply.expires_at,
        automatic=reply.automatic,
        request=reply.request_id,
    )
