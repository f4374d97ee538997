"""Owns the operations about whom we know and by which of our numbers: contacts, senders, numbers being typed."""

from typing import Annotated

import msgspec

from signaling.api.operation import STAFF, AnyOperation, Asked, Nothing, operation
from signaling.api.problem import not_found
from signaling.conversations import numbers
from signaling.conversations.contact import Contact
from signaling.conversations.contacts import Contacts
from signaling.conversations.numbers import NumberCheck
from signaling.conversations.senders import Sender, Senders
from signaling.erasure import Erased, ForgetCustomer

MOST_CONTACTS = 50


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words by which contacts are found."""

    query: Annotated[str, msgspec.Meta(max_length=100, description="Beginnings of words of a name, or of a number.")]
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_CONTACTS, description="How many at most.")] = 20


class Found(msgspec.Struct, frozen=True):
    """Contacts, the best first."""

    contacts: list[Contact]


class Entered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an agent knows of a contact; null leaves it as it is, an empty text forgets it."""

    name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None


class OurNumbers(msgspec.Struct, frozen=True):
    """Our numbers and what each can do now."""

    senders: list[Sender]


class Typed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number as far as it is typed."""

    text: Annotated[str, msgspec.Meta(max_length=40, description="As typed, with or without a plus sign.")]
    country: (
        Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", description="Whose number it is if it has no plus sign.")]
        | None
    ) = None


def operations(contacts: Contacts, senders: Senders, forget: ForgetCustomer) -> tuple[AnyOperation, ...]:
    """The operations, on these contacts and senders."""

    async def search(asked: Asked[Search, Nothing]) -> Found:
        return Found(await contacts.find(asked.query.query, asked.query.limit))

    async def enter(asked: Asked[Nothing, Entered]) -> Contact:
        if await contacts.load(asked.path["contact"]) is None:
            raise not_found("contact")
        return await contacts.edit(asked.path["contact"], name=asked.body.name, language=asked.body.language)

    async def erase(asked: Asked[Nothing, Nothing]) -> Erased:
        # Nothing known is nothing to forget: whoever repeats it after a crash gets the rest forgotten, and no refusal.
        return await forget(asked.path["contact"])

    async def ours(_: Asked[Nothing, Nothing]) -> OurNumbers:
        return OurNumbers(await senders.all())

    async def check(asked: Asked[Typed, Nothing]) -> NumberCheck:
        return numbers.check(asked.query.text, country=asked.query.country)

    return (
        operation("GET", "/contacts", "Find customers by name or number", search, tag="customers"),
        operation("PATCH", "/contacts/{contact}", "Enter what is known of a customer", enter, tag="customers"),
        operation(
            "DELETE",
            "/contacts/{contact}",
            "Forget a customer: contact, conversations, calls; only the permission policy's times stay",
            erase,
            tag="customers",
            roles=STAFF,
        ),
        operation("GET", "/senders", "Our business numbers and what each can do now", ours, tag="customers"),
        operation("GET", "/numbers", "Check and format a number while it is typed", check, tag="customers"),
    )
