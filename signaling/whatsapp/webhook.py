"""Owns the reading of Meta's webhooks: bytes in, events out. Pure; every entry and every change of a body counts.

What a change says is for the module of its field (``fields``). What is no news is not an error: it comes back as
Ignored with a reason.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import msgspec

from signaling.conversations.news import News
from signaling.whatsapp.fields import account, calls, messages
from signaling.whatsapp.fields.calls import CallEvent
from signaling.whatsapp.fields.findings import Ignored, each, quotable
from signaling.whatsapp.payload import Change, Entry, Envelope, part, parts

WebhookEvent: TypeAlias = CallEvent | News


class NotAWebhook(Exception):
    """The body is not what Meta sends: not JSON, or another envelope. Answer 400."""


class Reading(NamedTuple):
    """All that a body holds, in its order."""

    events: tuple[WebhookEvent, ...]
    ignored: tuple[Ignored, ...]


def read(raw: bytes) -> Reading:
    """Everything a verified body says. Raises NotAWebhook if it is none."""
    envelope = part(raw, Envelope)
    if envelope is None:
        raise NotAWebhook("the body is not JSON with an object and a list of entries")
    if envelope.object != "whatsapp_business_account":
        raise NotAWebhook("the object is not whatsapp_business_account")
    findings = list(each(envelope.entry, "entry", _entry))
    return Reading(
        tuple(finding for finding in findings if not isinstance(finding, Ignored)),
        tuple(finding for finding in findings if isinstance(finding, Ignored)),
    )


def _entry(raw: msgspec.Raw, where: str) -> Iterator[WebhookEvent | Ignored]:
    entry = part(raw, Entry)
    if entry is None:
        yield Ignored("not an entry", where)
        return
    yield from each(parts(entry.changes), f"{where}.changes", _change)


def _change(raw: msgspec.Raw, where: str) -> Iterator[WebhookEvent | Ignored]:
    change = part(raw, Change)
    if change is None:
        yield Ignored("not a change", where)
    elif change.field == calls.FIELD:
        yield from calls.read(change.value, where)
    elif change.field == messages.FIELD:
        yield from messages.read(change.value, where)
    elif isinstance(change.field, str) and change.field in account.FIELDS:
        yield from account.read(change.field, change.value, where)
    else:
        yield Ignored(f"{quotable(change.field)} is not a field of ours", where)
