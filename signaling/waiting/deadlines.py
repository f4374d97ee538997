"""Owns when the board has something to do although nobody asks: the earliest of all its clocks. Pure."""

from collections.abc import Iterator

from signaling.waiting.board import Board, held_calls
from signaling.waiting.matching import sticky_until
from signaling.waiting.overflow import limits
from signaling.waiting.rules import Rules


def next_deadline(board: Board, *, now: float, rules: Rules) -> float | None:
    """The next time to look at the board, in epoch seconds; what is past has been looked at."""
    return min((at for at in _deadlines(board, rules) if at > now), default=None)


def _deadlines(board: Board, rules: Rules) -> Iterator[float]:
    for agent in board.agents.values():
        clocks = (agent.lease_until, agent.paused_until, agent.wrap_up_until)
        yield from (until for until in clocks if until is not None)
    held = held_calls(board)
    for call_id, call in board.calls.items():
        yield from call.apart.values()
        if call_id not in held:
            yield from limits(call, rules)
            if call.favourite is not None:
                yield sticky_until(call, rules)
