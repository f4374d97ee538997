"""A whole call with its records in Redis: nothing a caller or an agent meets depends on which store it is."""

from pathlib import Path

from benchmarks.redis_process import DURABLE
from benchmarks.simulator.continuity import longest_gap
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.tones import AGENT_TONE
from tests.support.redis_server import RedisServer
from tests.support.stage import PATIENCE_S, staged, until


async def test_a_call_over_redis(tmp_path: Path, redis_server: RedisServer) -> None:
    async with staged(tmp_path, tables={"store": {"url": redis_server.url}}) as stage:
        call = stage.phone()
        await until(call.accepted)
        agent = await stage.agent("ana")
        talk = await stage.talk(agent)
        await call.ear.listen(0.5, PATIENCE_S)
        call.hang_up()
        await until(talk.ended)
        record = await stage.record_of(call)
    assert Hearing(call.ear.recording).first_voice_at(AGENT_TONE) is not None, "the two never met"
    assert (record.ended_by, record.agent) == ("caller", "ana"), "the record tells what happened"
    kept = {key.decode().split(":")[1] for key in redis_server.client.scan_iter("ringbridge:*")}
    # What is kept of the customer is written behind the call, some of it after the record.
    later = {"contact", "contact-alias", "contact-name", "contact-number", "conversation", "conversation-day", "permit"}
    assert kept - later == {"board", "cdr", "ended", "inbox", "node"}, "and nothing of the living call is left"


async def test_a_conversation_outlives_its_redis(tmp_path: Path) -> None:
    """Redis dies in mid-call and comes back: nobody hears of it, and the record of the call is written."""
    with RedisServer(tmp_path, *DURABLE) as redis:
        async with staged(tmp_path, tables={"store": {"url": redis.url}}) as stage:
            agent = await stage.agent("ana")
            call = stage.phone()
            talk = await stage.talk(agent)
            redis.kill()
            await call.ear.listen(0.5, PATIENCE_S)
            assert call.ended_by is None, "an outage of the store ended a conversation"
            await talk.hang_up()
            await until(call.ended)
            redis.start()
            record = await stage.record_of(call)
    assert (record.ended_by, record.agent) == ("agent", "ana"), "the record of an outage is lost"
    gap = longest_gap(call.ear.recording, until=call.ended.at)
    assert gap is not None
    assert gap.seconds < 0.3, "the caller heard that Redis was away"
