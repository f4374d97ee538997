"""Several queues on a whole server: who is sent where, who is rung, and what becomes of those a queue does not keep."""

import asyncio
from pathlib import Path

from benchmarks.simulator.cloud import CallScript
from benchmarks.simulator.continuity import discontinuities
from benchmarks.simulator.moment import Moment
from hold_audio.prompts.recordings import prompts
from tests.support.frames import holds
from tests.support.stage import PATIENCE_S, staged, until

ORDERS = {"name": "orders", "country": "kr", "ringback_cycles": 1}
SUPPORT = {"name": "support", "country": "kr", "music": False}


async def test_a_call_button_leads_to_the_agents_of_its_queue(tmp_path: Path) -> None:
    tables = {
        "queues": [SUPPORT, ORDERS],
        "routes": [{"name": "shop", "queue": "orders", "payloads": ["order-*"]}],
        "agents": [{"name": "ana", "queues": ["support"]}, {"name": "ben", "queues": ["orders"]}],
    }
    async with staged(tmp_path, tables=tables) as stage:
        ana, ben = await stage.agent("ana"), await stage.agent("ben")
        call = stage.phone(CallScript(cta_payload="order-5521"))
        talk = await stage.talk(ben)
        assert talk.ring.queue == "orders", "the agent reads why the customer calls"
        call.hang_up()
        await until(talk.ended)
        record = await stage.record_of(call)
        assert (record.route, record.queue) == ("shop", "orders"), "the record tells the way of the call"
        assert ana.calls == [], "an agent of another queue was rung"
        other = stage.phone()
        talk = await stage.talk(ana)
        other.hang_up()
        await until(talk.ended)
        assert (await stage.record_of(other)).route is None, "a call that no route expected is served all the same"
        assert await stage.metric("ringbridge_calls_unrouted_total") == 1, "and the operator can see it"


async def test_a_queue_that_nobody_serves_overflows_into_another_without_a_seam(tmp_path: Path) -> None:
    """#18 #23 #26: the caller hears the next queue's audio in the same stream and is served there."""
    tables = {
        "queues": [
            {**ORDERS, "unstaffed_wait_s": 0.5, "overflow": "queue", "overflow_queue": "support"},
            SUPPORT,
        ],
        "agents": [{"name": "ana", "queues": ["support"]}],
    }
    async with staged(tmp_path, tables=tables) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        talk = await stage.talk(ana)
        assert talk.ring.queue == "support", "the agent reads the queue the call is in now"
        await call.ear.listen(0.3, PATIENCE_S)
        call.hang_up()
        await until(talk.ended)
        assert (await stage.record_of(call)).queue == "support"
        assert discontinuities(call.ear.recording) == [], "the caller's phone noticed the change of queue"


async def test_a_full_queue_says_so_ends_the_call_and_keeps_who_is_to_be_called_back(tmp_path: Path) -> None:
    """Nobody is hung up on without a word, and the words are heard to their last frame."""
    queue = {"max_length": 0, "overflow": "call_back", "farewell": {"call_back": ["call-back"]}}
    async with staged(tmp_path, queue=queue) as stage:
        call = stage.phone()
        await until(call.ended)
        record = await stage.record_of(call)
        assert (record.ended_by, record.reason) == ("server", "the queue is full")
        (asked,) = await stage.call_backs()
        assert asked.call_id == call.call_id, "a caller who was promised a call is forgotten"
    heard = tuple(packet.packet.payload for packet in call.ear.recording)
    assert holds(heard, prompts("en")[0]["en/call-back"].frames), "the last words were cut"
    assert discontinuities(call.ear.recording) == []


async def test_a_call_overflows_into_a_closed_queue_and_is_told_so(tmp_path: Path) -> None:
    night = {"hours": {"zone": "Europe/London"}, "farewell": {"closed": ["try-later"]}, "wait": {"language": "ja"}}
    orders = {**ORDERS, "max_length": 0, "overflow": "queue", "overflow_queue": "support"}
    async with staged(tmp_path, tables={"queues": [orders, {**SUPPORT, **night}]}) as stage:
        call = stage.phone()
        await until(call.ended)
        record = await stage.record_of(call)
        assert (record.reason, record.queue) == ("outside business hours", "support"), "it waited where nobody is"
    heard = tuple(packet.packet.payload for packet in call.ear.recording)
    assert holds(heard, prompts("ja")[0]["ja/try-later"].frames), "the words are those of the queue it came to"


async def test_wrap_up_holds_the_next_ring_back_until_the_agent_is_ready(tmp_path: Path) -> None:
    async with staged(tmp_path, queue={"wrap_up_s": 600.0}) as stage:
        ana = await stage.agent("ana")
        first = stage.phone()
        talk = await stage.talk(ana)
        first.hang_up()
        await until(talk.ended)
        second = stage.phone()
        await until(second.accepted)
        await second.ear.listen(0.3, PATIENCE_S)
        assert len(ana.calls) == 1, "the agent was rung while wrapping up"
        await ana.go_ready()
        talk = await stage.talk(ana)
        second.hang_up()
        await until(talk.ended)


async def test_outside_business_hours_a_call_is_rejected_and_on_record(tmp_path: Path) -> None:
    async with staged(tmp_path, queue={"hours": {"zone": "Europe/London"}}) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        await until(call.ended)
        record = await stage.record_of(call)
        assert (record.ended_by, record.reason) == ("server", "outside business hours")
        assert record.accepted_at is None, "a closed business picked up"
        assert ana.calls == [], "somebody was rung in the middle of the night"


async def test_84_88_when_all_ring_one_answers_and_the_rest_are_free_for_the_next_caller(tmp_path: Path) -> None:
    """#84 #88 #91: agents press Answer in the same moment; one has the caller, and all others may serve the next."""
    async with staged(tmp_path, queue={"strategy": "ring_all"}) as stage:
        agents = [await stage.agent(name) for name in ("ana", "ben", "cid")]
        call = stage.phone()
        rings = [await agent.next_ring(PATIENCE_S) for agent in agents]
        for ring in rings:
            await until(ring.media_up)
        await asyncio.gather(*(ring.answer() for ring in rings))
        first_heard = await asyncio.gather(*(happens_first(ring.joined, ring.stopped) for ring in rings))
        winner = next(ring for ring in rings if ring.joined.at is not None)
        losers = [ring for ring in rings if ring.joined.at is None]
        assert len(losers) == 2, "#88: exactly one of all who answered has the call"
        assert max(first_heard) - min(first_heard) < 0.5, "#84: a ghost rings on"
        other = stage.phone()
        free = [agent for agent in agents if winner not in agent.calls]
        again = [await agent.next_ring(PATIENCE_S) for agent in free]
        await again[0].reject()
        await until(again[1].media_up)
        await again[1].answer()
        await until(again[1].joined)
        await call.ear.listen(0.3, PATIENCE_S)
        call.hang_up()
        other.hang_up()
        await until(winner.ended)
        await until(again[1].ended)
        assert discontinuities(call.ear.recording) == [], "the caller's phone must not notice (#26)"
        assert set((await stage.record_of(call)).agents_tried) == {"ana", "ben", "cid"}


async def happens_first(one: Moment, other: Moment) -> float:
    """When the first of two milestones is reached."""
    waits = {asyncio.create_task(until(one)), asyncio.create_task(until(other))}
    done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return min(wait.result() for wait in done)


async def test_outside_business_hours_a_call_may_be_answered_and_told_so(tmp_path: Path) -> None:
    queue = {"hours": {"zone": "Europe/London"}, "farewell": {"closed": ["noted"]}}
    async with staged(tmp_path, queue=queue) as stage:
        ana = await stage.agent("ana")
        call = stage.phone()
        await until(call.ended)
        record = await stage.record_of(call)
        assert (record.ended_by, record.reason) == ("server", "outside business hours")
        assert record.accepted_at is not None
        assert ana.calls == [], "somebody was rung in the middle of the night"
    heard = tuple(packet.packet.payload for packet in call.ear.recording)
    spoken = prompts("en")[0]["en/noted"].frames
    assert heard[: len(spoken)] == spoken, "from the first frame to the last"
    assert call.violations == []
