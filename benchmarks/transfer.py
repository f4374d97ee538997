"""The transfers of the demo, blind to a colleague and attended back again; what the caller heard meanwhile."""

from benchmarks.server_process import ServerProcess
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.cloud import SimulatedWhatsApp
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.moment import Moment
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
    """Ada hands her caller over to Ben blind; he consults her, merges the call and leaves the caller to her."""
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
        consultation = await second.consult(to_agent="Ada")
        third = await ada.next_ring(_PATIENCE_S)
        await third.media_up.wait(_PATIENCE_S)
        await third.answer()
        await consultation.talking.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        await second.merge()
        await consultation.merged.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        await second.complete_transfer()
        await third.consultation.handed_over.wait(_PATIENCE_S)
        await call.ended.within(_TALKING_S)
        call.hang_up()
        await third.ended.wait(_PATIENCE_S)
        await cloud.settled()
    finally:
        await ada.close()
        await ben.close()
    return call, third, _judge(call, first, second, third)


def _judge(call: SimulatedCall, first: AgentCall, second: AgentCall, third: AgentCall) -> Keys:
    answered_at, held_at = _at(second.answered), _at(second.held)
    merged_at, left_at = _at(second.consultation.merged), _at(third.consultation.handed_over)
    heard = Hearing(call.ear.recording)
    voices = [segment.start for segment in heard.segments() if segment.name == AGENT_TONE.name]
    voice = next((start for start in voices if start >= answered_at), None)
    keys = report(call, first)
    keys["agent_hears_caller"] = Hearing(third.ear.recording).hears(CALLER_TONE)
    keys["colleague_answer_to_voice_ms"] = None if voice is None else round((voice - answered_at) * 1000, 3)
    keys["agents_heard_on_hold"] = round(heard.share(AGENT_TONE, held_at + _SETTLED_S, merged_at), 4)
    talks = ((voice or answered_at, held_at), (left_at, _at(call.ended)))
    keys["other_sound_after_join"] = round(
        max(heard.loudest_besides(AGENT_TONE, start + _SETTLED_S, end) for start, end in talks), 4
    )
    return keys


def _at(moment: Moment) -> float:
    assert moment.at is not None, "the call came to its end without it"
    return moment.at
