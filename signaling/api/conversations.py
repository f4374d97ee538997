"""Owns the operations on conversations: list, open, read, fill in, note. What is sent is ``messages``' matter."""

from typing import Annotated

import msgspec

from signaling.api.operation import AnyOperation, Asked, Nothing, operation
from signaling.api.problem import not_found
from signaling.api.refused import unless_refused
from signaling.calls.events import Caller
from signaling.conversations.conversation import Status
from signaling.conversations.service import MAX_LISTED, Conversations, FormChange, Listing
from signaling.conversations.view import EntryView, Summary, Thread


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which conversations; what is left out is no condition."""

    status: Status | None = None
    queue: str | None = None
    agent: str | None = None
    tag: str | None = None
    phone_number_id: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LISTED, description="How many at most.")] = 50


class Summaries(msgspec.Struct, frozen=True):
    """Conversations, the latest first."""

    conversations: list[Summary]


class Between(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of our numbers and a customer."""

    phone_number_id: Annotated[str, msgspec.Meta(description="Meta's id of our number.")]
    number: Annotated[str, msgspec.Meta(pattern="^[0-9]{5,15}$", description="The customer's, digits.")] | None = None
    user_id: Annotated[str, msgspec.Meta(max_length=128, description="The customer's BSUID.")] | None = None


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conversation to begin, or to find if there is one."""

    with_: Between = msgspec.field(name="with")
    form: FormChange = FormChange()


class Entries(msgspec.Struct, frozen=True):
    """Entries of an older page, the oldest first."""

    entries: tuple[EntryView, ...]


class NoteText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a note says."""

    text: str


def operations(service: Conversations) -> tuple[AnyOperation, ...]:
    """The operations, on this service."""

    async def recent(asked: Asked[Wanted, Nothing]) -> Summaries:
        return Summaries(await service.recent(Listing(**msgspec.structs.asdict(asked.query))))

    async def find(asked: Asked[Between, Nothing]) -> Thread:
        between = asked.query
        found = await service.with_customer(between.phone_number_id, customer(between))
        if found is None:
            raise not_found("conversation")
        return found

    async def begin(asked: Asked[Nothing, Opened]) -> Thread:
        between = asked.body.with_
        return unless_refused(await service.open(between.phone_number_id, customer(between), asked.body.form))

    async def read(asked: Asked[Nothing, Nothing]) -> Thread:
        found = await service.thread(asked.path["conversation"])
        if found is None:
            raise not_found("conversation")
        return found

    async def older(asked: Asked[Nothing, Nothing]) -> Entries:
        found = await service.older(asked.path["conversation"], asked.path["page"])
        if found is None:
            raise not_found("page of this conversation")
        return Entries(found)

    async def fill_in(asked: Asked[Nothing, FormChange]) -> Thread:
        return unless_refused(await service.fill_in(asked.path["conversation"], asked.body))

    async def note(asked: Asked[Nothing, NoteText]) -> Thread:
        conversation, name = asked.path["conversation"], asked.path["note"]
        return unless_refused(await service.note(conversation, name, by=asked.who.name, text=asked.body.text))

    async def drop_note(asked: Asked[Nothing, Nothing]) -> Thread:
        conversation, name = asked.path["conversation"], asked.path["note"]
        return unless_refused(await service.drop_note(conversation, name, by=asked.who.name))

    one = "/conversations/{conversation}"
    return (
        operation("GET", "/conversations", "Conversations that were touched lately", recent, tag="conversations"),
        operation(
            "POST",
            "/conversations",
            "Open the conversation with a customer: the one there is, or a new one",
            begin,
            tag="conversations",
        ),
        operation(
            "GET", "/conversations/with", "The conversation with a customer, if there is one", find, tag="conversations"
        ),
        operation("GET", one, "A whole conversation", read, tag="conversations"),
        operation("GET", one + "/pages/{page}", "Older entries of a conversation", older, tag="conversations"),
        operation("PATCH", one, "Fill in topic, tags, priority, status, queue or agent", fill_in, tag="conversations"),
        operation(
            "PUT", one + "/notes/{note}", "Write a note for colleagues, or change one's own", note, tag="conversations"
        ),
        operation("DELETE", one + "/notes/{note}", "Take back one's own note", drop_note, tag="conversations"),
    )


def customer(between: Between) -> Caller:
    """The customer that a request names."""
    return Caller(number=between.number, user_id=between.user_id)
