"""Owns the way of a call back into its queue: it keeps its place, and the caller hears hold audio all along."""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, Call, Claim, Deadline, Phase
from signaling.calls.claims import close
from signaling.calls.effects import Effect, EnterQueue, PlayHoldAudio, ReleaseAgent
from signaling.calls.events import Reason
from signaling.calls.steps import Step


def waits_on(call: Call) -> Call:
    """Without an agent again, within the wait that began before."""
    assert call.waits_since is not None
    ends = Deadline(call.waits_since + call.policies.max_wait_s, Reason.MAX_WAIT)
    return replace(call, phase=Phase.WAITING, claim=None, deadline=ends)


def back_to_queue(call: Call, claim: Claim, now: float, outcome: str, *told: Effect) -> Step:
    """After a conversation: hold audio at once, the old place at the front, and a wait of full length."""
    effects: tuple[Effect, ...] = (
        PlayHoldAudio(leg=CALLER_LEG, queue=call.queue),
        *close(claim.tabs),
        *told,
        ReleaseAgent(agent=claim.agent, outcome=outcome),
        EnterQueue(queue=call.queue, since=call.offered_at),
    )
    return Step(waits_on(replace(call, waits_since=now)), effects)
