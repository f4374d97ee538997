"""Owns every open tab of every agent: what a call tells an agent reaches his tabs, what a tab says reaches its call.

It keeps no presence of its own: tabs see what the waiting room says (#86), and what has no tab is never rung (#85).
An agent whose last tab closes is gone; after a reload the tab says Ready again by itself, and takes up the
conversation that waits for it (#95).
"""

from collections.abc import Callable, Collection
from typing import Protocol, TypeAlias, assert_never

import phonenumbers
import structlog

from signaling.agents import session as protocol
from signaling.agents.dialling_messages import Dial, Dialling, DialRefused
from signaling.agents.messages import (
    PROTOCOL_VERSION,
    AudioAlarm,
    CallEnded,
    ConsultEnded,
    Consulting,
    Customer,
    DeskMessage,
    Digit,
    HandedOver,
    Held,
    Joined,
    MediaAnswer,
    Presence,
    Resume,
    Ring,
    ServerMessage,
    StopRing,
    Welcome,
)
from signaling.agents.session import Ignore, PlaceCall, Reply, Session, Stage, TakeCalls, TellCall
from signaling.agents.tokens import Role
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
from signaling.calls.events import AgentConsulted, AgentSessionLost, AgentTransferred, Caller
from signaling.ports import Post
from signaling.waiting import board

Send: TypeAlias = Callable[[ServerMessage], None]
"""Puts a message on its way to one tab; returns at once and never raises."""

_log = structlog.get_logger(__name__)


class WaitingRoom(Protocol):
    """Where agents report. Implemented by ``signaling.waiting.dispatcher.Dispatcher``."""

    def ready(self, agent: str) -> None:
        """The agent takes calls."""

    def away(self, agent: str, reason: str = "") -> None:
        """The agent is signed in and takes no calls."""

    def gone(self, agent: str) -> None:
        """The agent has no tab left."""


class DiallingTab(Protocol):
    """A tab that wants to phone somebody, as long as it is open."""

    @property
    def agent(self) -> str:
        """Whose tab it is."""

    @property
    def session(self) -> str:
        """Opaque id of the tab, as events carry it."""

    def take(self, call_id: str) -> bool:
        """The call is the tab's own from now on. False if the tab is closed or has got another call meanwhile."""

    def send(self, message: Dialling | DialRefused) -> None:
        """Put a message on its way; one to a tab that is closed is for nobody."""


class Dials(Protocol):
    """Where calls are placed. Implemented by ``signaling.dialling.dials.Dials``."""

    def dial(self, tab: DiallingTab, wish: Dial) -> None:
        """The tab wants to phone somebody; it is answered sooner or later."""


class Tab:
    """One open tab: its protocol state and the way to it. Only the desk changes it."""

    def __init__(self, session: Session, send: Send, page: str | None) -> None:
        self.session = session
        self.send = send
        self.page = page
        self.replaces: str | None = None
        """Session of the tab that was lost to its conversation before this one signed in."""


class Desk:
    """All tabs of all agents (``signaling.ports.AgentsPort``)."""

    def __init__(self, *, post: Post, room: WaitingRoom, dials: Dials, queues: Collection[str]) -> None:
        self._post = post
        self._room = room
        self._dials = dials
        self._queues = queues
        """Where calls may be transferred to."""
        self._tabs: dict[str, list[Tab]] = {}
        self._rings: dict[str, Ring] = {}
        self._awaited: dict[str, Resume] = {}
        """Conversations that wait for their agent to come back."""
        self._lost: dict[str, str] = {}
        """Sessions of tabs that closed in mid-conversation, until their call has said what becomes of it."""
        self._presence: dict[str, board.Presence] = {}
        self._opened = 0

    def open(self, agent: str, send: Send, page: str | None = None, *, role: Role = Role.AGENT) -> Tab:
        """A tab has signed in. It is welcomed, and told at once what rings or waits for it. Ends with ``close``.

        A page that connects anew takes the place of its former tab, whose end a dead network would tell much later.
        """
        self._opened += 1
        tab = Tab(Session(agent=agent, session=f"tab-{self._opened}"), send, page)
        tabs = self._tabs.setdefault(agent, [])
        if not tabs:
            self._room.away(agent)
        former = next((other for other in tabs if page is not None and other.page == page), None)
        tabs.append(tab)
        presence = self._presence.get(agent, board.Presence.AWAY)
        send(Welcome(version=PROTOCOL_VERSION, agent=agent, presence=presence.value, role=role.value))
        if former is not None:
            self.close(former)
        tab.replaces = self._lost.get(agent)
        if agent in self._rings:
            _ring(tab, self._rings[agent])
        if agent in self._awaited:
            _resume(tab, self._awaited[agent])
        return tab

    def receive(self, tab: Tab, message: DeskMessage) -> None:
        """A tab says something; what still comes from a tab that is closed is for nobody."""
        if tab not in self._tabs_of(tab.session.agent):
            return
        tab.session, outcome = protocol.step(tab.session, message)
        agent = tab.session.agent
        match outcome:
            case TellCall(event=AgentTransferred(queue=queue) | AgentConsulted(queue=queue)) if queue not in (
                None,
                *self._queues,
            ):
                _log.debug("agent_message_ignored", agent=agent, reason="no such queue")
            case TellCall():
                self._post(outcome.call_id, outcome.event)
            case Reply():
                tab.send(outcome.message)
            case PlaceCall(wish=wish):
                self._dials.dial(_DiallingTab(self, tab), wish)
            case TakeCalls(ready=True):
                self._room.ready(agent)
            case TakeCalls():
                self._room.away(agent, outcome.reason)
            case Ignore():
                _log.debug("agent_message_ignored", agent=agent, reason=outcome.reason)

    def close(self, tab: Tab) -> None:
        """A tab is gone, for whatever reason. The call it had to do with learns it. A second time does nothing."""
        session = tab.session
        tabs = self._tabs.get(session.agent, [])
        if tab not in tabs:
            return
        tabs.remove(tab)
        if session.stage is Stage.TALKING:
            self._lost[session.agent] = session.session
        if not tabs:
            del self._tabs[session.agent]
            self._rings.pop(session.agent, None)
            self._room.gone(session.agent)
        if session.call_id is not None:
            lost = AgentSessionLost(agent=session.agent, session=session.session, remaining=len(tabs))
            self._post(session.call_id, lost)

    def take_call(self, tab: Tab, call_id: str) -> bool:
        """The call that this tab dials is its own from now on. False if the tab is closed or has got another call."""
        if tab not in self._tabs_of(tab.session.agent) or tab.session.call_id is not None:
            return False
        tab.session = protocol.dial(tab.session, call_id)
        return True

    def presence_changed(self, agent: str, presence: board.Presence) -> None:
        """The waiting room's word on what the agent is doing: shown in all his tabs."""
        if presence is board.Presence.OFFLINE:
            # A tab that is open now will be away in a moment, which is what it shows already.
            presence = board.Presence.AWAY
        former = self._presence.pop(agent, board.Presence.AWAY)
        if presence is not board.Presence.AWAY:
            self._presence[agent] = presence
        if presence is not former:
            self._send_all(agent, Presence(presence=presence.value))

    def ring(self, call_id: str, ring: RingAgent) -> None:
        """Ring in every tab of the agent. Without a tab there is nothing to ring, and the call moves on (#85)."""
        tabs = self._tabs.get(ring.agent)
        if tabs is None:
            self._room.gone(ring.agent)
            self._post(call_id, AgentSessionLost(agent=ring.agent, session="", remaining=0))
            return
        message = Ring(
            call_id=call_id,
            direction="inbound",
            channel="whatsapp",
            customer=_customer(ring.caller),
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
        for tab in self._tabs_of(agent):
            if tab.session.session == session:
                tab.send(MediaAnswer(call_id=call_id, sdp=sdp))

    def stop_ringing(self, call_id: str, stop: StopRinging) -> None:
        """Stop ringing in every tab but the excepted one (#84, #91)."""
        self._forget_ring(stop.agent, call_id)
        for tab in self._tabs_of(stop.agent):
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
                self._send(news, ConsultEnded(call_id=call_id, reason=news.reason))
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
        for tab in self._tabs_of(news.agent):
            if tab.session.session == news.session:
                tab.session = protocol.join(tab.session, message.call_id)
                tab.send(message)

    def _await(self, call_id: str, awaited: AgentAwaited) -> None:
        """The lost tab and tabs that sign in after it may go on; no other microphone opens by itself."""
        message = Resume(
            call_id=call_id,
            direction="inbound",
            channel="whatsapp",
            customer=_customer(awaited.caller),
            queue=awaited.queue,
            joined_at=awaited.joined_at,
        )
        self._awaited[awaited.agent] = message
        for tab in self._tabs_of(awaited.agent):
            if awaited.lost_session in (tab.session.session, tab.replaces):
                _resume(tab, message)

    def _send(
        self,
        news: ShowDigit | ShowDialling | effects.AudioAlarm | AgentConsults | AgentConsultEnded,
        message: ServerMessage,
    ) -> None:
        """To the tab that is in conversation, and no other."""
        for tab in self._tabs_of(news.agent):
            if tab.session.session == news.session:
                tab.send(message)

    def _hand_over(self, call_id: str, news: AgentHandedOver) -> None:
        """To the tab that talks, or to all that still ring."""
        message = HandedOver(
            call_id=call_id, customer=_customer(news.caller), queue=news.queue, joined_at=news.joined_at
        )
        for tab in self._tabs_of(news.agent):
            if tab.session.call_id == call_id and news.session in (None, tab.session.session):
                tab.send(message)

    def _ended(self, call_id: str, ended: AgentCallEnded) -> None:
        """Every tab learns by whom, and what Meta said if it said anything."""
        message = CallEnded(
            call_id=call_id,
            ended_by=ended.ended_by,
            reason=ended.reason,
            error_code=ended.error.code if ended.error is not None else None,
            error_text=ended.error.text if ended.error is not None else None,
        )
        for tab in self._tabs_of(ended.agent):
            tab.session = protocol.let_go(tab.session, call_id)
            tab.send(message)

    def _tabs_of(self, agent: str) -> tuple[Tab, ...]:
        return tuple(self._tabs.get(agent, ()))

    def _send_all(self, agent: str, message: ServerMessage) -> None:
        for tab in self._tabs_of(agent):
            tab.send(message)

    def _forget_ring(self, agent: str, call_id: str) -> None:
        ring = self._rings.get(agent)
        if ring is not None and ring.call_id == call_id:
            del self._rings[agent]


class _DiallingTab:
    """One of the desk's tabs as ``DiallingTab``."""

    def __init__(self, desk: Desk, tab: Tab) -> None:
        self._desk = desk
        self._tab = tab

    @property
    def agent(self) -> str:
        return self._tab.session.agent

    @property
    def session(self) -> str:
        return self._tab.session.session

    def take(self, call_id: str) -> bool:
        return self._desk.take_call(self._tab, call_id)

    def send(self, message: Dialling | DialRefused) -> None:
        self._tab.send(message)


def _dialling(call_id: str, news: ShowDialling) -> Dialling:
    return Dialling(request_id=news.request_id, call_id=call_id, stage=news.stage, warnings=news.warnings)


def _ring(tab: Tab, ring: Ring) -> None:
    tab.session = protocol.ring(tab.session, ring.call_id)
    tab.send(ring)


def _resume(tab: Tab, resume: Resume) -> None:
    tab.session = protocol.resume(tab.session, resume.call_id)
    tab.send(resume)


def _customer(caller: Caller) -> Customer:
    number = _international(caller.number) if caller.number is not None else None
    return Customer(name=caller.name, number=number, user_id=caller.user_id)


def _international(digits: str) -> str:
    """``447700900123`` as ``+44 7700 900123``; digits that are no phone number stay as they are."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
