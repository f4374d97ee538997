"""Callers hang up whenever they like, and Meta's webhooks come as they like; nothing is left behind."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from benchmarks.simulator.cloud import CallScript
from benchmarks.simulator.graph import Fault
from benchmarks.simulator.payloads import Batch, Shape
from benchmarks.simulator.refusal import Refusal
from tests.support.stage import PATIENCE_S, Stage, until


@pytest_asyncio.fixture(autouse=True)
async def nothing_is_left(stage: Stage) -> AsyncIterator[None]:
    """#92: after every scenario here, no call and no leg is left."""
    yield
    for name in ("ringbridge_legs", 'ringbridge_calls{phase="waiting"}', 'ringbridge_calls{phase="talking"}'):
        assert await stage.metric(name) == 0, f"{name}: something outlived its call"


async def test_hang_up_before_accept(stage: Stage) -> None:
    stage.cloud.disturb(Fault(action="accept", delay_s=5.0))
    call = stage.phone()
    await until(call.pre_accepted)
    call.hang_up()
    record = await stage.record_of(call)
    assert (record.ended_by, record.accepted_at) == ("caller", None), "a missed call is recorded as one"


async def test_hang_up_while_waiting(stage: Stage) -> None:
    call = stage.phone()
    await until(call.accepted)
    await call.ear.listen(0.2, PATIENCE_S)
    call.hang_up()
    record = await stage.record_of(call)
    assert (record.ended_by, record.answered_at) == ("caller", None), "an abandoned call is recorded as one"


async def test_hang_up_while_it_rings_stops_the_ringing(stage: Stage) -> None:
    """#92 #94: the popup of a caller who left would be answered into nothing."""
    ana = await stage.agent("ana")
    call = stage.phone()
    ringing = await ana.next_ring(PATIENCE_S)
    call.hang_up()
    await until(ringing.stopped)
    record = await stage.record_of(call)
    assert record.agents_tried == ("ana",), "the record tells who was rung"
    second = stage.phone()
    await ana.next_ring(PATIENCE_S)
    second.hang_up()
    await stage.record_of(second)


async def test_hang_up_in_conversation_frees_the_agent(stage: Stage) -> None:
    ana = await stage.agent("ana")
    call = stage.phone()
    talk = await stage.talk(ana)
    call.hang_up()
    await until(talk.ended)
    second = stage.phone()
    again = await stage.talk(ana)
    second.hang_up()
    await until(again.ended)
    await stage.record_of(second)


async def test_terminate_before_connect_rings_nobody(stage: Stage) -> None:
    """#87: the connect that comes late finds a tombstone."""
    ana = await stage.agent("ana")
    call = stage.phone(CallScript(hold_back_connect=True))
    call.hang_up()
    await stage.cloud.settled()
    stage.cloud.send_late_connect(call)
    await stage.cloud.settled()
    assert await stage.metric("ringbridge_calls_started_total") == 0, "no leg, no ring"
    assert ana.calls == [], "a ghost rang"


async def test_every_webhook_twice_is_one_call(stage: Stage) -> None:
    """#101 #102: copies have no effect."""
    ana = await stage.agent("ana")
    call = stage.phone(CallScript(twice=True))
    talk = await stage.talk(ana)
    call.hang_up()
    await until(talk.ended)
    await stage.record_of(call)
    await stage.cloud.settled()
    assert await stage.metric("ringbridge_calls_started_total") == 1, "a copy became a call"
    assert len(await stage.records()) == 1, "one call, one record"


@pytest.mark.parametrize("batch", list(Batch))
async def test_two_calls_in_one_payload_are_both_taken(stage: Stage, batch: Batch) -> None:
    agents = [await stage.agent("ana"), await stage.agent("ben")]
    calls = stage.cloud.place_calls([CallScript(), CallScript()], batch)
    talks = [await stage.talk(agent) for agent in agents]
    for call in calls:
        call.hang_up()
    for talk in talks:
        await until(talk.ended)
    for call in calls:
        await stage.record_of(call)


@pytest.mark.parametrize(
    "shape",
    [Shape(contacts=False), Shape(numbers=False), Shape(direction=False), Shape(numbers=False, contacts=False)],
    ids=["no contacts", "user id only", "no direction", "user id, no contacts"],
)
async def test_what_meta_leaves_out_is_not_missed(stage: Stage, shape: Shape) -> None:
    """#105 #106: a user without a number, or without a contact, is served and shown like any other."""
    ana = await stage.agent("ana")
    call = stage.phone(CallScript(shape=shape))
    talk = await stage.talk(ana)
    customer = talk.ring.customer
    assert customer.number or customer.user_id, "the agent sees who is calling"
    call.hang_up()
    await until(talk.ended)
    await stage.record_of(call)


def _without(offer: str, *starts: str) -> str:
    return "".join(line for line in offer.splitlines(keepends=True) if not line.startswith(starts))


BAD_OFFERS: dict[str, Callable[[str], str]] = {
    "no fingerprint": lambda offer: _without(offer, "a=fingerprint"),
    "no audio": lambda offer: offer.split("m=audio")[0],
    "no Opus": lambda offer: offer.replace("opus/48000/2", "G722/8000"),
    "truncated": lambda offer: offer[: len(offer) // 3],
    "1 MB": lambda offer: offer + "a=x:" + "y" * 1_000_000 + "\r\n",
    "empty": lambda _: "",
}


@pytest.mark.parametrize("fault", BAD_OFFERS)
async def test_an_unusable_offer_is_rejected_with_its_reason(stage: Stage, fault: str) -> None:
    """#28: the user must not wait for a call that cannot come to be, and the record tells why."""
    call = stage.phone(CallScript(hold_back_connect=True))
    call.facts = replace(call.facts, offer=BAD_OFFERS[fault](call.facts.offer))
    stage.cloud.send_late_connect(call)
    record = await stage.record_of(call)
    assert "the offer was refused" in record.reason, "the record tells what was wrong"
    assert call.ended_by == "business", "Meta was told at once"


async def test_metas_reason_reaches_agent_and_record(stage: Stage) -> None:
    """#107: what Meta said is what the agent and the record say."""
    stage.cloud.disturb(Fault(action="accept", refusal=Refusal(138000, "Calling not enabled", status=401)))
    call = stage.phone()
    record = await stage.record_of(call)
    assert record.error is not None
    assert record.error.code == 138000, "Meta's code is kept"
    assert record.ended_by == "meta", "and that it was Meta's decision"


async def test_meta_out_of_reach_for_a_moment_costs_a_moment(stage: Stage) -> None:
    stage.cloud.disturb(Fault(action="pre_accept", garbage=True, times=2))
    call = stage.phone()
    await until(call.accepted)
    await call.ear.listen(0.2, PATIENCE_S)
    call.hang_up()
    assert (await stage.record_of(call)).ended_by == "caller", "two faults of Meta's server did not end the call"


async def test_a_phone_that_vanishes_ends_its_call(stage: Stage) -> None:
    """#62: a peer that closes its media without a word is not kept for ever, and its agent is freed."""
    ana = await stage.agent("ana")
    call = stage.phone()
    talk = await stage.talk(ana)
    call.phone.close(notify=True)
    await until(talk.ended)
    record = await stage.record_of(call)
    assert record.ended_by == "network", "the record tells that the line broke"
