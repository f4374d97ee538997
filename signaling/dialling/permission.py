"""Owns how the permission policy serves dialling: its verdicts as answers to a tab, outcomes of calls as its facts."""

from typing import Final

from policy.records import Outcome
from policy.verdict import Ask
from signaling.calls.call import DialOutcome
from signaling.calls.effects import SettleDial
from signaling.calls.events import Caller
from signaling.dialling.dials import Granted, Refused
from signaling.permissions.pair import Pair
from signaling.permissions.permissions import Permissions

_OUTCOMES: Final = {
    DialOutcome.ANSWERED: Outcome.CONNECTED,
    DialOutcome.REJECTED: Outcome.REJECTED,
    DialOutcome.UNANSWERED: Outcome.UNANSWERED,
    DialOutcome.FAILED: Outcome.RELEASED,
}


class Permission:
    """``signaling.dialling.dials.Permissions`` by the policy."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions

    async def reserve(self, call_id: str, phone_number_id: str, who: Caller) -> Granted | Refused:
        """Take a slot for this call, or say why there is none. Raises StoreUnavailable."""
        verdict = await self._permissions.reserve_call(Pair(phone_number_id=phone_number_id, user=who), call_id)
        if verdict.allowed:
            return Granted(warnings=tuple(warned.words for warned in verdict.warnings))
        return Refused(verdict.reason.value, verdict.words, verdict.free_at)

    async def settle(self, call_id: str, dial: SettleDial) -> None:
        """What became of the call. Raises StoreUnavailable. Repetition is harmless."""
        pair = Pair(phone_number_id=dial.phone_number_id, user=dial.customer)
        if dial.outcome is DialOutcome.FAILED and dial.error is not None:
            await self._permissions.refused(pair, Ask.CALL, call_id, dial.error)
        else:
            await self._permissions.settle_call(pair, call_id, _outcome(dial))


def _outcome(dial: SettleDial) -> Outcome:
    """A phone that rang for nothing is one more that was not picked up, also if it was we who gave up (3.4)."""
    if dial.outcome is DialOutcome.CANCELLED:
        return Outcome.UNANSWERED if dial.rang else Outcome.RELEASED
    return _OUTCOMES[dial.outcome]
