"""Whom an agent may hand a caller to is read from the board, so the list cannot say anything else (#86)."""

from signaling.agents.colleagues import colleagues
from signaling.agents.sideline_messages import (
    Colleague,
    QueueNow,
)
from signaling.waiting import board
from signaling.waiting.board import Board, Waiting
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules

RULES = Rules(
    queues={"sales": QueuePolicy(), "help": QueuePolicy()},
    agents={"ann": AgentProfile(queues=frozenset({"sales"}))},
)


def test_colleagues_and_queues_are_the_boards() -> None:
    room = board.ready(Board(), "ann", now=1.0)
    room = board.away(room, "bob", now=2.0, reason="Lunch")
    room = board.stamp(Board(), room, now=2.0)
    waiting = Waiting(queue="help", since=3.0, entered_at=3.0)
    room = board.enter(room, "c1", waiting, rules=RULES)
    shown = colleagues(room, RULES, ["sales", "help"])
    assert shown.agents == (
        Colleague(agent="ann", presence="ready", since=2.0),
        Colleague(agent="bob", presence="away", since=2.0, away_reason="Lunch"),
    )
    assert shown.queues == (QueueNow(queue="sales", waiting=0, ready=1), QueueNow(queue="help", waiting=1, ready=0))


def test_who_signed_out_is_gone() -> None:
    room = board.gone(board.ready(Board(), "ann", now=1.0), "ann")
    assert colleagues(room, RULES, []).agents == ()
