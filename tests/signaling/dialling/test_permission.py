"""Dialling by the real policy: what an agent is told, and what the ledger learns of each outcome."""

import pytest

from policy.limits import DEFAULT
from policy.records import Outcome
from policy.verdict import Reason
from signaling.calls.call import DialOutcome
from signaling.calls.effects import SettleDial
from signaling.calls.events import MetaError
from signaling.dialling.dials import Granted, Refused
from signaling.dialling.permission import Permission
from signaling.permissions.lookups import LookUps
from signaling.permissions.permissions import Permissions
from signaling.store.memory import MemoryStore
from tests.signaling.permissions.meta import ScriptedMeta
from tests.signaling.permissions.people import BY_ID, PNID, accepts
from tests.support.hand_clock import HandClock

WHO = BY_ID.user


class Site:
    """The policy over memory, and a Meta that is out of reach."""

    def __init__(self) -> None:
        clock = HandClock()
        look_ups = LookUps(ScriptedMeta(), clock=clock, pause=clock.pause)
        self.policy = Permissions(MemoryStore(clock), look_ups, DEFAULT, clock=clock)
        self.permission = Permission(self.policy)
        self.now = clock.now

    async def outcomes(self) -> list[Outcome]:
        return [call.outcome for call in (await self.policy.explain(BY_ID)).calls]


async def test_without_permission_the_agent_reads_why() -> None:
    refused = await Site().permission.reserve("dial.1", PNID, WHO)
    assert isinstance(refused, Refused)
    assert refused.code == Reason.NO_PERMISSION.value
    assert refused.reason


@pytest.mark.parametrize(
    ("outcome", "rang", "learned"),
    [
        (DialOutcome.ANSWERED, True, Outcome.CONNECTED),
        (DialOutcome.REJECTED, True, Outcome.REJECTED),
        (DialOutcome.UNANSWERED, True, Outcome.UNANSWERED),
        (DialOutcome.CANCELLED, True, Outcome.UNANSWERED),
        (DialOutcome.CANCELLED, False, Outcome.RELEASED),
        (DialOutcome.FAILED, False, Outcome.RELEASED),
    ],
)
async def test_the_ledger_learns_each_outcome_once(outcome: DialOutcome, rang: bool, learned: Outcome) -> None:
    """A phone that rang and was given up counts as one that nobody picked up (whatsapp-calling 3.4)."""
    site = Site()
    await site.policy.learn(BY_ID, accepts(site.now - 60.0))
    assert await site.permission.reserve("dial.1", PNID, WHO) == Granted()

    for _ in range(2):
        await site.permission.settle(
            "dial.1", SettleDial(phone_number_id=PNID, customer=WHO, outcome=outcome, rang=rang)
        )

    assert await site.outcomes() == [learned]


async def test_metas_refusal_gives_the_slot_back_and_is_learned() -> None:
    site = Site()
    await site.policy.learn(BY_ID, accepts(site.now - 60.0))
    await site.permission.reserve("dial.1", PNID, WHO)
    error = MetaError(138006, "No approved call permission from the recipient")

    await site.permission.settle(
        "dial.1", SettleDial(phone_number_id=PNID, customer=WHO, outcome=DialOutcome.FAILED, error=error)
    )

    again = await site.permission.reserve("dial.2", PNID, WHO)
    assert isinstance(again, Refused), "the agent would be refused by Meta again"
