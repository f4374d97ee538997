"""Calls of the business against a stock aiortc: both DTLS roles, every end, every order (whatsapp-calling 5.5, 6.5)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from benchmarks.simulator.business_call import BusinessCall, CalleeScript, Reaction
from benchmarks.simulator.call import Windows
from benchmarks.simulator.callee import Setup
from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.payloads import Json, Shape, User
from benchmarks.simulator.report import outbound_report
from benchmarks.simulator.telling import Told
from benchmarks.simulator.whatsapp_user import WhatsAppUser
from tests.benchmarks.simulator.conftest import MakeStage, Stage
from tests.benchmarks.simulator.offering_peer import OfferingPeer
from tests.benchmarks.simulator.test_business_offer import OFFER


@pytest.fixture
async def peer(stage: Stage) -> AsyncIterator[OfferingPeer]:
    made = OfferingPeer()
    yield made
    await made.close()


@pytest.fixture
def user(stage: Stage) -> WhatsAppUser:
    """Somebody who may be called, without a webhook about it."""
    return permitted(stage)


def permitted(stage: Stage) -> WhatsAppUser:
    user = stage.cloud.user()
    user.permission.grant()
    return user


async def dial(stage: Stage, sdp: str = OFFER, /, **fields: object) -> tuple[int, Json]:
    session = {"sdp_type": "offer", "sdp": sdp}
    if "recipient" not in fields:
        fields["to"] = User().number
    return await stage.business.post("calls", action="connect", session=session, **fields)


async def dialled(stage: Stage, sdp: str = OFFER, /, **fields: object) -> BusinessCall:
    status, body = await dial(stage, sdp, **fields)
    assert status == 200, body
    call = stage.cloud.find(body["calls"][0]["id"])
    assert isinstance(call, BusinessCall)
    return call


def order(stage: Stage) -> list[str]:
    return [event for event, _ in stage.business.events]


@pytest.mark.parametrize(
    ("offered", "setup", "answered"),
    [
        ("actpass", Setup.ACTIVE, "active"),
        ("actpass", Setup.PASSIVE, "passive"),
        ("actpass", Setup.ACTPASS, "actpass"),
        ("active", Setup.ACTIVE, "passive"),
    ],
)
async def test_both_hear_each_other_whoever_is_dtls_client(
    stage: Stage, peer: OfferingPeer, user: WhatsAppUser, offered: str, setup: Setup, answered: str
) -> None:
    """Lesson #27: the role is what the answer says, and no first word is lost on either side."""
    user.script = CalleeScript(setup=setup, after_s=0.05)
    call = await dialled(stage, await peer.offer(offered), biz_opaque_callback_data="ticket-88")
    await stage.business.wait_for_event("connect")
    answer = stage.business.told("calls")[0]["session"]["sdp"]
    assert f"a=setup:{answered}\r\n" in answer
    await peer.take(answer)
    await stage.business.wait_for_event("ACCEPTED")
    peer.speak()
    await asyncio.wait_for(peer.heard_user.wait(), 10)
    await call.ear.listen(0.3, 10)
    call.hang_up()
    await stage.cloud.settled()
    assert call.violations == []
    assert discontinuities(call.ear.recording) == []
    keys = outbound_report(call, None)
    assert keys["user_hears_agent"]
    assert keys["accepted_to_first_audio_ms"] > 0
    assert keys["post_to_ringing_ms"] > keys["post_to_answer_ms"] > 0
    assert keys["other_sound_after_join"] < 0.01, "a lone tone has nothing beneath it"
    assert order(stage) == ["connect", "RINGING", "ACCEPTED", "terminate"]
    end = stage.business.told("calls")[-1]
    assert (end["status"], end["biz_opaque_callback_data"]) == ("COMPLETED", "ticket-88")
    assert end["duration"] >= 0, "an answered call has a duration"


async def test_who_speaks_before_accepted_is_noticed(stage: Stage, peer: OfferingPeer, user: WhatsAppUser) -> None:
    """Lessons #7, #49: the agent is heard before the user has picked up."""
    user.will_ignore()
    call = await dialled(stage, await peer.offer())
    await stage.business.wait_for_event("connect")
    await peer.take(stage.business.told("calls")[0]["session"]["sdp"])
    peer.speak()
    await call.ear.listen(0.1, 10)
    assert call.phone.media.packets_sent == 0, "a phone that rings says nothing"
    await stage.business.wait_for_event("RINGING")
    call.pick_up()
    call.hang_up()
    assert call.violations == ["audio came before ACCEPTED was told (whatsapp-calling 5.6)"]


async def test_a_user_who_hears_nothing_loses_the_call(make_stage: MakeStage) -> None:
    stage = await make_stage(windows=Windows(first_media_s=0.1))
    permitted(stage).will_answer(after=0)
    call = await dialled(stage)
    await call.ended.wait(5)
    await stage.cloud.settled()
    value = stage.business.values[-1]
    assert (value["calls"][0]["status"], value["errors"][0]["code"]) == ("FAILED", 138021)
    assert "duration" in value["calls"][0], "a call that broke after the pick-up has times"


async def test_a_declined_call_ends_without_times(stage: Stage, user: WhatsAppUser) -> None:
    user.will_decline(after=0)
    call = await dialled(stage)
    await call.ended.wait(5)
    await stage.cloud.settled()
    assert order(stage) == ["connect", "RINGING", "REJECTED", "terminate"]
    end = stage.business.told("calls")[-1]
    assert end["status"] == "COMPLETED", "completed means ended without a fault (whatsapp-calling 1.8)"
    assert {"start_time", "end_time", "duration"}.isdisjoint(end)
    assert user.permission.run == 1


@pytest.mark.parametrize(
    ("reaction", "told"),
    [
        (Reaction.IGNORES, ["connect", "RINGING", "terminate"]),
        (Reaction.OFFLINE, ["connect", "terminate"]),
    ],
)
async def test_a_call_that_nobody_takes_rings_out(make_stage: MakeStage, reaction: Reaction, told: list[str]) -> None:
    stage = await make_stage(windows=Windows(ring_s=0.2))
    user = permitted(stage)
    user.script = CalleeScript(reaction=reaction)
    call = await dialled(stage)
    await call.ended.wait(5)
    await stage.cloud.settled()
    assert order(stage) == told
    assert call.ended_by == "meta"
    assert user.permission.run == 1


async def test_the_business_gives_up(stage: Stage, user: WhatsAppUser) -> None:
    user.script = CalleeScript(answer_after_s=60, ring_after_s=60)
    call = await dialled(stage)
    assert (await stage.business.act("terminate", call.call_id))[0] == 200
    assert (await stage.business.act("terminate", call.call_id))[0] == 400, "it was over already"
    await stage.cloud.settled()
    assert order(stage) == ["terminate"], "nothing is told of a call that was given up at once, but its end"
    assert user.permission.run == 1


async def test_the_answer_can_come_before_the_reply(stage: Stage, user: WhatsAppUser) -> None:
    """The answer to a call whose id nobody has told us yet (whatsapp-calling 1.3)."""
    user.script = CalleeScript(reaction=Reaction.IGNORES, connect_first=True)
    call = await dialled(stage)
    assert stage.business.events == [("connect", call.call_id)], "the business had the answer before the id"


@pytest.mark.parametrize(
    ("late", "told"),
    [
        ({Told.RINGING: Told.ACCEPTED}, ["connect", "ACCEPTED", "RINGING", "terminate"]),
        ({Told.ACCEPTED: Told.TERMINATE}, ["connect", "RINGING", "terminate", "ACCEPTED"]),
        ({Told.CONNECT: Told.RINGING}, ["RINGING", "connect", "ACCEPTED", "terminate"]),
        ({Told.CONNECT: Told.TERMINATE}, ["RINGING", "ACCEPTED", "terminate", "connect"]),
    ],
)
async def test_webhooks_can_come_in_any_order(
    stage: Stage, user: WhatsAppUser, late: dict[Told, Told], told: list[str]
) -> None:
    user.script = CalleeScript(late=late, after_s=0)
    call = await dialled(stage)
    await call.picked_up.wait(5)
    call.hang_up()
    await stage.cloud.settled()
    assert order(stage) == told


async def test_every_webhook_can_come_twice(stage: Stage, user: WhatsAppUser) -> None:
    user.script = CalleeScript(reaction=Reaction.DECLINES, after_s=0, twice=True)
    call = await dialled(stage)
    await call.ended.wait(5)
    await stage.cloud.settled()
    assert order(stage) == [event for event in ("connect", "RINGING", "REJECTED", "terminate") for _ in range(2)]


async def test_a_user_without_a_number_is_reached_and_told_of_by_his_id(stage: Stage, user: WhatsAppUser) -> None:
    user.shape = Shape(numbers=False, contacts=False, direction=False, integer_times=True)
    user.will_decline(after=0)
    call = await dialled(stage, recipient=user.identity.user_id)
    await call.ended.wait(5)
    await stage.cloud.settled()
    assert user.identity.number not in str(stage.business.values), "the number shows somewhere"
    assert all("contacts" not in value for value in stage.business.values)
    assert all(call["to_user_id"] == user.identity.user_id for call in stage.business.told("calls"))
    assert all(type(item["timestamp"]) is int for item in stage.business.told("calls"))


@pytest.mark.parametrize("action", ["pre_accept", "accept", "reject"])
async def test_only_terminate_acts_on_a_call_of_ones_own(stage: Stage, user: WhatsAppUser, action: str) -> None:
    call = await dialled(stage)
    session = {"session": {"sdp_type": "answer", "sdp": OFFER}} if action != "reject" else {}
    status, body = await stage.business.act(action, call.call_id, **session)
    assert (status, body["error"]["code"]) == (400, 100)
