"""Owns the silence of an agent's leg in mid-conversation: not given up yet, but nothing comes from it.

The caller hears hold audio meanwhile; agent and conversation stay as they are. A caller may be silent for as long as
they like (lesson #17).
"""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Phase
from signaling.calls.claims import tab_of_leg, with_claim, with_tab
from signaling.calls.effects import HoldLeg, JoinLegs
from signaling.calls.events import LegSilent, LegSpeaks
from signaling.calls.steps import Step, ignore


def begin(call: Call, event: LegSilent) -> Step:
    """Nothing comes from the talking tab any more."""
    found = tab_of_leg(call, event.leg)
    if found is None or call.phase is not Phase.TALKING or found[1].silent:
        return ignore(call, "not heard anyway")
    return Step(_with(call, *found, silent=True), (HoldLeg(leg=CALLER_LEG, queue=call.queue),))


def end(call: Call, event: LegSpeaks) -> Step:
    """The silent tab is there again: join it anew, with nobody told of a second conversation."""
    found = tab_of_leg(call, event.leg)
    if found is None or call.phase is not Phase.TALKING or not found[1].silent:
        return ignore(call, "was not silent")
    return Step(_with(call, *found, silent=False), (JoinLegs(legs=(CALLER_LEG, event.leg)),))


def _with(call: Call, claim: Claim, tab: AgentTab, *, silent: bool) -> Call:
    return with_claim(call, with_tab(claim, replace(tab, silent=silent)))
