"""Owns what a call makes of who can be heard: the alarm to the agent, and its place in the record (#39).

Nothing else changes by it: an alarm moves no call, and ends none.
"""

from msgspec.structs import replace

from signaling.calls import hearing
from signaling.calls.call import CALLER_LEG, Call, Phase
from signaling.calls.claims import claim_of, tab_of_leg
from signaling.calls.effects import AudioAlarm
from signaling.calls.events import AgentMuted, LegAudible, LegInaudible, LegSilent, LegSpeaks
from signaling.calls.hearing import Hearing
from signaling.calls.steps import Step, ignore


def heard(call: Call, event: LegInaudible | LegAudible | LegSilent | LegSpeaks, now: float) -> Step:
    """Whether anything can be heard of this leg has changed. A caller who sends nothing at all is not heard either."""
    if event.leg != CALLER_LEG and tab_of_leg(call, event.leg) is None:
        return ignore(call, "the tab of this leg is gone")
    is_over = isinstance(event, LegAudible | LegSpeaks)
    change = hearing.audible if is_over else hearing.inaudible
    return Step(replace(call, hearing=change(call.hearing, event.leg, now)))


def muted(call: Call, event: AgentMuted, now: float) -> Step:
    """The agent has shut the microphone, or opened it again."""
    claim = claim_of(call, event.agent)
    if claim is None or claim.joined_at is None or not claim.tabs:
        return ignore(call, "not in conversation with this agent")
    tab = claim.tabs[0]
    return Step(replace(call, hearing=hearing.mute(call.hearing, tab.leg, now, muted=event.muted)))


def due(call: Call) -> Step:
    """One of the two has not been heard for too long."""
    return Step(replace(call, hearing=hearing.sound(call.hearing)))


def watched(before: Hearing, step: Step, now: float) -> Step:
    """The step, with who talks with whom after it, and with word to the agent if the alarm has changed."""
    call = step.call
    if call.over:
        return step
    talking = call.claim.tabs if call.claim is not None and call.phase is Phase.TALKING else ()
    between = (CALLER_LEG, *(tab.leg for tab in talking)) if talking else ()
    call = replace(call, hearing=hearing.talk(call.hearing, between, now))
    alarm = call.hearing.alarm
    if (alarm is None) is (before.alarm is None) or call.claim is None or call.claim.answered_in is None:
        return step._replace(call=call)
    told = AudioAlarm(
        agent=call.claim.agent, session=call.claim.answered_in, silent=alarm.silent if alarm is not None else None
    )
    return step._replace(call=call, effects=(*step.effects, told))
