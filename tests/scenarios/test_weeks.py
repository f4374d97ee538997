"""A site that has been up for weeks, of which the test has not the time."""

from benchmarks.simulator.permission_ledger import WEEK_S
from tests.support.stage import Stage, until


async def test_a_call_after_weeks_is_a_call_of_its_own_day(stage: Stage) -> None:
    """A server that mixed two clocks would take the webhook for weeks old, or the record for weeks new."""
    early = stage.phone()
    await until(early.accepted)
    early.hang_up()
    before = await stage.record_of(early)
    stage.clock.travel(3 * WEEK_S)

    agent = await stage.agent("ana")
    late = stage.phone()
    await stage.talk(agent)
    late.hang_up()

    after = await stage.record_of(late)
    assert 3 * WEEK_S <= after.offered_at - before.offered_at < 3 * WEEK_S + 3600
    assert after.ended_at - after.offered_at < 3600, "the call itself took weeks"
