"""A webhook body is kept once, until it is done, and a copy of it is known as one."""

import asyncio

import pytest

from signaling.store import inbox as inbox_module
from signaling.store.contract import Store, StoreUnavailable
from signaling.store.inbox import REMEMBERED_S, Inbox
from tests.support.failing_store import FailingStore
from tests.support.hand_clock import HandClock

BODY = b'{"object":"whatsapp_business_account"}'


async def test_of_fifty_copies_one_is_accepted(store: Store) -> None:
    """#101: two deliveries in the same second both got through elsewhere."""
    keys = await asyncio.gather(*(Inbox(store).accept(BODY) for _ in range(50)))
    assert len([key for key in keys if key]) == 1, "one webhook would take effect more than once"


async def test_another_body_is_no_duplicate(store: Store) -> None:
    inbox = Inbox(store)
    assert await inbox.accept(BODY), "a webhook is lost"
    assert await inbox.accept(BODY + b" "), "a webhook is lost because of another one"


async def test_what_was_not_done_is_pending_after_a_restart(store: Store) -> None:
    before = Inbox(store)
    finished, open_ = await before.accept(BODY), await before.accept(b"\x00\xff")
    assert finished is not None
    await before.done(finished)
    assert await Inbox(store).pending() == [(open_, b"\x00\xff")], "recovery finds too much or too little"


async def test_a_redelivery_after_the_work_is_a_duplicate(store: Store, clock: HandClock) -> None:
    """#102."""
    inbox = Inbox(store)
    key = await inbox.accept(BODY)
    assert key is not None
    await inbox.done(key)
    await inbox.done(key)
    clock.advance(REMEMBERED_S - 1)
    assert await inbox.accept(BODY) is None, "a replay repeats its effects"
    clock.advance(2)
    assert await inbox.accept(BODY), "the inbox grows for ever"


async def test_what_is_held_is_held_for_ever(store: Store, clock: HandClock) -> None:
    inbox = Inbox(store)
    key = await inbox.accept(BODY)
    clock.advance(100 * REMEMBERED_S)
    assert await inbox.pending() == [(key, BODY)], "an acknowledged webhook is lost"


async def test_done_lets_go_of_the_body(store: Store) -> None:
    inbox = Inbox(store)
    key = await inbox.accept(BODY)
    assert key is not None
    await inbox.done(key)
    held = await store.load(key)
    assert held is not None, "a redelivery would take effect again"
    assert held.value == b"", "personal data is kept longer than needed"


async def test_a_body_that_was_held_without_an_answer_is_worked_on_when_it_comes_again(store: Store) -> None:
    """The connection broke on the way back: Meta got a 503, and its next attempt must not be taken for a duplicate."""
    failing = FailingStore(store)
    inbox = Inbox(failing)
    failing.answers_to_lose = 1
    with pytest.raises(StoreUnavailable):
        await inbox.accept(BODY)
    key = await inbox.accept(BODY)
    assert key is not None, "a webhook is lost until the next restart"
    assert await inbox.accept(BODY) is None, "and it takes effect only once"
    await inbox.done(key)
    assert await inbox.pending() == []


async def test_a_body_that_was_done_meanwhile_is_a_duplicate(store: Store) -> None:
    failing = FailingStore(store)
    inbox, other = Inbox(failing), Inbox(store)
    failing.away = True
    with pytest.raises(StoreUnavailable):
        await inbox.accept(BODY)
    failing.away = False
    key = await other.accept(BODY)
    assert key is not None
    await other.done(key)
    assert await inbox.accept(BODY) is None, "a webhook takes effect twice"


async def test_what_is_in_doubt_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MAX_UNSURE", 3)
    failing = FailingStore(store)
    inbox = Inbox(failing)
    failing.away = True
    for number in range(10):
        with pytest.raises(StoreUnavailable):
            await inbox.accept(b"%d" % number)
    assert len(inbox._unsure) == 3, "an outage would fill the memory"
