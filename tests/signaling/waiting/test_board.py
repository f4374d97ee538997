"""The board's rules, one by one. ``test_board_properties`` holds them together under any order of events."""

import msgspec
import pytest

from signaling.waiting import board
from signaling.waiting.board import Agent, Board, Outcome, Presence
from signaling.waiting.matching import LEASE_MARGIN_S, Assignment
from signaling.waiting.pace import REMEMBERED
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules
from tests.signaling.waiting import builders as b


def _ringing(now: float = 0.0) -> Board:
    """Ann rings for call ``c1``."""
    room = b.enter(board.ready(Board(), "ann", now=0.0), "c1", "main", since=0.0)
    room, assignments = b.match(room, now)
    assert assignments == (Assignment("c1", "ann"),), "a free agent and a waiting call did not meet"
    return room


def test_the_longest_waiting_call_gets_the_longest_idle_agent() -> None:
    room = Board()
    for name, now in (("ben", 2.0), ("ann", 1.0), ("cid", 3.0)):
        room = board.ready(room, name, now=now)
    for call_id, since in (("late", 6.0), ("early", 5.0)):
        room = b.enter(room, call_id, "main", since=since)
    room, assignments = b.match(room, 7.0)
    assert assignments == (Assignment("early", "ann"), Assignment("late", "ben")), "the order of service is wrong"
    assert board.presence(room, "cid") is Presence.READY, "an agent nobody needs was reserved"


def test_a_call_that_comes_back_keeps_its_place() -> None:
    room = b.enter(Board(), "newer", "main", since=50.0)
    room = b.enter(room, "returning", "main", since=10.0)
    _, assignments = b.match(board.ready(room, "ann", now=60.0), 60.0)
    assert assignments == (Assignment("returning", "ann"),), "a returning caller was sent to the end of the queue"


def test_a_finished_conversation_sends_the_agent_to_the_end_of_the_idle() -> None:
    room = b.occupy(_ringing(), "c1", "ann")
    assert board.presence(room, "ann") is Presence.BUSY
    assert room.calls == {}, "a caller in conversation is still in the queue"
    room = board.ready(room, "ben", now=5.0)
    room = b.release(room, "c1", "ann", Outcome.FINISHED, now=9.0)
    _, assignments = b.match(b.enter(room, "c2", "main", since=9.0), 9.0)
    assert assignments == (Assignment("c2", "ben"),), "the agent who just finished was preferred"


def test_not_needed_keeps_the_agents_idle_time() -> None:
    room = board.ready(_ringing(), "ben", now=5.0)
    room = b.release(b.leave(room, "c1", now=6.0), "c1", "ann", Outcome.NOT_NEEDED, now=6.0)
    _, assignments = b.match(b.enter(room, "c2", "main", since=7.0), 7.0)
    assert assignments == (Assignment("c2", "ann"),), "an agent lost his turn to a caller who hung up"


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NO_ANSWER, Outcome.MEDIA_FAILED])
def test_75_81_after_a_refusal_the_only_agent_is_left_alone_for_the_pause(outcome: Outcome) -> None:
    room = b.release(_ringing(), "c1", "ann", outcome, now=5.0)
    room, assignments = b.match(room, 14.9)
    assert assignments == (), "the agent was rung again during his pause"
    assert b.next_deadline(room, 14.9) == 15.0, "nobody wakes up when the pause ends"
    _, assignments = b.match(room, 15.0)
    assert assignments == (Assignment("c1", "ann"),), "after the pause the waiting call was not offered"


def test_75_signing_in_again_does_not_bring_the_refused_call_back_at_once() -> None:
    room = b.release(_ringing(), "c1", "ann", Outcome.REFUSED, now=5.0)
    room = board.ready(board.gone(room, "ann"), "ann", now=6.0)
    room = b.enter(room, "c2", "main", since=6.0)
    room, assignments = b.match(room, 6.0)
    assert assignments == (Assignment("c2", "ann"),), "the refused call rang again after a reload"
    room = b.release(b.leave(room, "c2", now=7.0), "c2", "ann", Outcome.NOT_NEEDED, now=7.0)
    assert b.match(room, 15.0)[1] == (Assignment("c1", "ann"),), "the refused call was never offered again"


def test_a_refusal_moves_the_call_to_the_next_agent_at_once() -> None:
    room = board.ready(_ringing(), "ben", now=1.0)
    _, assignments = b.match(b.release(room, "c1", "ann", Outcome.REFUSED, now=2.0), 2.0)
    assert assignments == (Assignment("c1", "ben"),)


def test_81_a_call_that_declines_an_agent_is_not_given_the_same_one_for_ever() -> None:
    room = b.release(_ringing(), "c1", "ann", Outcome.NOT_NEEDED, now=1.0)
    assert b.match(room, 1.0)[1] == (), "reserving and declining would go round as fast as the processor can"


def test_71_a_reservation_ends_by_itself_and_its_agent_serves_others() -> None:
    room = b.enter(_ringing(), "c2", "main", since=1.0)
    ends = b.POLICY.ring_s + LEASE_MARGIN_S
    assert b.next_deadline(room, 1.0) == ends
    room, assignments = b.match(room, ends - 0.1)
    assert assignments == (), "the reservation ended while its call may still connect"
    room, assignments = b.match(room, ends)
    assert assignments == (Assignment("c2", "ann"),), "an agent stayed reserved for a call without an owner"


def test_71_a_conversation_has_no_lease() -> None:
    room = b.occupy(_ringing(), "c1", "ann")
    assert b.next_deadline(room, 1.0) is None
    assert board.presence(b.match(room, 1e9)[0], "ann") is Presence.BUSY, "a long conversation lost its agent"


@pytest.mark.parametrize("talking", [False, True])
def test_92_leaving_clears_every_trace_and_frees_the_agent(talking: bool) -> None:
    room = b.release(_ringing(), "c1", "ann", Outcome.REFUSED, now=1.0)
    room = b.match(board.ready(room, "ben", now=1.0), 1.0)[0]
    if talking:
        room = b.occupy(room, "c1", "ben")
    room = b.leave(room, "c1", now=2.0)
    assert b"c1" not in msgspec.json.encode(room), "a trace of the call stayed on the board"
    assert board.presence(room, "ben") is Presence.READY, "the agent of a caller who hung up is stuck"


@pytest.mark.parametrize("talking", [False, True])
def test_an_agent_who_goes_away_during_a_call_is_away_after_it(talking: bool) -> None:
    room = b.occupy(_ringing(), "c1", "ann") if talking else _ringing()
    before = board.presence(room, "ann")
    room = board.away(room, "ann", now=1.0)
    assert board.presence(room, "ann") is before, "going away tore an agent from his call"
    room = b.release(room, "c1", "ann", Outcome.FINISHED, now=2.0)
    assert board.presence(room, "ann") is Presence.AWAY
    assert b.match(room, 3.0)[1] == (), "an agent who is away was rung"


def test_an_agent_without_tabs_is_forgotten_when_his_call_lets_go() -> None:
    room = b.release(board.gone(_ringing(), "ann"), "c1", "ann", Outcome.GONE, now=1.0)
    assert room.agents == {}, "an agent without a tab stayed on the board"
    assert board.gone(room, "ann") == room


def test_an_agent_who_reloads_before_his_call_lets_go_stays() -> None:
    room = board.ready(board.gone(_ringing(), "ann"), "ann", now=1.0)
    room = b.release(room, "c1", "ann", Outcome.GONE, now=2.0)
    assert board.presence(room, "ann") is Presence.READY, "a reload signed the agent out"
    assert b.match(room, 2.0)[1] == (Assignment("c1", "ann"),), "the call he reloaded under did not ring again"


def test_going_away_and_coming_back_ends_the_pause_but_saying_ready_twice_does_not() -> None:
    paused = b.enter(b.release(_ringing(), "c1", "ann", Outcome.REFUSED, now=1.0), "c2", "main", since=1.0)
    assert b.match(board.ready(paused, "ann", now=2.0), 2.0)[1] == ()
    back = board.ready(board.away(paused, "ann", now=2.0), "ann", now=3.0)
    assert b.match(back, 3.0)[1] == (Assignment("c2", "ann"),)


def test_88_answering_frees_whoever_else_was_reserved_for_the_call() -> None:
    room = board.ready(_ringing(), "ben", now=1.0)
    room, assignments = b.match(room, b.POLICY.ring_s + LEASE_MARGIN_S)
    assert assignments == (Assignment("c1", "ben"),)
    room = b.occupy(room, "c1", "ann")
    assert board.presence(room, "ann") is Presence.BUSY
    assert board.presence(room, "ben") is Presence.READY, "a call has two agents"


def test_88_an_agent_reserved_for_one_call_cannot_be_taken_by_another() -> None:
    room = b.occupy(_ringing(), "other", "ann")
    assert room.agents["ann"].call_id == "c1", "an agent serves two calls"


def test_an_agent_who_went_away_before_his_late_answer_is_away_after_it() -> None:
    room = board.away(board.ready(Board(), "ann", now=0.0), "ann", now=1.0)
    room = b.release(b.occupy(room, "c1", "ann"), "c1", "ann", Outcome.FINISHED, now=2.0)
    assert board.presence(room, "ann") is Presence.AWAY


def test_releasing_somebody_elses_agent_changes_nothing() -> None:
    room = _ringing()
    assert b.release(room, "c2", "ann", Outcome.FINISHED, now=1.0) == room
    assert b.release(room, "c1", "nobody", Outcome.FINISHED, now=1.0) == room


def test_77_after_a_thousand_calls_the_board_is_as_empty_as_before() -> None:
    room = board.ready(Board(), "ann", now=0.0)
    for n in range(1000):
        now = float(n)
        room, assignments = b.match(b.enter(room, f"c{n}", "main", since=now), now)
        assert assignments == (Assignment(f"c{n}", "ann"),), f"call {n} was not offered"
        room = b.occupy(room, f"c{n}", "ann", now=now)
        room = b.release(room, f"c{n}", "ann", Outcome.FINISHED, now=now)
    ann = Agent(presence=Presence.READY, idle_since=999.0, conversations=1000)
    latest = {"main": tuple(float(n) for n in range(1000 - REMEMBERED, 1000))}
    expected = Board(agents={"ann": ann}, turns={"main": "ann"}, answered=latest)
    assert room == expected, "calls left something behind but how quick the queue was lately"


def test_the_board_survives_its_record() -> None:
    room = b.release(board.ready(_ringing(), "ben", now=1.0), "c1", "ann", Outcome.REFUSED, now=2.0)
    room = b.match(board.away(room, "ann", now=3.0), 3.0)[0]
    assert msgspec.json.decode(msgspec.json.encode(room), type=Board) == room


def test_an_agent_is_rung_only_for_the_queues_he_serves() -> None:
    rules = Rules(agents={"ann": AgentProfile(queues=frozenset({"sales"}))})
    room = board.ready(Board(), "ann", now=0.0)
    room = b.enter(room, "c1", "support", since=0.0)
    room, assignments = b.match(room, 1.0, rules=rules)
    assert assignments == (), "a caller of support was given to sales"
    room = b.enter(room, "c2", "sales", since=1.0)
    room, assignments = b.match(room, 1.0, rules=rules)
    assert assignments == (Assignment("c2", "ann"),), "the caller behind was held up by the one nobody can serve"
    assert b.match(board.ready(room, "ben", now=2.0), 2.0, rules=rules)[1] == (Assignment("c1", "ben"),), (
        "an agent of whom nothing is said serves every queue"
    )


def _talked(rules: Rules, *, hang_up: bool) -> Board:
    """Ann's conversation has just ended, at 9."""
    room = b.occupy(_ringing(), "c1", "ann", rules=rules)
    if hang_up:
        return b.leave(room, "c1", now=9.0, rules=rules)
    return b.release(room, "c1", "ann", Outcome.FINISHED, now=9.0, rules=rules)


@pytest.mark.parametrize("hang_up", [False, True])
def test_after_a_conversation_there_is_time_to_wrap_up(hang_up: bool) -> None:
    rules = Rules(queues={"main": QueuePolicy(wrap_up_s=30.0)})
    room = b.enter(_talked(rules, hang_up=hang_up), "c2", since=9.0, rules=rules)
    room, assignments = b.match(room, 38.9, rules=rules)
    assert assignments == (), "the agent was rung in the middle of writing down the last call"
    assert board.presence(room, "ann") is Presence.WRAP_UP
    assert b.next_deadline(room, 38.9, rules=rules) == 39.0, "nobody wakes up when wrap-up ends"
    assert b.match(room, 39.0, rules=rules)[1] == (Assignment("c2", "ann"),), "wrap-up has no end"


def test_ready_ends_wrap_up_and_away_turns_it_into_away() -> None:
    rules = Rules(queues={"main": QueuePolicy(wrap_up_s=30.0)})
    room = _talked(rules, hang_up=False)
    back = board.ready(room, "ann", now=10.0)
    assert board.presence(back, "ann") is Presence.READY
    assert back.agents["ann"].conversations == 1, "ending wrap-up forgot the conversation"
    left = board.away(room, "ann", now=10.0)
    assert board.presence(board.expire(left, now=60.0, rules=rules), "ann") is Presence.AWAY, "he was rung on his way"


def test_an_agents_own_wrap_up_is_not_the_queues() -> None:
    rules = Rules(queues={"main": QueuePolicy(wrap_up_s=30.0)}, agents={"ann": AgentProfile(wrap_up_s=0.0)})
    assert board.presence(_talked(rules, hang_up=False), "ann") is Presence.READY


def test_who_wished_to_be_away_does_not_wrap_up_first() -> None:
    rules = Rules(queues={"main": QueuePolicy(wrap_up_s=30.0)})
    room = board.away(b.occupy(_ringing(), "c1", "ann", rules=rules), "ann", now=1.0, reason="lunch")
    room = b.release(room, "c1", "ann", Outcome.FINISHED, now=9.0, rules=rules)
    assert board.presence(room, "ann") is Presence.AWAY
    assert room.agents["ann"].away_reason == "lunch", "the reason was lost with the call"


def test_away_has_a_reason_until_he_is_back() -> None:
    room = board.away(b.ready("ann"), "ann", now=1.0, reason="training")
    assert room.agents["ann"].away_reason == "training"
    assert board.ready(room, "ann", now=2.0).agents["ann"].away_reason == ""


def test_85_who_has_no_tab_is_offline() -> None:
    room = board.gone(b.enter(b.ready("ann"), "c1", since=0.0), "ann")
    assert board.presence(room, "ann") is Presence.OFFLINE
    assert b.match(room, 1.0)[1] == (), "#85: a call was offered to nobody's browser"


def test_what_an_agent_does_has_a_beginning() -> None:
    """A wallboard that shows who has been away for how long needs it."""
    room = board.stamp(Board(), board.ready(Board(), "ann", now=1.0), now=1.0)
    assert room.agents["ann"].since == 1.0
    again = board.stamp(room, board.ready(room, "ann", now=5.0), now=5.0)
    assert again.agents["ann"].since == 1.0, "saying ready twice began it anew"
    away = board.stamp(again, board.away(again, "ann", now=9.0), now=9.0)
    assert away.agents["ann"].since == 9.0
