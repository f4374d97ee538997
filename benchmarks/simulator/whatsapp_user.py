"""Owns one WhatsApp user as the business meets him: how he takes its calls, and what he decides about them.

His verbs are what a person does with the app; what Meta makes of them is in permission_ledger.
"""

import asyncio

from benchmarks.simulator import message_payloads
from benchmarks.simulator.business_call import BusinessCall, CalleeScript, Reaction
from benchmarks.simulator.ids import new_message_id
from benchmarks.simulator.message_payloads import Party, PermissionReply
from benchmarks.simulator.payloads import Json, Shape, User
from benchmarks.simulator.permission_ledger import PermissionLedger
from benchmarks.simulator.world import World


class WhatsAppUser:
    """A person with a phone. Made by the cloud, which knows everybody."""

    def __init__(self, identity: User, world: World) -> None:
        self.identity = identity
        self.permission = PermissionLedger(world.number.standing.figures)
        """What Meta has in its books about this user and the business."""
        self.shape = Shape()
        """How Meta's webhooks about this user look, apart from calls he begins."""
        self.script = CalleeScript()
        """How he takes the next calls of the business."""
        self.callable = True
        """Whether his app can take calls at all (138001)."""
        self.calls: list[BusinessCall] = []
        """Every call that the business began, oldest first."""
        self._world = world
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

    def will_be_offline(self) -> None:
        """The next calls do not reach his phone."""
        self.script = CalleeScript(reaction=Reaction.OFFLINE)

    async def next_call(self, timeout_s: float) -> BusinessCall:
        """The next call of the business. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._arrived.get()

    def take(self, call: BusinessCall) -> None:
        """Meta has taken a call to him."""
        self.calls.append(call)
        self._arrived.put_nowait(call)

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
        self._tell("call_permission_reply", value)

    def _tell(self, label: str, value: Json) -> None:
        self._world.announcer.tell_in_turn(self.identity.user_id, label, value, self.shape, subject="messages")


class Users:
    """Everybody on WhatsApp, as the simulation knows them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._users: dict[str, WhatsAppUser] = {}

    def of(self, identity: User) -> WhatsAppUser:
        """The user with this BSUID; one who was not known is from now on."""
        if identity.user_id not in self._users:
            self._users[identity.user_id] = WhatsAppUser(identity, self._world)
        return self._users[identity.user_id]

    def find(self, to: str | None, recipient: str | None) -> WhatsAppUser | None:
        """The user with this number or, if there is none given, this BSUID (whatsapp-calling 2.1)."""
        if to is None:
            return None if recipient is None else self._users.get(recipient)
        number = to.removeprefix("+")
        return next((user for user in self._users.values() if user.identity.number == number), None)
