"""Owns short names for the events of a test, and calls in every phase, each reached by real steps of the machine."""

from hold_audio.occasions import Choice
from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Phase, Policies, Route
from signaling.calls.effects import Effect, EnterQueue, RingAgent
from signaling.calls.events import (
    Action,
    ActionConfirmed,
    ActionFailed,
    AgentAnswered,
    AgentAssigned,
    AgentCancelledConsult,
    AgentCompletedTransfer,
    AgentConsulted,
    AgentHeldCall,
    AgentHungUp,
    AgentMediaOffered,
    AgentMergedCall,
    AgentMuted,
    AgentPressed,
    AgentRefused,
    AgentRetrievedCall,
    AgentSessionLost,
    AgentTransferred,
    Caller,
    CallOffered,
    CallTerminated,
    ConsultUnavailable,
    DeadlinePassed,
    DigitPressed,
    Event,
    FarewellEnded,
    LegAnswered,
    LegAudible,
    LegConnected,
    LegFailed,
    LegInaudible,
    LegRefused,
    LegSilent,
    LegSpeaks,
    MetaError,
    Overflow,
    QueueOverflowed,
)
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step

NOW = 1_795_334_400.0
"""When a test's call is offered; calls in later phases have got there within the same second."""
QUEUE = "sales"
PNID = "445566778899001"
POLICIES = Policies()
RING_S = 20.0

ANN, BEN, CID = "ann", "ben", "cid"
TAB, OTHER_TAB = "tab-1", "tab-2"
BENS_TAB = "tab-b"
TAB_LEG, OTHER_TAB_LEG = "agent-1", "agent-2"
BENS_LEG = OTHER_TAB_LEG
"""The machine names the legs of tabs in the order of their offers."""

OFFER_SDP = "v=0 offer of Meta"
ANSWER_SDP = "v=0 answer to Meta"
TAB_OFFER_SDP = "v=0 offer of a tab"
TAB_ANSWER_SDP = "v=0 answer to a tab"

NOOR = Caller(user_id="GB.1203948571029384", number="447700900123", name="Noor Haddad")
MEDIA_TIMEOUT = MetaError(138021, "Media receive timeout")
REFUSED = MetaError(138008, "SDP validation error")

OFFER = CallOffered(
    call_id="wacid.1",
    phone_number_id=PNID,
    caller=NOOR,
    sdp=OFFER_SDP,
    offered_at=NOW - 1.0,
    business_number="442079460018",
    cta_payload="order-5521",
    deeplink_payload="src=poster-7",
)

BACK_IN_THE_QUEUE = EnterQueue(queue=QUEUE, since=NOW, caller=NOOR, priority=2, skills=("refunds",), returning=True)
"""How the call of these tests comes back to its queue."""


def ring_agent(agent: str, consult_from: str | None = None) -> RingAgent:
    """The tabs of this agent ring for the call, with all that a popup shows."""
    return RingAgent(
        agent=agent,
        caller=NOOR,
        queue=QUEUE,
        waiting_since=NOW,
        consult_from=consult_from,
        phone_number_id=PNID,
        cta_payload="order-5521",
        deeplink_payload="src=poster-7",
    )


def confirmed(action: Action) -> ActionConfirmed:
    """Meta answers 200."""
    return ActionConfirmed(action=action)


def failed(action: Action, error: MetaError = REFUSED, *, final: bool = True) -> ActionFailed:
    """Meta refuses, or with ``final=False`` is out of reach."""
    return ActionFailed(action=action, error=error, final=final)


def leg_answered(leg: str = CALLER_LEG) -> LegAnswered:
    """Media has the SDP answer of a leg."""
    return LegAnswered(leg=leg, sdp=ANSWER_SDP if leg == CALLER_LEG else TAB_ANSWER_SDP)


def leg_refused(leg: str = CALLER_LEG) -> LegRefused:
    """Media cannot use an offer."""
    return LegRefused(leg=leg, reason="no fingerprint")


def leg_connected(leg: str = CALLER_LEG) -> LegConnected:
    """ICE and DTLS of a leg are up."""
    return LegConnected(leg=leg)


def leg_failed(leg: str = CALLER_LEG) -> LegFailed:
    """A leg has lost its peer."""
    return LegFailed(leg=leg, reason="consent expired")


def digit_pressed(leg: str = CALLER_LEG, choice: Choice | None = None) -> DigitPressed:
    """A key is pressed and let go."""
    return DigitPressed(leg=leg, digit="5", duration_ms=120, choice=choice)


def leg_silent(leg: str = TAB_LEG) -> LegSilent:
    """Nothing comes from a leg any more."""
    return LegSilent(leg=leg)


def leg_speaks(leg: str = TAB_LEG) -> LegSpeaks:
    """A silent leg is there again."""
    return LegSpeaks(leg=leg)


def leg_inaudible(leg: str = TAB_LEG) -> LegInaudible:
    """A leg sends nothing that can be heard."""
    return LegInaudible(leg=leg)


def leg_audible(leg: str = TAB_LEG) -> LegAudible:
    """A leg can be heard again."""
    return LegAudible(leg=leg)


def muted(agent: str = ANN, *, muted: bool = True) -> AgentMuted:
    """The microphone is shut in the page."""
    return AgentMuted(agent=agent, muted=muted)


def keys_pressed(agent: str = ANN) -> AgentPressed:
    """The agent presses keys in the page."""
    return AgentPressed(agent=agent, keys="42#")


def assigned(agent: str = ANN) -> AgentAssigned:
    """The waiting room has reserved an agent."""
    return AgentAssigned(agent=agent, ring_s=RING_S)


def overflowed(
    action: Overflow = Overflow.HANG_UP, queue: str | None = None, *, closed: bool = False
) -> QueueOverflowed:
    """The waiting room keeps the call no longer."""
    return QueueOverflowed(action=action, reason="the queue is full", queue=queue, closed=closed)


def farewell_ended(leg: str = CALLER_LEG) -> FarewellEnded:
    """The last word is said."""
    return FarewellEnded(leg=leg)


def media_offered(session: str = TAB, agent: str = ANN) -> AgentMediaOffered:
    """A tab offers media."""
    return AgentMediaOffered(agent=agent, session=session, sdp=TAB_OFFER_SDP)


def answered(session: str = TAB, agent: str = ANN) -> AgentAnswered:
    """Answer is pressed in a tab."""
    return AgentAnswered(agent=agent, session=session)


def refused(agent: str = ANN) -> AgentRefused:
    """Reject is pressed."""
    return AgentRefused(agent=agent)


def hung_up(agent: str = ANN) -> AgentHungUp:
    """Hang up is pressed."""
    return AgentHungUp(agent=agent)


def held(agent: str = ANN) -> AgentHeldCall:
    """Hold is pressed."""
    return AgentHeldCall(agent=agent)


def retrieved(agent: str = ANN) -> AgentRetrievedCall:
    """The caller is taken back from hold."""
    return AgentRetrievedCall(agent=agent)


def transferred(agent: str = ANN, *, to_agent: str | None = None, queue: str | None = "support") -> AgentTransferred:
    """The caller is handed over."""
    return AgentTransferred(agent=agent, to_agent=to_agent, queue=queue)


def consulted(agent: str = ANN, *, to_agent: str | None = BEN, queue: str | None = None) -> AgentConsulted:
    """A colleague is to be asked."""
    return AgentConsulted(agent=agent, to_agent=to_agent, queue=queue)


def unavailable(agent: str | None = BEN, queue: str | None = None) -> ConsultUnavailable:
    """The colleague cannot be had."""
    return ConsultUnavailable(agent=agent, queue=queue, reason="the colleague is away")


def cancelled(agent: str = ANN) -> AgentCancelledConsult:
    """The consultation is to be over."""
    return AgentCancelledConsult(agent=agent)


def merged(agent: str = ANN) -> AgentMergedCall:
    """All three are to hear each other."""
    return AgentMergedCall(agent=agent)


def completed(agent: str = ANN) -> AgentCompletedTransfer:
    """The caller is left to the colleague."""
    return AgentCompletedTransfer(agent=agent)


def session_lost(session: str = TAB, agent: str = ANN, *, remaining: int = 0) -> AgentSessionLost:
    """A tab is closed."""
    return AgentSessionLost(agent=agent, session=session, remaining=remaining)


def caller_hangs_up() -> CallTerminated:
    """Meta's terminate webhook of a call that was picked up and ended well."""
    return CallTerminated(call_id=OFFER.call_id, status="COMPLETED", duration=121, terminated_at=NOW + 121.0)


def meta_gives_up(error: MetaError = MEDIA_TIMEOUT) -> CallTerminated:
    """Meta's terminate webhook of a call that broke."""
    return CallTerminated(call_id=OFFER.call_id, status="FAILED", errors=(error,))


def overdue_pick_up() -> DeadlinePassed:
    """WhatsApp has rung for 25 s."""
    return DeadlinePassed(reason=Reason.PICK_UP)


def overdue(call: Call) -> DeadlinePassed:
    """The deadline this call has set itself."""
    assert call.deadline is not None
    return DeadlinePassed(reason=call.deadline.reason)


BENS_MEDIA: tuple[Event, ...] = (media_offered(BENS_TAB, BEN), leg_answered(BENS_LEG), leg_connected(BENS_LEG))
"""Ben's tab offers media, and it comes up; his is the second tab of the call."""

STORY: dict[Phase, tuple[Phase | None, tuple[Event, ...]]] = {
    Phase.OFFERED: (None, ()),
    Phase.PRE_ACCEPTING: (Phase.OFFERED, (leg_answered(),)),
    Phase.CONNECTING: (Phase.PRE_ACCEPTING, (confirmed(Action.PRE_ACCEPT),)),
    Phase.ACCEPTING: (Phase.CONNECTING, (leg_connected(),)),
    Phase.WAITING: (Phase.ACCEPTING, (confirmed(Action.ACCEPT),)),
    Phase.RINGING: (Phase.WAITING, (assigned(), media_offered(), leg_answered(TAB_LEG), leg_connected(TAB_LEG))),
    Phase.TALKING: (Phase.RINGING, (answered(),)),
    Phase.HELD: (Phase.TALKING, (held(),)),
    Phase.ASKING: (Phase.TALKING, (consulted(), assigned(BEN), *BENS_MEDIA)),
    Phase.CONSULTING: (Phase.ASKING, (answered(BENS_TAB, BEN),)),
    Phase.MERGED: (Phase.CONSULTING, (merged(),)),
    Phase.RETURNING: (Phase.TALKING, (session_lost(),)),
    Phase.PARTING: (Phase.WAITING, (overflowed(),)),
    Phase.ENDING: (Phase.TALKING, (hung_up(),)),
    Phase.ENDED: (Phase.ENDING, (caller_hangs_up(),)),
}
"""Each phase: the one before it, and the events that lead from there."""


def begin(policies: Policies = POLICIES) -> Step:
    """The first step of a call."""
    route = Route(queue=QUEUE, rule="orders", priority=2, skills=("refunds",), policies=policies)
    return machine.begin(OFFER, route=route, now=NOW)


def after(call: Call, *events: Event, now: float = NOW) -> Call:
    """The call once all these events have happened; none of them may be ignored."""
    for event in events:
        step = machine.step(call, event, now)
        assert step.ignored is None, f"{type(event).__name__} does not fit in {call.phase}: {step.ignored}"
        call = step.call
    return call


def effects(call: Call, event: Event, now: float = NOW) -> tuple[Effect, ...]:
    """What the call asks for when this happens."""
    return machine.step(call, event, now).effects


def story_until(phase: Phase) -> tuple[Event, ...]:
    """The events after the offer that lead into this phase."""
    before, events = STORY[phase]
    return events if before is None else (*story_until(before), *events)


def call_in(phase: Phase) -> Call:
    """A call in this phase. RINGING, ASKING: one tab of Ann's or Ben's has its media up, and nobody has answered."""
    return after(begin().call, *story_until(phase))


def lost_for_good(call: Call, now: float = NOW) -> Call:
    """Ann's tab is lost, and she does not come back in time."""
    returning = after(call, session_lost(), now=now)
    return after(returning, overdue(returning), now=now)


def ringing_without_media() -> Call:
    """Ann's tabs ring, and none has offered media yet."""
    return after(call_in(Phase.WAITING), assigned())
