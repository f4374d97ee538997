"""A place in a limit is checked and taken at once, comes back after a crash, and is settled once."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from policy.limits import DEFAULT, Limits
from policy.records import Delivery, Outcome
from policy.verdict import Ask, Reason
from signaling.calls.events import MetaError
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import CALL_LEASE_S, REQUEST_LEASE_S, AlreadySettled, Permissions
from tests.signaling.permissions.conftest import Node
from tests.signaling.permissions.meta import ScriptedMeta
from tests.signaling.permissions.people import BY_ID, accepts, stranger, talked
from tests.support.hand_clock import HandClock

ATTEMPTS = 50
AT_ONCE: Limits = replace(DEFAULT, calls_at_once=replace(DEFAULT.calls_at_once, value=ATTEMPTS))
"""As the default, but calls with one user do not wait for each other: the limit of connected calls alone decides."""
few_examples = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def who_talked(permissions: Permissions, clock: HandClock, calls: int) -> Pair:
    """Somebody who allows calls and has taken so many of them lately."""
    pair = stranger()
    await permissions.learn(pair, accepts(clock() - 3600), *(talked(clock() - 60 * (n + 1)) for n in range(calls)))
    return pair


async def attempt(nodes: list[Permissions], pair: Pair) -> int:
    """How many of ATTEMPTS parallel attempts, spread over the nodes, may call."""
    verdicts = await asyncio.gather(*(nodes[n % len(nodes)].reserve_call(pair, f"call-{n}") for n in range(ATTEMPTS)))
    return sum(verdict.allowed for verdict in verdicts)


@few_examples
@given(taken=st.integers(0, 5), processes=st.integers(1, 3))
async def test_of_50_parallel_attempts_as_many_call_as_there_are_slots(
    node: Node, clock: HandClock, taken: int, processes: int
) -> None:
    """At the last free slot (4 taken) that is exactly one."""
    nodes = [node(limits=AT_ONCE) for _ in range(processes)]
    pair = await who_talked(nodes[0], clock, taken)
    assert await attempt(nodes, pair) == 5 - taken, "a limit is overrun, or a free slot is not given"
    verdict = await nodes[0].verdict(pair, Ask.CALL)
    assert (verdict.allowed, verdict.reason) == (False, Reason.CONNECTED_CALLS), "what is reserved does not count"


@few_examples
@given(taken=st.integers(0, 4))
async def test_of_50_parallel_attempts_one_calls(node: Node, clock: HandClock, taken: int) -> None:
    """WhatsApp puts one call through to a user at a time (138003)."""
    pair = await who_talked(node(), clock, taken)
    assert await attempt([node(), node()], pair) == 1, "two calls to one user at the same time, or none"


@few_examples
@given(processes=st.integers(1, 3))
async def test_of_50_parallel_requests_one_goes_out(node: Node, processes: int) -> None:
    nodes, pair = [node() for _ in range(processes)], stranger()
    verdicts = await asyncio.gather(
        *(nodes[n % processes].reserve_request(pair, f"request-{n}") for n in range(ATTEMPTS))
    )
    assert sum(verdict.allowed for verdict in verdicts) == 1, "the user is asked twice in a day"


@pytest.mark.parametrize(("offset", "allowed"), [(-1.0, False), (0.0, True)])
async def test_a_crashed_call_gives_its_slot_back(
    permissions: Permissions, node: Node, clock: HandClock, offset: float, allowed: bool
) -> None:
    pair = await who_talked(permissions, clock, 4)
    assert (await permissions.reserve_call(pair, "lost")).allowed
    clock.advance(CALL_LEASE_S + offset)
    assert (await node().reserve_call(pair, "next")).allowed is allowed, "a lease ends when it says, by itself"


async def test_a_crashed_request_gives_its_place_back(permissions: Permissions, node: Node, clock: HandClock) -> None:
    assert (await permissions.reserve_request(BY_ID, "lost")).allowed
    assert not (await node().reserve_request(BY_ID, "next")).allowed, "two requests on their way"
    clock.advance(REQUEST_LEASE_S)
    assert (await node().reserve_request(BY_ID, "next")).allowed, "a lost request is in the way for ever"


async def test_a_reservation_may_be_repeated(permissions: Permissions, clock: HandClock) -> None:
    """After StoreUnavailable nobody knows whether it was written."""
    pair = await who_talked(permissions, clock, 4)
    for _ in range(3):
        assert (await permissions.reserve_call(pair, "call")).allowed, "a repetition is taken for a second call"
    picture = await permissions.explain(pair)
    assert [call.id for call in picture.calls].count("call") == 1, "a repetition took a second slot"


async def test_an_id_is_good_for_one_attempt(permissions: Permissions) -> None:
    await permissions.reserve_request(BY_ID, "request")
    await permissions.settle_request(BY_ID, "request", Delivery.SENT, message_id="wamid.1")
    with pytest.raises(AlreadySettled):
        await permissions.reserve_request(BY_ID, "request")


@pytest.mark.parametrize("name", ["ours", "wacid.metas"])
async def test_an_outcome_is_learned_once(permissions: Permissions, node: Node, clock: HandClock, name: str) -> None:
    """#80: Meta tells it in several webhooks, to several nodes, under its own id."""
    pair = await who_talked(permissions, clock, 0)
    await permissions.reserve_call(pair, "ours")
    await permissions.placed(pair, "ours", "wacid.metas")
    told = await asyncio.gather(*(node().settle_call(pair, name, Outcome.UNANSWERED) for _ in range(20)))
    assert told.count(True) == 1, "the outcome is acted on twice, or never"
    assert (await permissions.explain(pair)).run == 1, "one call counts twice in the run"


async def test_an_outcome_may_come_before_the_call_has_its_id(permissions: Permissions, clock: HandClock) -> None:
    """Webhooks overtake the HTTP answer (whatsapp-calling 1.3)."""
    pair = await who_talked(permissions, clock, 0)
    await permissions.reserve_call(pair, "ours")
    assert await permissions.settle_call(pair, "wacid.metas", Outcome.CONNECTED)
    await permissions.placed(pair, "ours", "wacid.metas")
    assert not await permissions.settle_call(pair, "ours", Outcome.CONNECTED), "the outcome is known already"
    connected = (await permissions.verdict(pair, Ask.CALL)).counts[1]
    assert [(item.id, item.pending) for item in connected.items] == [("ours", False)], "one call takes two slots"


async def test_a_late_outcome_of_a_lapsed_attempt_counts(permissions: Permissions, clock: HandClock) -> None:
    pair = await who_talked(permissions, clock, 0)
    await permissions.reserve_call(pair, "slow")
    clock.advance(CALL_LEASE_S + 60)
    assert await permissions.settle_call(pair, "slow", Outcome.CONNECTED), "a lease that ended is no outcome"
    assert (await permissions.verdict(pair, Ask.CALL)).counts[1].used == 1, "a call that took place is not counted"


async def test_a_refused_call_frees_its_slot_and_is_remembered(permissions: Permissions, clock: HandClock) -> None:
    pair = await who_talked(permissions, clock, 0)
    await permissions.reserve_call(pair, "call")
    await permissions.refused(pair, Ask.CALL, "call", MetaError(138006, "no permission"))
    verdict = await permissions.verdict(pair, Ask.CALL)
    assert verdict.reason is Reason.META_NO_PERMISSION, "the agent would run into the same refusal again"
    assert verdict.disagreement is not None, "nobody sees that the two records differ"
    assert verdict.counts[0].used == 0, "the slot of a refused call stays taken"


async def test_a_refused_request_frees_its_place(permissions: Permissions) -> None:
    await permissions.reserve_request(BY_ID, "request")
    await permissions.refused(BY_ID, Ask.REQUEST, "request", MetaError(131047, "the window is closed"))
    assert (await permissions.verdict(BY_ID, Ask.REQUEST)).allowed, "a request that never went out counts"


async def test_refused_by_the_verdict_takes_nothing(permissions: Permissions, meta: ScriptedMeta) -> None:
    meta.forbid()
    verdict = await permissions.reserve_call(BY_ID, "call")
    assert (verdict.allowed, verdict.reason) == (False, Reason.NO_PERMISSION)
    assert (await permissions.explain(BY_ID)).calls == (), "a refused attempt is in the way of others"
