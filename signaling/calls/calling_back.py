"""Owns the request to be called back: made once while it is open, and settled when an agent takes the call after all.

Whether we may call is asked when somebody dials.
"""

from msgspec.structs import replace

from signaling.calls.call import Call, CallBackRequest
from signaling.calls.effects import AskCallBack, Effect


def ask(call: Call, now: float) -> tuple[Call, tuple[Effect, ...]]:
    """The caller is to be called back by the agents of the present queue."""
    if asked(call):
        return call, ()
    request = CallBackRequest(
        call_id=call.call_id,
        phone_number_id=call.phone_number_id,
        business_number=call.business_number,
        caller=call.caller,
        queue=call.queue,
        requested_at=now,
    )
    return replace(call, call_back=request), (AskCallBack(request=request),)


def settle(call: Call, now: float) -> tuple[Call, tuple[Effect, ...]]:
    """An agent talks with the caller: nobody has to call back."""
    if call.call_back is None or not asked(call):
        return call, ()
    request = replace(call.call_back, served_at=now)
    return replace(call, call_back=request), (AskCallBack(request=request),)


def asked(call: Call) -> bool:
    """Whether a request is open."""
    return call.call_back is not None and call.call_back.served_at is None
