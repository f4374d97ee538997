"""Owns whom a queue does not keep: it is full, the wait is too long, or nobody is there to serve it. Pure.

Only calls for which nobody rings overflow, so a caller is never torn from an agent who may answer.
"""

from collections import Counter
from typing import NamedTuple

from msgspec.structs import replace

from signaling.calls.events import Overflow
from signaling.waiting.board import Board, held_calls
from signaling.waiting.rules import QueuePolicy, Rules

FULL = "the queue is full"
TOO_LONG = "no agent within the longest wait"
NOBODY = "no agent is signed in"


class Overflowed(NamedTuple):
    """This call is no longer on the board, and what is to become of it."""

    call_id: str
    action: Overflow
    reason: str
    """For the call record."""
    queue: str | None
    """Where it goes, for ``Overflow.QUEUE``."""
    closed: bool = False
    """It is outside the business hours there."""


def overflow(board: Board, *, now: float, rules: Rules) -> tuple[Board, tuple[Overflowed, ...]]:
    """Take every call off the board that a limit of its queue sends away.

    Expects a board on which ``match`` has run with the same ``now``. A call is measured against the length of the
    queue once, when it comes; afterwards its place is its own.
    """
    calls = dict(board.calls)
    held = held_calls(board)
    waiting = Counter(call.queue for call_id, call in calls.items() if call.admitted and call_id not in held)
    policies = policies_of(board, rules)
    staffed = {queue: _is_staffed(board, queue, rules) for queue in policies}
    sent_away = []
    for call_id, call in board.calls.items():
        policy = policies[call.queue]
        reason: str | None = None
        if call_id not in held:
            if not call.admitted and policy.max_length is not None and waiting[call.queue] >= policy.max_length:
                reason = FULL
            elif call.entered_at + policy.max_wait_s <= now:
                reason = TOO_LONG
            elif policy.unstaffed_wait_s is not None and not staffed[call.queue]:
                reason = NOBODY if call.entered_at + policy.unstaffed_wait_s <= now else None
        if reason is not None:
            del calls[call_id]
            closed = policy.overflow is Overflow.QUEUE and rules.queue(policy.overflow_queue).closed_at(now)
            sent_away.append(Overflowed(call_id, policy.overflow, reason, policy.overflow_queue, closed))
        elif not call.admitted:
            waiting[call.queue] += call_id not in held
            calls[call_id] = replace(call, admitted=True)
    return replace(board, calls=calls), tuple(sent_away)


def policies_of(board: Board, rules: Rules) -> dict[str, QueuePolicy]:
    """The policy of each queue in which a call waits, looked up once for all its calls."""
    return {queue: rules.queue(queue) for queue in {call.queue for call in board.calls.values()}}


def _is_staffed(board: Board, queue: str, rules: Rules) -> bool:
    return any(rules.serves(name, queue) for name in board.agents)
