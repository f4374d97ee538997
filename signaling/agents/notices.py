"""Owns what calls tell agents: what rings, what waits for an agent to come back, what becomes of a conversation.

What has no tab is never rung (#85). A tab that signs in later is told what still holds.
"""

from typing import Protocol, assert_never

from signaling.agents import session as protocol
from signaling.agents.customer import shown
from signaling.agents.dialling_messages import Dialling
from signaling.agents.messages import (
    AudioAlarm,
    CallEnded,
    ConsultEnded,
    Consulting,
    Digit,
    HandedOver,
    Held,
    Joined,
    MediaAnswer,
    Resume,
    Ring,
    ServerMessage,
    StopRing,
)
from signaling.agents.tabs import Tab, Tabs
from signaling.calls import effects
from signaling.calls.effects import (
    AgentAwaited,
    AgentCallEnded,
    AgentConsultEnded,
    AgentConsults,
    AgentHandedOver,
    AgentHolds,
    AgentJoined,
    AgentNews,
    RingAgent,
    ShowDialling,
    ShowDigit,
    StopRinging,
)
from signaling.calls.events import AgentSessionLost
from signaling.ports import Post
from signaling.whatsapp.advice import explain


class Presences(Protocol):
    """Who is told that an agent cannot be reached."""

    def gone(self, agent: str) -> None:
        """The agent has no tab left."""


class Notices:
    """What calls tell the tabs of all agents (``signaling.ports.AgentsPort``)."""

    def __init__(self, tabs: Tabs, *, post: Post, room: Presences) -> None:
        self._tabs = tabs
        self._post = post
        self._room = room
        self._rings: dict[str, Ring] = {}
        self._awaited: dict[str, Resume] = {}
        """Conversations that wait for their agent to come back."""
        self._lost: dict[str, str] = {}
        """Sessions of tabs that closed in mid-conversation, until their call has said what becomes of it."""

    def catch_up(self, tab: Tab) -> None:
        """Tell a tab that has just signed in what rings or waits for its agent."""
        agent = tab.session.agent
        tab.replaces = self._lost.get(agent)
        if agent in self._rings:
            _ring(tab, self._rings[agent])
        if agent in self._awaited:
            _resume(tab, self._awaited[agent])

    def closed(self, tab: Tab) -> None:
        """A tab is not open any more: its call learns it, and nothing rings for an agent without tabs."""
        session, left = tab.session, self._tabs.of(tab.session.agent)
        if session.stage is protocol.Stage.TALKING:
            self._lost[session.agent] = session.session
        if not left:
            self._rings.pop(session.agent, None)
        if session.call_id is not None:
            lost = AgentSessionLost(agent=session.agent, session=session.session, remaining=len(left))
            self._post(session.call_id, lost)

    def ring(self, call_id: str, ring: RingAgent) -> None:
        """Ring in every tab of the agent. Without a tab there is nothing to ring, and the call moves on (#85)."""
        tabs = self._tabs.of(ring.agent)
        if not tabs:
            self._room.gone(ring.agent)
            self._post(call_id, AgentSessionLost(agent=ring.agent, session="", remaining=0))
            return
        message = Ring(
            call_id=call_id,
            direction=ring.direction.value,
            channel="whatsapp",
            customer=shown(ring.caller),
            queue=ring.queue,
            waiting_since=ring.waiting_since,
            consult_from=ring.consult_from,
            phone_number_id=ring.phone_number_id,
            cta_payload=ring.cta_payload,
            deeplink_payload=ring.deeplink_payload,
        )
        self._rings[ring.agent] = message
        for tab in tabs:
            _ring(tab, message)

    def media_answer(self, call_id: str, agent: str, session: str, sdp: str) -> None:
        """Hand the SDP answer to one tab."""
        for tab in self._tabs.of(agent):
            if tab.session.session == session:
                tab.send(MediaAnswer(call_id=call_id, sdp=sdp))

    def stop_ringing(self, call_id: str, stop: StopRinging) -> None:
        """Stop ringing in every tab but the excepted one (#84, #91)."""
        self._forget_ring(stop.agent, call_id)
        for tab in self._tabs.of(stop.agent):
            if tab.session.session != stop.except_session:
                tab.session = protocol.let_go(tab.session, call_id)
                tab.send(StopRing(call_id=call_id, reason=stop.reason))

    def tell(self, call_id: str, news: AgentNews) -> None:
        """Tell the agent's tabs what has become of the conversation."""
        match news:
            case ShowDigit():
                self._send(news, Digit(call_id=call_id, digit=news.digit))
            case ShowDialling():
                self._send(news, _dialling(call_id, news))
            case effects.AudioAlarm():
                self._send(news, AudioAlarm(call_id=call_id, silent=news.silent))
            case AgentConsults():
                self._send(news, Consulting(call_id=call_id, stage=news.stage, colleague=news.colleague))
            case AgentConsultEnded():
                self._send(news, ConsultEnded(call_id=call_id, outcome=news.outcome, reason=news.reason))
            case AgentHandedOver():
                self._hand_over(call_id, news)
            case AgentJoined() | AgentHolds() | AgentAwaited() | AgentCallEnded():
                self._forget_ring(news.agent, call_id)
                self._awaited.pop(news.agent, None)
                self._lost.pop(news.agent, None)
                self._turn(call_id, news)
            case _:
                assert_never(news)

    def _turn(self, call_id: str, news: AgentJoined | AgentHolds | AgentAwaited | AgentCallEnded) -> None:
        """The conversation begins, goes on, breaks off or ends."""
        match news:
            case AgentJoined():
                self._in_conversation(news, Joined(call_id=call_id, joined_at=news.joined_at))
            case AgentHolds():
                self._in_conversation(news, Held(call_id=call_id, joined_at=news.joined_at))
            case AgentAwaited():
                self._await(call_id, news)
            case AgentCallEnded():
                self._ended(call_id, news)

    def _in_conversation(self, news: AgentJoined | AgentHolds, message: Joined | Held) -> None:
        for tab in self._tabs.of(news.agent):
            if tab.session.session == news.session:
                tab.session = protocol.join(tab.session, message.call_id)
                tab.send(message)

    def _await(self, call_id: str, awaited: AgentAwaited) -> None:
        """The lost tab and tabs that sign in after it may go on; no other microphone opens by itself."""
        message = Resume(
            call_id=call_id,
            direction=awaited.direction.value,
            channel="whatsapp",
            customer=shown(awaited.caller),
            queue=awaited.queue,
            joined_at=awaited.joined_at,
        )
        self._awaited[awaited.agent] = message
        for tab in self._tabs.of(awaited.agent):
            if awaited.lost_session in (tab.session.session, tab.replaces):
                _resume(tab, message)

    def _send(
        self,
        news: ShowDigit | ShowDialling | effects.AudioAlarm | AgentConsults | AgentConsultEnded,
        message: ServerMessage,
    ) -> None:
        """To the tab that is in conversation, and no other."""
        for tab in self._tabs.of(news.agent):
            if tab.session.session == news.session:
                tab.send(message)

    def _hand_over(self, call_id: str, news: AgentHandedOver) -> None:
        """To the tab that talks, or to all that still ring."""
        message = HandedOver(call_id=call_id, customer=shown(news.caller), queue=news.queue, joined_at=news.joined_at)
        for tab in self._tabs.of(news.agent):
            if tab.session.call_id == call_id and news.session in (None, tab.session.session):
                tab.send(message)

    def _ended(self, call_id: str, ended: AgentCallEnded) -> None:
        """Every tab learns by whom, and what Meta said if it said anything, with what to do about it (#107)."""
        explained = explain(ended.error) if ended.error is not None else None
        message = CallEnded(
            call_id=call_id,
            ended_by=ended.ended_by,
            reason=ended.reason,
            error_code=explained.code if explained is not None else None,
            error_text=explained.reason if explained is not None else None,
            error_advice=explained.advice if explained is not None else None,
        )
        for tab in self._tabs.of(ended.agent):
            tab.session = protocol.let_go(tab.session, call_id)
            tab.send(message)

    def _forget_ring(self, agent: str, call_id: str) -> None:
        ring = self._rings.get(agent)
        if ring is not None and ring.call_id == call_id:
            del self._rings[agent]


def _dialling(call_id: str, news: ShowDialling) -> Dialling:
    return Dialling(request_id=news.request_id, call_id=call_id, stage=news.stage, warnings=news.warnings)


def _ring(tab: Tab, ring: Ring) -> None:
    tab.session = protocol.ring(tab.session, ring.call_id)
    tab.send(ring)


def _resume(tab: Tab, resume: Resume) -> None:
    tab.session = protocol.resume(tab.session, resume.call_id)
    tab.send(resume)
