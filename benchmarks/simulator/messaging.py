"""Owns the messages of one number: whether Meta takes one (whatsapp-calling 2.4, 3.2), and how far it gets."""

from collections.abc import Callable
from functools import partial

from benchmarks.simulator import message_payloads
from benchmarks.simulator.conversation import ChatMessage
from benchmarks.simulator.ids import new_message_id
from benchmarks.simulator.message_payloads import Party
from benchmarks.simulator.message_request import CallButton, MessageRequest, PermissionQuestion, TemplateUse
from benchmarks.simulator.payloads import UNDELIVERABLE, WINDOW_CLOSED, Json, Shape, User
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.templates import Templates
from benchmarks.simulator.whatsapp_user import Users, WhatsAppUser
from benchmarks.simulator.world import World


class Messaging:
    """What the business sends."""

    def __init__(self, world: World, users: Users, templates: Templates) -> None:
        self._world = world
        self._users = users
        self._templates = templates

    def send(self, request: MessageRequest) -> tuple[Json, Callable[[], None]]:
        """Take one message: Meta's answer, and what sends it on its way once that is given. Raises Refusal."""
        free_form = not isinstance(request.content, TemplateUse)
        content = self._templates.fill(request.content) if isinstance(request.content, TemplateUse) else request.content
        message = ChatMessage(new_message_id(), content, self._world.clock(), request.opaque)
        if request.to is not None:
            self._world.number.check_recipient(request.to.removeprefix("+"))
        user = self._users.find(request.to, request.recipient)
        if user is None:
            return _taken(request, message, None), partial(self._lose, request, message)
        self._check(user, message, free_form=free_form)
        user.chat.add(message)
        return _taken(request, message, user), partial(_forward, user, message, free_form=free_form)

    def _check(self, user: WhatsAppUser, message: ChatMessage, *, free_form: bool) -> None:
        number, chat = self._world.number, user.chat
        if isinstance(message.content, PermissionQuestion):
            number.check_outbound()
        elif isinstance(message.content, CallButton):
            number.check_calling()
        if free_form and not chat.is_open() and not number.standing.closed_window_fails_later:
            raise Refusal(WINDOW_CLOSED, "more than 24 hours have passed since the user last wrote or called")
        if isinstance(message.content, PermissionQuestion):
            if number.standing.requests_need_a_conversation and not chat.begun:
                raise Refusal(138011, "a permission request cannot begin a conversation")
            user.permission.request(message.message_id, message.sent_at)

    def _lose(self, request: MessageRequest, message: ChatMessage) -> None:
        """Nobody is there: Meta has taken the message, and tells only now that it failed."""
        user = User(number=request.to or "", user_id=request.recipient or "")
        shape = Shape(contacts=False, numbers=request.to is not None)
        value = message_payloads.status_value(
            Party(business=self._world.number.business, user=user, shape=shape),
            message.message_id,
            "failed",
            self._world.clock(),
            error_code=UNDELIVERABLE,
            opaque=message.opaque,
        )
        self._world.announcer.tell_in_turn(message.message_id, "failed", value, shape, subject="messages")


def _forward(user: WhatsAppUser, message: ChatMessage, *, free_form: bool) -> None:
    if free_form and not user.chat.is_open():
        user.chat.progress(message, "failed", error_code=WINDOW_CLOSED)
        return
    user.chat.progress(message, "sent")
    user.receive()


def _taken(request: MessageRequest, message: ChatMessage, user: WhatsAppUser | None) -> Json:
    contact: Json = {"input": request.to or request.recipient}
    if user is not None:
        contact["user_id"] = user.identity.user_id
        if user.shape.numbers:
            contact["wa_id"] = user.identity.number
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message.message_id}]}
