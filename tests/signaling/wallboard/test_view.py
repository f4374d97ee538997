"""The wallboard equals the board, the calls and the tally it is made of (#78)."""

from signaling.calls.call import Call, Phase, Route
from signaling.calls.events import Caller
from signaling.waiting import board
from signaling.waiting.board import Board, Presence, Waiting
from signaling.waiting.matching import match
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules
from signaling.wallboard.tally import Day, Tally
from signaling.wallboard.view import WallboardNow, look

RULES = Rules(
    queues={"sales": QueuePolicy(), "help": QueuePolicy()},
    agents={"ann": AgentProfile(queues=frozenset({"sales"})), "bob": AgentProfile(queues=frozenset({"help"}))},
)


def _room() -> Board:
    room = board.ready(Board(), "ann", now=10.0)
    room = board.away(room, "bob", now=11.0, reason="lunch")
    for number, queue in enumerate(("sales", "sales", "help")):
        waiting = Waiting(queue=queue, since=20.0 + number, entered_at=20.0 + number)
        room = board.enter(room, f"call-{number}", waiting, rules=RULES)
    room, _ = match(room, now=30.0, rules=RULES)
    return board.stamp(Board(), room, now=30.0)


def _look(room: Board, *calls: Call, day: Day | None = None) -> WallboardNow:
    return look(room, calls, day or Day(0.0), rules=RULES, queues=["sales", "help", "empty"], now=40.0)


def test_queues_and_agents_are_the_boards() -> None:
    now = _look(_room())
    shown = {queue.queue: (queue.waiting, queue.ringing, queue.longest_since) for queue in now.queues}
    assert shown == {"sales": (1, 1, 21.0), "help": (1, 0, 22.0), "empty": (0, 0, None)}
    assert [(queue.ready, queue.signed_in) for queue in now.queues] == [(0, 1), (0, 1), (0, 0)]
    assert [(agent.agent, agent.presence, agent.since, agent.away_reason) for agent in now.agents] == [
        ("ann", Presence.RINGING, 30.0, ""),
        ("bob", Presence.AWAY, 30.0, "lunch"),
    ]


def test_78_a_call_that_left_is_not_shown_any_more() -> None:
    shown = _look(board.leave(_room(), "call-2", now=40.0, rules=RULES)).queues[1]
    assert (shown.queue, shown.waiting) == ("help", 0), "the monitor shows a call long gone"


def test_the_day_stands_beside_the_moment() -> None:
    sales = _look(_room(), day=Day(0.0, {"sales": Tally(answered=3, abandoned=1, in_time=2, waited_s=30.0)})).queues[0]
    assert (sales.answered, sales.abandoned, sales.service_level, sales.mean_wait_s) == (3, 1, 0.5, 10.0)


def test_calls_are_named_as_an_agent_would_name_them() -> None:
    def call(call_id: str, offered_at: float, caller: Caller) -> Call:
        return Call(
            call_id=call_id,
            phone_number_id="1",
            business_number=None,
            caller=caller,
            route=Route(queue="sales"),
            queue="sales",
            phase=Phase.WAITING,
            deadline=None,
            offered_at=offered_at,
        )

    later = call("later", 9.0, Caller(number="447700900123"))
    calls = _look(Board(), later, call("sooner", 5.0, Caller(name="Kim", number="447700900124"))).calls
    assert [(call.call_id, call.customer) for call in calls] == [("sooner", "Kim"), ("later", "447700900123")]
