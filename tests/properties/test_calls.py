"""What no order of events may break: Hypothesis plays the outside world of one call against the machine.

The world answers what the call asked for later, in any order, twice or never; agents press anything at any time, and
deadlines pass. After each step the promises of the call are checked against a ledger of what was asked and given.
"""

from collections.abc import Callable

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hold_audio.occasions import FAREWELLS, Choice
from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Phase, Policies
from signaling.calls.claims import claims
from signaling.calls.effects import (
    AgentCallEnded,
    AnswerOffer,
    CloseLeg,
    Effect,
    EnterQueue,
    HoldLeg,
    JoinLegs,
    LeaveQueue,
    PlayHoldAudio,
    ReleaseAgent,
    ReserveAgent,
    RingAgent,
    Say,
    SendAction,
    StartLeg,
    StopRinging,
    WriteRecord,
)
from signaling.calls.events import (
    Action,
    ActionConfirmed,
    AgentAssigned,
    CallTerminated,
    DeadlinePassed,
    Event,
    LegAnswered,
    LegConnected,
    Overflow,
    ServerStopping,
)
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b

AGENTS = st.sampled_from([b.ANN, b.BEN, b.CID])
HEARD = st.sampled_from([b.leg_inaudible, b.leg_audible])
TABS = st.sampled_from([b.TAB, b.OTHER_TAB])
LAST_EVENTS = [b.caller_hangs_up(), b.meta_gives_up(), b.leg_failed(CALLER_LEG), ServerStopping(reason="draining")]
FATAL = {Reason.LEG_ANSWER, Reason.ACCEPT, Reason.MAX_WAIT, Reason.MAX_CALL, Reason.FAREWELL}
"""Deadlines that end a call which is not over yet."""
GOOD_CALL = b.story_until(Phase.ENDING)
CLAIMED = (Phase.TALKING, Phase.HELD, Phase.ASKING, Phase.CONSULTING, Phase.MERGED, Phase.RETURNING)
ALONE = (Phase.WAITING, Phase.RINGING, Phase.HELD, Phase.ASKING, Phase.CONSULTING, Phase.RETURNING)
"""Phases in which nobody talks with the caller."""
LIFE = (AnswerOffer, StartLeg, PlayHoldAudio, Say, HoldLeg, JoinLegs, EnterQueue, ReserveAgent, RingAgent)
"""Effects of a call that goes on: none of them may come from a call that is over."""
DEADLINES_TO_THE_END = 6
"""RETURN, RING or AGENT_MEDIA, MAX_WAIT, GOODBYE; or LEG_ANSWER, GOODBYE; or PRE_ACCEPT, ACCEPT, GOODBYE."""


def answers(effect: Effect) -> tuple[Event, ...]:  # noqa: PLR0911 - one flat case per effect.
    """What the neighbours may answer to this effect, the good answer first."""
    match effect:
        case AnswerOffer(leg=leg):
            return (b.leg_answered(leg), b.leg_refused(leg))
        case StartLeg(leg=leg):
            return (b.leg_connected(leg), b.leg_failed(leg))
        case SendAction(action=action):
            return (b.confirmed(action), b.failed(action), b.failed(action, final=False))
        case EnterQueue():
            return (
                b.assigned(b.ANN),
                b.assigned(b.BEN),
                b.assigned(b.CID),
                b.overflowed(),
                b.overflowed(Overflow.QUEUE, "other"),
                b.overflowed(Overflow.QUEUE, "other", closed=True),
            )
        case Say(occasion=occasion) if occasion in FAREWELLS:
            return (b.farewell_ended(),)
        case RingAgent(agent=agent):
            return (b.media_offered(b.TAB, agent), b.answered(b.TAB, agent), b.refused(agent))
        case ReserveAgent(agent=agent, queue=queue):
            return (b.assigned(agent or b.BEN), b.unavailable(agent, queue))
        case _:
            return ()


class Ledger:
    """What the call has asked for and been given so far, kept by reading effects and events alone."""

    def __init__(self) -> None:
        self.open_legs: set[str] = set()
        self.connected_legs: set[str] = set()
        self.reserved: set[str] = set()
        """Agents the waiting room holds for the call."""
        self.engaged: set[str] = set()
        """Agents who were told of the call and not yet told of its end."""
        self.hears: dict[str, set[str]] = {}
        """What each leg hears: ``hold audio``, other legs, or nothing but comfort noise."""
        self.answers_sent: list[str | None] = []
        """The SDP of pre_accept and accept."""
        self.accept_sent = False
        self.accept_confirmed = False
        self.goodbyes: list[Action] = []
        self.ended_by_meta = False
        self.records = 0

    def hear(self, event: Event) -> None:
        """Something was given to the call."""
        match event:
            case LegAnswered(leg=leg):
                self.open_legs.add(leg)
            case LegConnected(leg=leg):
                self.connected_legs.add(leg)
            case AgentAssigned(agent=agent):
                self.reserved.add(agent)
            case ActionConfirmed(action=Action.ACCEPT):
                self.accept_confirmed |= self.accept_sent
            case CallTerminated():
                self.ended_by_meta = True
            case _:
                pass

    def ask(self, effect: Effect) -> None:  # noqa: C901, PLR0912 - one flat case per effect.
        """The call asks for something: the promises that concern a single effect."""
        match effect:
            case AnswerOffer(leg=leg):
                assert leg not in self.open_legs, "a leg was made twice"
                self.open_legs.add(leg)
            case StartLeg(leg=leg):
                assert leg in self.open_legs, "a leg that is not there was started"
            case CloseLeg(leg=leg):
                self.open_legs.discard(leg)
                self.hears.pop(leg, None)
                self._unheard(leg)
            case PlayHoldAudio(leg=leg) | HoldLeg(leg=leg) | Say(leg=leg):
                assert leg == CALLER_LEG, "only the caller hears hold audio"
                assert self.accept_confirmed, "the caller was sent audio before accept was confirmed"
                last_words = isinstance(effect, Say) and effect.occasion in FAREWELLS
                self.hears[leg] = {"last words" if last_words else "hold audio"}
                self._unheard(leg)
            case JoinLegs(legs=legs):
                assert self.accept_confirmed, "the caller was sent audio before accept was confirmed"
                assert set(legs) <= self.open_legs & self.connected_legs, "joined to silence"
                self.hears |= {leg: set(legs) - {leg} for leg in legs}
            case RingAgent(agent=agent):
                assert agent in self.reserved - self.engaged, "an agent rings whom the waiting room does not hold"
                self.engaged.add(agent)
            case StopRinging(agent=agent, except_session=None) | AgentCallEnded(agent=agent):
                self.engaged.discard(agent)
            case ReleaseAgent(agent=agent):
                self.engaged.discard(agent)
                self.reserved.discard(agent)
            case LeaveQueue():
                self.reserved.clear()
            case SendAction(action=Action.PRE_ACCEPT | Action.ACCEPT as action, sdp=sdp):
                self.answers_sent.append(sdp)
                self.accept_sent |= action is Action.ACCEPT
            case SendAction(action=action):
                assert action is (Action.TERMINATE if self.accept_sent else Action.REJECT), "Meta would refuse this"
                self.goodbyes.append(action)
            case WriteRecord():
                self.records += 1
            case _:
                pass

    def _unheard(self, leg: str) -> None:
        for heard in self.hears.values():
            heard.discard(leg)


class World(RuleBasedStateMachine):
    """Everything around one call."""

    def __init__(self) -> None:
        super().__init__()
        self.now = b.NOW
        self.patience = 0
        """Events that happen before the world ends the call."""
        self.expected: list[Event] = []
        """The good answers that have not been given yet."""
        self.ledger = Ledger()
        self.possible: list[Event] = []
        """Answers to what the call has asked for so far. They stay: a neighbour may answer late, or twice."""
        self.past: list[Event] = []
        self.call = b.begin().call

    @initialize(length=st.integers(0, len(GOOD_CALL)), patience=st.integers(0, 60), with_agent=st.booleans())
    def begins_well(self, length: int, patience: int, *, with_agent: bool) -> None:
        """Many runs begin in the middle of a good call, and live long enough to see plenty of disorder."""
        self.patience = patience
        first = b.begin(Policies(with_agent=with_agent))
        self.call = first.call
        self._serve(first.effects)
        for event in GOOD_CALL[:length]:
            self.happens(event)

    @precondition(lambda self: self.expected)
    @rule()
    def all_goes_well(self) -> None:
        self.happens(self.expected.pop(0))

    @rule(data=st.data())
    def a_neighbour_answers(self, data: st.DataObject) -> None:
        self.happens(data.draw(st.sampled_from(self.possible)))

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def an_old_event_comes_again(self, data: st.DataObject) -> None:
        self.happens(data.draw(st.sampled_from(self.past)))

    @rule(agent=AGENTS)
    def an_agent_is_reserved(self, agent: str) -> None:
        self.happens(b.assigned(agent))

    @rule(agent=AGENTS, tab=TABS)
    def a_tab_offers_media(self, agent: str, tab: str) -> None:
        self.happens(b.media_offered(tab, agent))

    @rule(agent=AGENTS, tab=TABS)
    def answer_is_pressed(self, agent: str, tab: str) -> None:
        self.happens(b.answered(tab, agent))

    @rule(agent=AGENTS, pressed=st.sampled_from([b.refused, b.hung_up]))
    def reject_or_hang_up_is_pressed(self, agent: str, pressed: Callable[[str], Event]) -> None:
        self.happens(pressed(agent))

    @rule(agent=AGENTS, colleague=st.none() | AGENTS)
    def a_colleague_is_asked(self, agent: str, colleague: str | None) -> None:
        self.happens(b.consulted(agent, to_agent=colleague, queue=None if colleague else "support"))

    @rule(agent=AGENTS, pressed=st.sampled_from([b.cancelled, b.merged, b.completed]))
    def something_becomes_of_the_consultation(self, agent: str, pressed: Callable[[str], Event]) -> None:
        self.happens(pressed(agent))

    @rule(agent=AGENTS, pressed=st.sampled_from([b.held, b.retrieved, b.transferred]))
    def hold_or_transfer_is_pressed(self, agent: str, pressed: Callable[[str], Event]) -> None:
        self.happens(pressed(agent))

    @rule(choice=st.sampled_from([None, *Choice]))
    def the_caller_presses_a_key(self, choice: Choice | None) -> None:
        self.happens(b.digit_pressed(choice=choice))

    @rule(agent=AGENTS, tab=TABS, remaining=st.integers(0, 2))
    def a_tab_is_lost(self, agent: str, tab: str, remaining: int) -> None:
        self.happens(b.session_lost(tab, agent, remaining=remaining))

    @rule(number=st.integers(1, 9))
    def the_leg_of_a_tab_fails(self, number: int) -> None:
        self.happens(b.leg_failed(f"agent-{number}"))

    @rule(number=st.integers(1, 9), news=st.sampled_from([b.leg_silent, b.leg_speaks]))
    def a_leg_falls_silent_or_speaks(self, number: int, news: Callable[[str], Event]) -> None:
        self.happens(news(f"agent-{number}"))

    @rule(leg=st.sampled_from([CALLER_LEG, *(f"agent-{number}" for number in range(1, 4))]), news=HEARD)
    def a_leg_is_heard_or_not(self, leg: str, news: Callable[[str], Event]) -> None:
        self.happens(news(leg))

    @rule(agent=AGENTS, muted=st.booleans())
    def a_microphone_is_shut_or_opened(self, agent: str, *, muted: bool) -> None:
        self.happens(b.muted(agent, muted=muted))

    @precondition(lambda self: self._may_pass_the_deadline())
    @rule()
    def the_deadline_passes(self) -> None:
        deadline = self.call.next_deadline
        assert deadline is not None
        self.now = max(self.now, deadline.at)
        self.happens(DeadlinePassed(reason=deadline.reason))

    @rule(reason=st.sampled_from(Reason))
    def a_deadline_of_former_times_passes(self, reason: Reason) -> None:
        self.happens(DeadlinePassed(reason=reason))

    @rule()
    def meta_sends_the_offer_again(self) -> None:
        self.happens(b.OFFER)

    @precondition(lambda self: len(self.past) >= self.patience)
    @rule(last=st.sampled_from(LAST_EVENTS))
    def something_ends_the_call(self, last: Event) -> None:
        self.happens(last)

    @rule(seconds=st.floats(0.0, 3600.0))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds

    def happens(self, event: Event) -> None:
        """One step, and the promises that concern it."""
        before = self.call
        self.ledger.hear(event)
        step = machine.step(before, event, self.now)
        assert step == machine.step(before, event, self.now), (
            "the same step must come out the same, or no trace replays"
        )
        self.past.append(event)
        self.call = step.call
        self._serve(step.effects)

        if before.over or step.call.over:
            assert not [effect for effect in step.effects if isinstance(effect, LIFE)], "life after the end"
        if step.ignored is not None:
            assert step.call == before, "an ignored event changed the call"
            assert all(isinstance(effect, CloseLeg | ReleaseAgent) for effect in step.effects), "not only given back"
        ends_now = step.call.phase is Phase.ENDED and before.phase is not Phase.ENDED
        written = [effect for effect in step.effects if isinstance(effect, WriteRecord)]
        assert len(written) == ends_now, "one record, in the step that ends the call"

    def _serve(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self.ledger.ask(effect)
            self.possible += answers(effect)
            self.expected += answers(effect)[:1]

    def _may_pass_the_deadline(self) -> bool:
        deadline = self.call.next_deadline
        return deadline is not None and (deadline.reason not in FATAL or len(self.past) >= self.patience)

    @invariant()
    def there_is_always_a_deadline_unless_ended(self) -> None:
        assert (self.call.deadline is None) == (self.call.phase is Phase.ENDED)
        assert self.call.pick_up is None or not self.call.over

    @invariant()
    def accept_repeats_the_sdp_of_pre_accept(self) -> None:
        assert len(set(self.ledger.answers_sent)) <= 1
        assert len(self.ledger.answers_sent) <= 2, "pre_accept or accept was sent twice"

    @invariant()
    def exactly_the_claimed_agents_are_held(self) -> None:
        claimed = [] if self.call.over else [claim.agent for claim in claims(self.call)]
        assert len(claimed) == len(set(claimed)), "an agent is claimed twice"
        assert self.ledger.reserved == set(claimed), "the waiting room holds other agents than the call believes"
        assert self.ledger.engaged == set(claimed), "an agent was not told what became of the call"

    @invariant()
    def the_claims_have_the_legs_that_are_open(self) -> None:
        tabs = [tab for claim in claims(self.call) for tab in claim.tabs]
        believed = set() if self.call.over else {CALLER_LEG, *(tab.leg for tab in tabs)}
        assert self.ledger.open_legs == believed, "a leg was forgotten, or one is used that was closed"

    @invariant()
    def agents_are_claimed_exactly_while_they_ring_talk_or_may_return(self) -> None:
        if not self.call.over:
            assert self.call.phase is Phase.ASKING or bool(self.call.rung) == (self.call.phase is Phase.RINGING)
            assert (self.call.claim is not None) == (self.call.phase in CLAIMED)
            assert (self.call.consult is not None) == (self.call.phase in (Phase.CONSULTING, Phase.MERGED))

    @invariant()
    def whoever_has_answered_rings_alone(self) -> None:
        """#84, #91: everybody else has been told to stop."""
        answered = [claim for claim in self.call.rung if claim.answered_in is not None]
        assert not answered or len(self.call.rung) == 1, "an agent rings on for a call that is taken"

    @invariant()
    def the_caller_hears_something_from_accept_to_the_end(self) -> None:
        """Hold audio until an agent is joined, and again while that agent is silent or lost; nothing before accept."""
        heard = self.ledger.hears.get(CALLER_LEG)
        if self.call.pick_up is not None:
            assert heard is None, "WhatsApp rings, and the caller heard something beside it"
        elif self.call.phase in ALONE:
            assert heard == {"hold audio"}, "the caller hears silence, or somebody who has put him on hold (#116)"
        elif self.call.phase is Phase.PARTING:
            assert heard == {"last words"}, "the caller is not told why the call ends"
        elif self.call.phase is Phase.TALKING:
            assert self.call.claim is not None
            (tab,) = self.call.claim.tabs
            assert heard == {"hold audio" if tab.silent else tab.leg}, "the caller hears the wrong leg, or a silent one"

    @invariant()
    def agents_hear_whom_they_talk_with_and_nobody_else(self) -> None:
        """#115, #116: nobody hears a caller who is on hold, and after a transfer both directions are there."""
        hears = {leg: heard for leg, heard in self.ledger.hears.items() if leg != CALLER_LEG and heard}
        call = self.call
        if call.claim is None or call.over or call.phase is Phase.RETURNING:
            assert not hears, "an agent hears a caller who is not his"
            return
        mine, *theirs = [tab.leg for claim in (call.claim, call.consult) if claim is not None for tab in claim.tabs]
        silent = call.claim.tabs[0].silent
        together = {
            Phase.TALKING: {} if silent else {mine: {CALLER_LEG}},
            Phase.CONSULTING: {mine: set(theirs), **{leg: {mine} for leg in theirs}},
            Phase.MERGED: {mine: {CALLER_LEG, *theirs}, **{leg: {CALLER_LEG, mine} for leg in theirs}},
        }
        assert hears == together.get(call.phase, {}), "agents hear the wrong people"

    @invariant()
    def an_alarm_lasts_only_while_two_talk(self) -> None:
        if self.call.phase is not Phase.TALKING and not self.call.over:
            assert self.call.hearing.alarm is None, "the agent reads of a silence that nobody can break"

    @invariant()
    def meta_hears_one_goodbye_if_it_was_not_metas_own(self) -> None:
        assert len(self.ledger.goodbyes) <= 1
        if self.call.over:
            assert self.ledger.goodbyes or self.ledger.ended_by_meta, "Meta goes on billing a call that is over here"

    @invariant()
    def a_crash_at_this_point_could_be_cleaned_up_after(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.call), type=Call) == self.call

    def teardown(self) -> None:
        """Left alone, every call ends by its own deadlines and leaves exactly one record."""
        for _ in range(DEADLINES_TO_THE_END):
            if self.call.phase is not Phase.ENDED:
                self.the_deadline_passes()
        assert self.call.phase is Phase.ENDED, "a call that nobody ends goes on for ever"
        assert self.ledger.records == 1
        assert not self.ledger.open_legs, "a leg was never closed"
        assert not self.ledger.reserved, "an agent was never released"


World.TestCase.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
TestWorld = World.TestCase
