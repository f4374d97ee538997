"""Owns everything a call can be told: one frozen record per event.

Events are facts, never wishes of the machine. They carry no clock reading of their own except what Meta stamped,
and they serialise (msgspec, tagged by class name) so that a trace of them replays.
"""

import enum
from typing import TypeAlias

import msgspec

from hold_audio.occasions import Choice
from signaling.calls.reasons import Reason


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The WhatsApp user at the other end. Users who adopted a username have no number (whatsapp-calling 1.4)."""

    user_id: str | None = None
    """Business-scoped user id (BSUID), the better key when present."""
    number: str | None = None
    """Digits of the phone number without ``+``, if WhatsApp shows it to the business."""
    name: str | None = None
    """Profile name or username, for a person to read."""


class MetaError(msgspec.Struct, frozen=True):
    """What Meta answered or reported: only the code is sure to exist (whatsapp-calling 4)."""

    code: int
    text: str = ""


class Direction(enum.Enum):
    """Who phoned whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallStatus(enum.Enum):
    """Meta's words for what becomes of a business-initiated call (whatsapp-calling 1.7)."""

    RINGING = "RINGING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class Action(enum.Enum):
    """Meta's words for what a business can do with calls (POST /<PNID>/calls)."""

    CONNECT = "connect"
    PRE_ACCEPT = "pre_accept"
    ACCEPT = "accept"
    REJECT = "reject"
    TERMINATE = "terminate"


class Overflow(enum.Enum):
    """What becomes of a call that its queue does not keep."""

    QUEUE = "queue"
    """It waits in another queue."""
    HANG_UP = "hang_up"
    CALL_BACK = "call_back"
    """It ends, and the caller is to be called back."""


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Common shape: keyword fields, tagged with the class name."""


class CallOffered(_Event, frozen=True):
    """Meta's ``connect`` webhook of a user-initiated call: a WhatsApp user is phoning."""

    call_id: str
    phone_number_id: str
    """The business number that was called, as Meta's id (PNID)."""
    caller: Caller
    sdp: str
    """The SDP offer, verbatim."""
    offered_at: float
    """Meta's timestamp, epoch seconds."""
    business_number: str | None = None
    """The number that was called as displayed, digits."""
    cta_payload: str | None = None
    """Payload of the call button the user pressed, if any."""
    deeplink_payload: str | None = None
    """Payload of the wa.me link the user followed, if any."""


class CallDialled(_Event, frozen=True):
    """An agent phones a WhatsApp user who may be called, and is busy with it from now on."""

    call_id: str
    """An id of our own; Meta gives the call another one (WACID)."""
    phone_number_id: str
    caller: Caller
    """The customer."""
    agent: str
    session: str
    """The tab that dials."""
    sdp: str
    """The SDP offer of that tab."""
    request_id: str
    """What that tab calls its wish."""
    business_number: str | None = None
    country: str | None = None
    """Where the customer's telephone is, as ISO 3166 alpha-2; the agent hears it ring as it does there."""
    call_back_id: str | None = None
    """The request to be called back that is fulfilled with it, if any."""
    warnings: tuple[str, ...] = ()
    """What the agent should know although the call is allowed, in words."""


class ConnectConfirmed(_Event, frozen=True):
    """Meta answered 200 to connect."""

    wacid: str


class ConnectAnswered(_Event, frozen=True):
    """Meta's ``connect`` webhook of a business-initiated call: the customer's phone is being reached.

    It carries Meta's SDP answer and does not mean that anybody has picked up.
    """

    call_id: str
    """Meta's id (WACID), in every webhook."""
    phone_number_id: str | None
    sdp: str
    callback_data: str | None = None
    """``biz_opaque_callback_data``, in which our connect put our own id of the call."""


class CallProgressed(_Event, frozen=True):
    """Meta's status webhook of a business-initiated call."""

    call_id: str
    status: CallStatus
    callback_data: str | None = None


class CallTerminated(_Event, frozen=True):
    """Meta's ``terminate`` webhook: the call is over, whoever ended it."""

    call_id: str
    status: str | None = None
    """COMPLETED or FAILED in upper case; other words are possible."""
    errors: tuple[MetaError, ...] = ()
    duration: int | None = None
    """Seconds, only if the call was picked up."""
    terminated_at: float | None = None
    """Meta's timestamp, epoch seconds."""
    direction: Direction | None = None
    callback_data: str | None = None


class LegAnswered(_Event, frozen=True):
    """The media side made the leg and wrote this SDP answer."""

    leg: str
    sdp: str


class LegOffered(_Event, frozen=True):
    """The media side made a leg that offers, and wrote this SDP offer."""

    leg: str
    sdp: str


class LegRefused(_Event, frozen=True):
    """The media side cannot use the SDP of this leg's peer, or has no room for the leg."""

    leg: str
    reason: str
    """What was wrong, for the call record."""


class LegConnected(_Event, frozen=True):
    """ICE and DTLS of this leg are up: media can flow both ways."""

    leg: str


class LegFailed(_Event, frozen=True):
    """The leg could not connect, or its peer went away."""

    leg: str
    reason: str


class DigitPressed(_Event, frozen=True):
    """The peer of this leg pressed a key of the telephone and let it go (RFC 4733)."""

    leg: str
    digit: str
    """``0`` to ``9``, ``*``, ``#``, ``A`` to ``D``."""
    duration_ms: int
    choice: Choice | None = None
    """What the key means to the wait strategy that the peer hears, if it means something."""


class FarewellEnded(_Event, frozen=True):
    """The last word of a farewell was said to this leg, or there was none to say."""

    leg: str


class LegSilent(_Event, frozen=True):
    """For some seconds not one packet has come from this leg. A muted microphone is not silent, it sends silence."""

    leg: str


class LegSpeaks(_Event, frozen=True):
    """A silent leg sends packets again."""

    leg: str


class LegInaudible(_Event, frozen=True):
    """This leg sends, but for a while nothing that can be heard. A muted microphone is inaudible."""

    leg: str


class LegAudible(_Event, frozen=True):
    """A leg that was inaudible can be heard again."""

    leg: str


class ActionConfirmed(_Event, frozen=True):
    """Meta answered 200 to this action."""

    action: Action


class ActionFailed(_Event, frozen=True):
    """Meta refused this action, or could not be reached within the bounded retries."""

    action: Action
    error: MetaError
    final: bool
    """True when Meta refuses it for good; False when it was only out of reach."""


class AgentAssigned(_Event, frozen=True):
    """The waiting room has reserved this agent for the call."""

    agent: str
    ring_s: float
    """How long to ring before moving on, in seconds."""


class QueueOverflowed(_Event, frozen=True):
    """The waiting room no longer keeps the call in this queue."""

    action: Overflow
    reason: str
    """Which limit was reached, for the call record."""
    queue: str | None = None
    """The queue to wait in now, exactly for ``Overflow.QUEUE``."""
    closed: bool = False
    """That queue is outside its business hours."""


class AgentMediaOffered(_Event, frozen=True):
    """A tab of the rung agent sends the SDP offer of its browser."""

    agent: str
    session: str
    """The tab: an opaque id of one WebSocket."""
    sdp: str


class AgentAnswered(_Event, frozen=True):
    """An agent pressed Answer in this tab."""

    agent: str
    session: str


class AgentRefused(_Event, frozen=True):
    """An agent pressed Reject."""

    agent: str


class AgentHungUp(_Event, frozen=True):
    """An agent pressed Hang up during the conversation."""

    agent: str


class AgentHeldCall(_Event, frozen=True):
    """An agent pressed Hold."""

    agent: str


class AgentRetrievedCall(_Event, frozen=True):
    """An agent takes the caller back from hold."""

    agent: str


class AgentMuted(_Event, frozen=True):
    """An agent shut the microphone in the page, or opened it again."""

    agent: str
    muted: bool


class AgentPressed(_Event, frozen=True):
    """The agent in conversation pressed keys of the telephone for the caller to hear."""

    agent: str
    keys: str
    """``0`` to ``9``, ``*``, ``#``, ``A`` to ``D``."""


class AgentTransferred(_Event, frozen=True):
    """An agent hands the caller over without a word to the colleague (blind transfer)."""

    agent: str
    to_agent: str | None = None
    """The colleague to be asked first; None for whoever serves the queue."""
    queue: str | None = None
    """The queue that takes over; None for the present one."""


class AgentConsulted(_Event, frozen=True):
    """An agent wants to ask a colleague before anything becomes of the caller."""

    agent: str
    to_agent: str | None = None
    """The colleague; None for whoever of the queue is free."""
    queue: str | None = None


class ConsultUnavailable(_Event, frozen=True):
    """The waiting room can reserve nobody to be consulted."""

    agent: str | None
    """Who was asked for."""
    queue: str | None
    reason: str
    """In words for the agent who asked."""


class AgentCancelledConsult(_Event, frozen=True):
    """An agent wants to be alone with the caller again."""

    agent: str


class AgentMergedCall(_Event, frozen=True):
    """An agent wants caller and colleague to hear each other, and to hear both."""

    agent: str


class AgentCompletedTransfer(_Event, frozen=True):
    """An agent leaves the caller to the colleague he has consulted."""

    agent: str


class AgentSessionLost(_Event, frozen=True):
    """A tab went away: closed, reloaded or cut off."""

    agent: str
    session: str
    remaining: int
    """Open tabs this agent has left."""


class DeadlinePassed(_Event, frozen=True):
    """The call's own deadline came."""

    reason: Reason


class ServerStopping(_Event, frozen=True):
    """The server drains and this call outlived its grace, or the task of the call met a bug."""

    reason: str


Event: TypeAlias = (
    CallOffered
    | CallDialled
    | ConnectConfirmed
    | ConnectAnswered
    | CallProgressed
    | CallTerminated
    | LegAnswered
    | LegOffered
    | LegRefused
    | LegConnected
    | LegFailed
    | DigitPressed
    | FarewellEnded
    | LegSilent
    | LegSpeaks
    | LegInaudible
    | LegAudible
    | ActionConfirmed
    | ActionFailed
    | AgentAssigned
    | QueueOverflowed
    | AgentMediaOffered
    | AgentAnswered
    | AgentRefused
    | AgentHungUp
    | AgentHeldCall
    | AgentRetrievedCall
    | AgentMuted
    | AgentPressed
    | AgentTransferred
    | AgentConsulted
    | ConsultUnavailable
    | AgentCancelledConsult
    | AgentMergedCall
    | AgentCompletedTransfer
    | AgentSessionLost
    | DeadlinePassed
    | ServerStopping
)
