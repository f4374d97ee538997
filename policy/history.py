"""Owns how facts are remembered: what an event adds, and how two ledgers become one.

Facts of one request or call are joined, not replaced: the outcome that outweighs wins, so the order in which they are
learned makes no difference. ``merge`` is a union of facts: idempotent, commutative and associative, and a merge of two
ledgers judges as one ledger would that had been told the events of both. It may allow what one of the two did not (a
call connected under the other id resets counters here, too), but no connected call counts less than in either.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec.structs import replace

from policy.events import Event
from policy.forgetting import prune
from policy.learning import told
from policy.records import Answer, Call, Delivery, Ledger, Outcome, Refusal, Request

_RANK: Final = {kind: rank for kinds in (Outcome, Delivery) for rank, kind in enumerate(kinds)}
_Fact = TypeVar("_Fact", Request, Answer, Call)


def apply(ledger: Ledger, event: Event, now: float) -> Ledger:
    """The ledger that knows of this event, too. Told twice is told once."""
    return prune(merge(ledger, told(event)), now)


def merge(one: Ledger, other: Ledger) -> Ledger:
    """One ledger with the facts of both, each once."""
    snapshots = [ledger.snapshot for ledger in (one, other) if ledger.snapshot is not None]
    return Ledger(
        requests=_united(one.requests, other.requests, _join_requests),
        answers=_united(one.answers, other.answers, _join_answers),
        calls=_united(*_under_one_id(one.calls, other.calls), _join_calls),
        snapshot=max(snapshots, key=lambda snapshot: snapshot.at, default=None),
        refusals=_newest_of_each_code(one.refusals + other.refusals),
    )


def _under_one_id(one: tuple[Call, ...], other: tuple[Call, ...]) -> tuple[tuple[Call, ...], tuple[Call, ...]]:
    """What was learned of a call under Meta's id goes under the id of its reservation, as soon as the two are known."""
    ids = {call.call_id: call.id for call in one + other if call.call_id is not None}

    def renamed(calls: tuple[Call, ...]) -> tuple[Call, ...]:
        return tuple(replace(call, id=ids[call.id], call_id=call.id) if call.id in ids else call for call in calls)

    return renamed(one), renamed(other)


def _united(
    one: tuple[_Fact, ...], other: tuple[_Fact, ...], join: Callable[[_Fact, _Fact], _Fact]
) -> tuple[_Fact, ...]:
    facts: dict[str, _Fact] = {}
    for fact in one + other:
        facts[fact.id] = join(facts[fact.id], fact) if fact.id in facts else fact
    return tuple(sorted(facts.values(), key=lambda fact: (fact.at, fact.id)))


def _join_requests(one: Request, other: Request) -> Request:
    """The heavier of the two; of equal ones the earlier, for as long as the longer lease."""
    first, second = sorted((one, other), key=lambda request: (-_RANK[request.delivery], request.at))
    return replace(
        first,
        lease_until=_later(one.lease_until, other.lease_until) if first.delivery is Delivery.PENDING else None,
        message_id=first.message_id or second.message_id,
    )


def _join_calls(one: Call, other: Call) -> Call:
    """The same for calls."""
    first, second = sorted((one, other), key=lambda call: (-_RANK[call.outcome], call.at))
    return replace(
        first,
        lease_until=_later(one.lease_until, other.lease_until) if first.outcome is Outcome.PENDING else None,
        call_id=first.call_id or second.call_id,
    )


def _join_answers(one: Answer, other: Answer) -> Answer:
    """A message is sent again as it was; if not, the stricter holds."""
    return max(one, other, key=lambda answer: (not answer.accepted, not answer.permanent, -answer.at))


def _later(one: float | None, other: float | None) -> float | None:
    return max((lease for lease in (one, other) if lease is not None), default=None)


def _newest_of_each_code(refusals: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    newest = {
        refusal.code: refusal for refusal in sorted(refusals, key=lambda refusal: (refusal.at, refusal.until or 0))
    }
    return tuple(newest[code] for code in sorted(newest))
