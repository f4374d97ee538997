"""Owns the record of one call while it lives, and the call record (CDR) it leaves. Data only, no behaviour."""

import enum

import msgspec

from signaling.calls.events import Caller, Direction, MetaError
from signaling.calls.hearing import Alarm, Hearing, due
from signaling.calls.history import Offer, Stay, Transfer
from signaling.calls.reasons import Reason

CALLER_LEG = "caller"
"""The leg towards WhatsApp; legs of agents' tabs are ``agent-1``, ``agent-2`` …"""


class DialOutcome(enum.Enum):
    """What became of the attempt to reach a customer."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    """The customer declined."""
    UNANSWERED = "unanswered"
    """Nobody picked up within the ring time."""
    CANCELLED = "cancelled"
    """The agent gave it up."""
    FAILED = "failed"
    """Meta refused the call, or something broke."""


class Phase(enum.Enum):
    """Where a call stands."""

    DIALLING = "dialling"
    """An agent phones: legs come up, connect goes out, the customer's phone rings; the agent hears it ring."""
    PICKED_UP = "picked_up"
    """The customer has picked up; media is not up yet."""

    OFFERED = "offered"
    """The media side is making the leg."""
    PRE_ACCEPTING = "pre_accepting"
    """pre_accept is on its way; ICE and DTLS run."""
    CONNECTING = "connecting"
    """pre_accept is confirmed; media is not up yet."""
    ACCEPTING = "accepting"
    """accept is on its way; not one packet of audio may be sent yet."""
    WAITING = "waiting"
    """The caller hears hold audio and waits for an agent."""
    RINGING = "ringing"
    """The tabs of one agent ring, or of several; the caller goes on hearing the same."""
    TALKING = "talking"
    """Caller and agent hear each other."""
    HELD = "held"
    """The agent has put the caller on hold."""
    ASKING = "asking"
    """The caller is on hold; the agent wants to consult a colleague, who is looked for or rings."""
    CONSULTING = "consulting"
    """The caller is on hold; agent and colleague hear each other."""
    MERGED = "merged"
    """Caller, agent and colleague hear each other."""
    RETURNING = "returning"
    """The agent was lost in mid-conversation and may come back; the caller hears hold audio."""
    PARTING = "parting"
    """The caller hears the last words; no agent takes part."""
    ENDING = "ending"
    """Everything is released; Meta has yet to confirm our reject or terminate."""
    ENDED = "ended"
    """Absorbing."""


class Deadline(msgspec.Struct, frozen=True):
    """The one time a call may not sleep through, and why."""

    at: float
    """Epoch seconds on the runner's clock."""
    reason: Reason


class AgentTab(msgspec.Struct, frozen=True, kw_only=True):
    """One tab of an agent that has offered media."""

    session: str
    leg: str
    connected: bool = False
    silent: bool = False
    """Nothing comes from it, so that the caller hears hold audio in its stead."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """An agent reserved for this call, and what his tabs have to do with it."""

    agent: str
    tabs: tuple[AgentTab, ...] = ()
    answered_in: str | None = None
    """Session of the tab in which Answer was pressed, if it was; after a return, of the tab that took over."""
    joined_at: float | None = None
    """When this agent's conversation began."""
    holds: bool = False
    """The agent has put the caller on hold; a lost tab does not change that."""


class Dial(msgspec.Struct, frozen=True, kw_only=True):
    """What only a call has that an agent placed."""

    request_id: str
    """What the tab that dials calls its wish."""
    country: str | None = None
    call_back_id: str | None = None
    offer_sdp: str | None = None
    """Our offer, as soon as the leg towards WhatsApp is made."""
    connect_sent: bool = False
    wacid: str | None = None
    """Meta's id of the call; without it nothing can be said about it to Meta."""
    answer_taken: bool = False
    """Meta's SDP answer was given to the leg."""
    ringing_at: float | None = None
    """When the customer's phone began to ring."""
    outcome: DialOutcome | None = None
    """As soon as it is known."""
    settled: bool = False
    """The outcome has been told, for it is final."""


class End(msgspec.Struct, frozen=True, kw_only=True):
    """Why a call is over."""

    by: str
    """``caller``, ``agent``, ``server``, ``meta`` or ``network``."""
    reason: str
    error: MetaError | None = None


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """How its first queue picks this call up, and the waits it lives by, in seconds.

    Origins: design section 5 and whatsapp-calling 3.7.
    """

    with_agent: bool = False
    """Accept waits for an agent's answer, at most ``pick_up_s``; until then WhatsApp itself rings."""
    pick_up_s: float = 25.0
    """From the offer. Meta may give up 30 s after it (whatsapp-calling 0, rule 6)."""

    says_closed: bool = False
    """Outside business hours the call is answered and told so, not rejected."""

    leg_answer_s: float = 5.0
    pre_accept_s: float = 12.0
    """Above the Graph client's own bound, so that its verdict normally comes first."""
    media_up_s: float = 5.0
    """Longest wait for DTLS before accept goes out anyway (whatsapp-calling 2.1)."""
    accept_s: float = 12.0
    max_wait_s: float = 14400.0
    """Above any queue's own longest wait; what a queue does then is the waiting room's to say."""
    agent_media_s: float = 10.0
    reserve_s: float = 5.0
    """How long the waiting room may take to say whether a colleague can be consulted."""
    return_s: float = 5.0
    """How long an agent who was lost in mid-conversation may take until media is up again."""
    max_call_s: float = 14400.0
    farewell_s: float = 120.0
    """Longest farewell; a guard against the loss of its end."""
    goodbye_s: float = 15.0
    one_way_s: float = 20.0
    """How long one of two who talk may not be heard, while the other is, until the agent is told."""
    connect_s: float = 12.0
    """Above the Graph client's own bound, like ``pre_accept_s``; then webhooks have told of the call or never will."""
    ring_time_s: float = 45.0
    """How long a customer's phone rings at most."""
    picked_up_media_s: float = 10.0
    """How long a customer who picked up may wait for media until the call is given up."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about a call at the door: where it waits, and which waits it lives by."""

    queue: str
    rule: str | None = None
    """Name of the rule that chose the queue; None for the default queue."""
    priority: int = 0
    """Calls of higher priority are served first."""
    skills: tuple[str, ...] = ()
    """What an agent needs for this call."""
    closed: bool = False
    """It comes outside the business hours of its queue."""
    policies: Policies = Policies()


class CallBackRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A caller who could not be served and is to be called back; whether we may call is asked when it is dialled."""

    call_id: str
    """The call that could not be served."""
    phone_number_id: str
    business_number: str | None
    caller: Caller
    queue: str
    """Whose agents are to call back."""
    requested_at: float
    """Epoch seconds."""
    served_at: float | None = None
    """When an agent took this very call after all, so that nobody has to call back."""
    fulfilled_by: str | None = None
    """The call with which the customer was reached later."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A live call. Only ``machine.step`` makes a new one from an old one."""

    call_id: str
    phone_number_id: str
    business_number: str | None
    caller: Caller
    route: Route
    queue: str
    """Where the call waits now."""
    phase: Phase
    deadline: Deadline | None
    offered_at: float
    cta_payload: str | None = None
    deeplink_payload: str | None = None
    answer_sdp: str | None = None
    """What pre_accept carried; accept must repeat it byte for byte."""
    caller_connected: bool = False
    pick_up: Deadline | None = None
    """While agents are asked before the caller is picked up: when accept goes out at the latest (PICK_UP), then when
    it must be confirmed (ACCEPT)."""
    rung: tuple[Claim, ...] = ()
    """The agents whose tabs ring. Once one has answered he is the only one, until his media is up."""
    claim: Claim | None = None
    """The agent in conversation, or lost in mid-conversation and awaited; of a call that is dialled, who dials."""
    consult: Claim | None = None
    """The colleague with whom that agent talks, alone or together with the caller."""
    dial: Dial | None = None
    """None for a call that a WhatsApp user placed."""
    legs_made: int = 0
    """Counter that names the legs of agents' tabs."""
    accepted_at: float | None = None
    waits_since: float | None = None
    """When the present wait began: at accept, or when the last conversation broke off."""
    answered_at: float | None = None
    """When the first agent was joined."""
    answered_by: str | None = None
    """The agent of the latest conversation."""
    stays: tuple[Stay, ...] = ()
    """Every queue the call was in, in this order."""
    offers: tuple[Offer, ...] = ()
    """Every agent who was rung, in this order."""
    transfers: tuple[Transfer, ...] = ()
    """What agents did to hand the caller over; the last one is open while a colleague is consulted."""
    hearing: Hearing = Hearing()
    """Who can be heard."""
    held_since: float | None = None
    """When the caller was put on hold, if that has not ended."""
    held_s: float = 0.0
    """Seconds on hold before that."""
    call_back: CallBackRequest | None = None
    """The caller has asked for it; the call may go on all the same."""
    end: End | None = None
    """Known from the last words on."""
    ended_at: float | None = None
    """When everything was released; Meta's confirmation may follow seconds later."""

    @property
    def direction(self) -> Direction:
        """Who phoned whom."""
        return Direction.INBOUND if self.dial is None else Direction.OUTBOUND

    @property
    def policies(self) -> Policies:
        """The waits this call lives by."""
        return self.route.policies

    @property
    def agents_tried(self) -> tuple[str, ...]:
        """Every agent who was rung."""
        return tuple(offer.agent for offer in self.offers)

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Every time this call may not sleep through."""
        alarm_at = due(self.hearing, self.policies.one_way_s)
        alarm = None if alarm_at is None else Deadline(alarm_at, Reason.ONE_WAY)
        return tuple(one for one in (self.deadline, self.pick_up, alarm) if one is not None)

    @property
    def next_deadline(self) -> Deadline | None:
        """Which of them comes first."""
        return min(self.deadlines, key=lambda deadline: deadline.at, default=None)

    @property
    def over(self) -> bool:
        """Whether everything of this call has been released."""
        return self.phase in (Phase.ENDING, Phase.ENDED)


class StreamRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How one direction of a leg fared."""

    packets: int
    """Packets that were sent, as far as the receiver's reports know."""
    lost: int
    jitter_ms: float
    """As it stood at the end (RFC 3550 A.8)."""
    mos: float
    """Estimated mean opinion score, 1 to 4.4, of the whole call."""


class LegRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How one leg fared until it was closed. What was never measured is None."""

    leg: str
    inbound: StreamRecord | None
    """What its peer said, as it arrived here."""
    outbound: StreamRecord | None
    """What its peer was sent, by the peer's own reports."""
    round_trip_ms: float | None
    longest_gap_ms: float
    """Longest time between two packets sent."""
    discontinuities: int
    """Breaks in what was sent; anything but 0 is a bug."""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """Something the caller was played, once or again and again."""

    what: str
    """An ``Occasion`` such as ``wait`` or ``hold``, or ``announcement``."""
    queue: str
    clips: tuple[str, ...]
    """Their names, in their order. Music that went on where it was is not named again behind an announcement."""
    first_at: float
    """When it began for the first time, epoch seconds."""
    times: int = 1


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a call leaves behind (CDR). Times are epoch seconds; a missing time means it never happened."""

    call_id: str
    phone_number_id: str
    business_number: str | None
    caller: Caller
    queue: str
    """The last queue the call was in."""
    offered_at: float
    accepted_at: float | None
    answered_at: float | None
    """When the caller was first joined with an agent; when each of them pressed Answer is in ``offers``."""
    ended_at: float
    agent: str | None
    """The agent of the latest conversation; without one, the last agent rung."""
    agents_tried: tuple[str, ...]
    ended_by: str
    reason: str
    error: MetaError | None
    route: str | None = None
    """The rule that chose the first queue; None for the default queue."""
    cta_payload: str | None = None
    deeplink_payload: str | None = None
    meta_status: str | None = None
    meta_duration: int | None = None
    legs: tuple[LegRecord, ...] = ()
    """Legs that carried sound, in the order in which they closed. The media side fills them in as it is written."""
    held_s: float = 0.0
    """Seconds for which agents had the caller on hold."""
    offers: tuple[Offer, ...] = ()
    """Every agent who was rung, how long, and why the call moved on."""
    transfers: tuple[Transfer, ...] = ()
    """Who handed the caller over or consulted a colleague, and what came of it."""
    alarms: tuple[Alarm, ...] = ()
    """When one of two who talked was not heard."""
    stays: tuple[Stay, ...] = ()
    """Every queue the call was in."""
    first_audio_at: float | None = None
    """When the first packet of sound left for the caller, as the packet engine saw it."""
    played: tuple[Played, ...] = ()
    """What the caller was played, by the first time of each."""
    direction: Direction = Direction.INBOUND
    ringing_at: float | None = None
    """When the customer's phone began to ring, of a call that an agent placed. ``offered_at`` is when it was dialled,
    ``accepted_at`` when the customer picked up."""
    outcome: DialOutcome | None = None
    """Of a call that an agent placed."""
    wacid: str | None = None
    """Meta's id, of a call that an agent placed."""
