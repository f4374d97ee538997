"""Owns Meta's error codes: what each means, what to do about it, and how an error object is read. Pure data and rules.

Codes and meanings: Meta, Cloud API calling troubleshooting (2026-06-24) and Graph API error handling.
"""

import enum
from typing import NamedTuple

import msgspec

from signaling.calls.events import MetaError
from signaling.whatsapp.payload import ErrorData, ErrorItem, number, part, text

NO_CODE = 0
"""Code of a MetaError when Meta gave none: no answer came, or an answer without an error object."""
MAX_TEXT = 500
"""Longest error text kept, in characters; Meta's own are below 300."""


class Remedy(enum.Enum):
    """What may help after a failed action."""

    RETRY = "retry"
    """The same request may succeed in a moment."""
    WAIT = "wait"
    """A limit is reached; the same request may succeed after a longer while."""
    NONE = "none"
    """Meta refuses for good."""


class Known(NamedTuple):
    """One row of Meta's table."""

    remedy: Remedy
    meaning: str


ERRORS = {
    4: Known(Remedy.WAIT, "The app makes too many requests"),
    10: Known(Remedy.NONE, "The access token lacks a permission"),
    100: Known(Remedy.NONE, "Invalid parameter"),
    190: Known(Remedy.NONE, "The access token is invalid or has expired"),
    200: Known(Remedy.NONE, "The access token lacks a permission"),
    613: Known(Remedy.WAIT, "Too many look-ups of call permissions"),
    80007: Known(Remedy.WAIT, "The WhatsApp Business Account makes too many requests"),
    130497: Known(Remedy.NONE, "The business may not reach users in this country"),
    131000: Known(Remedy.RETRY, "Something went wrong at Meta"),
    131030: Known(Remedy.NONE, "The user is not on the list of the test number"),
    131044: Known(Remedy.NONE, "No payment method is set up"),
    131055: Known(Remedy.NONE, "The number takes its calls through SIP"),
    138000: Known(Remedy.NONE, "Calling is not enabled on the number"),
    138001: Known(Remedy.NONE, "The user cannot take calls"),
    138002: Known(Remedy.WAIT, "Too many calls at the same time"),
    138003: Known(Remedy.WAIT, "A call with this user is already running"),
    138004: Known(Remedy.RETRY, "The call could not be connected"),
    138005: Known(Remedy.WAIT, "Too many new calls"),
    138006: Known(Remedy.NONE, "The user has not allowed calls"),
    138007: Known(Remedy.RETRY, "The SDP was not applied in time"),
    138008: Known(Remedy.NONE, "The SDP is not valid"),
    138009: Known(Remedy.WAIT, "Too many requests for permission to call"),
    138012: Known(Remedy.WAIT, "Too many connected calls with this user"),
    138013: Known(Remedy.NONE, "The number may not place calls"),
    138014: Known(Remedy.NONE, "Calling is paused because of low quality"),
    138017: Known(Remedy.NONE, "The user has already allowed calls for good"),
    138019: Known(Remedy.NONE, "The call could not be set up"),
    138020: Known(Remedy.NONE, "Meta's media relay failed"),
    138021: Known(Remedy.NONE, "Meta received no media from the business"),
    138022: Known(Remedy.NONE, "Meta could not send media"),
    138023: Known(Remedy.NONE, "The call was accepted but no media was seen"),
}


def remedy(code: int, http_status: int) -> Remedy:
    """What may help: the code decides if it is known, the HTTP status if not."""
    if code in ERRORS:
        return ERRORS[code].remedy
    if http_status == 429:
        return Remedy.WAIT
    # A 200 that does not report success is as good as no answer.
    return Remedy.RETRY if http_status >= 500 or http_status < 400 else Remedy.NONE


def read_error(raw: bytes | msgspec.Raw) -> MetaError | None:
    """Meta's error object, of which only the code is sure to exist; None without a code.

    The text is Meta's own, with its details, or our words for the code if Meta had none.
    """
    item = part(raw, ErrorItem)
    code = number(item.code) if item else None
    if item is None or code is None:
        return None
    data = part(item.error_data, ErrorData) or ErrorData()
    words = [text(item.message) or text(item.title), text(data.details)]
    spoken = ": ".join(word for word in words if word)
    if not spoken and code in ERRORS:
        spoken = ERRORS[code].meaning
    return MetaError(code, spoken[:MAX_TEXT])
