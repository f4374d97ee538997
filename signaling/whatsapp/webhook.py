"""Owns the reading of Meta's webhooks: bytes in, events out. Pure; every entry, change and call of a body counts.

What is no news for a call is not an error: it comes back as Ignored with a reason. Reasons and places never quote
what a user or a number is called, so they may be logged. Sections refer to Meta's calling webhooks reference.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

import msgspec

from signaling.calls.events import Caller, CallOffered, CallTerminated, MetaError
from signaling.whatsapp.errors import read_error
from signaling.whatsapp.payload import (
    CallItem,
    CallsValue,
    Change,
    Contact,
    Entry,
    Envelope,
    Metadata,
    Profile,
    Session,
    digits,
    epoch,
    number,
    part,
    parts,
    text,
)

MAX_CALL_ID = 512
"""Longest call id (WACID) accepted, in characters; Meta's have about 60."""

CallEvent: TypeAlias = CallOffered | CallTerminated


class NotAWebhook(Exception):
    """The body is not what Meta sends: not JSON, or another envelope. Answer 400."""


class Ignored(NamedTuple):
    """A part of the body that is no news for a call."""

    reason: str
    where: str
    """Path inside the body, e.g. ``entry[0].changes[2].value.calls[1]``."""


class Reading(NamedTuple):
    """All that a body holds, in its order."""

    events: tuple[CallEvent, ...]
    ignored: tuple[Ignored, ...]


class _Surroundings(NamedTuple):
    """What the calls of one change share."""

    phone_number_id: str | None
    business_number: str | None
    contacts: tuple[Contact, ...]
    errors: tuple[MetaError, ...]


def read(raw: bytes) -> Reading:
    """Everything a verified body says. Raises NotAWebhook if it is none."""
    envelope = part(raw, Envelope)
    if envelope is None:
        raise NotAWebhook("the body is not JSON with an object and a list of entries")
    if envelope.object != "whatsapp_business_account":
        raise NotAWebhook("the object is not whatsapp_business_account")
    findings = list(_each(envelope.entry, "entry", _entry))
    return Reading(
        tuple(finding for finding in findings if not isinstance(finding, Ignored)),
        tuple(finding for finding in findings if isinstance(finding, Ignored)),
    )


def _each(
    items: list[msgspec.Raw] | None,
    where: str,
    read_one: Callable[[msgspec.Raw, str], Iterator[CallEvent | Ignored]],
) -> Iterator[CallEvent | Ignored]:
    if items is None:
        yield Ignored("not a list", where)
        return
    for index, item in enumerate(items):
        yield from read_one(item, f"{where}[{index}]")


def _entry(raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    entry = part(raw, Entry)
    if entry is None:
        yield Ignored("not an entry", where)
        return
    yield from _each(parts(entry.changes), f"{where}.changes", _change)


def _change(raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    change = part(raw, Change)
    if change is None:
        yield Ignored("not a change", where)
        return
    if change.field != "calls":
        yield Ignored(f"{_quotable(change.field)} is not a field of calls", where)
        return
    value = part(change.value, CallsValue)
    if value is None:
        yield Ignored("not a value of calls", where)
        return
    yield from _each(parts(value.calls), f"{where}.value.calls", partial(_call, _surroundings(value)))
    yield from _each(parts(value.statuses), f"{where}.value.statuses", _status)


def _status(_raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    yield Ignored("the status of a business-initiated call", where)


def _surroundings(value: CallsValue) -> _Surroundings:
    metadata = part(value.metadata, Metadata) or Metadata()
    contacts = (part(raw, Contact) for raw in parts(value.contacts) or ())
    return _Surroundings(
        phone_number_id=text(metadata.phone_number_id),
        business_number=digits(metadata.display_phone_number),
        contacts=tuple(contact for contact in contacts if contact),
        errors=_errors(value.errors),
    )


def _errors(raw: msgspec.Raw) -> tuple[MetaError, ...]:
    errors = (read_error(item) for item in parts(raw) or ())
    return tuple(error for error in errors if error)


def _call(around: _Surroundings, raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    call = part(raw, CallItem)
    if call is None:
        yield Ignored("not a call", where)
        return
    call_id = text(call.id)
    if call_id is None or not (call_id.isascii() and call_id.isprintable() and len(call_id) <= MAX_CALL_ID):
        yield Ignored("no usable call id", where)
        return
    match (text(call.event) or "").lower():
        case "connect":
            yield _connect(around, call, call_id, where)
        case "terminate":
            yield _terminate(around, call, call_id)
        case _:
            yield Ignored(f"{_quotable(call.event)} is not an event of a call's life", where)


def _connect(around: _Surroundings, call: CallItem, call_id: str, where: str) -> CallEvent | Ignored:
    session = part(call.session, Session) or Session()
    direction = (text(call.direction) or "").upper()
    # One of Meta's own samples lacks the direction; an offer tells the same.
    if direction != "USER_INITIATED" and (text(session.sdp_type) or "").lower() != "offer":
        return Ignored("not a user-initiated call", where)
    if around.phone_number_id is None:
        return Ignored("no phone_number_id to answer with", where)
    offered_at = epoch(call.timestamp)
    if offered_at is None:
        return Ignored("no usable timestamp", where)
    return CallOffered(
        call_id=call_id,
        phone_number_id=around.phone_number_id,
        business_number=around.business_number,
        caller=_caller(around.contacts, call),
        # Without SDP the media side refuses the offer, and the caller is rejected rather than left ringing.
        sdp=text(session.sdp) or "",
        offered_at=offered_at,
        cta_payload=text(call.cta_payload),
        deeplink_payload=text(call.deeplink_payload),
    )


def _terminate(around: _Surroundings, call: CallItem, call_id: str) -> CallTerminated:
    status = text(call.status)
    status = status and status.upper()
    # Errors beside the calls of a batch do not belong to those that ended without a fault.
    shared = () if status == "COMPLETED" else around.errors
    return CallTerminated(
        call_id=call_id,
        status=status,
        errors=_errors(call.errors) or shared,
        duration=number(call.duration),
        terminated_at=epoch(call.timestamp),
    )


def _caller(contacts: tuple[Contact, ...], call: CallItem) -> Caller:
    user_id, number_ = text(call.from_user_id), digits(call.from_)
    for contact in contacts:
        contact_user_id, contact_number = text(contact.user_id), digits(contact.wa_id)
        if (user_id and user_id == contact_user_id) or (number_ and number_ == contact_number):
            profile = part(contact.profile, Profile) or Profile()
            return Caller(
                user_id=user_id or contact_user_id,
                number=number_ or contact_number,
                name=text(profile.name) or text(profile.username),
            )
    return Caller(user_id=user_id, number=number_)


def _quotable(word: object) -> str:
    """Meta's own word if it looks like one; anything else might be a user's and is not repeated."""
    return word if isinstance(word, str) and re.fullmatch(r"[a-z_]{1,40}", word) else "an unknown word"
