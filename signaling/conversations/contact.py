"""Owns the record of one customer, how two records turn out to be one person, and by which words one is found. Pure.

A business-scoped user id (BSUID) names a user; a phone number only says where one was reached last, and may pass to
somebody else. So a record has at most one user id for good, and takes any number.
"""

import hashlib
import unicodedata
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from signaling.calls.events import Caller
from signaling.conversations.numbers import national_part
from signaling.waiting.routes import country_of

SEEN_S = 60.0
"""How exact ``last_seen`` is, seconds: not every message is worth a write."""
MAX_WORDS = 8
"""Words of a name by which a contact is found."""


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer."""

    id: str
    user_id: str | None = None
    """BSUID."""
    number: str | None = None
    """Digits of the phone number."""
    name: str | None = None
    """As WhatsApp shows it, or as an agent entered it."""
    entered: bool = False
    """An agent has given the name; what WhatsApp shows does not replace it."""
    language: str | None = None
    """BCP 47, as an agent entered it."""
    country: str | None = None
    """ISO 3166, two capital letters."""
    first_seen: float | None = None
    """Epoch seconds; None if the customer has never been heard of by WhatsApp."""
    last_seen: float | None = None
    talks_with: tuple[str, ...] = ()
    """Business numbers (PNID) with which there are conversations, in order."""
    moved_to: str | None = None
    """The contact that this one turned out to be."""

    def caller(self) -> Caller:
        """The same customer as calls know one."""
        return Caller(user_id=self.user_id, number=self.number, name=self.name)


def contact_id(identity: str) -> str:
    """The id of the contact first known by this user id or number; it tells neither."""
    return "u" + hashlib.sha256(identity.encode()).hexdigest()[:19]


def seen(contact: Contact, customer: Caller, at: float | None) -> Contact:
    """The contact after hearing from this customer; the same object if that is nothing worth writing down."""
    user_id = contact.user_id or customer.user_id
    number = customer.number or contact.number
    return _worth_writing(
        contact,
        replace(
            contact,
            user_id=user_id,
            number=number,
            name=contact.name if contact.entered or customer.name is None else customer.name,
            country=country_of(Caller(user_id=user_id, number=number)) or contact.country,
            first_seen=min((t for t in (contact.first_seen, at) if t is not None), default=None),
            last_seen=max((t for t in (contact.last_seen, at) if t is not None), default=None),
        ),
    )


def talking(contact: Contact, phone_number_id: str | None) -> Contact:
    """The contact once there is a conversation with this business number."""
    if phone_number_id is None or phone_number_id in contact.talks_with:
        return contact
    return replace(contact, talks_with=tuple(sorted({*contact.talks_with, phone_number_id})))


def same_user(contact: Contact, other: Contact) -> bool:
    """Whether two records may be of one user: two user ids are two users."""
    return contact.user_id is None or other.user_id is None or contact.user_id == other.user_id


def absorb(contact: Contact, other: Contact) -> Contact:
    """One record of two of the same user; it keeps the first one's id."""
    entered = contact.entered or not other.entered
    taken = contact if entered and (contact.name or contact.entered) else other
    joined = seen(contact, Caller(user_id=other.user_id, number=contact.number or other.number), other.last_seen)
    return replace(
        joined,
        name=taken.name,
        entered=taken.entered,
        language=contact.language or other.language,
        first_seen=min((t for t in (contact.first_seen, other.first_seen) if t is not None), default=None),
        last_seen=max((t for t in (contact.last_seen, other.last_seen) if t is not None), default=None),
        talks_with=tuple(sorted({*contact.talks_with, *other.talks_with})),
    )


def folded(text: str) -> str:
    """Text as it is compared: without case, width and accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def name_starts(contact: Contact) -> Iterator[str]:
    """What a search for the name may begin with: the name from each of its words on."""
    words = folded(contact.name or "").split()[:MAX_WORDS]
    for first in range(len(words)):
        yield " ".join(words[first:])


def number_starts(contact: Contact) -> Iterator[str]:
    """What a search for the number may begin with: the international number, and the national part."""
    if contact.number is not None:
        yield contact.number
        national = national_part(contact.number)
        if national is not None:
            yield national


def _worth_writing(contact: Contact, now: Contact) -> Contact:
    moved = (now.last_seen or 0.0) - (contact.last_seen or 0.0)
    if replace(now, last_seen=contact.last_seen) == contact and moved < SEEN_S:
        return contact
    return now
