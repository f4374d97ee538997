"""What no order of events may break in a call that an agent places: Hypothesis plays customer, Meta, media and agent.

Meta's webhooks and its answer to connect come in any order, twice or never, for a call that Meta has and for one that
it has not; the agent presses anything at any time, pages close, deadlines pass.
"""

import itertools
from collections.abc import Callable

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from signaling.calls import dialling, machine
from signaling.calls.call import CALLER_LEG, Call, DialOutcome, Phase
from signaling.calls.dialling import AGENT_LEG
from signaling.calls.effects import (
    AgentCallEnded,
    AnswerOffer,
    CloseLeg,
    Connect,
    Effect,
    EnterQueue,
    HoldLeg,
    JoinLegs,
    LeaveQueue,
    MakeOffer,
    PlayHoldAudio,
    ReleaseAgent,
    ReserveAgent,
    RingAgent,
    Say,
    SendAction,
    SettleDial,
    StartLeg,
    StopRinging,
    TakeAnswer,
    WriteRecord,
)
from signaling.calls.events import (
    Action,
    ActionFailed,
    AgentAssigned,
    CallProgressed,
    CallStatus,
    CallTerminated,
    ConnectAnswered,
    ConnectConfirmed,
    DeadlinePassed,
    Event,
    LegConnected,
    LegFailed,
    LegRefused,
    ServerStopping,
)
from tests.signaling.calls import builders as b
from tests.signaling.calls import dialling_builders as d

GOOD_CALL = tuple(event for events in d.STORY.values() for event in events)
STATES = [0, *itertools.accumulate(len(d.STORY[state]) for state in ("sent", "named", "ring", "pick", "talk"))]
"""How many events of it lead into each state of a call that goes on."""
AGENTS = st.sampled_from([b.ANN, b.BEN])
TABS = st.sampled_from([b.TAB, b.OTHER_TAB])
CALM = st.sampled_from(
    [
        d.confirmed(),
        d.answer_webhook(),
        d.progressed(CallStatus.RINGING),
        d.progressed(CallStatus.ACCEPTED),
        d.connect_failed(d.NOBODY_KNOWS, final=False),
        b.leg_connected(CALLER_LEG),
        b.leg_connected(AGENT_LEG),
        d.offer_made(),
    ]
)
"""What may happen at any time, whether it was asked for or not, and ends no call by itself."""
FATAL = st.sampled_from(
    [
        d.progressed(CallStatus.REJECTED),
        d.connect_failed(),
        d.terminated(),
        d.terminated(duration=3),
        d.terminated(error=b.MEDIA_TIMEOUT),
        b.leg_failed(CALLER_LEG),
        b.leg_failed(AGENT_LEG),
        b.hung_up(b.ANN),
        b.session_lost(b.TAB, b.ANN),
        ServerStopping(reason="draining"),
    ]
)
PRESSED = st.sampled_from([b.held, b.retrieved, b.transferred, b.cancelled])
AUDIBLE = (PlayHoldAudio, HoldLeg, Say)
LIFE = (AnswerOffer, MakeOffer, TakeAnswer, StartLeg, Connect, JoinLegs, EnterQueue, ReserveAgent, RingAgent, *AUDIBLE)
"""Effects of a call that goes on: none of them may come from a call that is over."""
DEADLINES_TO_THE_END = 6


def answers(effect: Effect) -> tuple[Event, ...]:  # noqa: PLR0911 - one flat case per effect.
    """What the neighbours may answer to this effect, the good answer first."""
    match effect:
        case AnswerOffer(leg=leg):
            return (b.leg_answered(leg), b.leg_refused(leg))
        case MakeOffer():
            return (d.offer_made(), b.leg_refused(CALLER_LEG))
        case StartLeg(leg=leg) | TakeAnswer(leg=leg):
            return (b.leg_connected(leg), b.leg_failed(leg))
        case SendAction(action=action):
            return (b.confirmed(action), b.failed(action), b.failed(action, final=False))
        case EnterQueue() | ReserveAgent():
            return (b.assigned(b.BEN), b.overflowed())
        case RingAgent(agent=agent):
            return (b.media_offered(b.TAB, agent), b.answered(b.TAB, agent), b.refused(agent))
        case _:
            return ()


class DialledWorld(RuleBasedStateMachine):
    """Everything around one call that Ann places."""

    def __init__(self) -> None:
        super().__init__()
        self.now = b.NOW
        self.patience = 0
        """Events that happen before the world ends the call."""
        self.open_legs: set[str] = set()
        self.connected: set[str] = set()
        self.held = {b.ANN}
        """Agents whom the waiting room holds for the call."""
        self.accepted = False
        self.rejected = False
        self.named = False
        """Meta has told its id of the call to the call while that could still make use of it."""
        self.metas_end = False
        self.connects = 0
        self.goodbyes: list[SendAction] = []
        self.told: list[SettleDial] = []
        self.records: list[WriteRecord] = []
        self.possible: list[Event] = []
        self.past: list[Event] = []
        first = d.begin()
        self.call = first.call
        self._serve(first.effects)

    @initialize(length=st.sampled_from(STATES), patience=st.sampled_from([0, 5, 10, 30]), end=st.none() | FATAL)
    def begins_well(self, length: int, patience: int, end: Event | None) -> None:
        """Many runs begin in the middle of a good call, and live long enough to see plenty of disorder; or end soon."""
        self.patience = patience
        for event in GOOD_CALL[:length]:
            self.happens(event)
        if end is not None:
            self.happens(end)

    @rule(data=st.data())
    def a_neighbour_answers(self, data: st.DataObject) -> None:
        calm = [event for event in self.possible if self._may_end() or not isinstance(event, LegFailed | LegRefused)]
        if calm:
            self.happens(data.draw(st.sampled_from(calm)))

    @rule(news=CALM)
    def something_happens(self, news: Event) -> None:
        self.happens(news)

    @precondition(lambda self: self._may_end())
    @rule(news=FATAL)
    def something_ends_it(self, news: Event) -> None:
        self.happens(news)

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def an_old_event_comes_again(self, data: st.DataObject) -> None:
        self.happens(data.draw(st.sampled_from(self.past)))

    @rule(agent=AGENTS, pressed=PRESSED)
    def an_agent_presses(self, agent: str, pressed: Callable[[str], Event]) -> None:
        self.happens(pressed(agent))

    @rule(agent=AGENTS, tab=TABS)
    def a_tab_offers_media(self, agent: str, tab: str) -> None:
        self.happens(b.media_offered(tab, agent))

    @rule(agent=AGENTS)
    def another_tab_is_lost(self, agent: str) -> None:
        self.happens(b.session_lost(b.OTHER_TAB, agent, remaining=1))

    @rule(agent=AGENTS)
    def an_agent_is_reserved(self, agent: str) -> None:
        self.happens(b.assigned(agent))

    @precondition(lambda self: self._may_end() and self.call.next_deadline is not None)
    @rule()
    def the_deadline_passes(self) -> None:
        deadline = self.call.next_deadline
        assert deadline is not None
        self.now = max(self.now, deadline.at)
        self.happens(DeadlinePassed(reason=deadline.reason))

    def happens(self, event: Event) -> None:
        """One step, and the promises that concern it."""
        before = self.call
        self._hear(event)
        step = machine.step(before, event, self.now)
        assert step == machine.step(before, event, self.now), "the same step comes out otherwise; no trace replays"
        self.past.append(event)
        self.call = step.call
        self._serve(step.effects)
        if before.over or step.call.over:
            assert not [effect for effect in step.effects if isinstance(effect, LIFE)], "life after the end"
        if step.ignored is not None:
            assert step.call == before, "an ignored event changed the call"
            assert all(isinstance(effect, CloseLeg | ReleaseAgent) for effect in step.effects), "not only given back"

    def _may_end(self) -> bool:
        return len(self.past) >= self.patience

    def _hear(self, event: Event) -> None:
        living = self.call.phase is not Phase.ENDED
        match event:
            case LegConnected(leg=leg):
                self.connected.add(leg)
            case AgentAssigned(agent=agent):
                self.held.add(agent)
            case ConnectConfirmed() | ConnectAnswered():
                self.named |= living
            case CallProgressed(status=status):
                self.named |= living
                dialling_still = self.call.phase is Phase.DIALLING
                self.accepted |= dialling_still and status is CallStatus.ACCEPTED
                self.rejected |= dialling_still and status is CallStatus.REJECTED
            case CallTerminated():
                self.metas_end |= living
            case _:
                pass

    def _serve(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self._ask(effect)
            self.possible += answers(effect)

    def _ask(self, effect: Effect) -> None:
        match effect:
            case AnswerOffer(leg=leg) | MakeOffer(leg=leg):
                assert leg not in self.open_legs, "a leg was made twice"
                self.open_legs.add(leg)
            case CloseLeg(leg=leg):
                self.open_legs.discard(leg)
            case PlayHoldAudio(leg=leg) | HoldLeg(leg=leg) | Say(leg=leg):
                assert leg != CALLER_LEG or self.accepted, "#7, #49: the customer was sent audio before ACCEPTED"
            case JoinLegs(legs=legs):
                assert self.accepted, "#7, #49: the customer was sent audio before ACCEPTED"
                assert set(legs) <= self.open_legs & self.connected, "joined to silence"
            case Connect():
                self.connects += 1
            case SendAction(action=action):
                assert action is Action.TERMINATE, "Meta knows no other action here"
                assert effect.wacid == d.WACID, "Meta would not know which call is meant"
                self.goodbyes.append(effect)
            case ReleaseAgent(agent=agent):
                self.held.discard(agent)
            case LeaveQueue():
                self.held.clear()
            case SettleDial():
                self.told.append(effect)
            case WriteRecord():
                self.records.append(effect)
            case StopRinging() | AgentCallEnded() | _:
                pass

    @invariant()
    def a_phone_rings_at_most_once(self) -> None:
        assert self.connects <= 1, "the customer's phone rings twice"

    @invariant()
    def the_outcome_is_told_at_most_once_and_at_the_end(self) -> None:
        assert len(self.told) <= 1, "the ledger learns it twice"
        if self.call.phase is Phase.ENDED:
            assert len(self.told) == 1, "the slot of the permission is lost"
            (written,) = self.records
            assert written.record.outcome is self.told[0].outcome or self.told[0].outcome is DialOutcome.ANSWERED

    @invariant()
    def nothing_is_held_by_a_call_that_is_over(self) -> None:
        if self.call.over:
            assert not self.open_legs, "a leg was never closed"
            assert not self.held, "#80: an agent stays busy"

    @invariant()
    def the_agent_who_dials_is_held_until_then(self) -> None:
        if self.call.phase in dialling.BEFORE_JOINING:
            assert self.held == {b.ANN}
            assert self.open_legs == {CALLER_LEG, AGENT_LEG}

    @invariant()
    def meta_is_told_once_of_a_call_that_goes_on_there(self) -> None:
        assert len(self.goodbyes) <= 1
        if self.call.phase is Phase.ENDED and self.connects and self.named and not (self.metas_end or self.rejected):
            refused = any(isinstance(event, ActionFailed) and event.final for event in self.past)
            assert self.goodbyes or refused, "a phone rings for nobody"

    @invariant()
    def a_crash_at_this_point_could_be_cleaned_up_after(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.call), type=Call) == self.call

    def teardown(self) -> None:
        """Left alone, every call ends by its own deadlines."""
        for _ in range(DEADLINES_TO_THE_END):
            if self.call.phase is not Phase.ENDED:
                self.the_deadline_passes()
        assert self.call.phase is Phase.ENDED, "a call that nobody ends goes on for ever"
        self.the_outcome_is_told_at_most_once_and_at_the_end()
        self.nothing_is_held_by_a_call_that_is_over()
        self.meta_is_told_once_of_a_call_that_goes_on_there()


DialledWorld.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestDialledWorld = DialledWorld.TestCase
