"""Owns what the items of one change share: the business number, the users named beside them, and errors. Pure."""

from typing import NamedTuple

import msgspec

from signaling.calls.events import Caller, MetaError
from signaling.whatsapp.errors import read_error
from signaling.whatsapp.payload import Contact, Metadata, Profile, digits, part, parts, text


class Surroundings(NamedTuple):
    """What stands beside the items in the value of a change."""

    phone_number_id: str | None
    business_number: str | None
    contacts: tuple[Contact, ...]
    errors: tuple[MetaError, ...]

    def who(self, number: object, user_id: object) -> Caller:
        """The user with this number or user id, completed by what the contacts tell; every part may be missing."""
        own_number, own_id = digits(number), text(user_id)
        for contact in self.contacts:
            contact_id, contact_number = text(contact.user_id), digits(contact.wa_id)
            if (own_id and own_id == contact_id) or (own_number and own_number == contact_number):
                profile = part(contact.profile, Profile) or Profile()
                return Caller(
                    user_id=own_id or contact_id,
                    number=own_number or contact_number,
                    name=text(profile.name) or text(profile.username),
                )
        return Caller(user_id=own_id, number=own_number)


def surroundings(metadata: msgspec.Raw, contacts: msgspec.Raw, errors: msgspec.Raw) -> Surroundings:
    """Read the parts of a value that its items share."""
    meta = part(metadata, Metadata) or Metadata()
    known = (part(raw, Contact) for raw in parts(contacts) or ())
    return Surroundings(
        phone_number_id=text(meta.phone_number_id),
        business_number=digits(meta.display_phone_number),
        contacts=tuple(contact for contact in known if contact),
        errors=read_errors(errors),
    )


def read_errors(raw: msgspec.Raw) -> tuple[MetaError, ...]:
    """Errors of a list; what has no code is none."""
    errors = (read_error(item) for item in parts(raw) or ())
    return tuple(error for error in errors if error)
