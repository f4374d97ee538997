"""Our policy and the simulated Meta, written apart from each other, agree about random weeks.

What policy allows and Meta refuses is a refused call; what policy forbids and Meta allows is a call not made.
"""

import enum
import math
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulator.permission_ledger import (
    DAY_S,
    LAUNCH,
    PRESENT,
    SANDBOX,
    WEEK_S,
    Choice,
    Consequence,
    Figures,
    PermissionLedger,
    RequestExpired,
)
from benchmarks.simulator.refusal import Refusal
from policy.events import CallSettled, Event, Replied, RequestSettled
from policy.history import apply
from policy.limits import DEFAULT, META_PRESENT, Limits
from policy.limits import SANDBOX as SANDBOX_LIMITS
from policy.records import Delivery, Direction, Ledger, Outcome
from policy.rules import decide
from policy.verdict import Ask

START = 1_795_334_400.0
PROFILES: Final = [(LAUNCH, DEFAULT), (PRESENT, META_PRESENT), (SANDBOX, SANDBOX_LIMITS)]


class Step(enum.Enum):
    """What can happen between the two."""

    ASK = "the business asks for permission"
    YES = "the user allows a week"
    ALWAYS = "the user allows it for good"
    NO = "the user says no"
    GRANT = "the user allows it in the profile"
    REVOKE = "the user forbids it in the profile"
    TALK = "the business calls and the user picks up"
    MISS = "the business calls in vain"
    PHONED = "the user calls and is answered"
    MISSED_US = "the user calls, which gives a week to call back"


WAITS: Final = (1.0, 1.0, 60.0, 60.0, DAY_S / 2, DAY_S - 1, DAY_S, WEEK_S - DAY_S, WEEK_S - 1, WEEK_S)
"""Seconds before a step; often short, so that calls add up before anything expires."""
TIMES: Final = (1, 1, 1, 2, 6)
"""How often a step is taken, one second apart; often enough for every limit but those of a hundred."""
STEPS = st.lists(
    st.tuples(st.sampled_from(WAITS), st.sampled_from(Step), st.sampled_from(TIMES)), min_size=10, max_size=50
)


class Pair:
    """One business and one user, in Meta's books and in ours."""

    def __init__(self, figures: Figures, limits: Limits) -> None:
        self.now = START
        self.meta = PermissionLedger(figures)
        self.ours = Ledger()
        self.limits = limits
        self._last_request: str | None = None
        self._count = 0

    def agree(self) -> None:
        """Both answer both questions alike."""
        shown = {
            action["action_name"]: action["can_perform_action"] for action in self.meta.as_json(self.now)["actions"]
        }
        for ask, name in ((Ask.CALL, "start_call"), (Ask.REQUEST, "send_call_permission_request")):
            verdict = decide(self.ours, ask, self.limits, self.now)
            assert verdict.allowed == shown[name], f"{ask}: we say {verdict.reason}, Meta says {shown[name]}"

    def take(self, step: Step) -> None:
        """Let it happen, as far as Meta lets it."""
        self._count += 1
        match step:
            case Step.ASK:
                self._ask()
            case Step.YES | Step.ALWAYS | Step.NO:
                self._answer({Step.YES: Choice.FOR_A_WEEK, Step.ALWAYS: Choice.FOR_GOOD, Step.NO: Choice.NO}[step])
            case Step.GRANT:
                self.meta.grant()
                self._reply()
            case Step.REVOKE:
                self.meta.revoke()
                self._reply()
            case Step.TALK | Step.MISS:
                self._call(picked_up=step is Step.TALK)
            case Step.PHONED:
                self.meta.connect(self.now, by_business=False)
                self._settle(Outcome.CONNECTED, Direction.USER)
            case Step.MISSED_US:
                if self.meta.permit_call_back(self.now):
                    self._reply(automatic=True)

    def _ask(self) -> None:
        name = f"wamid.{self._count}"
        try:
            self.meta.request(name, self.now)
        except Refusal:
            return
        self.meta.deliver(name, self.now)
        self._last_request = name
        self._learn(RequestSettled(id=name, at=self.now, delivery=Delivery.SENT, message_id=name))

    def _answer(self, choice: Choice) -> None:
        if self._last_request is None:
            return
        try:
            self.meta.answer(self._last_request, choice, self.now)
        except RequestExpired:
            return
        self._reply()

    def _call(self, *, picked_up: bool) -> None:
        try:
            self.meta.check_call(self.now)
        except Refusal:
            return
        if picked_up:
            self.meta.connect(self.now, by_business=True)
            self._settle(Outcome.CONNECTED, Direction.BUSINESS)
            return
        consequence = self.meta.miss()
        self._settle(Outcome.UNANSWERED, Direction.BUSINESS)
        if consequence is Consequence.REVOKED:
            self._reply(automatic=True)

    def _reply(self, *, automatic: bool = False) -> None:
        expires_at = self.meta.expires_at
        permanent = expires_at == math.inf
        self._learn(
            Replied(
                id=f"reply.{self._count}",
                at=self.now,
                accepted=expires_at is not None,
                permanent=permanent,
                expires_at=None if permanent else expires_at,
                automatic=automatic,
            )
        )

    def _settle(self, outcome: Outcome, direction: Direction) -> None:
        self._learn(CallSettled(id=f"wacid.{self._count}", at=self.now, outcome=outcome, direction=direction))

    def _learn(self, event: Event) -> None:
        self.ours = apply(self.ours, event, self.now)


@pytest.mark.parametrize(("figures", "limits"), PROFILES, ids=["launch", "present", "sandbox"])
@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_policy_and_meta_never_differ(figures: Figures, limits: Limits, steps: list[tuple[float, Step, int]]) -> None:
    pair = Pair(figures, limits)
    for wait_s, step, times in steps:
        pair.now += wait_s - 1.0
        for _ in range(times):
            pair.now += 1.0
            pair.agree()
            pair.take(step)
            pair.agree()
