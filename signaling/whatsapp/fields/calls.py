"""Owns the reading of the field ``calls``: connects, terminates and statuses of calls. Pure.

Sections refer to Meta's calling webhooks reference.
"""

from collections.abc import Iterator
from functools import partial
from typing import TypeAlias

import msgspec

from signaling.calls.events import (
    CallOffered,
    CallProgressed,
    CallStatus,
    CallTerminated,
    ConnectAnswered,
    Direction,
)
from signaling.whatsapp.fields.findings import Ignored, each, quotable, usable_id
from signaling.whatsapp.fields.surroundings import Surroundings, read_errors, surroundings
from signaling.whatsapp.payload import CallItem, CallsValue, Session, StatusItem, epoch, number, part, parts, text

FIELD = "calls"

CallEvent: TypeAlias = CallOffered | ConnectAnswered | CallProgressed | CallTerminated
"""What Meta tells of calls."""

_STATUSES = {status.value: status for status in CallStatus}
_DIRECTIONS = {"USER_INITIATED": Direction.INBOUND, "BUSINESS_INITIATED": Direction.OUTBOUND}


def read(raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    """What the value of a change says about calls."""
    value = part(raw, CallsValue)
    if value is None:
        yield Ignored("not a value of calls", where)
        return
    around = surroundings(value.metadata, value.contacts, value.errors)
    yield from each(parts(value.calls), f"{where}.value.calls", partial(_call, around))
    yield from each(parts(value.statuses), f"{where}.value.statuses", _status)


def _status(raw: msgspec.Raw, where: str) -> Iterator[CallEvent | Ignored]:
    item = part(raw, StatusItem)
    call_id = usable_id(text(item.id)) if item else None
    if item is None or call_id is None:
        yield Ignored("not the status of a call", where)
        return
    status = _STATUSES.get((text(item.status) or "").upper())
    if status is None:
        yield Ignored("no status that is known of a call", where)
        return
    yield CallProgressed(call_id=call_id, status=status, callback_data=text(item.biz_opaque_callback_data))


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
            yield _connected(around, call, call_id, where)
        case "terminate":
            yield _terminate(around, call, call_id)
        case _:
            yield Ignored(f"{quotable(call.event)} is not an event of a call's life", where)


def _connected(around: Surroundings, call: CallItem, call_id: str, where: str) -> CallEvent | Ignored:
    session = part(call.session, Session) or Session()
    direction, sdp_type = _direction(call), (text(session.sdp_type) or "").lower()
    # One of Meta's own samples lacks the direction; the kind of SDP tells the same.
    if direction is Direction.INBOUND or (direction is None and sdp_type == "offer"):
        return _offered(around, call, call_id, session, where)
    if direction is Direction.OUTBOUND or sdp_type == "answer":
        return ConnectAnswered(
            call_id=call_id,
            phone_number_id=around.phone_number_id,
            # Without SDP the media side refuses the answer, and the call ends with that reason.
            sdp=text(session.sdp) or "",
            callback_data=text(call.biz_opaque_callback_data),
        )
    return Ignored("neither side's call", where)


def _offered(around: Surroundings, call: CallItem, call_id: str, session: Session, where: str) -> CallOffered | Ignored:
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
        direction=_direction(call),
        callback_data=text(call.biz_opaque_callback_data),
    )


def _direction(call: CallItem) -> Direction | None:
    return _DIRECTIONS.get((text(call.direction) or "").upper())
