"""Owns what a tab may ask for that concerns no call: wallboard, colleagues, conversations, test calls."""

from collections.abc import Callable
from typing import TypeAlias

import structlog

from signaling.agents.line_test import LineTests
from signaling.agents.messages import ServerMessage
from signaling.agents.sideline_messages import (
    Colleagues,
    ConversationChanged,
    EndLineTest,
    LineOffer,
    SidelineMessage,
    Wallboard,
    WatchColleagues,
    WatchConversation,
    WatchWallboard,
)
from signaling.agents.tokens import Identity, Role
from signaling.conversations.watchers import Watchers
from signaling.wallboard.feed import Feed
from signaling.wallboard.view import WallboardNow

Send: TypeAlias = Callable[[ServerMessage], None]
"""Puts a message on its way to one tab; returns at once and never raises. Tabs are told apart by it."""

_log = structlog.get_logger(__name__)


class Sideline:
    """Everything beside the desk, for all tabs."""

    def __init__(
        self,
        wallboard: Feed[WallboardNow],
        colleagues: Feed[Colleagues],
        line_tests: LineTests,
        conversations: Watchers,
    ) -> None:
        self._wallboard = wallboard
        self._colleagues = colleagues
        self._conversations = conversations
        self._line_tests = line_tests

    def receive(self, identity: Identity, send: Send, message: SidelineMessage) -> None:
        """A tab asks for something. What it may not have it does not get."""
        match message:
            case WatchWallboard(on=True) if identity.role is Role.SUPERVISOR:
                self._wallboard.watch(send, lambda board: send(Wallboard(board=board)))
            case WatchWallboard(on=True):
                # An agent would see every customer of the site.
                _log.debug("agent_message_ignored", agent=identity.name, reason="not a supervisor")
            case WatchWallboard():
                self._wallboard.leave(send)
            case WatchColleagues(on=True):
                self._colleagues.watch(send, send)
            case WatchColleagues():
                self._colleagues.leave(send)
            case WatchConversation(on=False):
                self._conversations.unwatch(send, message.conversation_id)
            case WatchConversation():
                if not self._conversations.watch(send, message.conversation_id, _telling(send)):
                    _log.debug("agent_message_ignored", agent=identity.name, reason="watches too much")
            case LineOffer():
                self._line_tests.begin(send, message.sdp, send)
            case EndLineTest():
                self._line_tests.end(send)

    def close(self, send: Send) -> None:
        """The tab is gone."""
        self._wallboard.leave(send)
        self._colleagues.leave(send)
        self._conversations.leave(send)
        self._line_tests.end(send)


def _telling(send: Send) -> Callable[[str, int], None]:
    return lambda conversation, revision: send(ConversationChanged(conversation_id=conversation, revision=revision))
