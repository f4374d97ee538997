"""Owns short names for what tests of the waiting room do, under one plain queue."""

from signaling.calls.effects import EnterQueue
from signaling.calls.events import Caller
from signaling.waiting import board, deadlines, matching
from signaling.waiting.board import Board, Outcome, Waiting
from signaling.waiting.matching import Assignment
from signaling.waiting.rules import QueuePolicy, Rules

POLICY = QueuePolicy(ring_s=20.0, refused_pause_s=10.0, no_answer_pause_s=10.0, busy_pause_s=10.0, max_wait_s=1e9)
RULES = Rules(queues={"main": POLICY})


def entry(since: float, queue: str = "main", *, caller: Caller | None = None) -> EnterQueue:
    """As a call asks to wait."""
    return EnterQueue(queue=queue, since=since, caller=caller or Caller())


def enter(
    room: Board,
    call_id: str,
    queue: str = "main",
    *,
    since: float,
    now: float | None = None,
    rules: Rules = RULES,
    caller: str | None = None,
    priority: int = 0,
    skills: tuple[str, ...] = (),
    admitted: bool = False,
) -> Board:
    """The call enters the queue, by default when its wait begins."""
    waiting = Waiting(
        queue=queue,
        since=since,
        entered_at=since if now is None else now,
        caller=caller,
        priority=priority,
        skills=skills,
        admitted=admitted,
    )
    return board.enter(room, call_id, waiting, rules=rules)


def leave(room: Board, call_id: str, *, now: float, rules: Rules = RULES) -> Board:
    """The call leaves."""
    return board.leave(room, call_id, now=now, rules=rules)


def occupy(room: Board, call_id: str, name: str, *, now: float = 0.0, rules: Rules = RULES) -> Board:
    """The agent talks with the call."""
    return board.occupy(room, call_id, name, now=now, rules=rules)


def release(room: Board, call_id: str, name: str, outcome: Outcome, now: float, *, rules: Rules = RULES) -> Board:
    """The agent is done with the call."""
    return board.release(room, call_id, name, outcome, now=now, rules=rules)


def match(room: Board, now: float, *, rules: Rules = RULES, seed: int = 0) -> tuple[Board, tuple[Assignment, ...]]:
    """One look at the board, as the dispatcher takes it."""
    return matching.match(board.expire(room, now=now, rules=rules), now=now, rules=rules, seed=seed)


def next_deadline(room: Board, now: float, *, rules: Rules = RULES) -> float | None:
    """When to look again."""
    return deadlines.next_deadline(room, now=now, rules=rules)


def ready(*names: str, since: float = 0.0) -> Board:
    """A board on which these agents are ready, the first one longest."""
    room = Board()
    for number, name in enumerate(names):
        room = board.ready(room, name, now=since + number)
    return room
