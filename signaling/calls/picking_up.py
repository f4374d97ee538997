"""Owns picking up together with an agent: WhatsApp itself goes on ringing until one answers, for 25 s at most.

The media path is ready and agents are asked before accept goes out, so an answer costs one request to Meta. Not one
packet of sound goes to the caller before its 200. Who is not picked up is rejected, never terminated.
"""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Deadline, Phase
from signaling.calls.claims import taken_by
from signaling.calls.effects import PlayHoldAudio, SendAction
from signaling.calls.events import Action
from signaling.calls.joining import join
from signaling.calls.queueing import enter_queue
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline


def ask_agents(call: Call, now: float) -> Step:
    """Everything is ready to pick up: wait for an agent, from the first moment in the queue."""
    moved = replace(
        call,
        phase=Phase.WAITING,
        waits_since=now,
        deadline=deadline(now, call.policies.max_wait_s, Reason.MAX_WAIT),
        pick_up=Deadline(call.offered_at + call.policies.pick_up_s, Reason.PICK_UP),
    )
    return Step(moved, (enter_queue(moved),))


def pick_up(call: Call, now: float) -> Step:
    """An agent has answered, or Meta would wait no longer: accept, with the SDP of pre_accept, once."""
    if call.pick_up is None or call.pick_up.reason is not Reason.PICK_UP:
        return Step(call)
    moved = replace(call, pick_up=deadline(now, call.policies.accept_s, Reason.ACCEPT))
    accept = SendAction(action=Action.ACCEPT, phone_number_id=call.phone_number_id, sdp=call.answer_sdp)
    return Step(moved, (accept,))


def picked_up(call: Call, now: float) -> Step:
    """Accept is confirmed: the agent's voice if one has answered, else what everybody hears who waits."""
    moved = replace(call, accepted_at=now, pick_up=None)
    taken = taken_by(call)
    for tab in taken.tabs if taken is not None else ():
        if taken is not None and tab.connected:
            return join(moved, taken, tab, now)
    return Step(moved, (PlayHoldAudio(leg=CALLER_LEG, queue=call.queue),))


def join_picked_up(call: Call, claim: Claim, tab: AgentTab, now: float) -> Step:
    """The agent has answered and his media is up: join, as soon as the caller is there."""
    if call.pick_up is None:
        return join(call, claim, tab, now)
    ready = replace(claim, tabs=(tab,))
    accepting = pick_up(call, now)
    return accepting._replace(call=replace(accepting.call, rung=(ready,), deadline=accepting.call.pick_up))
