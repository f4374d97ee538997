"""What each message of a tab means at each stage of a call."""

import pytest

from signaling.agents import session as protocol
from signaling.agents.messages import (
    Answer,
    Away,
    CancelConsult,
    CompleteTransfer,
    Consult,
    DeskMessage,
    HangUp,
    Hello,
    Hold,
    MediaOffer,
    Merge,
    Mute,
    Ping,
    Pong,
    Press,
    Ready,
    Reject,
    Retrieve,
    StopRing,
    Transfer,
)
from signaling.agents.session import Ignore, Outcome, Reply, Session, Stage, TakeCalls, TellCall
from signaling.calls.events import (
    AgentAnswered,
    AgentCancelledConsult,
    AgentCompletedTransfer,
    AgentConsulted,
    AgentHeldCall,
    AgentHungUp,
    AgentMediaOffered,
    AgentMergedCall,
    AgentMuted,
    AgentPressed,
    AgentRefused,
    AgentRetrievedCall,
    AgentTransferred,
)

IDLE = Session(agent="ann", session="tab-1")
OFFER = MediaOffer(call_id="c1", sdp="v=0")
ANSWER = Answer(call_id="c1")
REJECT = Reject(call_id="c1")
HANG_UP = HangUp(call_id="c1")
TRANSFER = Transfer(call_id="c1", to_agent="ben", to_queue="support")
HOLD = Hold(call_id="c1")
MUTE = Mute(call_id="c1", muted=True)
PRESS = Press(call_id="c1", keys="42#")
RETRIEVE = Retrieve(call_id="c1")
CONSULT = Consult(call_id="c1", to_agent="ben")
CANCEL = CancelConsult(call_id="c1")
MERGE = Merge(call_id="c1")
COMPLETE = CompleteTransfer(call_id="c1")

OFFERED = TellCall("c1", AgentMediaOffered(agent="ann", session="tab-1", sdp="v=0"))
ANSWERED = TellCall("c1", AgentAnswered(agent="ann", session="tab-1"))
REFUSED = TellCall("c1", AgentRefused(agent="ann"))
HELD = TellCall("c1", AgentHeldCall(agent="ann"))
MUTED = TellCall("c1", AgentMuted(agent="ann", muted=True))
PRESSED = TellCall("c1", AgentPressed(agent="ann", keys="42#"))
RETRIEVED = TellCall("c1", AgentRetrievedCall(agent="ann"))
TRANSFERRED = TellCall("c1", AgentTransferred(agent="ann", to_agent="ben", queue="support"))
CONSULTED = TellCall("c1", AgentConsulted(agent="ann", to_agent="ben"))
LOOKED_FOR = TellCall("c1", AgentConsulted(agent="ann", queue="support"))
CANCELLED = TellCall("c1", AgentCancelledConsult(agent="ann"))
MERGED = TellCall("c1", AgentMergedCall(agent="ann"))
COMPLETED = TellCall("c1", AgentCompletedTransfer(agent="ann"))
HUNG_UP = TellCall("c1", AgentHungUp(agent="ann"))
PAST = Ignore("the call is past that")


def _at(stage: Stage) -> Session:
    return Session(agent="ann", session="tab-1", call_id="c1", stage=stage)


@pytest.mark.parametrize(
    ("stage", "message", "outcome", "after"),
    [
        (Stage.RINGING, OFFER, OFFERED, Stage.RINGING),
        (Stage.RINGING, ANSWER, ANSWERED, Stage.ANSWERED),
        (Stage.RINGING, REJECT, REFUSED, Stage.LEAVING),
        (Stage.RINGING, HANG_UP, REFUSED, Stage.LEAVING),
        (Stage.ANSWERED, OFFER, OFFERED, Stage.ANSWERED),
        (Stage.ANSWERED, ANSWER, PAST, Stage.ANSWERED),
        (Stage.ANSWERED, REJECT, REFUSED, Stage.LEAVING),
        (Stage.ANSWERED, HANG_UP, REFUSED, Stage.LEAVING),
        (Stage.TALKING, OFFER, PAST, Stage.TALKING),
        (Stage.TALKING, ANSWER, PAST, Stage.TALKING),
        (Stage.TALKING, REJECT, HUNG_UP, Stage.LEAVING),
        (Stage.TALKING, HANG_UP, HUNG_UP, Stage.LEAVING),
        (Stage.TALKING, HOLD, HELD, Stage.TALKING),
        (Stage.TALKING, RETRIEVE, RETRIEVED, Stage.TALKING),
        (Stage.TALKING, MUTE, MUTED, Stage.TALKING),
        (Stage.TALKING, PRESS, PRESSED, Stage.TALKING),
        (Stage.RINGING, MUTE, PAST, Stage.RINGING),
        (Stage.RINGING, PRESS, PAST, Stage.RINGING),
        (Stage.TALKING, TRANSFER, TRANSFERRED, Stage.TALKING),
        (Stage.TALKING, Transfer(call_id="c1"), PAST, Stage.TALKING),
        (Stage.TALKING, CONSULT, CONSULTED, Stage.TALKING),
        (Stage.TALKING, Consult(call_id="c1", to_queue="support"), LOOKED_FOR, Stage.TALKING),
        (Stage.TALKING, Consult(call_id="c1"), PAST, Stage.TALKING),
        (Stage.TALKING, CANCEL, CANCELLED, Stage.TALKING),
        (Stage.TALKING, MERGE, MERGED, Stage.TALKING),
        (Stage.TALKING, COMPLETE, COMPLETED, Stage.TALKING),
        (Stage.RETURNING, COMPLETE, PAST, Stage.RETURNING),
        (Stage.LEAVING, CONSULT, PAST, Stage.LEAVING),
        (Stage.RINGING, TRANSFER, PAST, Stage.RINGING),
        (Stage.RINGING, HOLD, PAST, Stage.RINGING),
        (Stage.RETURNING, RETRIEVE, PAST, Stage.RETURNING),
        (Stage.RETURNING, OFFER, OFFERED, Stage.RETURNING),
        (Stage.RETURNING, ANSWER, PAST, Stage.RETURNING),
        (Stage.RETURNING, REJECT, HUNG_UP, Stage.LEAVING),
        (Stage.RETURNING, HANG_UP, HUNG_UP, Stage.LEAVING),
        (Stage.LEAVING, OFFER, PAST, Stage.LEAVING),
        (Stage.LEAVING, ANSWER, PAST, Stage.LEAVING),
        (Stage.LEAVING, REJECT, PAST, Stage.LEAVING),
        (Stage.LEAVING, HANG_UP, PAST, Stage.LEAVING),
    ],
)
def test_89_every_message_at_every_stage(stage: Stage, message: DeskMessage, outcome: Outcome, after: Stage) -> None:
    assert protocol.step(_at(stage), message) == (_at(after), outcome)


@pytest.mark.parametrize("message", [OFFER, ANSWER, REJECT, HANG_UP, HOLD, RETRIEVE, TRANSFER, CONSULT, MERGE])
@pytest.mark.parametrize("session", [IDLE, protocol.ring(IDLE, "another")])
def test_84_a_popup_that_outlived_its_call_is_taken_away(session: Session, message: DeskMessage) -> None:
    stop = Reply(StopRing(call_id="c1", reason="ended"))
    assert protocol.step(session, message) == (session, stop), "a stale popup stays, or reaches a foreign call"


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        (Ready(), TakeCalls(ready=True)),
        (Away(), TakeCalls(ready=False)),
        (Ping(), Reply(Pong())),
        (Hello(version=1, token="another"), Ignore("signed in already")),
    ],
)
@pytest.mark.parametrize("session", [IDLE, *(_at(stage) for stage in Stage)])
def test_messages_about_the_agent_leave_the_call_alone(
    session: Session, message: DeskMessage, outcome: Outcome
) -> None:
    assert protocol.step(session, message) == (session, outcome)


def test_the_server_moves_the_call_through_the_tab() -> None:
    ringing = protocol.ring(IDLE, "c1")
    assert ringing == _at(Stage.RINGING)
    assert protocol.join(ringing, "c1") == _at(Stage.TALKING)
    assert protocol.let_go(_at(Stage.TALKING), "c1") == IDLE


def test_news_of_an_older_call_does_not_take_the_present_one_away() -> None:
    assert protocol.let_go(_at(Stage.RINGING), "older") == _at(Stage.RINGING)
