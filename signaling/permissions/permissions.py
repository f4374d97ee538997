"""Owns the answers to "may we call this user now?": the policy's rules, carried to the store and to Meta.

A place in a limit is checked and taken in one commit, so of many who want the last one exactly one gets it. What is
taken is a lease: an attempt that crashes gives it back by itself. What became of an attempt is learned once, however
often it is told. Every method may raise StoreUnavailable; Meta being away, slow or unwilling is no error: then the
ledger alone decides.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from policy.countries import country_of
from policy.events import (
    CallPlaced,
    CallReserved,
    CallSettled,
    Event,
    MetaAnswered,
    MetaRefused,
    RequestReserved,
    RequestSettled,
)
from policy.explaining import explain
from policy.history import apply
from policy.limits import Limits
from policy.records import Call, Delivery, Ledger, Outcome, Request
from policy.rules import decide
from policy.verdict import Ask, Explanation, Reason, Verdict
from signaling.calls.events import MetaError
from signaling.clock import Clock
from signaling.permissions.ledgers import Ledgers
from signaling.permissions.lookups import LookUps
from signaling.permissions.pair import Pair
from signaling.store.contract import Store

FRESH_S: Final = 10.0
"""How long Meta's answer is good for another verdict, seconds."""
CALL_LEASE_S: Final = 180.0
"""How long a call may be on its way, seconds: 60 for ringing (whatsapp-calling 6.7), and what is around it."""
REQUEST_LEASE_S: Final = 60.0
"""How long a permission request may be on its way, seconds: above the longest wait for an answer of Meta's."""


class AlreadySettled(Exception):
    """What is to be reserved was done before under this id; a new attempt needs a new one."""


class Permissions:
    """Verdicts, places in limits, and what comes of them. Given: the store and the look-ups, which others close."""

    def __init__(
        self,
        store: Store,
        look_ups: LookUps,
        limits: Limits,
        *,
        clock: Clock,
        numbers: Mapping[str, str | None] | None = None,
    ) -> None:
        """``numbers`` are the digits of the business numbers by Meta's ids, for pairs that do not name theirs."""
        self._numbers = numbers or {}
        self._ledgers = Ledgers(store, clock)
        self._look_ups = look_ups
        self._limits = limits
        self._clock = clock
        self.refusals: Counter[tuple[Ask, Reason]] = Counter()
        """Slots that were not given since the start, by what they were for and why."""

    async def verdict(self, pair: Pair, ask: Ask) -> Verdict:
        """May we, now? Takes nothing."""
        return self._decide(await self._known(pair), pair, ask)

    async def explain(self, pair: Pair) -> Explanation:
        """The whole picture of the pair."""
        known = await self._known(pair)
        return explain(known, self._limits, self._clock(), country=self._country(pair))

    async def reserve_call(self, pair: Pair, call: str, *, lease_s: float = CALL_LEASE_S) -> Verdict:
        """Take a slot for this call, if the verdict allows it; ``call`` is an id of ours. Repeating it takes no second.

        Who has the slot tells what comes of it: ``placed``, then ``settle_call`` or ``refused``. Raises AlreadySettled.
        """
        return await self._reserve(pair, Ask.CALL, lambda now: CallReserved(id=call, at=now, lease_until=now + lease_s))

    async def reserve_request(self, pair: Pair, request: str, *, lease_s: float = REQUEST_LEASE_S) -> Verdict:
        """The same for a permission request; then ``settle_request`` or ``refused``. Raises AlreadySettled."""
        return await self._reserve(
            pair, Ask.REQUEST, lambda now: RequestReserved(id=request, at=now, lease_until=now + lease_s)
        )

    async def placed(self, pair: Pair, call: str, call_id: str) -> None:
        """Meta has given the call its id (WACID), under which webhooks speak of it."""
        await self.learn(pair, CallPlaced(id=call, at=self._clock(), call_id=call_id))

    async def settle_call(self, pair: Pair, call: str, outcome: Outcome, *, at: float | None = None) -> bool:
        """Tell what became of a call of ours, under our id or Meta's; ``at`` is when, now if it is not given.

        Returns whether this is the first that is heard of it. A later word counts if it outweighs (``Outcome``).
        """
        event = CallSettled(id=call, at=self._clock() if at is None else at, outcome=outcome)
        return await self._settle(pair, event, lambda ledger: _calls(ledger, call))

    async def settle_request(
        self, pair: Pair, request: str, delivery: Delivery, *, message_id: str | None = None
    ) -> bool:
        """Tell what became of a request of ours. Returns whether this is the first that is heard of it.

        If Meta's answer was lost, say SENT: it may have gone out.
        """
        event = RequestSettled(id=request, at=self._clock(), delivery=delivery, message_id=message_id)
        return await self._settle(pair, event, lambda ledger: _requests(ledger, request))

    async def refused(self, pair: Pair, ask: Ask, attempt: str, error: MetaError) -> None:
        """Meta refused the attempt: its place is free again, and what the code tells is learned."""
        now = self._clock()
        release: Event = (
            CallSettled(id=attempt, at=now, outcome=Outcome.RELEASED)
            if ask is Ask.CALL
            else RequestSettled(id=attempt, at=now, delivery=Delivery.FAILED)
        )
        await self.learn(pair, release, MetaRefused(code=error.code, at=now))

    async def learn(self, pair: Pair, *events: Event) -> None:
        """Write down what happened: answers of the user, and calls of the user's that connected."""

        def change(ledger: Ledger) -> tuple[Ledger, None]:
            now = self._clock()
            for event in events:
                ledger = apply(ledger, event, now)
            return ledger, None

        await self._ledgers.change(pair, change)

    async def _reserve(
        self, pair: Pair, ask: Ask, reserved: Callable[[float], CallReserved | RequestReserved]
    ) -> Verdict:
        said = await self._meta_says(pair)

        def change(ledger: Ledger) -> tuple[Ledger, Verdict]:
            event = reserved(self._clock())
            known = self._taking_in(ledger, said)
            if any(not _pending(attempt) for attempt in _calls(known, event.id) + _requests(known, event.id)):
                raise AlreadySettled(f"{ask.value} has been made before under this id")
            verdict = self._decide(_without(known, event.id), pair, ask)
            kept = known if isinstance(said, MetaAnswered) else ledger
            return apply(kept, event, event.at) if verdict.allowed else kept, verdict

        verdict = await self._ledgers.change(pair, change)
        if not verdict.allowed:
            self.refusals[ask, verdict.reason] += 1
        return verdict

    async def _settle(
        self, pair: Pair, event: CallSettled | RequestSettled, attempts: Callable[[Ledger], tuple[Call | Request, ...]]
    ) -> bool:
        def change(ledger: Ledger) -> tuple[Ledger, bool]:
            first = all(_pending(attempt) for attempt in attempts(ledger))
            return apply(ledger, event, self._clock()), first

        return await self._ledgers.change(pair, change)

    async def _known(self, pair: Pair) -> Ledger:
        """What is known of the pair, Meta's answer included."""
        said = await self._meta_says(pair)
        if isinstance(said, MetaAnswered):
            await self.learn(pair, said)
        return self._taking_in(await self._ledgers.read(pair), said)

    async def _meta_says(self, pair: Pair) -> MetaAnswered | MetaRefused | None:
        """News from Meta; None if there are none, or none are to be had."""
        known = await self._ledgers.read(pair)
        snapshot_at = known.snapshot.at if known.snapshot is not None else 0.0
        newest_refusal = max((refusal.at for refusal in known.refusals), default=0.0)
        if self._clock() < snapshot_at + FRESH_S and newest_refusal < snapshot_at:
            return None
        return await self._look_ups.ask(pair)

    def _taking_in(self, ledger: Ledger, said: MetaAnswered | MetaRefused | None) -> Ledger:
        # A refusal is of the business number, not of the pair: it is judged by and not written down.
        return ledger if said is None else apply(ledger, said, self._clock())

    def _decide(self, ledger: Ledger, pair: Pair, ask: Ask) -> Verdict:
        return decide(ledger, ask, self._limits, self._clock(), country=self._country(pair))

    def _country(self, pair: Pair) -> str | None:
        number = pair.business_number or self._numbers.get(pair.phone_number_id)
        return country_of(number) if number else None


def _calls(ledger: Ledger, call: str) -> tuple[Call, ...]:
    return tuple(known for known in ledger.calls if call in (known.id, known.call_id))


def _requests(ledger: Ledger, request: str) -> tuple[Request, ...]:
    return tuple(known for known in ledger.requests if known.id == request)


def _pending(attempt: Call | Request) -> bool:
    settled = attempt.outcome if isinstance(attempt, Call) else attempt.delivery
    return settled in (Outcome.PENDING, Delivery.PENDING)


def _without(ledger: Ledger, attempt: str) -> Ledger:
    """As if it had not been reserved yet: a repeated reservation does not stand in its own way."""
    return replace(
        ledger,
        calls=tuple(call for call in ledger.calls if call.id != attempt),
        requests=tuple(request for request in ledger.requests if request.id != attempt),
    )
