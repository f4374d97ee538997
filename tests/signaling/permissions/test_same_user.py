"""A number and a user id that turn out to be one user: one ledger, nothing lost, nothing counted twice (#104)."""

import asyncio
import itertools

import pytest

from policy.records import Outcome
from policy.verdict import Ask
from signaling.calls.events import Caller
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import Permissions
from signaling.store.contract import Store, StoreUnavailable
from tests.signaling.permissions.conftest import Node
from tests.signaling.permissions.dying_store import DyingStore
from tests.signaling.permissions.people import BY_BOTH, BY_ID, BY_NUMBER, NUMBER, PNID, accepts, talked
from tests.support.hand_clock import HandClock

OTHER_ID = Pair(phone_number_id=PNID, user=Caller(user_id="GB.99", number=NUMBER))
COMMITS_OF_A_MOVE = 4
"""Marking the number's record, taking in, letting go, and the change itself."""


async def known_apart(permissions: Permissions, clock: HandClock) -> None:
    """Two talks under the number, one under the user id, and a yes under the number."""
    now = clock()
    await permissions.learn(BY_NUMBER, accepts(now - 9000), talked(now - 5000), talked(now - 4000))
    await permissions.learn(BY_ID, talked(now - 3000))


async def used(permissions: Permissions, pair: Pair) -> int:
    """Connected calls as the verdict on this pair counts them."""
    return (await permissions.verdict(pair, Ask.CALL)).counts[1].used


async def test_history_is_laid_together(permissions: Permissions, clock: HandClock) -> None:
    await known_apart(permissions, clock)
    assert [await used(permissions, pair) for pair in (BY_NUMBER, BY_ID)] == [2, 1]
    assert await used(permissions, BY_BOTH) == 3, "history is lost when the two are found to be one"
    for pair in (BY_NUMBER, BY_ID, BY_BOTH):
        assert await used(permissions, pair) == 3, "one user has two ledgers"
        assert (await permissions.verdict(pair, Ask.CALL)).allowed, "the user's yes is lost"


async def test_what_is_learned_under_one_name_is_known_under_the_other(
    permissions: Permissions, clock: HandClock
) -> None:
    await permissions.learn(BY_BOTH, accepts(clock() - 100))
    await permissions.reserve_call(BY_NUMBER, "call")
    assert not (await permissions.reserve_call(BY_ID, "other")).allowed, "two calls to one user at the same time"
    assert await permissions.settle_call(BY_ID, "call", Outcome.CONNECTED)
    assert not await permissions.settle_call(BY_NUMBER, "call", Outcome.CONNECTED), "settled twice under two names"


@pytest.mark.parametrize("commits", range(COMMITS_OF_A_MOVE + 1))
@pytest.mark.parametrize("afterwards", list(itertools.permutations([BY_NUMBER, BY_ID, BY_BOTH])))
async def test_a_crash_between_any_two_commits_loses_nothing(
    node: Node, store: Store, clock: HandClock, commits: int, afterwards: tuple[Pair, ...]
) -> None:
    await known_apart(node(), clock)
    crashing = node(store=DyingStore(store, commits))
    try:
        await crashing.learn(BY_BOTH, talked(clock() - 2000))
        learned = 1
    except StoreUnavailable:
        learned = 0
    assert learned == (commits >= COMMITS_OF_A_MOVE), "the move takes another number of commits than this test knows"
    survivor = node()
    for pair in afterwards:
        await survivor.learn(pair, talked(clock() - 1000))
    for pair in (BY_BOTH, BY_ID, BY_NUMBER):
        assert await used(survivor, pair) == 3 + learned + 1, "a fact is lost, or counted twice"


async def test_whoever_is_about_to_write_under_the_number_is_not_lost(node: Node, clock: HandClock) -> None:
    """The ledger moves away between his look at it and his commit."""
    calls = [talked(clock() - 1000 - n) for n in range(12)]
    names = itertools.cycle([BY_NUMBER, BY_BOTH, BY_ID])
    await asyncio.gather(*(node().learn(pair, call) for pair, call in zip(names, calls, strict=False)))
    for pair in (BY_BOTH, BY_NUMBER, BY_ID):
        assert await used(node(), pair) == len(calls), "a commit went into a ledger that nobody reads"


async def test_a_number_that_goes_to_another_user_takes_no_history_along(
    permissions: Permissions, clock: HandClock
) -> None:
    await permissions.learn(BY_BOTH, accepts(clock() - 9000), talked(clock() - 5000))
    assert await used(permissions, OTHER_ID) == 0, "a new user inherits what another one did"
    assert await used(permissions, BY_NUMBER) == 0, "the number still means the former user"
    assert await used(permissions, BY_ID) == 1, "the former user's history is gone"


async def test_pairs_are_apart(permissions: Permissions, clock: HandClock) -> None:
    await permissions.learn(BY_NUMBER, talked(clock() - 5000))
    elsewhere = Pair(phone_number_id="11", user=BY_NUMBER.user)
    assert await used(permissions, elsewhere) == 0, "limits are per business number and user"
