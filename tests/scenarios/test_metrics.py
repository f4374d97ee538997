"""What an operator watches at /metrics: who waits, who is there, how calls ended, and why calls were not allowed."""

from pathlib import Path

from benchmarks.simulator.agent import AgentCall
from signaling.agents.dialling_messages import DialRefused, DialTo
from signaling.pause import pause
from tests.support.stage import PATIENCE_S, Stage, staged, until

PNID = "445566778899001"


async def becomes(stage: Stage, name: str, value: float) -> bool:
    """Whether the figure gets there: the room is changed behind what is said to an agent, and records behind calls."""
    for _ in range(100):
        if await stage.metric(name) == value:
            return True
        await pause(0.05)
    return False


async def test_a_day_in_figures(tmp_path: Path) -> None:
    async with staged(tmp_path, number=PNID) as stage:
        ana = await stage.agent("ana")
        assert await becomes(stage, 'ringbridge_agents{presence="ready"}', 1)
        assert await becomes(stage, 'ringbridge_queue_agents_ready{queue="main"}', 1)
        refused = await ana.dial(DialTo(number="+44 7700 900199"))
        assert isinstance(refused, DialRefused)
        assert await becomes(stage, 'ringbridge_permission_refusals_total{ask="call",reason="no_permission"}', 1)

        stage.user().grant()
        stage.user().will_answer()
        ours = await ana.dial(DialTo(number="+44 7700 900123"))
        assert isinstance(ours, AgentCall), f"the call was refused: {ours}"
        await until(ours.joined)
        theirs = await stage.user().next_call(PATIENCE_S)
        caller = stage.phone()
        await until(caller.accepted)
        assert await becomes(stage, 'ringbridge_queue_waiting{queue="main"}', 1), "somebody waits and nobody sees it"
        assert await stage.metric('ringbridge_queue_longest_wait_seconds{queue="main"}') > 0
        caller.hang_up()
        await stage.record_of(caller)
        await ours.hang_up()
        await until(theirs.ended)
        await stage.record_called(ours.call_id)

        assert await becomes(stage, 'ringbridge_calls_received_total{ending="abandoned",queue="main"}', 1)
        assert await becomes(stage, 'ringbridge_wait_seconds_count{ending="abandoned",queue="main"}', 1)
        assert await becomes(stage, 'ringbridge_calls_dialled_total{outcome="answered"}', 1)
        assert await becomes(stage, 'ringbridge_queue_waiting{queue="main"}', 0)
