"""Owns what one signed-in tab may say, and what it means. Pure; a session never sends, posts or waits.

A call is in a tab's hands from the moment it rings there until the server says otherwise. Whatever a tab says about
another call comes from a popup that outlived its call, and is answered so that the popup goes (#84, #91).
"""

import enum
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from signaling.agents.dialling_messages import Dial
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
    ServerMessage,
    StopRing,
    Transfer,
)
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
    Event,
)


class Stage(enum.Enum):
    """How far a call has come in one tab."""

    RINGING = "ringing"
    ANSWERED = "answered"
    """Answer was pressed; the server has yet to join or to take the call away."""
    TALKING = "talking"
    """The conversation is in this tab, on hold or not."""
    RETURNING = "returning"
    """The conversation broke off and may go on in this tab."""
    DIALLING = "dialling"
    """This tab phones a customer."""
    LEAVING = "leaving"
    """Reject or Hang up was pressed; the server has yet to confirm."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in tab."""

    agent: str
    session: str
    """Opaque id of this WebSocket, as events carry it."""
    call_id: str | None = None
    stage: Stage | None = None
    """None exactly if there is no call."""


class TellCall(NamedTuple):
    """Post this event to the inbox of the call."""

    call_id: str
    event: Event


class Reply(NamedTuple):
    """Send this message to the tab."""

    message: ServerMessage


class TakeCalls(NamedTuple):
    """The agent wants to take calls, or no more."""

    ready: bool
    reason: str = ""
    """Why no more, in his words."""


class PlaceCall(NamedTuple):
    """The agent wants to phone somebody."""

    wish: Dial


class Ignore(NamedTuple):
    """Do nothing."""

    reason: str
    """For the log, in a few words without content."""


AboutCall: TypeAlias = (
    MediaOffer
    | Answer
    | Reject
    | HangUp
    | Hold
    | Retrieve
    | Mute
    | Press
    | Transfer
    | Consult
    | CancelConsult
    | Merge
    | CompleteTransfer
)
"""Messages that name a call."""
Outcome: TypeAlias = TellCall | Reply | TakeCalls | PlaceCall | Ignore


def step(session: Session, message: DeskMessage) -> tuple[Session, Outcome]:  # noqa: PLR0911 - one case per message.
    """What a message of the tab means, and the tab's state after it."""
    match message:
        case Hello():
            return session, Ignore("signed in already")
        case Ping():
            return session, Reply(Pong())
        case Ready():
            return session, TakeCalls(ready=True)
        case Dial():
            return session, PlaceCall(message)
        case Away():
            return session, TakeCalls(ready=False, reason=message.reason)
        case _:
            if message.call_id != session.call_id:
                return session, Reply(StopRing(call_id=message.call_id, reason="ended"))
            return _about_call(session, message, message.call_id)


def ring(session: Session, call_id: str) -> Session:
    """The call rings in this tab."""
    return replace(session, call_id=call_id, stage=Stage.RINGING)


def resume(session: Session, call_id: str) -> Session:
    """The conversation may go on in this tab."""
    return replace(session, call_id=call_id, stage=Stage.RETURNING)


def dial(session: Session, call_id: str) -> Session:
    """This tab phones a customer."""
    return replace(session, call_id=call_id, stage=Stage.DIALLING)


def join(session: Session, call_id: str) -> Session:
    """The conversation has begun in this tab."""
    return replace(session, call_id=call_id, stage=Stage.TALKING)


def let_go(session: Session, call_id: str) -> Session:
    """The call is no longer this tab's, if it was."""
    return replace(session, call_id=None, stage=None) if session.call_id == call_id else session


def _about_call(session: Session, message: AboutCall, call_id: str) -> tuple[Session, Outcome]:
    agent, stage = session.agent, session.stage
    event: Event | None = None
    match message, stage:
        case MediaOffer(), Stage.RINGING | Stage.ANSWERED | Stage.RETURNING:
            event = AgentMediaOffered(agent=agent, session=session.session, sdp=message.sdp)
        case Answer(), Stage.RINGING:
            stage, event = Stage.ANSWERED, AgentAnswered(agent=agent, session=session.session)
        # Reject and Hang up both mean "not with me"; which one it is depends on how far the call has come.
        case ((Reject() | HangUp()), Stage.RINGING | Stage.ANSWERED):
            stage, event = Stage.LEAVING, AgentRefused(agent=agent)
        case ((Reject() | HangUp()), Stage.TALKING | Stage.RETURNING | Stage.DIALLING):
            stage, event = Stage.LEAVING, AgentHungUp(agent=agent)
        case _, Stage.TALKING:
            event = _wish(agent, message)
        case _:
            pass
    if event is None:
        return session, Ignore("the call is past that")
    return replace(session, stage=stage), TellCall(call_id, event)


def _wish(agent: str, message: AboutCall) -> Event | None:  # noqa: PLR0911 - one flat case per message.
    """What an agent in conversation wants to become of it. Whether it may be is for the call to say."""
    match message:
        case Hold():
            return AgentHeldCall(agent=agent)
        case Retrieve():
            return AgentRetrievedCall(agent=agent)
        case Mute():
            return AgentMuted(agent=agent, muted=message.muted)
        case Press():
            return AgentPressed(agent=agent, keys=message.keys)
        case Transfer(to_agent=to_agent, to_queue=queue) if to_agent is not None or queue is not None:
            return AgentTransferred(agent=agent, to_agent=to_agent, queue=queue)
        case Consult(to_agent=to_agent, to_queue=queue) if to_agent is not None or queue is not None:
            return AgentConsulted(agent=agent, to_agent=to_agent, queue=queue if to_agent is None else None)
        case CancelConsult():
            return AgentCancelledConsult(agent=agent)
        case Merge():
            return AgentMergedCall(agent=agent)
        case CompleteTransfer():
            return AgentCompletedTransfer(agent=agent)
        case _:
            return None
