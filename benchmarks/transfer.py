"""The transfer of the demo: an agent hands the caller over to a colleague; what the caller heard meanwhile."""

from benchmarks.server_process import ServerProcess
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.cloud import SimulatedWhatsApp
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.report import Keys, report
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE

_WAITING_S = 0.5
_TALKING_S = 1.5
_RINGING_S = 3.0
"""How long the colleague takes to answer: the ringback of one cadence and the beginning of the music."""
_SETTLED_S = 0.15
"""Time after a switch in which decoders may still ring out."""
_PATIENCE_S = 15.0


async def transfer_call(cloud: SimulatedWhatsApp, server: ServerProcess) -> tuple[SimulatedCall, AgentCall, Keys]:
    """Ada talks with the caller and hands them over to Ben, who answers and talks on."""
    ada, ben = [
        ScriptedAgent(server.agent_url, await server.agent_token(name), lambda: AgentBrowser(cloud.pacer))
        for name in ("Ada", "Ben")
    ]
    try:
        await ada.start()
        call = cloud.place_call()
        first = await ada.next_ring(_PATIENCE_S)
        await call.accepted.wait(_PATIENCE_S)
        await first.media_up.wait(_PATIENCE_S)
        await call.ended.within(_WAITING_S)
        await first.answer()
        await first.joined.wait(_PATIENCE_S)
        await ben.start()
        await call.ended.within(_TALKING_S)
        await first.transfer(to_agent="Ben")
        second = await ben.next_ring(_PATIENCE_S)
        await second.media_up.wait(_PATIENCE_S)
        await call.ended.within(_RINGING_S)
        await second.answer()
        await second.joined.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        call.hang_up()
        await second.ended.wait(_PATIENCE_S)
        await cloud.settled()
    finally:
        await ada.close()
        await ben.close()
    return call, second, _judge(call, first, second)


def _judge(call: SimulatedCall, first: AgentCall, second: AgentCall) -> Keys:
    assert call.ended.at is not None
    assert second.answered.at is not None
    answered_at = second.answered.at
    heard = Hearing(call.ear.recording)
    voices = [segment.start for segment in heard.segments() if segment.name == AGENT_TONE.name]
    voice = next((start for start in voices if start >= answered_at), None)
    keys = report(call, first)
    keys["agent_hears_caller"] = Hearing(second.ear.recording).hears(CALLER_TONE)
    keys["colleague_answer_to_voice_ms"] = None if voice is None else round((voice - answered_at) * 1000, 3)
    keys["other_sound_after_join"] = round(
        heard.loudest_besides(AGENT_TONE, (voice or answered_at) + _SETTLED_S, call.ended.at), 4
    )
    return keys
