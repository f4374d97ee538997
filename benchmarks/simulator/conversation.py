"""Owns the chat between the business and one user: what was sent, how far it came, and whether the window is open.

Free-form messages need the customer service window (whatsapp-calling 2.4); who may send what is messaging's business.
"""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.simulator import message_payloads
from benchmarks.simulator.ids import new_message_id
from benchmarks.simulator.message_payloads import Party
from benchmarks.simulator.message_request import CallButton, PermissionQuestion, Text
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.world import World

_WINDOW_S = 24 * 3600.0


@dataclass(slots=True)
class ChatMessage:
    """One message of the business. Times in epoch seconds."""

    message_id: str
    content: Text | PermissionQuestion | CallButton
    sent_at: float
    opaque: str | None = None
    status: str | None = None
    """``sent``, ``delivered``, ``read`` or ``failed``; None before Meta told anything."""


class Conversation:
    """One chat."""

    def __init__(self, world: World, party: Callable[[], Party]) -> None:
        self.messages: list[ChatMessage] = []
        """What the business sent, oldest first."""
        self.begun = False
        """Whether anything was ever said or called between the two."""
        self.open_until = 0.0
        """End of the customer service window, epoch seconds."""
        self._world = world
        self._party = party

    def is_open(self) -> bool:
        """Whether free-form messages are allowed now."""
        return self._world.clock() < self.open_until

    def open(self) -> None:
        """The user wrote, called, or took a call: 24 hours from now."""
        self.begun = True
        self.open_until = self._world.clock() + _WINDOW_S

    def write(self, text: str) -> None:
        """The user writes."""
        self.open()
        self.tell("text", message_payloads.text_value(self._party(), new_message_id(), text, self._world.clock()))

    def add(self, message: ChatMessage) -> None:
        """Meta has taken a message of the business."""
        self.begun = True
        self.messages.append(message)

    def waiting(self) -> list[ChatMessage]:
        """What was sent and did not reach the phone."""
        return [message for message in self.messages if message.status == "sent"]

    def read(self) -> None:
        """The user opens the chat."""
        for message in self.messages:
            if message.status == "delivered":
                self.progress(message, "read")

    def progress(self, message: ChatMessage, status: str, *, error_code: int | None = None) -> None:
        """A message came further or failed, which Meta tells."""
        message.status = status
        value = message_payloads.status_value(
            self._party(),
            message.message_id,
            status,
            self._world.clock(),
            error_code=error_code,
            opaque=message.opaque,
        )
        self.tell(status, value)

    def tell(self, label: str, value: Json) -> None:
        """Post a webhook of the field ``messages``, after all earlier ones of this chat."""
        party = self._party()
        self._world.announcer.tell_in_turn(party.user.user_id, label, value, party.shape, subject="messages")
