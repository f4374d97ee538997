"""What no weeks between a business and a user may break: the ledger judges as a replay of the whole history does.

The world plays calls, requests and answers, late, twice and in any order, under one id or two, to three ledgers: one
that hears everything, and two that hear parts of it, as if a number and a user id were not yet known to be one user.
"""

import math
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from policy.events import CallPlaced, CallReserved, CallSettled, Event, Replied, RequestReserved, RequestSettled
from policy.history import apply, merge
from policy.limits import DEFAULT
from policy.permission import run
from policy.records import Delivery, Direction, Ledger, Outcome
from policy.rules import decide
from policy.verdict import Ask
from tests.policy.brute_force import Answered, Asked, Books, Held, Missed, Picked
from tests.policy.builders import DAY, HOUR, T0, WEEK

PAUSES = st.sampled_from(
    [0.0, 1.0, 59.0, HOUR, 7 * HOUR, DAY - HOUR, DAY - 1, DAY, DAY + 1, 3 * DAY, WEEK - 1, WEEK, 9 * DAY]
)
LATE_S = st.sampled_from([0.0, 0.0, 0.0, 1.0, HOUR, DAY, 2 * DAY])
LEASE_S = 90.0
LEDGERS = st.sampled_from([(0,), (1,), (0, 1)])
STRENGTH: dict[Outcome, int] = {Outcome.UNANSWERED: 1, Outcome.REJECTED: 2, Outcome.CONNECTED: 3}


class Weeks(RuleBasedStateMachine):
    """Some weeks of one business and one user."""

    outcomes: ClassVar = st.sampled_from(list(STRENGTH))

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.books = Books()
        self.whole = Ledger()
        self.halves = [Ledger(), Ledger()]
        self.count = 0
        self.begun_calls: dict[str, float] = {}
        self.begun_requests: dict[str, float] = {}
        self.settled: dict[str, tuple[int, float]] = {}

    def tell(self, event: Event, hears: tuple[int, ...]) -> None:
        self.whole = apply(self.whole, event, self.now)
        for half in hears:
            self.halves[half] = apply(self.halves[half], event, self.now)

    def lately(self, begun: dict[str, float]) -> list[str]:
        """Nothing more is heard of calls and requests after two weeks."""
        return [name for name, at in begun.items() if at > self.now - 2 * WEEK]

    def name(self) -> str:
        self.count += 1
        return f"id-{self.count}"

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(offset=st.sampled_from([-1.0, 0.0, 1.0]), data=st.data())
    def an_edge_comes_near(self, offset: float, data: st.DataObject) -> None:
        if edges := self.books.edges(self.now + 1):
            self.now = data.draw(st.sampled_from(edges)) + offset

    @rule(hears=LEDGERS)
    def reserve_a_call(self, hears: tuple[int, ...]) -> None:
        if not decide(self.whole, Ask.CALL, DEFAULT, self.now).allowed:
            return
        name = self.name()
        self.tell(CallReserved(id=name, at=self.now, lease_until=self.now + LEASE_S), hears)
        self.books.held[name] = Held("call", self.now + LEASE_S)
        self.begun_calls[name] = self.now

    @rule(hears=LEDGERS, outcome=outcomes, data=st.data(), by_meta=st.booleans(), late=LATE_S)
    def a_call_of_ours_ends(
        self, hears: tuple[int, ...], outcome: Outcome, data: st.DataObject, by_meta: bool, late: float
    ) -> None:
        """Of a call that was reserved, or of one of which nothing was heard; once or again, with another outcome."""
        name = data.draw(st.sampled_from([*self.lately(self.begun_calls), "new"]))
        if name == "new":
            name = self.name()
        at = self.now - late
        if by_meta:
            called = f"wacid-{name}"
            events: list[Event] = [
                CallSettled(id=called, at=at, outcome=outcome),
                CallPlaced(id=name, at=at, call_id=called),
            ]
            for event in data.draw(st.permutations(events)):
                self.tell(event, hears)
        else:
            self.tell(CallSettled(id=name, at=at, outcome=outcome), hears)
        self.books.held.pop(name, None)
        strength, since = self.settled.get(name, (0, math.inf))
        if STRENGTH[outcome] > strength or (STRENGTH[outcome] == strength and at < since):
            self.settled[name] = (STRENGTH[outcome], at)
            self.books.calls[name] = Picked(at, ours=True) if outcome is Outcome.CONNECTED else Missed(at)

    @rule(hears=LEDGERS, data=st.data())
    def a_reserved_call_never_rang(self, hears: tuple[int, ...], data: st.DataObject) -> None:
        if begun := self.lately(self.begun_calls):
            name = data.draw(st.sampled_from(begun))
            self.tell(CallSettled(id=name, at=self.now, outcome=Outcome.RELEASED), hears)
            self.books.held.pop(name, None)

    @rule(hears=LEDGERS, late=LATE_S)
    def the_user_calls(self, hears: tuple[int, ...], late: float) -> None:
        name, at = self.name(), self.now - late
        self.tell(CallSettled(id=name, at=at, outcome=Outcome.CONNECTED, direction=Direction.USER), hears)
        self.books.calls[name] = Picked(at, ours=False)

    @rule(hears=LEDGERS)
    def reserve_a_request(self, hears: tuple[int, ...]) -> None:
        if decide(self.whole, Ask.REQUEST, DEFAULT, self.now).allowed:
            name = self.name()
            self.tell(RequestReserved(id=name, at=self.now, lease_until=self.now + LEASE_S), hears)
            self.books.held[name] = Held("request", self.now + LEASE_S)
            self.begun_requests[name] = self.now

    @rule(hears=LEDGERS, sent=st.booleans(), data=st.data())
    def a_request_goes_out(self, hears: tuple[int, ...], sent: bool, data: st.DataObject) -> None:
        """Reserved by us, or sent by somebody else."""
        name = data.draw(st.sampled_from([*self.lately(self.begun_requests), "new"]))
        if name == "new":
            name = self.name()
        delivery = Delivery.SENT if sent else Delivery.FAILED
        self.tell(RequestSettled(id=name, at=self.now, delivery=delivery, message_id=f"wamid-{name}"), hears)
        self.books.held.pop(name, None)
        if sent:
            self.books.asked.setdefault(name, Asked(self.now))

    @rule(
        hears=LEDGERS,
        yes=st.booleans(),
        automatic=st.booleans(),
        lasts=st.sampled_from([None, 2 * DAY, WEEK, 30 * DAY, math.inf]),
        late=LATE_S,
        twice=st.booleans(),
    )
    def the_user_answers(
        self, hears: tuple[int, ...], yes: bool, automatic: bool, lasts: float | None, late: float, twice: bool
    ) -> None:
        name, at = self.name(), self.now - late
        permanent = yes and not automatic and lasts == math.inf
        until = at + lasts if lasts is not None and lasts != math.inf else None
        event = Replied(id=name, at=at, accepted=yes, permanent=permanent, expires_at=until, automatic=automatic)
        for _ in range(2 if twice else 1):
            self.tell(event, hears)
        end = math.inf if permanent else until if until is not None else at + WEEK
        self.books.answered[name] = Answered(at, yes, automatic, end)

    @invariant()
    def every_ledger_judges_as_the_replay(self) -> None:
        one, other = self.halves
        for known in (self.whole, merge(one, other), merge(other, one), merge(merge(one, other), self.whole)):
            for ask, may in ((Ask.CALL, self.books.may_call), (Ask.REQUEST, self.books.may_ask)):
                verdict = decide(known, ask, DEFAULT, self.now)
                assert verdict.allowed is may(self.now), f"{ask}: the ledger forgot or invented something"
                if not verdict.allowed:
                    free_at = self.books.free_at(ask.value, self.now)
                    assert verdict.free_at == free_at, f"{ask}: a person is told the wrong moment"
            assert len(run(known, DEFAULT)) == self.books.in_a_row(), "the agent is warned of another run"

    @invariant()
    def merging_twice_changes_nothing(self) -> None:
        one, other = self.halves
        both = merge(one, other)
        assert both == merge(other, one), "a merge depends on who merges"
        assert both == merge(both, other) == merge(one, both) == merge(both, both), "a second merge counts double"

    @invariant()
    def the_ledger_stays_small(self) -> None:
        facts = len(self.whole.calls) + len(self.whole.answers) + len(self.whole.requests)
        assert facts <= 3 * 128 + 4 * 32, "a ledger grows without bound"


TestWeeks = Weeks.TestCase
TestWeeks.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
