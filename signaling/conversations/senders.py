"""Owns which of our numbers may write and call: what the configuration says and what Meta has told since.

Asking Meta happens once, beside everything else: a number that is not enrolled, or a Meta that is away, never turns
into an error of somebody's chat (#108).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import structlog
from msgspec.structs import replace

from signaling.clock import Clock
from signaling.conversations.news import AccountRestricted, AccountWarned, Restriction, SettingsChanged
from signaling.store.contract import Store, StoreUnavailable
from signaling.whatsapp.number import NotDone

FACTS = "sender:"
BOTH = "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING"
BUSINESS_CALLS = frozenset({"RESTRICTED_BUSINESS_INITIATED_CALLING", BOTH})
"""Meta's words for: the number may neither phone customers nor ask them for permission."""
USER_CALLS = frozenset({"RESTRICTED_USER_INITIATED_CALLING", BOTH})
"""Meta's words for: customers cannot phone the number, so that a call button is of no use."""

ReadSettings: TypeAlias = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Reads the call settings of a number at Meta. Raises NotDone."""

_log = structlog.get_logger(__name__)


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One of our numbers as configured."""

    phone_number_id: str
    number: str | None = None
    """Digits."""
    name: str = ""
    """For agents."""
    chats: bool = True
    calls: bool = True


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """One of our numbers and what it can do now."""

    phone_number_id: str
    number: str | None
    name: str
    can_chat: bool
    can_call: bool
    """Phone customers, and ask them for permission."""
    can_be_called: bool
    why_not: str | None = None
    """Why it cannot do something, for a person."""
    until: float | None = None
    """When Meta lifts the restriction, epoch seconds."""
    warning: str | None = None
    """What Meta has warned of."""


class _Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What Meta has told of a number."""

    calling: bool | None = None
    calling_at: float = 0.0
    restrictions: tuple[Restriction, ...] = ()
    warning: str | None = None


class Senders:
    """Our numbers. Given: the store, which the caller closes. All but ``look`` raise StoreUnavailable."""

    def __init__(self, numbers: Sequence[Number], store: Store, clock: Clock, read_settings: ReadSettings) -> None:
        self._numbers = {number.phone_number_id: number for number in numbers}
        self._store = store
        self._clock = clock
        self._read_settings = read_settings

    async def all(self) -> list[Sender]:
        """Every number, in the order of the configuration."""
        return [self._sender(number, await self._facts(number.phone_number_id)) for number in self._numbers.values()]

    async def get(self, phone_number_id: str) -> Sender | None:
        """One number; None if it is not ours."""
        number = self._numbers.get(phone_number_id)
        return self._sender(number, await self._facts(phone_number_id)) if number is not None else None

    async def look(self) -> None:
        """Ask Meta once whether calling is enabled on each number; what it does not tell stays as it was."""
        for phone_number_id in self._numbers:
            try:
                settings = await self._read_settings(phone_number_id)
                calling = {"ENABLED": True, "DISABLED": False}.get(str(settings.get("status", "")).upper())
                told = SettingsChanged(phone_number_id=phone_number_id, calling=calling, at=self._clock())
                await self.settings_changed(told)
            except NotDone as error:
                _log.warning("settings_not_read", code=error.error.code)
            except StoreUnavailable:
                _log.warning("settings_not_kept")

    async def settings_changed(self, told: SettingsChanged) -> None:
        """Calling was enabled or disabled; only the latest telling counts."""

        def step(facts: _Facts) -> _Facts:
            if told.calling is None or told.at < facts.calling_at:
                return facts
            return replace(facts, calling=told.calling, calling_at=told.at)

        await self._change(told.phone_number_id, step)

    async def restricted(self, told: AccountRestricted) -> None:
        """Meta restricts a number, or all of them if it names none."""
        for number in self._named(told.business_number):
            await self._change(number.phone_number_id, lambda facts: replace(facts, restrictions=told.restrictions))

    async def warned(self, told: AccountWarned) -> None:
        """Meta warns of a number."""
        for number in self._named(told.business_number):
            await self._change(
                number.phone_number_id, lambda facts: replace(facts, warning=told.remedy or told.violation)
            )

    def _named(self, digits: str | None) -> list[Number]:
        known = [number for number in self._numbers.values() if digits is not None and number.number == digits]
        return known or ([] if digits is not None else list(self._numbers.values()))

    def _sender(self, number: Number, facts: _Facts) -> Sender:
        now = self._clock()
        living = [held for held in facts.restrictions if held.until is None or held.until > now]
        disabled = facts.calling is False
        no_calls = disabled or any(held.type in BUSINESS_CALLS for held in living)
        not_called = disabled or any(held.type in USER_CALLS for held in living)
        why_not = None
        if not number.calls:
            why_not = "This number is configured not to take part in calls."
        elif disabled:
            why_not = "Calling is not enabled on this number at Meta."
        elif no_calls or not_called:
            why_not = next((held.remedy for held in living if held.remedy), "Meta has restricted calls of this number.")
        return Sender(
            phone_number_id=number.phone_number_id,
            number=number.number,
            name=number.name,
            can_chat=number.chats,
            can_call=number.calls and not no_calls,
            can_be_called=number.calls and not not_called,
            why_not=why_not,
            until=max((held.until for held in living if held.until is not None), default=None),
            warning=facts.warning,
        )

    async def _facts(self, phone_number_id: str) -> _Facts:
        held = await self._store.load(FACTS + phone_number_id)
        return msgspec.json.decode(held.value, type=_Facts) if held is not None else _Facts()

    async def _change(self, phone_number_id: str, step: Callable[[_Facts], _Facts]) -> None:
        while True:
            held = await self._store.load(FACTS + phone_number_id)
            facts = msgspec.json.decode(held.value, type=_Facts) if held is not None else _Facts()
            changed = step(facts)
            version = held.version if held is not None else 0
            if changed == facts or await self._store.commit(
                FACTS + phone_number_id, version, msgspec.json.encode(changed)
            ):
                return
