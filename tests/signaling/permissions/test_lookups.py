"""Meta is asked as seldom as it likes to be, and its refusals are nobody's harm."""

import asyncio

import pytest
from msgspec.structs import replace

from policy.events import MetaAnswered
from policy.verdict import Ask, Reason
from signaling.calls.events import Caller, MetaError
from signaling.permissions.lookups import (
    FIRST_BACK_OFF_S,
    LONGEST_BACK_OFF_S,
    LONGEST_LINE_S,
    NOT_ENROLLED_S,
    RATE_PER_S,
    LookUps,
)
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import FRESH_S, Permissions
from tests.signaling.permissions.conftest import Node
from tests.signaling.permissions.meta import ScriptedMeta
from tests.signaling.permissions.people import BY_ID, PNID, accepts, stranger
from tests.support.hand_clock import HandClock


@pytest.fixture
def look_ups(meta: ScriptedMeta, clock: HandClock) -> LookUps:
    return LookUps(meta, clock=clock, pause=clock.pause)


async def test_50_who_ask_for_one_user_share_one_look_up(look_ups: LookUps, meta: ScriptedMeta) -> None:
    meta.allow()
    answers = await asyncio.gather(*(look_ups.ask(BY_ID) for _ in range(50)))
    assert len(meta.asked) == 1, "Meta is asked the same thing again and again"
    assert all(isinstance(answer, MetaAnswered) for answer in answers), "somebody waited and got nothing"


async def test_one_who_gives_up_takes_the_answer_from_nobody(look_ups: LookUps, meta: ScriptedMeta) -> None:
    meta.allow()
    hasty, patient = (asyncio.create_task(look_ups.ask(BY_ID)) for _ in range(2))
    hasty.cancel()
    assert isinstance(await patient, MetaAnswered), "a cancelled request took others along"


async def test_no_more_than_the_rate_and_nobody_waits_long(
    look_ups: LookUps, meta: ScriptedMeta, clock: HandClock
) -> None:
    meta.allow()
    begun = clock()
    answers = [await look_ups.ask(stranger()) for _ in range(100)]
    spent = clock() - begun
    assert all(answers), "who asks one after the other is only slowed down"
    assert len(meta.asked) <= spent * RATE_PER_S + 1, "Meta is asked more often than it likes"
    assert spent == pytest.approx(99 / RATE_PER_S), "the rate that Meta allows is not used"


async def test_who_would_wait_too_long_goes_by_the_ledger(meta: ScriptedMeta, clock: HandClock) -> None:
    meta.allow()
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    look_ups = LookUps(meta, clock=clock, pause=wait)
    answers = await asyncio.gather(*(look_ups.ask(stranger()) for _ in range(30)))
    assert max(waits) <= LONGEST_LINE_S, "a verdict would wait for longer than a person does"
    assert sum(answer is not None for answer in answers) == len(waits) + 1 >= LONGEST_LINE_S * RATE_PER_S


async def test_numbers_do_not_wait_for_each_other(look_ups: LookUps, meta: ScriptedMeta, clock: HandClock) -> None:
    meta.allow()
    await look_ups.ask(stranger())
    await look_ups.ask(Pair(phone_number_id="11", user=Caller(user_id="GB.1")))
    assert clock.pauses == [], "the limit is one of each business number"


async def test_too_many_look_ups_are_followed_by_none(look_ups: LookUps, meta: ScriptedMeta, clock: HandClock) -> None:
    meta.refuse(613, "(#613) Calls to this api have exceeded the rate limit")
    back_off_s = FIRST_BACK_OFF_S
    for asked in range(1, 9):
        assert await look_ups.ask(stranger()) is None, "a limit of look-ups is no news of the user"
        clock.advance(back_off_s - LONGEST_LINE_S - 0.1)
        assert await look_ups.ask(stranger()) is None
        assert len(meta.asked) == asked, "Meta is asked although it said that it is too much"
        clock.advance(LONGEST_LINE_S + 0.1)
        back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)
    meta.allow()
    assert isinstance(await look_ups.ask(stranger()), MetaAnswered), "the back-off never ends"
    meta.refuse(613)
    clock.advance(1)
    await look_ups.ask(stranger())
    clock.advance(FIRST_BACK_OFF_S)
    before = len(meta.asked)
    await look_ups.ask(stranger())
    assert len(meta.asked) == before + 1, "an answer does not end the back-off"


@pytest.mark.parametrize(
    ("code", "text"),
    [(138000, ""), (10, ""), (131055, ""), (100, "Tried accessing nonexisting field (call_permissions)")],
)
async def test_a_number_without_calling_is_not_asked_on_every_chat(
    permissions: Permissions, meta: ScriptedMeta, clock: HandClock, code: int, text: str
) -> None:
    """#108: it was a 500 on every chat."""
    meta.refuse(code, text)
    for _ in range(20):
        pair = stranger()
        await permissions.learn(pair, accepts(clock()))
        verdict = await permissions.verdict(pair, Ask.CALL)
        assert verdict.reason is Reason.NOT_AVAILABLE, "the person is not told why"
        clock.advance(1)
    assert len(meta.asked) == 1, "Meta is asked again for every chat"
    meta.allow()
    clock.advance(NOT_ENROLLED_S)
    assert (await permissions.verdict(pair, Ask.CALL)).allowed, "a number that was enabled stays blocked"


async def test_a_user_whom_meta_does_not_know_spoils_nothing_for_others(
    look_ups: LookUps, meta: ScriptedMeta, clock: HandClock
) -> None:
    meta.refuse(100, "(#100) Invalid parameter: user_wa_id")
    assert await look_ups.ask(stranger()) is None
    meta.allow()
    clock.advance(1)
    assert isinstance(await look_ups.ask(stranger()), MetaAnswered), "one bad number blocks the business number"


async def test_meta_is_asked_before_each_call_unless_it_just_was(
    permissions: Permissions, meta: ScriptedMeta, clock: HandClock
) -> None:
    meta.allow()
    await permissions.explain(BY_ID)
    clock.advance(FRESH_S - 1)
    assert (await permissions.reserve_call(BY_ID, "call")).allowed
    assert len(meta.asked) == 1, "an answer of a moment ago is not used"
    clock.advance(1)
    await permissions.verdict(BY_ID, Ask.REQUEST)
    assert len(meta.asked) == 2, "an old answer is used"
    await permissions.refused(BY_ID, Ask.CALL, "call", MetaError(138012, "limit"))
    await permissions.verdict(BY_ID, Ask.CALL)
    assert len(meta.asked) == 3, "Meta refused since, so its earlier answer is old"


async def test_the_stricter_wins_and_the_difference_is_seen(
    permissions: Permissions, meta: ScriptedMeta, clock: HandClock
) -> None:
    await permissions.learn(BY_ID, accepts(clock() - 3600))
    assert (await permissions.verdict(BY_ID, Ask.CALL)).allowed, "Meta out of reach: the ledger alone decides"
    meta.forbid()
    verdict = await permissions.verdict(BY_ID, Ask.CALL)
    assert (verdict.allowed, verdict.reason) == (False, Reason.META_NO_PERMISSION)
    assert verdict.disagreement is not None
    assert not (await permissions.reserve_call(BY_ID, "call")).allowed, "a slot is given against Meta's word"


@pytest.mark.parametrize("by_name", [True, False])
async def test_a_country_that_may_not_call(node: Node, meta: ScriptedMeta, by_name: bool) -> None:
    """Nobody who asks has to know the number that belongs to Meta's id."""
    meta.allow()
    permissions = node(numbers={PNID: None if by_name else "12125550123"})
    pair = replace(BY_ID, business_number="12125550123") if by_name else BY_ID
    assert (await permissions.reserve_call(pair, "call")).reason is Reason.COUNTRY_EXCLUDED
    assert (await permissions.explain(pair)).request.reason is Reason.COUNTRY_EXCLUDED
