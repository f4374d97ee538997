"""Owns which tabs are open, by agent, and the way to each."""

from collections.abc import Callable
from typing import TypeAlias

from signaling.agents.messages import ServerMessage
from signaling.agents.session import Session

Send: TypeAlias = Callable[[ServerMessage], None]
"""Puts a message on its way to one tab; returns at once and never raises."""


class Tab:
    """One open tab: its protocol state and the way to it. Only the desk and its notices change it."""

    def __init__(self, session: Session, send: Send, page: str | None) -> None:
        self.session = session
        self.send = send
        self.page = page
        self.replaces: str | None = None
        """Session of the tab that was lost to its conversation before this one signed in."""


class Tabs:
    """All open tabs of a node."""

    def __init__(self) -> None:
        self._by_agent: dict[str, list[Tab]] = {}

    def add(self, tab: Tab) -> None:
        """The tab is open from now on."""
        self._by_agent.setdefault(tab.session.agent, []).append(tab)

    def remove(self, tab: Tab) -> None:
        """An open tab is gone."""
        left = self._by_agent[tab.session.agent]
        left.remove(tab)
        if not left:
            del self._by_agent[tab.session.agent]

    def of(self, agent: str) -> tuple[Tab, ...]:
        """The open tabs of an agent, the oldest first."""
        return tuple(self._by_agent.get(agent, ()))

    def __contains__(self, tab: Tab) -> bool:
        return tab in self._by_agent.get(tab.session.agent, ())
