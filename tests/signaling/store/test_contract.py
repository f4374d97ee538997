"""What every store keeps, whatever lies under it."""

import asyncio
import string

import pytest

from signaling.store.contract import Store
from tests.support.hand_clock import HandClock


async def version_of(store: Store, key: str) -> int:
    held = await store.load(key)
    return held.version if held else 0


async def test_what_was_committed_is_loaded(store: Store) -> None:
    assert await store.load("a") is None, "a record out of nothing"
    assert await store.commit("a", 0, b"\x00\xffone"), "the first commit of a key is refused"
    held = await store.load("a")
    assert held is not None, "a committed record is gone"
    assert held.value == b"\x00\xffone", "the value changed in the store"
    assert held.version >= 1, "version 0 means that there is none"


async def test_a_commit_answers_with_the_version_that_is_loaded(store: Store) -> None:
    """Who writes again need not load in between."""
    version = 0
    for value in (b"1", b"22", b"1"):
        version = await store.commit("a", version, value, ttl=60)
        assert version == await version_of(store, "a"), "the next commit would be refused, or overwrite another's"
    assert await store.commit("a", version - 1, b"stale") == 0


async def test_an_empty_value_is_a_record(store: Store) -> None:
    assert await store.commit("a", 0, b""), "an empty value is refused"
    assert await version_of(store, "a") >= 1, "an empty value is taken for no record"


async def test_the_version_grows(store: Store) -> None:
    seen = [0]
    for value in (b"1", b"1", b"2"):
        assert await store.commit("a", seen[-1], value), "the holder of the newest version is refused"
        seen.append(await version_of(store, "a"))
    assert seen == sorted(set(seen)), "two states of one record share a version"


async def test_whoever_comes_late_writes_nothing(store: Store) -> None:
    await store.commit("a", 0, b"first")
    version = await version_of(store, "a")
    await store.commit("a", version, b"second")
    for late in (0, version, version + 100):
        assert not await store.commit("a", late, b"late"), "a change of somebody else is overwritten"
        assert not await store.commit("a", late, None), "a change of somebody else is deleted"
    held = await store.load("a")
    assert held is not None, "a refused commit deleted the record"
    assert held.value == b"second", "a refused commit wrote all the same"


async def test_nobody_creates_with_a_version(store: Store) -> None:
    assert not await store.commit("a", 1, b"x"), "a record comes back that somebody deleted"
    assert await store.load("a") is None, "a refused commit wrote all the same"


async def test_delete(store: Store) -> None:
    await store.commit("a", 0, b"x")
    assert await store.commit("a", await version_of(store, "a"), None), "a record cannot be deleted"
    assert await store.load("a") is None, "a deleted record is still there"
    assert await store.keys("") == [], "a deleted record is still listed"
    assert await store.commit("a", 0, None), "deleting what is not there is no conflict"


async def test_a_new_record_is_not_the_old_one(store: Store, clock: HandClock) -> None:
    """A version held from before an end must not fit the record that came after it."""
    await store.commit("a", 0, b"old", ttl=10)
    old = await version_of(store, "a")
    await store.commit("a", old, None)
    await store.commit("a", 0, b"new", ttl=10)
    assert not await store.commit("a", old, b"stale"), "a stale owner overwrites after a deletion"
    second = await version_of(store, "a")
    clock.advance(11)
    await store.commit("a", 0, b"newer")
    assert not await store.commit("a", second, b"stale"), "a stale owner overwrites after an expiry"


async def test_expired_records_are_gone(store: Store, clock: HandClock) -> None:
    await store.commit("a", 0, b"x", ttl=10)
    version = await version_of(store, "a")
    clock.advance(9.5)
    assert await store.keys("") == ["a"], "a record expires too early"
    clock.advance(1)
    assert await store.load("a") is None, "an expired record is still loaded"
    assert await store.keys("") == [], "an expired record is still listed"
    assert not await store.commit("a", version, b"y"), "an expired record is renewed"
    assert await store.commit("a", 0, b"z"), "an expired record stands in the way"


async def test_every_commit_sets_the_lifetime_anew(store: Store, clock: HandClock) -> None:
    await store.commit("a", 0, b"x", ttl=10)
    clock.advance(5)
    await store.commit("a", await version_of(store, "a"), b"x", ttl=10)
    clock.advance(9)
    await store.commit("b", 0, b"any commit may clear away what has expired")
    assert await store.load("a"), "a renewed record expires at its old time"
    await store.commit("a", await version_of(store, "a"), b"x")
    clock.advance(1e6)
    assert await store.load("a"), "a record without a lifetime expires"


async def test_keys_are_sorted_and_belong_to_the_prefix(store: Store) -> None:
    for key in ("b:2", "b:10", "a:1", "b:1", "b", "c", "b;", "b:~"):
        await store.commit(key, 0, b"x")
    assert await store.keys("b:") == ["b:1", "b:10", "b:2", "b:~"], "recovery finds too much or too little"
    assert await store.keys("") == ["a:1", "b", "b:1", "b:10", "b:2", "b:~", "b;", "c"], "keys are lost"


@pytest.mark.parametrize("wild", sorted(set(string.punctuation)))
async def test_no_character_of_a_key_is_special(store: Store, wild: str) -> None:
    key = f"live:wacid.{wild}{wild}A"
    await store.commit(key, 0, b"mine")
    await store.commit("live:wacid.xxA", 0, b"other")
    held = await store.load(key)
    assert held is not None, "a call id with this character cannot be kept"
    assert held.value == b"mine", "a character of the key matched another record"
    assert await store.keys(f"live:wacid.{wild}") == [key], "a character of the prefix matched others"


async def test_of_many_at_once_one_wins(store: Store) -> None:
    """#82, #101."""
    won = await asyncio.gather(*(store.commit("a", 0, str(number).encode()) for number in range(50)))
    assert len([version for version in won if version]) == 1, "two owners of one record"
    held = await store.load("a")
    assert held is not None, "the winner's record is missing"
    assert held.value == str(won.index(max(won))).encode(), "a loser's record was kept"


async def test_nothing_is_lost_when_many_count_together(store: Store) -> None:
    async def count_up() -> None:
        counted = 0
        while not counted:
            held = await store.load("n")
            value = int(held.value) + 1 if held else 1
            counted = await store.commit("n", held.version if held else 0, str(value).encode())

    await asyncio.gather(*(count_up() for _ in range(12)))
    held = await store.load("n")
    assert held is not None, "the record is missing"
    assert held.value == b"12", "a committed change was overwritten"


async def test_expired_records_do_not_pile_up(store: Store, clock: HandClock) -> None:
    for number in range(60):
        await store.commit(f"old:{number}", 0, b"x", ttl=10)
    clock.advance(20)
    for number in range(10):
        await store.commit("new", await version_of(store, "new"), str(number).encode())
    clock.advance(-20)
    assert await store.keys("old:") == [], "what expired is kept for ever"
