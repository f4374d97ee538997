"""Owns what may be told to those who wait, computed from the board alone, so that every node tells the same (#24)."""

from signaling.waiting.board import Board, held_calls
from signaling.waiting.matching import waiting_line


def place(board: Board, call_id: str) -> int | None:
    """The caller's place in his queue, 1 for the next one; None if he does not wait, or an agent is being rung."""
    line = waiting_line(board)
    queue = next((call.queue for other, call in line if other == call_id), None)
    if queue is None:
        return None
    return [other for other, call in line if call.queue == queue].index(call_id) + 1


def may_announce(board: Board, call_id: str) -> bool:
    """Whether an announcement may begin: never while an agent is being rung for the caller (#21).

    An agent who can be rung is rung: ``matching.match`` leaves no free agent beside a call he may serve.
    """
    return call_id in board.calls and call_id not in held_calls(board)
