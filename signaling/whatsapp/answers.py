"""Owns what Meta's answer to an action means: done, refused, or nobody knows; and whether it may be sent again. Pure.

Repeating an action that names its call does no harm. Repeating connect would let a phone ring twice, so that is done
only when nothing can have come of the first one.
"""

from typing import NamedTuple

import msgspec

from signaling.calls.events import Action, MetaError
from signaling.whatsapp.errors import NO_CODE, Remedy, read_error, remedy
from signaling.whatsapp.fields.findings import usable_id
from signaling.whatsapp.payload import part, parts, text

NOT_CONNECTED = frozenset({4, 80007, 138004})
"""Codes with which Meta says that connect made no call and may be sent again: too many requests, not connected."""


class Success(NamedTuple):
    """Meta has done it."""

    wacid: str | None = None
    """Meta's id of the call that connect made; None for other actions."""


class Failure(NamedTuple):
    """Meta has not done it, or has not said so."""

    error: MetaError
    remedy: Remedy
    http_status: int | None = None
    sent: bool = True
    """False if the request has certainly not left this machine."""


class _Answer(msgspec.Struct):
    success: bool = False
    calls: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


class _Placed(msgspec.Struct):
    id: object = None


def judge(action: Action, http_status: int, body: bytes, token: str) -> Success | Failure:
    """What an HTTP answer means."""
    answer = part(body, _Answer) or _Answer()
    if http_status == 200 and action is Action.CONNECT and (wacid := _placed(answer)) is not None:
        return Success(wacid)
    if http_status == 200 and action is not Action.CONNECT and answer.success:
        return Success()
    error = read_error(answer.error) or MetaError(NO_CODE, f"Meta answered HTTP {http_status} without an error code")
    # "Malformed access token" quotes the token, and the text goes to the agent and the call record.
    error = MetaError(error.code, error.text.replace(token, "(token)"))
    return Failure(error, remedy(error.code, http_status), http_status)


def out_of_reach() -> Failure:
    """There was no way to Meta; the request was not sent."""
    return Failure(MetaError(NO_CODE, "Meta could not be reached"), Remedy.RETRY, sent=False)


def cut_off(why: str) -> Failure:
    """The request was sent, and no whole answer came."""
    return Failure(MetaError(NO_CODE, why), Remedy.RETRY)


def may_repeat(action: Action, failure: Failure) -> bool:
    """Whether sending it again can help and does no harm."""
    if action is Action.CONNECT:
        return not failure.sent or failure.error.code in NOT_CONNECTED
    return failure.remedy is not Remedy.NONE


def is_final(action: Action, failure: Failure) -> bool:
    """Whether nothing can come of it any more. Of connect that is known unless an answer is missing or says nothing."""
    if action is Action.CONNECT:
        return may_repeat(action, failure) or failure.remedy is not Remedy.RETRY
    return failure.remedy is Remedy.NONE


def _placed(answer: _Answer) -> str | None:
    first = next(iter(parts(answer.calls) or ()), None)
    placed = part(first, _Placed) if first is not None else None
    return usable_id(text(placed.id)) if placed is not None else None
