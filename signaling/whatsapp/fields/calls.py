"""Owns the reading of the field ``calls``: connects, terminates and statuses of calls. Pure.

Sections refer to Meta's calling webhooks reference.
"""

from collections.abc import Iterator
from functools import partial
from typing import TypeAlias

import msgspec

from signaling.calls.events import CallOffered, CallTerminated
from signaling.whatsapp.fields.findings import Ignored, each, quotable, usable_id
from signaling.whatsapp.fields.surroundings import Surroundings, read_errors, surroundings
from signaling.whatsapp.payload import CallItem, CallsValue, Session, epoch, number, part, parts, text

FIELD = "calls"

CallEvent: TypeAlias = CallOffered | CallTerminated


def read(raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    """What the value of a change says about calls."""
    value = part(raw, CallsValue)
    if value is None:
        yield Ignored("not a value of calls", where)
        return
    around = surroundings(value.metadata, value.contacts, value.errors)
    yield from each(parts(value.calls), f"{where}.value.calls", partial(_call, around))
    yield from each(parts(value.statuses), f"{where}.value.statuses", _status)


def _status(_raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    yield Ignored("the status of a business-initiated call", where)


def _call(around: Surroundings, raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    call = part(raw, CallItem)
    if call is None:
        yield Ignored("not a call", where)
        return
    call_id = usable_id(text(call.id))
    if call_id is None:
        yield Ignored("no usable call id", where)
        return
    match (text(call.event) or "").lower():
        case "connect":
            yield _connect(around, call, call_id, where)
        case "terminate":
            yield _terminate(around, call, call_id)
        case _:
            yield Ignored(f"{quotable(call.event)} is not an event of a call's life", where)


def _connect(around: Surroundings, call: CallItem, call_id: str, where: str) -> CallEvent | Ignored:
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
        caller=around.who(call.from_, call.from_user_id),
        # Without SDP the media side refuses the offer, and the caller is rejected rather than left ringing.
        sdp=text(session.sdp) or "",
        offered_at=offered_at,
        cta_payload=text(call.cta_payload),
        deeplink_payload=text(call.deeplink_payload),
    )


def _terminate(around: Surroundings, call: CallItem, call_id: str) -> CallTerminated:
    status = text(call.status)
    status = status and status.upper()
    # Errors beside the calls of a batch do not belong to those that ended without a fault.
    shared = () if status == "COMPLETED" else around.errors
    return CallTerminated(
        call_id=call_id,
        status=status,
        errors=read_errors(call.errors) or shared,
        duration=number(call.duration),
        terminated_at=epoch(call.timestamp),
    )
