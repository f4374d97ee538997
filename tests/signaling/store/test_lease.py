"""One process serves a site: exactly one, the next one soon after a crash, and at once after a goodbye (#82)."""

import asyncio

import pytest

from signaling.store.contract import Store, StoreUnavailable
from signaling.store.lease import LAPSE_S, RENEW_S, SiteTaken, Tenure, held
from tests.support.failing_store import FailingStore, HeldPause
from tests.support.hand_clock import HandClock

SITE = "test"


@pytest.fixture
def failing(store: Store) -> FailingStore:
    return FailingStore(store)


@pytest.fixture
async def first(store: Store, clock: HandClock) -> Tenure:
    tenure = Tenure(store, SITE, pause=clock.pause)
    await tenure.take()
    return tenure


class Renewing:
    """A pause during which the holder renews when its time has come."""

    def __init__(self, holder: Tenure) -> None:
        self._holder = holder
        self.watched_s = 0.0

    async def __call__(self, seconds: float) -> None:
        self.watched_s += seconds
        if self.watched_s % RENEW_S < seconds:
            await self._holder.renew()


async def test_a_holder_who_lives_keeps_the_site(store: Store, first: Tenure) -> None:
    watch = Renewing(first)
    with pytest.raises(SiteTaken, match="stop it first"):
        await Tenure(store, SITE, pause=watch).take()
    assert watch.watched_s <= RENEW_S, "an operator waits for the error longer than it takes to see the renewal"
    await first.renew()


async def test_a_holder_who_crashed_is_followed_when_its_hold_has_lapsed(
    store: Store, first: Tenure, clock: HandClock
) -> None:
    second = Tenure(store, SITE, pause=clock.pause)
    await second.take()
    assert sum(clock.pauses) == LAPSE_S, "a holder was given up too early, or a restart takes too long"
    with pytest.raises(SiteTaken, match="took over"):
        await first.renew()
    await second.renew()


async def test_whoever_gave_the_site_back_is_followed_at_once(store: Store, first: Tenure, clock: HandClock) -> None:
    await first.give_back()
    await Tenure(store, SITE, pause=clock.pause).take()
    assert clock.pauses == [], "a restart takes longer than it must"


async def test_who_lost_the_site_does_not_give_it_away(store: Store, first: Tenure, clock: HandClock) -> None:
    second = Tenure(store, SITE, pause=clock.pause)
    await second.take()
    await first.give_back()
    await second.renew()


async def test_of_many_who_come_together_one_serves(store: Store) -> None:
    """#82."""

    async def give_up(_seconds: float) -> None:
        raise SiteTaken("there is a holder, who would have to be watched")

    came = await asyncio.gather(*(Tenure(store, SITE, pause=give_up).take() for _ in range(10)), return_exceptions=True)
    assert came.count(None) == 1, "two processes would end each other's calls"
    assert all(isinstance(answer, SiteTaken) for answer in came if answer is not None)


async def test_other_sites_are_free(store: Store, first: Tenure, clock: HandClock) -> None:
    await Tenure(store, "elsewhere", pause=clock.pause).take()
    assert clock.pauses == []


async def test_a_store_that_was_away_is_no_reason_to_stop(store: Store, failing: FailingStore) -> None:
    pause = HeldPause()
    async with held(failing, SITE, pause=pause) as hold:
        for away in (True, True, False):
            await pause.reached()
            failing.away = away
            pause.release()
        await pause.reached()
        assert not hold.done(), "an outage of the store must not end calls that need it only afterwards"
        assert failing.refused == 2, "the site is not renewed"


async def test_the_hold_ends_when_another_took_the_site(store: Store, clock: HandClock) -> None:
    pause = HeldPause()
    async with held(store, SITE, pause=pause) as hold:
        await pause.reached()
        await Tenure(store, SITE, pause=clock.pause).take()
        pause.release()
        with pytest.raises(SiteTaken):
            await asyncio.wait_for(hold, 5)


async def test_a_store_that_lost_everything_is_held_on(store: Store, first: Tenure, clock: HandClock) -> None:
    record = await store.load("node:test")
    assert record is not None
    await store.commit("node:test", record.version, None)
    await first.renew()
    with pytest.raises(SiteTaken):
        await Tenure(store, SITE, pause=Renewing(first)).take()


async def test_a_store_that_is_away_at_the_start_says_so(failing: FailingStore, clock: HandClock) -> None:
    failing.away = True
    with pytest.raises(StoreUnavailable):
        await Tenure(failing, SITE, pause=clock.pause).take()


async def test_a_store_that_is_away_at_the_end_is_left(failing: FailingStore) -> None:
    pause = HeldPause()
    async with held(failing, SITE, pause=pause):
        await pause.reached()
        failing.away = True
