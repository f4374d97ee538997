"""Owns the agent protocol, version 1: JSON text messages over one WebSocket per tab. Types and codec only.

The client sends Hello first; the server answers Welcome or closes. Unknown fields are ignored, unknown types are
not: a wrong message closes the socket with a code, and never touches the call.
"""

import enum
from typing import Annotated, TypeAlias

import msgspec

from signaling.agents.dialling_messages import Dial, DialAsked, Dialling, DialRefused
from signaling.agents.sideline_messages import (
    Colleagues,
    ConversationChanged,
    LineAnswer,
    LineRefused,
    SidelineMessage,
    Wallboard,
)
from signaling.agents.wire import Message as _Message

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024
"""Above any browser's audio-only SDP (about 4 KiB) with room to spare."""


MAX_REASON = 80
"""Letters of a reason for being away; it stands in one line of a wallboard."""


MAX_KEYS = 32
"""Keys in one message: as many as the engine lets wait."""
Keys: TypeAlias = Annotated[str, msgspec.Meta(pattern=f"^[0-9A-D*#]{{1,{MAX_KEYS}}}$")]
"""Keys of the telephone, in the order they are pressed."""


class CloseCode(enum.IntEnum):
    """WebSocket close codes of ours (RFC 6455 7.4.2, the private range 4000-4999)."""

    BAD_MESSAGE = 4400
    """Malformed JSON, unknown type, wrong or missing field."""
    BAD_TOKEN = 4401
    """No, expired or forged token."""
    TIMEOUT = 4408
    """No Hello in time, or no sign of life."""
    BAD_VERSION = 4426
    TOO_SLOW = 4429
    """The tab does not read fast enough."""


class Hello(_Message, frozen=True, tag="hello"):
    """First message of a tab."""

    version: int
    token: str
    page: str | None = None
    """An id that the page has made up for its lifetime: a page that had to connect anew is known by it."""


class Ready(_Message, frozen=True, tag="ready"):
    """The agent takes calls."""


class Away(_Message, frozen=True, tag="away"):
    """The agent takes no calls."""

    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""
    """Why, in the agent's words, for supervisors to read."""


class MediaOffer(_Message, frozen=True, tag="media_offer"):
    """SDP offer of the browser for a call that rings, or to which this tab comes back."""

    call_id: str
    sdp: str


class Answer(_Message, frozen=True, tag="answer"):
    """The agent pressed Answer."""

    call_id: str


class Reject(_Message, frozen=True, tag="reject"):
    """The agent pressed Reject."""

    call_id: str


class HangUp(_Message, frozen=True, tag="hang_up"):
    """The agent pressed Hang up."""

    call_id: str


class Hold(_Message, frozen=True, tag="hold"):
    """The agent puts the caller on hold; answered with Held."""

    call_id: str


class Retrieve(_Message, frozen=True, tag="retrieve"):
    """The agent takes the caller back from hold; answered with Joined."""

    call_id: str


class Mute(_Message, frozen=True, tag="mute"):
    """The microphone is shut on purpose, or open again; told so that nobody is alarmed by the silence."""

    call_id: str
    muted: bool


class Press(_Message, frozen=True, tag="press"):
    """The agent presses keys of the telephone for the caller to hear, e.g. the code of a door. Nothing on hold."""

    call_id: str
    keys: Keys


class Transfer(_Message, frozen=True, tag="transfer"):
    """The agent hands the caller over to a colleague, to a queue, or to a colleague and else to that queue.

    Answered with CallEnded. Nothing happens if the server knows no such queue.
    """

    call_id: str
    to_agent: str | None = None
    to_queue: str | None = None


class Consult(_Message, frozen=True, tag="consult"):
    """The agent wants to ask a colleague, or whoever of a queue is free, while the caller is on hold.

    Answered with Held, if the caller was not on hold, then with Consulting or ConsultEnded. Nothing happens if the
    server knows no such queue.
    """

    call_id: str
    to_agent: str | None = None
    to_queue: str | None = None


class CancelConsult(_Message, frozen=True, tag="cancel_consult"):
    """The agent wants to be alone with the caller again; answered with ConsultEnded."""

    call_id: str


class Merge(_Message, frozen=True, tag="merge"):
    """The agent wants caller and colleague to hear each other as well; answered with Consulting."""

    call_id: str


class CompleteTransfer(_Message, frozen=True, tag="complete_transfer"):
    """The agent leaves the caller to the colleague, who may talk or still be rung; answered with CallEnded."""

    call_id: str


class Ping(_Message, frozen=True, tag="ping"):
    """Sign of life; answered with Pong."""


DeskMessage: TypeAlias = (
    Hello
    | Ready
    | Away
    | MediaOffer
    | Answer
    | Reject
    | HangUp
    | Hold
    | Retrieve
    | Mute
    | Press
    | Transfer
    | Consult
    | CancelConsult
    | Merge
    | CompleteTransfer
    | Dial
    | Ping
)
"""What concerns the agent and his calls."""
ClientMessage: TypeAlias = DeskMessage | SidelineMessage


class Customer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The caller as shown to the agent; every field may be missing."""

    name: str | None = None
    number: str | None = None
    """International format, for a person to read: ``+44 7700 900123``."""
    user_id: str | None = None
    country: str | None = None
    """Where the number is from (ISO 3166)."""
    time_zone: str | None = None
    """Where the number is at home (IANA), if that is one time zone."""


class IceServer(msgspec.Struct, frozen=True, kw_only=True):
    """A TURN server in the words of RTCIceServer (W3C webrtc-pc)."""

    urls: tuple[str, ...]
    username: str
    credential: str


class Welcome(_Message, frozen=True, tag="welcome"):
    """Signed in."""

    version: int
    agent: str
    presence: str
    """``ready``, ``away``, ``ringing``, ``busy`` or ``wrap_up``: the same in every tab of the agent."""
    role: str = "agent"
    """``agent``, or ``supervisor`` for one who may watch the wallboard."""
    wrap_up_until: float | None = None
    away_reason: str | None = None
    """These two as in Presence."""
    ice_servers: tuple[IceServer, ...] = ()
    """Relays for a page whose network lets no UDP through to the server."""


class Presence(_Message, frozen=True, tag="presence"):
    """The agent's presence changed, in whichever tab."""

    presence: str
    wrap_up_until: float | None = None
    """When wrap-up ends by itself, epoch seconds; Ready ends it at once."""
    away_reason: str | None = None
    """Why he is away, if he has said it."""


class Ring(_Message, frozen=True, tag="ring"):
    """A call rings. The tab should send MediaOffer at once and keep its microphone muted until Joined."""

    call_id: str
    direction: str
    """``inbound``, or ``outbound`` for a call that an agent placed."""
    channel: str
    """``whatsapp``."""
    customer: Customer
    queue: str
    waiting_since: float
    """Epoch seconds."""
    consult_from: str | None = None
    """The agent who wants to ask this one about the customer; None if the customer waits for an agent."""
    phone_number_id: str | None = None
    """Which of our numbers was called; with the customer, it finds the conversation in the REST interface."""
    cta_payload: str | None = None
    """What the call button carried that the customer pressed."""
    deeplink_payload: str | None = None
    """What the link carried that the customer followed."""


class StopRing(_Message, frozen=True, tag="stop_ring"):
    """The call no longer rings here."""

    call_id: str
    reason: str


class Resume(_Message, frozen=True, tag="resume"):
    """The agent's conversation has lost its tab or its media, and waits for this tab to send MediaOffer at once.

    The caller hears hold audio until Joined; nobody has to press Answer. CallEnded says that it came too late.
    """

    call_id: str
    direction: str
    channel: str
    customer: Customer
    queue: str
    joined_at: float
    """When the conversation began, epoch seconds."""


class MediaAnswer(_Message, frozen=True, tag="media_answer"):
    """SDP answer to this tab's MediaOffer or Dial."""

    call_id: str
    sdp: str


class Joined(_Message, frozen=True, tag="joined"):
    """This tab is in conversation, for the first time or again: unmute."""

    call_id: str
    joined_at: float
    """When the conversation began, epoch seconds; unchanged after a Resume."""


class Digit(_Message, frozen=True, tag="digit"):
    """The customer pressed a key of the telephone."""

    call_id: str
    digit: str
    """``0`` to ``9``, ``*``, ``#``, ``A`` to ``D``."""


class Held(_Message, frozen=True, tag="held"):
    """The caller of this tab's conversation hears hold audio: keep the microphone shut until Joined."""

    call_id: str
    joined_at: float


class Consulting(_Message, frozen=True, tag="consulting"):
    """How far the consultation of this tab's call has come; the caller is on hold until it is merged."""

    call_id: str
    stage: str
    """``ringing``: keep the microphone shut; ``talking``: with the colleague alone; ``merged``: with both."""
    colleague: str


class ConsultEnded(_Message, frozen=True, tag="consult_ended"):
    """The colleague is out of the call. The caller is on hold, as Held says next, or joined, as Joined says next."""

    call_id: str
    outcome: str
    """``refused``, ``no_answer``, ``gone``, ``media_failed``, ``unavailable``, ``cancelled`` or ``colleague_left``."""
    reason: str
    """The same in English words."""


class HandedOver(_Message, frozen=True, tag="handed_over"):
    """The agent who asked this one has left; the customer is his."""

    call_id: str
    customer: Customer
    queue: str
    joined_at: float | None
    """When the conversation with the customer began, epoch seconds; None while it still rings here."""


class AudioAlarm(_Message, frozen=True, tag="audio_alarm"):
    """One of the two cannot be heard while the other can, for longer than a pause lasts."""

    call_id: str
    silent: str | None
    """``caller``, or ``agent``: nothing is heard from this tab's microphone. None once that is over."""


class CallEnded(_Message, frozen=True, tag="call_ended"):
    """The conversation is over."""

    call_id: str
    ended_by: str
    reason: str
    error_code: int | None = None
    error_text: str | None = None
    """Meta's own words, when Meta had any."""
    error_advice: str | None = None
    """What to do about it."""


class Pong(_Message, frozen=True, tag="pong"):
    """Answer to Ping."""


ServerMessage: TypeAlias = (
    Welcome
    | Presence
    | Ring
    | StopRing
    | Resume
    | DialAsked
    | Dialling
    | DialRefused
    | MediaAnswer
    | Joined
    | Held
    | Consulting
    | ConsultEnded
    | HandedOver
    | Digit
    | AudioAlarm
    | CallEnded
    | Wallboard
    | Colleagues
    | LineAnswer
    | LineRefused
    | ConversationChanged
    | Pong
)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_server_decoder: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
_encoder = msgspec.json.Encoder()


class BadMessage(Exception):
    """A tab sent something that is no message of this protocol."""


def decode(text: str | bytes) -> ClientMessage:
    """Parse one message of a tab. Raises BadMessage, which quotes no content."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError):
        # The decoder's own words quote what it read, and it recurses into what it is to skip.
        raise BadMessage("no message of this protocol") from None


def decode_from_server(text: str | bytes) -> ServerMessage:
    """Parse one message of the server, for clients written in Python."""
    return _server_decoder.decode(text)


def encode(message: ServerMessage | ClientMessage) -> str:
    """One message as JSON text."""
    return _encoder.encode(message).decode()
