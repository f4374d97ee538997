"""Owns the coming and going of agents' tabs, and what they say: it reaches the call or the waiting room it concerns.

It keeps no presence of its own: tabs see what the waiting room says (#86). An agent whose last tab closes is gone;
after a reload the tab says Ready again by itself, and takes up the conversation that waits for it (#95).
"""

from collections.abc import Callable, Collection
from typing import Protocol

import structlog

from signaling.agents import session as protocol
from signaling.agents.dialling_messages import Dial, DialAsked, Dialling, DialRefused
from signaling.agents.messages import (
    PROTOCOL_VERSION,
    DeskMessage,
    IceServer,
    Presence,
    Welcome,
)
from signaling.agents.notices import Notices
from signaling.agents.session import Ignore, PlaceCall, Reply, Session, TakeCalls, TellCall
from signaling.agents.tabs import Send, Tab, Tabs
from signaling.agents.tokens import Role
from signaling.calls.events import AgentConsulted, AgentTransferred
from signaling.ports import Post
from signaling.waiting import board

_AWAY = Presence(presence=board.Presence.AWAY.value)
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


class Desk:
    """All tabs of all agents."""

    def __init__(
        self,
        *,
        post: Post,
        room: WaitingRoom,
        dials: Dials,
        queues: Collection[str],
        relays: Callable[[str], tuple[IceServer, ...]] = lambda _agent: (),
    ) -> None:
        """``relays(agent)``: the TURN servers that the agent's pages may use from now on."""
        self._post = post
        self._room = room
        self._dials = dials
        self._queues = queues
        """Where calls may be transferred to."""
        self._relays = relays
        self._tabs = Tabs()
        self.notices = Notices(self._tabs, post=post, room=room)
        """What calls tell these tabs."""
        self._presence: dict[str, Presence] = {}
        """What the tabs of an agent show; one who is not in it is plainly away."""
        self._opened = 0

    def open(self, agent: str, send: Send, page: str | None = None, *, role: Role = Role.AGENT) -> Tab:
        """A tab has signed in. It is welcomed, and told at once what rings or waits for it. Ends with ``close``.

        A page that connects anew takes the place of its former tab, whose end a dead network would tell much later.
        """
        self._opened += 1
        tab = Tab(Session(agent=agent, session=f"tab-{self._opened}"), send, page)
        others = self._tabs.of(agent)
        if not others:
            self._room.away(agent)
        former = next((other for other in others if page is not None and other.page == page), None)
        self._tabs.add(tab)
        shown = self._presence.get(agent, _AWAY)
        send(
            Welcome(
                version=PROTOCOL_VERSION,
                agent=agent,
                presence=shown.presence,
                role=role.value,
                wrap_up_until=shown.wrap_up_until,
                away_reason=shown.away_reason,
                ice_servers=self._relays(agent),
            )
        )
        if former is not None:
            self.close(former)
        self.notices.catch_up(tab)
        return tab

    def ask_to_dial(self, agent: str, asked: DialAsked) -> bool:
        """Ask an agent to phone a customer, in his newest tab; False if he has none, or is on the phone."""
        tabs = self._tabs.of(agent)
        if not tabs or any(tab.session.call_id is not None for tab in tabs):
            return False
        tabs[-1].send(asked)
        return True

    def receive(self, tab: Tab, message: DeskMessage) -> None:
        """A tab says something; what still comes from a tab that is closed is for nobody."""
        if tab not in self._tabs:
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
        if tab not in self._tabs:
            return
        self._tabs.remove(tab)
        if not self._tabs.of(tab.session.agent):
            self._room.gone(tab.session.agent)
        self.notices.closed(tab)

    def take_call(self, tab: Tab, call_id: str) -> bool:
        """The call that this tab dials is its own from now on. False if the tab is closed or has got another call."""
        if tab not in self._tabs or tab.session.call_id is not None:
            return False
        tab.session = protocol.dial(tab.session, call_id)
        return True

    def presence_changed(self, name: str, agent: board.Agent | None) -> None:
        """The waiting room's word on what the agent is doing: shown in all his tabs."""
        # A tab that is open although he is off the board will be away in a moment, which is what it shows already.
        shown = _presence(agent) if agent is not None else _AWAY
        former = self._presence.pop(name, _AWAY)
        if shown != _AWAY:
            self._presence[name] = shown
        if shown != former:
            for tab in self._tabs.of(name):
                tab.send(shown)


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


def _presence(agent: board.Agent) -> Presence:
    return Presence(
        presence=agent.presence.value,
        wrap_up_until=agent.wrap_up_until,
        away_reason=(agent.away_reason or None) if agent.presence is board.Presence.AWAY else None,
    )
