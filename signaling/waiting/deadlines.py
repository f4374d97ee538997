"""Owns when the board has something to do although nobody asks: the earliest of all its clocks. Pure.

It is asked after every change of a board that may hold a thousand calls, so it goes over them in comprehensions;
calling a generator for each of them was measured to take twice as long.
"""

from signaling.waiting.board import Board, held_calls
from signaling.waiting.matching import sticky_until
from signaling.waiting.overflow import policies_of
from signaling.waiting.rules import Rules


def next_deadline(board: Board, *, now: float, rules: Rules) -> float | None:
    """The next time to look at the board, in epoch seconds; what is past has been looked at."""
    clocks = [(agent.lease_until, agent.paused_until, agent.wrap_up_until) for agent in board.agents.values()]
    ends = [until for three in clocks for until in three if until is not None]
    ends += [until for call in board.calls.values() if call.apart for until in call.apart.values()]
    # Limits hold for calls for which nobody rings (``overflow``).
    policies, held = policies_of(board, rules), held_calls(board)
    waiting = [call for call_id, call in board.calls.items() if call_id not in held]
    ends += [call.entered_at + policies[call.queue].max_wait_s for call in waiting]
    unstaffed_s = {queue: policy.unstaffed_wait_s for queue, policy in policies.items()}
    ends += [call.entered_at + wait_s for call in waiting if (wait_s := unstaffed_s[call.queue]) is not None]
    ends += [sticky_until(call, rules) for call in waiting if call.favourite is not None]
    return min([end for end in ends if end > now], default=None)
