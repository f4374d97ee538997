"""Owns the shapes of Meta's JSON and the lenient reading of it. Pure; decides nothing about calls.

Every field may be missing or of a wrong type: what is nested stays raw until it is asked for, so that one broken
part cannot spoil its neighbours, and what is plain is typed ``object`` and read through ``text``, ``number`` and
``epoch``, which answer None for what they cannot use. Unknown fields are skipped.
"""

from typing import TypeVar

import msgspec

_Shape = TypeVar("_Shape")

LATEST_EPOCH = 9_999_999_999
"""Largest time accepted, epoch seconds of ten digits (the year 2286): larger ones are milliseconds or nonsense."""

ABSENT = msgspec.Raw()
"""A nested part that is missing."""


class Envelope(msgspec.Struct):
    """The whole body of a webhook; the one shape that is demanded."""

    object: str
    entry: list[msgspec.Raw]


class Entry(msgspec.Struct):
    """One WhatsApp Business Account's share of the body."""

    changes: msgspec.Raw = ABSENT


class Change(msgspec.Struct):
    """One subscribed field's news."""

    field: object = None
    value: msgspec.Raw = ABSENT


class CallsValue(msgspec.Struct):
    """The value of a change of the field ``calls``."""

    metadata: msgspec.Raw = ABSENT
    contacts: msgspec.Raw = ABSENT
    calls: msgspec.Raw = ABSENT
    statuses: msgspec.Raw = ABSENT
    errors: msgspec.Raw = ABSENT


class Metadata(msgspec.Struct):
    """Which of the business numbers is meant."""

    phone_number_id: object = None
    display_phone_number: object = None


class Contact(msgspec.Struct):
    """What WhatsApp shows of a user."""

    profile: msgspec.Raw = ABSENT
    wa_id: object = None
    user_id: object = None


class Profile(msgspec.Struct):
    """How a user wants to be called."""

    name: object = None
    username: object = None


class CallItem(msgspec.Struct, rename={"from_": "from"}):
    """One element of ``calls``: a connect, a terminate or something newer."""

    id: object = None
    event: object = None
    timestamp: object = None
    direction: object = None
    from_: object = None
    from_user_id: object = None
    session: msgspec.Raw = ABSENT
    status: object = None
    duration: object = None
    biz_opaque_callback_data: object = None
    errors: msgspec.Raw = ABSENT
    cta_payload: object = None
    deeplink_payload: object = None


class StatusItem(msgspec.Struct):
    """One element of ``statuses`` of a business-initiated call."""

    id: object = None
    type: object = None
    status: object = None
    biz_opaque_callback_data: object = None


class Session(msgspec.Struct):
    """An SDP offer or answer."""

    sdp_type: object = None
    sdp: object = None


class ErrorItem(msgspec.Struct):
    """An error as the Graph API answers it and as webhooks report it."""

    code: object = None
    title: object = None
    message: object = None
    error_data: msgspec.Raw = ABSENT


class ErrorData(msgspec.Struct):
    """The part of an error that says what exactly was wrong."""

    details: object = None


def part(raw: bytes | msgspec.Raw, shape: type[_Shape]) -> _Shape | None:
    """Decode one JSON value into this shape, or None if it is something else."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # A bad byte inside a string and nesting without end have exceptions of their own.
        return None


def parts(raw: msgspec.Raw) -> list[msgspec.Raw] | None:
    """The elements of a JSON array; none if it is absent or null, None if it is something else."""
    if raw in (ABSENT, msgspec.Raw(b"null")):
        return []
    return part(raw, list[msgspec.Raw])


def text(value: object) -> str | None:
    """A string with something in it."""
    return value if isinstance(value, str) and value else None


def digits(value: object) -> str | None:
    """The digits of a phone number however it is written, ``+44 20 7946 0018`` included."""
    return "".join(character for character in text(value) or "" if character in "0123456789") or None


def number(value: object) -> int | None:
    """A whole number of at most 15 digits that is not negative, written as a number or as a string."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 15:
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15:
        return int(value)
    return None


def epoch(value: object) -> float | None:
    """A time in epoch seconds, written as a number or as a string."""
    seconds = number(value)
    return float(seconds) if seconds is not None and seconds <= LATEST_EPOCH else None
