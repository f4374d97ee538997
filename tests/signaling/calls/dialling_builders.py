"""Owns short names for the events of a call that an agent places, and such calls in every state, by real steps."""

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Policies, Route
from signaling.calls.dialling import AGENT_LEG
from signaling.calls.events import (
    Action,
    ActionFailed,
    CallDialled,
    CallProgressed,
    CallStatus,
    CallTerminated,
    ConnectAnswered,
    ConnectConfirmed,
    Direction,
    Event,
    LegOffered,
    MetaError,
)
from signaling.calls.steps import Step
from tests.signaling.calls import builders as b

CALL_ID, WACID = "dial.1", "wacid.out.1"
REQUEST = "wish-1"
POLICIES = Policies(ring_time_s=30.0)
NO_PERMISSION = MetaError(138006, "No approved call permission from the recipient")
NOBODY_KNOWS = MetaError(0, "Meta did not answer in time")

DIALLED = CallDialled(
    call_id=CALL_ID,
    phone_number_id=b.PNID,
    caller=b.NOOR,
    agent=b.ANN,
    session=b.TAB,
    sdp=b.TAB_OFFER_SDP,
    request_id=REQUEST,
    country="GB",
    call_back_id="wacid.missed",
)


def begin() -> Step:
    """The first step."""
    return machine.begin(DIALLED, route=Route(queue=b.QUEUE, policies=POLICIES), now=b.NOW)


def offer_made() -> LegOffered:
    """Media has our SDP offer."""
    return LegOffered(leg=CALLER_LEG, sdp="v=0 offer of ours")


def confirmed() -> ConnectConfirmed:
    """Meta answers 200 to connect."""
    return ConnectConfirmed(wacid=WACID)


def connect_failed(error: MetaError = NO_PERMISSION, *, final: bool = True) -> ActionFailed:
    """Meta refuses connect, or nobody knows what came of it."""
    return ActionFailed(action=Action.CONNECT, error=error, final=final)


def answer_webhook() -> ConnectAnswered:
    """Meta's SDP answer."""
    return ConnectAnswered(call_id=WACID, phone_number_id=b.PNID, sdp="v=0 answer of Meta", callback_data=CALL_ID)


def progressed(status: CallStatus) -> CallProgressed:
    """A status webhook of Meta's."""
    return CallProgressed(call_id=WACID, status=status, callback_data=CALL_ID)


def terminated(duration: int | None = None, error: MetaError | None = None) -> CallTerminated:
    """Meta's terminate webhook."""
    return CallTerminated(
        call_id=WACID,
        status="COMPLETED" if error is None else "FAILED",
        errors=() if error is None else (error,),
        duration=duration,
        direction=Direction.OUTBOUND,
    )


AGENT_UP: tuple[Event, ...] = (b.leg_answered(AGENT_LEG), b.leg_connected(AGENT_LEG))
STORY: dict[str, tuple[Event, ...]] = {
    "legs": (),
    "sent": (offer_made(), *AGENT_UP),
    "named": (confirmed(),),
    "ring": (answer_webhook(), progressed(CallStatus.RINGING)),
    "pick": (progressed(CallStatus.ACCEPTED),),
    "talk": (b.leg_connected(CALLER_LEG),),
    "ending": (b.hung_up(),),
    "ended": (terminated(duration=12),),
}
"""The states of a call that goes well, and the events that lead into each."""


def call_in(state: str) -> Call:
    """A call in this state."""
    call = begin().call
    for name, events in STORY.items():
        call = b.after(call, *events)
        if name == state:
            return call
    raise KeyError(state)


def ringing_with_media() -> Call:
    """Media is up both ways, and the customer has not picked up."""
    return b.after(call_in("ring"), b.leg_connected(CALLER_LEG))
