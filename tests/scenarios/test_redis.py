"""A whole call with its records in Redis: nothing a caller or an agent meets depends on which store it is."""

from pathlib import Path

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
    assert kept == {"board", "cdr", "ended", "inbox", "node"}, "and nothing of the living call is left"
