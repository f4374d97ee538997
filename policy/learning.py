"""Owns what each event tells: the ledger of somebody who knows nothing but this event."""

from policy.events import (
    CallPlaced,
    CallReserved,
    CallSettled,
    Event,
    MetaAnswered,
    MetaRefused,
    Replied,
    RequestReserved,
    RequestSettled,
)
from policy.records import Answer, Call, Ledger, Refusal, Request


def told(event: Event) -> Ledger:
    """The facts of one event."""
    match event:
        case RequestReserved() | RequestSettled():
            return Ledger(requests=(_request(event),))
        case Replied():
            return Ledger(answers=(_answer(event),))
        case CallReserved() | CallPlaced() | CallSettled():
            return Ledger(calls=(_call(event),))
        case MetaAnswered(snapshot=snapshot):
            return Ledger(snapshot=snapshot)
        case MetaRefused(code=code, at=at, until=until):
            return Ledger(refusals=(Refusal(code=code, at=at, until=until),))


def _request(event: RequestReserved | RequestSettled) -> Request:
    if isinstance(event, RequestReserved):
        return Request(id=event.id, at=event.at, lease_until=event.lease_until)
    return Request(id=event.id, at=event.at, delivery=event.delivery, message_id=event.message_id)


def _answer(event: Replied) -> Answer:
    return Answer(
        id=event.id,
        at=event.at,
        accepted=event.accepted,
        permanent=event.accepted and event.permanent,
        expires_at=event.expires_at,
        automatic=event.automatic,
        request=event.request,
    )


def _call(event: CallReserved | CallPlaced | CallSettled) -> Call:
    match event:
        case CallReserved(id=id_, at=at, lease_until=until):
            return Call(id=id_, at=at, lease_until=until)
        case CallPlaced(id=id_, at=at, call_id=call_id):
            return Call(id=id_, at=at, call_id=call_id)
        case CallSettled(id=id_, at=at, outcome=outcome, direction=direction):
            return Call(id=id_, at=at, outcome=outcome, direction=direction)
