"""Owns Meta's webhook JSON for business-initiated calls (whatsapp-calling 1.6 to 1.8). Pure."""

from dataclasses import dataclass, field

from benchmarks.simulator.payloads import Business, EndFacts, Json, Shape, User, error, time_of, value


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCallFacts:
    """What webhooks tell about one business-initiated call."""

    call_id: str
    business: Business
    user: User
    opaque: str | None = None
    """biz_opaque_callback_data of connect."""
    shape: Shape = field(default_factory=Shape)


def answer_value(call: BusinessCallFacts, sdp: str, at: float) -> Json:
    """The ``value`` of the connect webhook with Meta's SDP answer."""
    body = _call(call, "connect", at) | {"session": {"sdp_type": "answer", "sdp": sdp}}
    return value(call.business, call.user, call.shape) | {"calls": [body]}


def status_value(call: BusinessCallFacts, status: str, at: float) -> Json:
    """The ``value`` of RINGING, ACCEPTED or REJECTED."""
    body: Json = {"id": call.call_id, "type": "call", "status": status, "timestamp": time_of(at, call.shape)}
    if call.shape.numbers:
        body["recipient_id"] = call.user.number
    body["recipient_user_id"] = call.user.user_id
    return value(call.business, call.user, call.shape) | {"statuses": [body | _opaque(call)]}


def terminate_value(call: BusinessCallFacts, end: EndFacts) -> Json:
    """The ``value`` of the terminate webhook. Times appear only if the user picked up."""
    body = _call(call, "terminate", end.ended_at) | {"status": end.status}
    if end.accepted_at is not None:
        body["start_time"] = time_of(end.accepted_at, call.shape)
        body["end_time"] = time_of(end.ended_at, call.shape)
        body["duration"] = int(end.ended_at) - int(end.accepted_at)
    terminate = value(call.business, call.user, call.shape) | {"calls": [body]}
    if end.error_code is not None:
        terminate["errors"] = [error(end.error_code, call.shape)]
    return terminate


def restriction_value(business: Business, expires_at: float) -> Json:
    """The ``value`` of the account_update that pauses calls of the business (whatsapp-calling 1.11)."""
    restriction = {
        "restriction_type": "RESTRICTED_BUSINESS_INITIATED_CALLING",
        "expiration": int(expires_at),
        "remediation": "Raise pick-up and feedback quality",
    }
    return {
        "phone_number": business.display_phone_number,
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [restriction],
    }


def _call(call: BusinessCallFacts, event: str, at: float) -> Json:
    body: Json = {"id": call.call_id, "from": call.business.display_phone_number}
    if call.shape.numbers:
        body["to"] = call.user.number
    body |= {"to_user_id": call.user.user_id, "event": event, "timestamp": time_of(at, call.shape)}
    if call.shape.direction:
        body["direction"] = "BUSINESS_INITIATED"
    return body | _opaque(call)


def _opaque(call: BusinessCallFacts) -> Json:
    return {} if call.opaque is None else {"biz_opaque_callback_data": call.opaque}
