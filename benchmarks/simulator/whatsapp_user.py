"""Owns one WhatsApp user as the business meets him: how he takes its calls, and what he decides about them.

His verbs are what a person does with the app; what Meta makes of them is in permission_ledger.
"""

import asyncio
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from benchmarks.simulator import message_payloads
from benchmarks.simulator.business_call import BusinessCall, CalleeScript, Reaction
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.conversation import ChatMessage, Conversation
from benchmarks.simulator.ids import new_message_id
from benchmarks.simulator.message_payloads import Party, PermissionReply
from benchmarks.simulator.message_request import CallButton, PermissionQuestion
from benchmarks.simulator.payloads import UNDELIVERABLE, Shape, User
from benchmarks.simulator.permission_ledger import Choice, PermissionLedger
from benchmarks.simulator.world import World


class Dialler(Protocol):
    """How a user reaches the business."""

    def dial(self, user: "WhatsAppUser", *, cta_payload: str | None, deeplink_payload: str | None) -> SimulatedCall:
        """Begin a user-initiated call."""


class ButtonExpired(Exception):
    """The call button is no longer valid."""


class WhatsAppUser:
    """A person with a phone. Made by the cloud, which knows everybody."""

    def __init__(self, identity: User, world: World, dialler: Dialler) -> None:
        self.identity = identity
        self.chat = Conversation(world, lambda: self.party)
        """What he and the business wrote to each other."""
        self.permission = PermissionLedger(world.number.standing.figures)
        """What Meta has in its books about this user and the business."""
        self.shape = Shape()
        """How Meta's webhooks about this user look, apart from calls he begins."""
        self.script = CalleeScript()
        """How he takes the next calls of the business."""
        self.callable = True
        """Whether his app can take calls at all (138001)."""
        self.old_app = False
        """Whether his app is too old for call buttons (131026)."""
        self.online = True
        """Whether his phone is reached; see ``go_offline``."""
        self.prompts = 0
        """How often Meta asked him whether he still wants to be called (whatsapp-calling 3.4)."""
        self.calls: list[BusinessCall] = []
        """Every call that the business began, oldest first."""
        self._world = world
        self._dialler = dialler
        self._arrived: asyncio.Queue[BusinessCall] = asyncio.Queue()

    @property
    def party(self) -> Party:
        """He and the business, for webhooks."""
        return Party(business=self._world.number.business, user=self.identity, shape=self.shape)

    def will_answer(self, after: float = 0.2) -> None:
        """He picks up the next calls, so many seconds after the first ring."""
        self.script = CalleeScript(reaction=Reaction.ANSWERS, after_s=after)

    def will_decline(self, after: float = 0.2) -> None:
        """He declines the next calls, so many seconds after the first ring."""
        self.script = CalleeScript(reaction=Reaction.DECLINES, after_s=after)

    def will_ignore(self) -> None:
        """He lets the next calls ring, unless the test lets him ``pick_up``."""
        self.script = CalleeScript(reaction=Reaction.IGNORES)

    def go_offline(self) -> None:
        """His phone is off: calls do not ring, messages are sent and not delivered."""
        self.online = False

    def come_online(self) -> None:
        """His phone is on again, and gets what waited."""
        self.online = True
        self.receive()

    async def next_call(self, timeout_s: float) -> BusinessCall:
        """The next call of the business. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._arrived.get()

    def take(self, call: BusinessCall) -> None:
        """Meta has taken a call to him."""
        self.calls.append(call)
        self._arrived.put_nowait(call)

    def call(self) -> SimulatedCall:
        """Phone the business."""
        return self._dialler.dial(self, cta_payload=None, deeplink_payload=None)

    def press_call_button(self, message: ChatMessage | None = None) -> SimulatedCall:
        """Call by the button of a message, the latest one unless told otherwise. Raises ButtonExpired."""
        message = message or self._latest(CallButton)
        assert isinstance(message.content, CallButton), "this message has no call button"
        if self._world.clock() >= message.sent_at + message.content.ttl_minutes * 60:
            raise ButtonExpired(message.message_id)
        return self._dialler.dial(self, cta_payload=message.content.payload, deeplink_payload=None)

    def follow_deep_link(self, link: str) -> SimulatedCall:
        """Open ``https://wa.me/call/<number>?biz_payload=…`` (whatsapp-calling 2.5)."""
        parts = urlsplit(link)
        assert (parts.scheme, parts.netloc) == ("https", "wa.me"), "this is no deep link of WhatsApp"
        assert parts.path == f"/call/{self._world.number.business.display_phone_number}", "it calls somebody else"
        payload = parse_qs(parts.query).get("biz_payload")
        return self._dialler.dial(self, cta_payload=None, deeplink_payload=payload[0] if payload else None)

    def write(self, text: str) -> None:
        """Write to the business, which opens the window for its free-form messages."""
        self.chat.write(text)

    def read(self) -> None:
        """Open the chat: what was delivered is read."""
        self.chat.read()

    def receive(self) -> None:
        """Take what waits for the phone, if that is on."""
        for message in self.chat.waiting() if self.online else ():
            if self.old_app and isinstance(message.content, CallButton):
                self.chat.progress(message, "failed", error_code=UNDELIVERABLE)
                continue
            if isinstance(message.content, PermissionQuestion):
                self.permission.deliver(message.message_id, self._world.clock())
            self.chat.progress(message, "delivered")

    def allow(self, request: ChatMessage | None = None, *, for_good: bool = False) -> None:
        """Answer a permission request with yes, the latest one unless told otherwise. Raises RequestExpired."""
        self._answer(request, Choice.FOR_GOOD if for_good else Choice.FOR_A_WEEK)

    def refuse(self, request: ChatMessage | None = None) -> None:
        """Answer a permission request with no, perhaps on second thoughts. Raises RequestExpired."""
        self._answer(request, Choice.NO)

    def grant(self) -> None:
        """Allow calls for good in the business' profile."""
        self.permission.grant()
        self.tell_permission(PermissionReply(accepted=True))

    def revoke(self, *, told: bool = True) -> None:
        """Forbid calls in the business' profile; whether Meta tells is not known, so both happen (1.10)."""
        self.permission.revoke()
        if told:
            self.tell_permission(PermissionReply(accepted=False))

    def permit_call_back(self, call_id: str) -> None:
        """His own call brings the business a week, where it has asked Meta for that (whatsapp-calling 3.3)."""
        if self._world.number.settings.calling["callback_permission_status"] != "ENABLED":
            return
        if self.permission.permit_call_back(self._world.clock()):
            expires_at = self.permission.expires_at
            self.tell_permission(PermissionReply(accepted=True, expires_at=expires_at, automatic=True, context=call_id))

    def tell_permission(self, reply: PermissionReply) -> None:
        """Post a call_permission_reply."""
        value = message_payloads.reply_value(self.party, new_message_id(), reply, self._world.clock())
        self.chat.tell("call_permission_reply", value)

    def _answer(self, request: ChatMessage | None, choice: Choice) -> None:
        request = request or self._latest(PermissionQuestion)
        assert request.status in ("delivered", "read"), "the request has not reached him"
        self.permission.answer(request.message_id, choice, self._world.clock())
        expires_at = None if choice is not Choice.FOR_A_WEEK else self.permission.expires_at
        accepted = choice is not Choice.NO
        self.tell_permission(PermissionReply(accepted=accepted, expires_at=expires_at, context=request.message_id))

    def _latest(self, kind: type[CallButton | PermissionQuestion]) -> ChatMessage:
        return next(message for message in reversed(self.chat.messages) if isinstance(message.content, kind))


class Users:
    """Everybody on WhatsApp, as the simulation knows them."""

    def __init__(self, world: World, dialler: Dialler) -> None:
        self._world = world
        self._dialler = dialler
        self._users: dict[str, WhatsAppUser] = {}

    def of(self, identity: User) -> WhatsAppUser:
        """The user with this BSUID; one who was not known is from now on."""
        if identity.user_id not in self._users:
            self._users[identity.user_id] = WhatsAppUser(identity, self._world, self._dialler)
        return self._users[identity.user_id]

    def find(self, to: str | None, recipient: str | None) -> WhatsAppUser | None:
        """The user with this number or, if there is none given, this BSUID (whatsapp-calling 2.1)."""
        if to is None:
            return None if recipient is None else self._users.get(recipient)
        number = to.removeprefix("+")
        return next((user for user in self._users.values() if user.identity.number == number), None)
