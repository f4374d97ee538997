"""Owns the silence of an agent's leg in mid-conversation: not given up yet, but nothing comes from it.

The caller hears hold audio meanwhile; agent and conversation stay as they are. A caller may be silent for as long as
they like (lesson #17).
"""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, AgentTab, Call, Phase
from signaling.calls.claims import tab_of_leg
from signaling.calls.effects import JoinLegs, PlayHoldAudio
from signaling.calls.events import LegSilent, LegSpeaks
from signaling.calls.steps import Step, ignore


def begin(call: Call, event: LegSilent) -> Step:
    """Nothing comes from the talking tab any more."""
    tab = tab_of_leg(call, event.leg)
    if tab is None or call.phase is not Phase.TALKING or tab.silent:
        return ignore(call, "not heard anyway")
    return Step(_with(call, tab, silent=True), (PlayHoldAudio(leg=CALLER_LEG, queue=call.queue),))


def end(call: Call, event: LegSpeaks) -> Step:
    """The silent tab is there again: join it anew, with nobody told of a second conversation."""
    tab = tab_of_leg(call, event.leg)
    if tab is None or call.phase is not Phase.TALKING or not tab.silent:
        return ignore(call, "was not silent")
    return Step(_with(call, tab, silent=False), (JoinLegs(leg=CALLER_LEG, other=tab.leg),))


def _with(call: Call, tab: AgentTab, *, silent: bool) -> Call:
    assert call.claim is not None
    return replace(call, claim=replace(call.claim, tabs=(replace(tab, silent=silent),)))
