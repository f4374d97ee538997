"""The reload of the demo: the agent's browser crashes in mid-call and comes back; what the caller heard meanwhile."""

from benchmarks.server_process import ServerProcess
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.cloud import SimulatedWhatsApp
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.report import Keys, report
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE

_WAITING_S = 0.5
_TALKING_S = 1.5
_AWAY_S = 1.0
"""How long a page takes to load and sign in again, on a slow day."""
_SETTLED_S = 0.15
"""Time after a switch in which decoders may still ring out."""
_PATIENCE_S = 15.0


async def reload_call(cloud: SimulatedWhatsApp, server: ServerProcess) -> tuple[SimulatedCall, AgentCall, Keys]:
    """They talk, the browser goes down without a word, the agent signs in again, they talk on."""
    token = await server.agent_token("Ada")

    def tab() -> ScriptedAgent:
        return ScriptedAgent(server.agent_url, token, lambda: AgentBrowser(cloud.pacer))

    before, after = tab(), tab()
    try:
        await before.start()
        call = cloud.place_call()
        first = await before.next_ring(_PATIENCE_S)
        await call.accepted.wait(_PATIENCE_S)
        await first.media_up.wait(_PATIENCE_S)
        await call.ended.within(_WAITING_S)
        await first.answer()
        await first.joined.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        lost_at = call.ear.last_at
        assert lost_at is not None, "they were talking"
        await before.crash()
        await call.ended.within(_AWAY_S)
        await after.start()
        second = await after.next_resumed(_PATIENCE_S)
        joined_at = await second.joined.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        call.hang_up()
        await second.ended.wait(_PATIENCE_S)
        await cloud.settled()
    finally:
        await before.close()
        await after.close()
    return call, second, _judge(call, first, second, lost_at, joined_at)


def _judge(call: SimulatedCall, first: AgentCall, second: AgentCall, lost_at: float, joined_at: float) -> Keys:
    assert call.ended.at is not None
    heard = Hearing(call.ear.recording)
    later = [segment for segment in heard.segments() if segment.end > lost_at + _SETTLED_S]
    hold = next((s.start for s in later if s.sound in (Sound.MUSIC, Sound.RINGBACK)), None)
    voice = next((s.start for s in later if s.name == AGENT_TONE.name and s.start >= joined_at - _SETTLED_S), None)
    keys = report(call, first)
    keys["agent_hears_caller"] = Hearing(second.ear.recording).hears(CALLER_TONE)
    keys["other_sound_after_join"] = round(heard.loudest_besides(AGENT_TONE, joined_at + _SETTLED_S, call.ended.at), 4)
    keys["lost_to_hold_audio_ms"] = None if hold is None else round(max(0.0, hold - lost_at) * 1000, 3)
    keys["lost_to_voice_ms"] = None if voice is None else round((voice - lost_at) * 1000, 3)
    return keys
