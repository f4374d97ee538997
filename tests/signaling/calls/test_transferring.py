"""Blind transfer: the caller hears the new queue at once, the agent is done, and the colleague is asked first."""

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Phase
from signaling.calls.effects import AgentCallEnded, CloseLeg, EnterQueue, PlayHoldAudio, ReleaseAgent, RingAgent
from tests.signaling.calls import builders as b


@pytest.mark.parametrize("phase", [Phase.TALKING, Phase.HELD])
def test_18_a_transfer_to_a_queue_changes_what_is_heard_and_keeps_the_place(phase: Phase) -> None:
    """#18: and the transferring agent is free before the next one rings."""
    call, effects, _ = machine.step(b.call_in(phase), b.transferred(), b.NOW + 60.0)

    assert effects == (
        PlayHoldAudio(leg=CALLER_LEG, queue="support"),
        CloseLeg(leg=b.TAB_LEG),
        AgentCallEnded(agent=b.ANN, ended_by="agent", reason="transferred"),
        ReleaseAgent(agent=b.ANN, outcome="finished"),
        EnterQueue(
            queue="support", since=b.NOW, caller=b.NOOR, priority=2, skills=("refunds",), returning=True, wanted=None
        ),
    )
    assert (call.phase, call.queue, call.claim) == (Phase.WAITING, "support", None)
    ring = b.effects(call, b.assigned(b.BEN))[0]
    assert isinstance(ring, RingAgent)
    assert ring.queue == "support", "the agent reads the wrong queue"


def test_a_transfer_to_a_colleague_stays_in_the_queue_unless_another_is_named() -> None:
    *_, entered = b.effects(b.call_in(Phase.TALKING), b.transferred(to_agent=b.BEN, queue=None))

    assert isinstance(entered, EnterQueue)
    assert (entered.queue, entered.wanted) == (b.QUEUE, b.BEN)


def test_a_colleague_who_refuses_leaves_the_call_to_the_queue() -> None:
    waiting = b.after(b.call_in(Phase.TALKING), b.transferred(to_agent=b.BEN), b.assigned(b.BEN), b.refused(b.BEN))

    assert (waiting.phase, waiting.queue) == (Phase.WAITING, "support"), "nobody would take the call"
