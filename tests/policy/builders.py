"""What happens between a business and a user, in short words, for the tests of the policy."""

from policy.events import (
    CallPlaced,
    CallReserved,
    CallSettled,
    Event,
    MetaAnswered,
    MetaRefused,
    Replied,
    RequestReserved,
    RequestSettled,
)
from policy.history import apply
from policy.limits import DEFAULT, Limits
from policy.records import Can, Delivery, Direction, Ledger, Outcome, Snapshot, Status, Usage
from policy.rules import decide
from policy.verdict import Ask, Verdict

T0 = 1_795_334_400.0
"""When the stories begin, epoch seconds."""
HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY


def ledger(*events: Event) -> Ledger:
    """What somebody knows who was told these, each as it happened."""
    return ledger_after(Ledger(), *events)


def ledger_after(known: Ledger, *events: Event) -> Ledger:
    """What is known after these, too."""
    for event in events:
        known = apply(known, event, _when(event))
    return known


def call(known: Ledger, now: float, limits: Limits = DEFAULT) -> Verdict:
    """May we call now?"""
    return decide(known, Ask.CALL, limits, now)


def request(known: Ledger, now: float, limits: Limits = DEFAULT) -> Verdict:
    """May we ask for permission now?"""
    return decide(known, Ask.REQUEST, limits, now)


def asked(at: float) -> RequestSettled:
    """A permission request went out."""
    return RequestSettled(id=f"request-{at}", at=at, delivery=Delivery.SENT, message_id=f"wamid.{at}")


def asking(at: float, lease_s: float = 60.0) -> RequestReserved:
    """A permission request is about to go out."""
    return RequestReserved(id=f"request-{at}", at=at, lease_until=at + lease_s)


def accepts(at: float, *, permanent: bool = False, automatic: bool = False, expires_at: float | None = None) -> Replied:
    """The user says yes, or WhatsApp does for the user."""
    return Replied(
        id=f"yes-{at}", at=at, accepted=True, permanent=permanent, automatic=automatic, expires_at=expires_at
    )


def rejects(at: float, *, automatic: bool = False) -> Replied:
    """The user says no, or WhatsApp does for the user."""
    return Replied(id=f"no-{at}", at=at, accepted=False, automatic=automatic)


def dialling(at: float, lease_s: float = 120.0, name: str = "") -> CallReserved:
    """A call is about to be placed."""
    return CallReserved(id=name or f"call-{at}", at=at, lease_until=at + lease_s)


def placed(at: float, name: str, call_id: str) -> CallPlaced:
    """Meta has named the call."""
    return CallPlaced(id=name, at=at, call_id=call_id)


def settled(at: float, outcome: Outcome, name: str = "") -> CallSettled:
    """What became of a call of ours."""
    return CallSettled(id=name or f"call-{at}", at=at, outcome=outcome)


def connected(at: float, name: str = "") -> CallSettled:
    """The user picked up a call of ours."""
    return settled(at, Outcome.CONNECTED, name)


def unanswered(*times: float) -> tuple[CallSettled, ...]:
    """Calls of ours rang in vain."""
    return tuple(settled(at, Outcome.UNANSWERED) for at in times)


def user_called(at: float) -> CallSettled:
    """A call of the user's connected."""
    return CallSettled(id=f"wacid.{at}", at=at, outcome=Outcome.CONNECTED, direction=Direction.USER)


def meta(
    at: float,
    status: Status,
    *,
    expires_at: float | None = None,
    call: Can | None = None,
    request: Can | None = None,
) -> MetaAnswered:
    """Meta's answer to ``GET call_permissions``."""
    return MetaAnswered(snapshot=Snapshot(at=at, status=status, expires_at=expires_at, call=call, request=request))


def can(*usage: Usage) -> Can:
    """Meta would allow it."""
    return Can(now=True, usage=usage)


def cannot(*usage: Usage) -> Can:
    """Meta would not allow it."""
    return Can(now=False, usage=usage)


def refused(code: int, at: float, until: float | None = None) -> MetaRefused:
    """Meta refused an action."""
    return MetaRefused(code=code, at=at, until=until)


def _when(event: Event) -> float:
    return event.snapshot.at if isinstance(event, MetaAnswered) else event.at
