"""Owns everything a call can ask for: one frozen record per effect, in the words of the port that serves it.

No effect returns a value; what comes of it arrives later as an event.
"""

from typing import TypeAlias

import msgspec

from hold_audio.occasions import Occasion
from signaling.calls.call import CallBackRequest, CallRecord, DialOutcome
from signaling.calls.events import Action, Caller, Direction, MetaError


class _Effect(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Common shape: keyword fields, tagged with the class name."""


class AnswerOffer(_Effect, frozen=True):
    """Media: make a leg for this SDP offer. Answers with LegAnswered or LegRefused."""

    leg: str
    sdp: str
    whatsapp: bool
    """True for Meta's offer (we are ICE controlling and DTLS client), False for a browser's."""


class MakeOffer(_Effect, frozen=True):
    """Legs: make a leg that offers towards WhatsApp. Answers with LegOffered or LegRefused."""

    leg: str


class TakeAnswer(_Effect, frozen=True):
    """Legs: the answer to a leg's offer; ICE and DTLS begin. Answers with LegConnected, LegFailed or LegRefused."""

    leg: str
    sdp: str


class StartLeg(_Effect, frozen=True):
    """Media: begin ICE and DTLS. Answers with LegConnected or LegFailed."""

    leg: str


class PlayHoldAudio(_Effect, frozen=True):
    """Media: this leg hears the hold audio of the queue; a programme that already plays goes on undisturbed."""

    leg: str
    queue: str


class HoldLeg(_Effect, frozen=True):
    """Media: this leg hears what callers of the queue hear on hold; the leg that heard it hears comfort noise."""

    leg: str
    queue: str


class Say(_Effect, frozen=True):
    """Media: this leg hears the queue's words for this occasion, once. A farewell is answered with FarewellEnded."""

    leg: str
    queue: str
    occasion: Occasion


class PlayRingback(_Effect, frozen=True):
    """Media: this leg hears a telephone ring, as it does in this country."""

    leg: str
    country: str | None


class JoinLegs(_Effect, frozen=True):
    """Media: these legs hear each other, from the next frame on; whom they heard before they hear no more.

    One alone hears comfort noise.
    """

    legs: tuple[str, ...]


class CloseLeg(_Effect, frozen=True):
    """Media: free the leg. Closing one that never came to be is allowed."""

    leg: str


class SendAction(_Effect, frozen=True):
    """WhatsApp: send this action. Answers with ActionConfirmed or ActionFailed."""

    action: Action
    phone_number_id: str
    sdp: str | None = None
    """The SDP answer, for pre_accept and accept."""
    wacid: str | None = None
    """Meta's id of the call, where it is not the call's own."""


class Connect(_Effect, frozen=True):
    """WhatsApp: place a call. Answers with ConnectConfirmed or ActionFailed, and webhooks follow or come before."""

    phone_number_id: str
    customer: Caller
    sdp: str
    """Our SDP offer."""


class EnterQueue(_Effect, frozen=True):
    """Waiting room: this call waits. Answers with AgentAssigned when an agent is free, or with QueueOverflowed."""

    queue: str
    since: float
    """When the wait began, epoch seconds; unchanged when a call comes back, so the place is kept."""
    caller: Caller
    priority: int = 0
    """Calls of higher priority are served first."""
    skills: tuple[str, ...] = ()
    """What an agent needs for this call."""
    returning: bool = False
    """It has been in a queue before, so no length of the queue can keep it out."""
    wanted: str | None = None
    """The agent to whom the call was transferred; he is asked first, whatever queues he serves."""


class LeaveQueue(_Effect, frozen=True):
    """Waiting room: forget this call, waiting or not, and free whoever is reserved for it."""


class ReserveAgent(_Effect, frozen=True):
    """Waiting room: reserve this colleague, or whoever of the queue is free, beside the agent who talks.

    Answers with AgentAssigned or ConsultUnavailable.
    """

    agent: str | None
    queue: str | None


class OccupyAgent(_Effect, frozen=True):
    """Waiting room: the agent talks with this call now."""

    agent: str


class ReleaseAgent(_Effect, frozen=True):
    """Waiting room: the agent is done with this call; the call waits on if it is still in the queue."""

    agent: str
    outcome: str
    """``refused``, ``no_answer``, ``gone``, ``media_failed``, ``not_needed`` or ``finished``."""


class RingAgent(_Effect, frozen=True):
    """Agents: ring in every tab."""

    agent: str
    caller: Caller
    queue: str
    waiting_since: float
    direction: Direction = Direction.INBOUND
    consult_from: str | None = None
    """The agent who wants to consult this one; None if the caller waits."""
    phone_number_id: str | None = None
    """The business number that was called (PNID)."""
    cta_payload: str | None = None
    """Payload of the call button that the caller pressed."""
    deeplink_payload: str | None = None
    """Payload of the link that the caller followed."""


class SendMediaAnswer(_Effect, frozen=True):
    """Agents: the SDP answer for the browser of this tab."""

    agent: str
    session: str
    sdp: str


class StopRinging(_Effect, frozen=True):
    """Agents: stop ringing in every tab but one."""

    agent: str
    reason: str
    """``answered_elsewhere`` in another tab of the agent, ``answered_by_colleague``, ``refused``, ``no_answer``,
    ``gone``, ``caller_left``, ``media_failed``, ``cancelled`` or ``ended``."""
    except_session: str | None = None


class ShowDialling(_Effect, frozen=True):
    """Agents: how far the call is that this tab dials."""

    agent: str
    session: str
    request_id: str
    stage: str
    """``connecting`` or ``ringing``."""
    warnings: tuple[str, ...] = ()
    """What the agent should know, with the first stage."""


class AgentJoined(_Effect, frozen=True):
    """Agents: this tab is in conversation now."""

    agent: str
    session: str
    joined_at: float
    """When the conversation began, epoch seconds; unchanged when an agent comes back to it."""


class AgentHolds(_Effect, frozen=True):
    """Agents: the caller of this tab's conversation is on hold."""

    agent: str
    session: str
    joined_at: float


class AgentAwaited(_Effect, frozen=True):
    """Agents: the conversation waits for its agent; the tab that takes the place of the lost one may offer media."""

    agent: str
    lost_session: str
    """The tab that was lost, or that lost its media."""
    caller: Caller
    queue: str
    joined_at: float
    direction: Direction = Direction.INBOUND


class AgentConsults(_Effect, frozen=True):
    """Agents: how far this tab's consultation has come; the caller is on hold until it is merged."""

    agent: str
    session: str
    stage: str
    """``ringing``, ``talking`` or ``merged``."""
    colleague: str


class AgentConsultEnded(_Effect, frozen=True):
    """Agents: the colleague is out of the call, and this tab is alone with the caller again."""

    agent: str
    session: str
    outcome: str
    """``refused``, ``no_answer``, ``gone``, ``media_failed``, ``unavailable``, ``cancelled`` or ``colleague_left``."""
    reason: str
    """In words for the agent."""


class AgentHandedOver(_Effect, frozen=True):
    """Agents: whoever consulted this agent has left the caller to him."""

    agent: str
    session: str | None
    """The tab that has the caller now; None while the tabs still ring."""
    caller: Caller
    queue: str
    joined_at: float | None
    """When the conversation with the caller began; None while the tabs still ring."""


class PressKeys(_Effect, frozen=True):
    """Media: let this leg hear keys of the telephone (RFC 4733) in place of whom it hears."""

    leg: str
    keys: str


class ShowDigit(_Effect, frozen=True):
    """Agents: the caller pressed a key; show it in the tab that is in conversation."""

    agent: str
    session: str
    digit: str


class AudioAlarm(_Effect, frozen=True):
    """Agents: one of the two cannot be heard, or can again; shown in the tab that is in conversation."""

    agent: str
    session: str
    silent: str | None
    """``caller`` or ``agent``; None once the alarm is over."""


class AgentCallEnded(_Effect, frozen=True):
    """Agents: the conversation is over; says who ended it and, if Meta had one, its error."""

    agent: str
    ended_by: str
    reason: str
    error: MetaError | None = None


class SettleDial(_Effect, frozen=True):
    """Dials: what became of the attempt to reach the customer. Once a call, and again only after a crash."""

    phone_number_id: str
    customer: Caller
    outcome: DialOutcome
    rang: bool = False
    """The customer's phone is known to have rung."""
    error: MetaError | None = None
    call_back_id: str | None = None
    """The request to be called back that was dialled, if any."""


class AskCallBack(_Effect, frozen=True):
    """Records: the caller is to be called back, or no longer has to be; the newest word about a request counts."""

    request: CallBackRequest


class WriteRecord(_Effect, frozen=True):
    """Records: the call record (CDR) of an ended call."""

    record: CallRecord


AgentNews: TypeAlias = (
    ShowDialling
    | AgentJoined
    | AgentHolds
    | AgentAwaited
    | AgentConsults
    | AgentConsultEnded
    | AgentHandedOver
    | ShowDigit
    | AudioAlarm
    | AgentCallEnded
)
"""What becomes of a conversation, for the agent's tabs."""

Effect: TypeAlias = (
    AnswerOffer
    | MakeOffer
    | TakeAnswer
    | StartLeg
    | PlayHoldAudio
    | HoldLeg
    | Say
    | PlayRingback
    | JoinLegs
    | PressKeys
    | CloseLeg
    | SendAction
    | Connect
    | SettleDial
    | EnterQueue
    | LeaveQueue
    | ReserveAgent
    | OccupyAgent
    | ReleaseAgent
    | RingAgent
    | SendMediaAnswer
    | StopRinging
    | AgentNews
    | AskCallBack
    | WriteRecord
)
