"""Owns the business-initiated calls of one number: whether Meta lets one begin, and what its outcome means.

A call itself is business_call's; the counting per user is the permission ledger's.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from benchmarks.simulator import business_offer, refusal
from benchmarks.simulator.business_call import BusinessCall, Reaction, Stage
from benchmarks.simulator.business_offer import BusinessOffer
from benchmarks.simulator.business_payloads import BusinessCallFacts
from benchmarks.simulator.call import Windows
from benchmarks.simulator.call_request import ConnectRequest
from benchmarks.simulator.callee import CalleePhone
from benchmarks.simulator.ids import new_call_id
from benchmarks.simulator.message_payloads import PermissionReply
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.permission_ledger import DAY_S, Consequence
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.sdp_rules import SdpRefused
from benchmarks.simulator.telling import Told
from benchmarks.simulator.whatsapp_user import Users, WhatsAppUser
from benchmarks.simulator.world import World


class BusinessCalls:
    """Every business-initiated call of the number, and the gate before them."""

    def __init__(self, world: World, users: Users, *, windows: Windows, inbound: Callable[[], Collection[str]]) -> None:
        self._number = world.number
        self._announcer = world.announcer
        self._pacer = world.pacer
        self._clock = world.clock
        self._users = users
        self._windows = windows
        self._inbound = inbound
        """BSUIDs of the users in a user-initiated call, one for each call."""
        self._calls: dict[str, BusinessCall] = {}
        self._begun: list[float] = []

    def find(self, call_id: str) -> BusinessCall | None:
        """The call with this WACID."""
        return self._calls.get(call_id)

    async def connect(self, request: ConnectRequest) -> BusinessCall:
        """Begin a call. Raises Refusal, and then nothing follows (whatsapp-calling 6.8)."""
        try:
            offer = business_offer.judge(request.sdp)
        except SdpRefused as refused:
            raise refusal.invalid_sdp(str(refused)) from refused
        user = self._admit(request)
        call = self._make_call(user, offer, request.opaque)
        user.take(call)
        call.begin()
        if call.script.connect_first:
            await self._told_before_the_reply(call)
        return call

    def discard(self) -> None:
        """Free everything without a word to the business."""
        for call in self._calls.values():
            call.discard()

    def tell(self, call: BusinessCall, event: Told, value: Json) -> None:
        """Post a webhook of a call."""
        facts = call.facts
        self._announcer.tell_in_turn(call.call_id, event.value, value, facts.shape, twice=call.script.twice)

    def connected(self, call: BusinessCall) -> None:
        """The user picked up: the books change at once, and the window opens."""
        user = self._users.of(call.facts.user)
        user.permission.connect(self._clock(), by_business=True)
        user.chat.open()

    def ended(self, call: BusinessCall) -> None:
        """Count a call that nobody took."""
        user = self._users.of(call.facts.user)
        given_up = call.ended_by == "business" and not user.permission.figures.cancelled_is_missed
        if call.picked_up.at is not None or given_up:
            return
        consequence = user.permission.miss()
        if consequence is Consequence.REVOKED:
            user.tell_permission(PermissionReply(accepted=False, automatic=True))
        elif consequence is Consequence.PROMPTED:
            user.prompts += 1

    def _admit(self, request: ConnectRequest) -> WhatsAppUser:
        standing = self._number.standing
        self._number.check_outbound()
        if not standing.payment_method:
            raise Refusal(131044, "there is no valid payment method for business-initiated calls")
        user = self._users.find(request.to, request.recipient)
        if user is None or not user.callable:
            raise Refusal(138001, "the receiver cannot take calls")
        self._number.check_recipient(user.identity.number)
        user.permission.check_call(self._clock())
        busy = [*self._inbound(), *self._outbound()]
        if user.identity.user_id in busy:
            raise Refusal(138003, "there is a call with this user already")
        if len(busy) >= standing.concurrent_calls:
            raise Refusal(138002, f"the limit of {standing.concurrent_calls} concurrent calls is reached", status=429)
        now = self._clock()
        self._begun = [at for at in self._begun if now - at < DAY_S]
        if len(self._begun) >= standing.calls_per_day:
            raise Refusal(138005, f"the limit of {standing.calls_per_day} new calls in 24 hours is reached", status=429)
        self._begun.append(now)
        return user

    def _make_call(self, user: WhatsAppUser, offer: BusinessOffer, opaque: str | None) -> BusinessCall:
        script = user.script if user.online else replace(user.script, reaction=Reaction.OFFLINE)
        facts = BusinessCallFacts(
            call_id=new_call_id(),
            business=self._number.business,
            user=user.identity,
            opaque=opaque,
            shape=user.shape,
        )
        phone = CalleePhone(self._pacer, offer, setup=script.setup, ipv6=script.ipv6, voice=script.voice)
        call = BusinessCall(facts, script, phone, self, windows=self._windows, clock=self._clock)
        self._calls[call.call_id] = call
        return call

    def _outbound(self) -> list[str]:
        return [call.facts.user.user_id for call in self._calls.values() if call.stage is not Stage.ENDED]

    async def _told_before_the_reply(self, call: BusinessCall) -> None:
        call.tell_answer()
        await self._announcer.caught_up(call.call_id)
