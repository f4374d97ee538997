"""Owns what a tab and the server say to each other that concerns no call: types only."""

from typing import TypeAlias

import msgspec

from signaling.agents.wire import Message
from signaling.wallboard.view import WallboardNow


class WatchWallboard(Message, frozen=True, tag="watch_wallboard"):
    """A supervisor's tab wants to be sent Wallboard whenever it changes, or no more."""

    on: bool


class WatchColleagues(Message, frozen=True, tag="watch_colleagues"):
    """The tab wants to be sent Colleagues whenever it changes, or no more."""

    on: bool


class WatchConversation(Message, frozen=True, tag="watch_conversation"):
    """The tab wants to be told whenever this conversation changes, or no more. Watch first, read afterwards."""

    conversation_id: str
    on: bool


class LineOffer(Message, frozen=True, tag="line_offer"):
    """SDP offer for a test call, which only this tab hears; answered with LineAnswer or LineRefused."""

    sdp: str


class EndLineTest(Message, frozen=True, tag="end_line_test"):
    """The tab has heard enough of its test call."""


SidelineMessage: TypeAlias = WatchWallboard | WatchColleagues | WatchConversation | LineOffer | EndLineTest
"""What concerns no call."""


class Wallboard(Message, frozen=True, tag="wallboard"):
    """The whole site as it is now, at most twice a second; the board is that of ``GET /api/v1/wallboard``."""

    board: WallboardNow


class LineAnswer(Message, frozen=True, tag="line_answer"):
    """SDP answer to this tab's LineOffer."""

    sdp: str


class LineRefused(Message, frozen=True, tag="line_refused"):
    """The test call could not be made, or broke off."""

    reason: str


class Colleague(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An agent who is signed in."""

    agent: str
    presence: str
    """As in Welcome."""
    since: float
    """When that began, epoch seconds."""
    away_reason: str | None = None


class QueueNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A queue that a caller may be handed to."""

    queue: str
    waiting: int
    """Callers for whom nobody rings."""
    ready: int
    """Agents of the queue who can be rung now."""


class Colleagues(Message, frozen=True, tag="colleagues"):
    """To whom a caller may be handed over, as it is now; at most twice a second."""

    agents: tuple[Colleague, ...]
    queues: tuple[QueueNow, ...]


class ConversationChanged(Message, frozen=True, tag="conversation"):
    """A conversation that this tab watches has changed; ``GET /api/v1/conversations/{id}`` says what it is now."""

    conversation_id: str
    revision: int
    """Grows with every change: what is not newer than what the page shows can be left unread."""
