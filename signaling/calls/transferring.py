"""Owns the blind transfer: an agent hands the caller over to a queue or to a colleague, and is done with the call.

The caller hears what the new queue plays to those who wait (#18). The place in the line counts from the offer, so
being handed over costs nothing. A colleague who is not free, refuses or does not answer leaves the call to the queue.
"""

from msgspec.structs import replace

from signaling.calls.call import Call
from signaling.calls.claims import IN_CONVERSATION, conversation_of
from signaling.calls.effects import AgentCallEnded
from signaling.calls.events import AgentTransferred
from signaling.calls.queueing import back_to_queue
from signaling.calls.steps import Step, ignore


def transfer(call: Call, event: AgentTransferred, now: float) -> Step:
    """The agent hands the caller over, from the conversation or from hold."""
    claim = conversation_of(call, event.agent, *IN_CONVERSATION)
    if claim is None:
        return ignore(call, "not in conversation with this agent")
    moved = replace(call, queue=event.queue if event.queue is not None else call.queue)
    told = AgentCallEnded(agent=event.agent, ended_by="agent", reason="transferred")
    return back_to_queue(moved, claim, now, "finished", told, wanted=event.to_agent)
