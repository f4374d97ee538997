"""What Meta refuses before a business-initiated call exists, and nothing follows that (whatsapp-calling 4, 6.8)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.graph import Fault
from benchmarks.simulator.number import Standing
from benchmarks.simulator.payloads import Business, Json, User
from benchmarks.simulator.permission_ledger import Figures
from benchmarks.simulator.refusal import Refusal
from tests.benchmarks.simulator.conftest import MakeStage, Stage
from tests.benchmarks.simulator.test_business_offer import OFFER
from tests.benchmarks.simulator.test_outbound import dial, dialled, permitted

AMAL = User(number="447700900456", user_id="GB.77", name="Amal")
MakePermitted: TypeAlias = Callable[[Standing], Awaitable[Stage]]


@pytest.fixture
async def make_permitted(make_stage: MakeStage) -> MakePermitted:
    """A number that stands so with Meta, and one user who may be called and lets it ring."""

    async def make(standing: Standing) -> Stage:
        stage = await make_stage(standing=standing)
        permitted(stage).will_ignore()
        return stage

    return make


async def refused(stage: Stage, recipient: str | None = None) -> tuple[int, int]:
    """HTTP status and Meta's code of a call that must not begin."""

    def known() -> set[str]:
        return {call.call_id for user in (User(), AMAL) for call in stage.cloud.user(user).calls}

    calls = known()
    status, body = await dial(stage, **({} if recipient is None else {"recipient": recipient}))
    await stage.cloud.settled()
    assert known() == calls, "a refused call exists"
    assert {call["id"] for call in stage.business.told("calls") if "from_user_id" not in call} <= calls, "it is told of"
    assert body["error"]["error_data"]["details"], "Meta says why"
    return status, body["error"]["code"]


async def test_without_a_permission(stage: Stage) -> None:
    stage.cloud.user()
    assert await refused(stage) == (401, 138006)


async def test_who_is_not_on_whatsapp_or_cannot_take_calls(stage: Stage) -> None:
    assert await refused(stage, recipient="GB.404") == (400, 138001)
    permitted(stage).callable = False
    assert await refused(stage) == (400, 138001)


async def test_a_second_call_with_the_same_user(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing())
    first = await dialled(stage)
    assert await refused(stage) == (400, 138003)
    await stage.business.act("terminate", first.call_id)
    assert (await dial(stage))[0] == 200, "the line is free again"


async def test_a_user_who_is_calling_us_is_busy(stage: Stage) -> None:
    stage.business.manners.never_accepts = True
    permitted(stage)
    call = stage.cloud.place_call()
    await stage.cloud.settled()
    assert await refused(stage) == (400, 138003)
    call.hang_up()


async def test_too_many_calls_at_once(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing(concurrent_calls=1))
    stage.cloud.user(AMAL).permission.grant()
    stage.cloud.user(AMAL).will_ignore()
    first = await dialled(stage)
    assert await refused(stage, recipient=AMAL.user_id) == (429, 138002)
    await stage.business.act("terminate", first.call_id)
    assert (await dial(stage, recipient=AMAL.user_id))[0] == 200


async def test_too_many_calls_a_day(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing(calls_per_day=1))
    call = await dialled(stage)
    await stage.business.act("terminate", call.call_id)
    assert await refused(stage) == (429, 138005)


async def test_too_many_connected_calls_a_day(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing(figures=Figures(calls_per_day=1)))
    stage.cloud.user().will_answer(after=0)
    call = await dialled(stage)
    await call.picked_up.wait(5)
    call.hang_up()
    await stage.cloud.settled()
    assert await refused(stage) == (400, 138012)


async def test_without_a_payment_method(make_permitted: MakePermitted) -> None:
    assert await refused(await make_permitted(Standing(payment_method=False))) == (400, 131044)


async def test_a_paused_number_is_told_of_and_refused(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing())
    stage.cloud.restrict()
    assert await refused(stage) == (400, 138014)
    told = stage.business.values[-1]
    assert (told["event"], told["phone_number"]) == ("ACCOUNT_RESTRICTION", "442079460018")
    assert told["restriction_info"][0]["restriction_type"] == "RESTRICTED_BUSINESS_INITIATED_CALLING"
    stage.cloud.number.standing.restricted = False
    assert (await dial(stage))[0] == 200, "the permission stayed"


async def test_a_test_number_reaches_its_list_only(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing(allowed_recipients=frozenset({AMAL.number})))
    assert await refused(stage) == (400, 131030)


@pytest.mark.parametrize(
    ("number", "code"), [("14155550123", 138013), ("20223456789", 138013), ("442079460018", 138006)]
)
async def test_numbers_of_some_countries_may_not_call(make_stage: MakeStage, number: str, code: int) -> None:
    stage = await make_stage(business=Business(display_phone_number=number))
    stage.cloud.user()
    assert (await refused(stage))[1] == code


@pytest.mark.parametrize(
    ("setting", "status", "code"),
    [({"status": "DISABLED"}, 401, 138000), ({"sip": {"status": "ENABLED"}}, 400, 131055)],
)
async def test_settings_forbid_calls(make_permitted: MakePermitted, setting: Json, status: int, code: int) -> None:
    stage = await make_permitted(Standing())
    stage.cloud.number.settings.change({"calling": setting})
    assert await refused(stage) == (status, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"session": {"sdp_type": "answer", "sdp": OFFER}}, 100),
        ({"session": {"sdp_type": "offer", "sdp": OFFER.replace("actpass", "passive")}}, 138008),
        ({"session": {"sdp_type": "offer"}}, 100),
        ({"to": "not a number"}, 100),
        ({"to": 447700900123}, 100),
        ({"recipient": "447700900123"}, 100),
        ({"call_id": "wacid.mine"}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
    ],
)
async def test_a_wrong_body_is_refused(make_permitted: MakePermitted, changes: Json, code: int) -> None:
    stage = await make_permitted(Standing())
    right = {"action": "connect", "to": User().number, "session": {"sdp_type": "offer", "sdp": OFFER}}
    status, body = await stage.business.post("calls", **(right | changes))
    assert (status, body["error"]["code"]) == (400, code)
    status, body = await stage.business.post("calls", **{key: right[key] for key in ("action", "session")})
    assert (status, body["error"]["code"]) == (400, 100), "somebody must be called"


async def test_to_wins_over_recipient(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing())
    status, _ = await dial(stage, to=User().number, recipient=AMAL.user_id)
    assert status == 200
    assert len(stage.cloud.user().calls) == 1


async def test_a_fault_can_strike_connect_and_a_reply_can_be_slow(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing())
    stage.cloud.disturb(Fault(action="connect", refusal=Refusal(138004, "try again", status=500)))
    assert await refused(stage) == (500, 138004)
    stage.cloud.disturb(Fault(action="connect", reply_delay_s=600))
    asked = asyncio.create_task(dialled(stage))
    await stage.business.wait_for_event("RINGING")
    assert not asked.done(), "the phone rings while the reply is under way"
    stage.cloud.let_go()
    assert isinstance(await asked, BusinessCall)


async def test_call_permissions_are_served_and_rationed(make_permitted: MakePermitted) -> None:
    stage = await make_permitted(Standing(look_ups_per_s=3))
    status, body = await stage.business.get("call_permissions", user_wa_id=User().number)
    assert (status, body["permission"]) == (200, {"status": "permanent"})
    _, same = await stage.business.get("call_permissions", recipient=User().user_id)
    assert same == body, "number and BSUID are the same user"
    _, stranger = await stage.business.get("call_permissions", user_wa_id="447700900999")
    assert stranger["permission"] == {"status": "no_permission"}, "who cannot be called shows as not permitted"
    status, body = await stage.business.get("call_permissions", user_wa_id=User().number)
    assert (status, body["error"]["code"]) == (429, 613)


@pytest.mark.parametrize("query", [{}, {"user_wa_id": "447700900123", "recipient": "GB.1"}])
async def test_call_permissions_are_about_one_user(stage: Stage, query: dict[str, str]) -> None:
    status, body = await stage.business.get("call_permissions", **query)
    assert (status, body["error"]["code"]) == (400, 100)
