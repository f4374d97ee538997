"""Owns the ways of a call into a queue, back into it, and out of one that does not keep it.

It keeps its place, and the caller hears hold audio all along.
"""

from msgspec.structs import replace

from hold_audio.occasions import Occasion
from signaling.calls.call import CALLER_LEG, Call, Claim, Deadline, End, Phase
from signaling.calls.calling_back import ask
from signaling.calls.claims import close, taken_by
from signaling.calls.effects import Effect, EnterQueue, PlayHoldAudio, ReleaseAgent
from signaling.calls.events import Overflow, QueueOverflowed
from signaling.calls.history import Stay
from signaling.calls.holding import off_hold
from signaling.calls.parting import CLOSED, part
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline, ignore


def enter_queue(call: Call, *, returning: bool = False, wanted: str | None = None) -> EnterQueue:
    """Let the call wait where it belongs now. Its place counts from the offer, so coming back costs nothing."""
    return EnterQueue(
        queue=call.queue,
        since=call.offered_at,
        caller=call.caller,
        priority=call.route.priority,
        skills=call.route.skills,
        returning=returning,
        wanted=wanted,
    )


def settled_in(call: Call, now: float) -> Call:
    """The call, with its present queue noted, by whatever way it came there."""
    if call.stays and call.stays[-1].queue == call.queue:
        return call
    return replace(call, stays=(*call.stays, Stay(queue=call.queue, since=now)))


def waits_on(call: Call) -> Call:
    """Without an agent again, within the wait that began before."""
    assert call.waits_since is not None
    ends = Deadline(call.waits_since + call.policies.max_wait_s, Reason.MAX_WAIT)
    return replace(call, phase=Phase.WAITING, rung=(), claim=None, deadline=ends)


def back_to_queue(call: Call, claim: Claim, now: float, outcome: str, *told: Effect, wanted: str | None = None) -> Step:
    """After a conversation: hold audio at once, the old place at the front, and a wait of full length.

    ``wanted`` is the agent who is to be asked first.
    """
    effects: tuple[Effect, ...] = (
        PlayHoldAudio(leg=CALLER_LEG, queue=call.queue),
        *close(claim.tabs),
        *told,
        ReleaseAgent(agent=claim.agent, outcome=outcome),
        enter_queue(call, returning=True, wanted=wanted),
    )
    return Step(waits_on(replace(off_hold(call, now), waits_since=now)), effects)


def overflowed(call: Call, event: QueueOverflowed, now: float) -> Step:
    """The queue keeps the call no longer. It keeps every call for which an agent is being rung.

    If one rings all the same, the waiting room took its lease for lapsed; then the call must not be lost to it.
    """
    if call.phase is Phase.RINGING and taken_by(call) is None:
        return Step(call, (enter_queue(call, returning=True),))
    if call.phase is not Phase.WAITING:
        return ignore(call, "not waiting for an agent")
    if event.queue is not None and event.closed:
        return part(replace(call, queue=event.queue), now, CLOSED, Occasion.CLOSED)
    if event.queue is not None:
        moved = replace(call, queue=event.queue, waits_since=now)
        moved = replace(moved, deadline=deadline(now, call.policies.max_wait_s, Reason.MAX_WAIT))
        heard = () if call.pick_up is not None else (PlayHoldAudio(leg=CALLER_LEG, queue=moved.queue),)
        return Step(moved, (*heard, enter_queue(moved)))
    why = End(by="server", reason=event.reason)
    if event.action is not Overflow.CALL_BACK:
        return part(call, now, why, Occasion.OVERFLOW)
    moved, asked = ask(call, now)
    parted = part(moved, now, why, Occasion.CALL_BACK)
    return parted._replace(effects=(*asked, *parted.effects))
