"""The call of the demo that an agent places: from the dial to two voices; what customer and agent heard."""

from benchmarks.server_process import ServerProcess
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.cloud import SimulatedWhatsApp
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.report import Keys, outbound_report
from benchmarks.simulator.tones import CALLER_TONE
from signaling.agents.dialling_messages import DialTo

RINGING_S = 2.5
"""How long the customer lets it ring: the double ring of a British line and the pause after it."""
_TALKING_S = 2.0
_PATIENCE_S = 15.0


async def outbound_call(cloud: SimulatedWhatsApp, server: ServerProcess) -> tuple[BusinessCall, AgentCall, Keys]:
    """Ada phones a customer who has allowed it; he lets it ring for a while, picks up, and hangs up in the end."""
    user = cloud.user()
    user.grant()
    user.will_answer(after=RINGING_S)
    ada = ScriptedAgent(server.agent_url, await server.agent_token("Ada"), lambda: AgentBrowser(cloud.pacer))
    try:
        await ada.start()
        ours = await ada.dial(DialTo(number=user.identity.number), timeout_s=_PATIENCE_S)
        if not isinstance(ours, AgentCall):
            raise TimeoutError(f"the call was refused: {ours.reason}")
        theirs = await user.next_call(_PATIENCE_S)
        await ours.joined.wait(_PATIENCE_S)
        await theirs.ended.within(_TALKING_S)
        theirs.hang_up()
        await ours.ended.wait(_PATIENCE_S)
        await cloud.settled()
    finally:
        await ada.close()
    return theirs, ours, _judge(theirs, ours)


def _judge(call: BusinessCall, agent: AgentCall) -> Keys:
    assert call.accepted.at is not None
    heard = Hearing(agent.ear.recording)
    voice_at = heard.first_voice_at(CALLER_TONE)
    keys = outbound_report(call, agent)
    keys["caller_hears_agent"] = keys.pop("user_hears_agent")
    keys["agent_hears_caller"] = keys.pop("agent_hears_user")
    keys["agent_hears_ringing"] = any(each.sound is Sound.RINGBACK for each in heard.segments())
    keys["accepted_to_users_voice_ms"] = None if voice_at is None else round((voice_at - call.accepted.at) * 1000, 3)
    return keys
