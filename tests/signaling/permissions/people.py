"""Owns who is called in these tests. Every number and id is invented."""

from itertools import count

from policy.events import CallSettled, Replied
from policy.records import Outcome
from signaling.calls.events import Caller
from signaling.permissions.pair import Pair

PNID = "445566778899001"
NUMBER, USER_ID = "447700900123", "GB.1203948571029384"
BY_NUMBER = Pair(phone_number_id=PNID, user=Caller(number=NUMBER))
BY_ID = Pair(phone_number_id=PNID, user=Caller(user_id=USER_ID))
BY_BOTH = Pair(phone_number_id=PNID, user=Caller(user_id=USER_ID, number=NUMBER))

_strangers = count(1)


def stranger() -> Pair:
    """Somebody of whom no record is kept yet."""
    return Pair(phone_number_id=PNID, user=Caller(user_id=f"GB.{next(_strangers):06}"))


def accepts(at: float) -> Replied:
    """The user allows calls."""
    return Replied(id=f"wamid.{at}", at=at, accepted=True)


def talked(at: float) -> CallSettled:
    """A call of ours was picked up."""
    return CallSettled(id=f"call-{at}", at=at, outcome=Outcome.CONNECTED)
