"""Who gets whom: order of agents under each strategy, order of calls, skills, tiers, and the agent of last time."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from signaling.waiting import board
from signaling.waiting.board import Board, Outcome, Presence, Waiting
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules, Strategy
from tests.signaling.waiting import builders as b


def _site(policy: QueuePolicy, agents: dict[str, AgentProfile] | None = None) -> Rules:
    return Rules(queues={"main": policy}, agents=agents or {})


def _served(room: Board, rules: Rules, calls: int, seed: int = 0) -> list[str]:
    """Who gets these calls, one after the other, each conversation over before the next call."""
    names = []
    for number in range(calls):
        now = 100.0 + number
        room = b.enter(room, f"c{number}", since=now, rules=rules)
        room, ((_, name),) = b.match(room, now, rules=rules, seed=seed + number)
        room = b.occupy(room, f"c{number}", name, now=now, rules=rules)
        room = b.release(room, f"c{number}", name, Outcome.FINISHED, now + 0.5, rules=rules)
        names.append(name)
    return names


def test_the_longest_idle_agent_is_next() -> None:
    assert _served(b.ready("cid", "ann", "ben"), _site(QueuePolicy()), 4) == ["cid", "ann", "ben", "cid"]


def test_round_robin_goes_by_name_whoever_comes_or_goes() -> None:
    rules = _site(QueuePolicy(strategy=Strategy.ROUND_ROBIN))
    room = b.ready("cid", "ann", "ben")
    assert _served(room, rules, 4) == ["ann", "ben", "cid", "ann"], "the round was broken"
    room = replace(room, turns={"main": "ann"})
    assert _served(board.gone(room, "ben"), rules, 3) == ["cid", "ann", "cid"], "one who left stopped the round"


def test_fewest_calls_are_made_even() -> None:
    rules = _site(QueuePolicy(strategy=Strategy.FEWEST_CALLS))
    room = b.ready("ann", "ben")
    room = replace(room, agents={**room.agents, "ann": replace(room.agents["ann"], conversations=2)})
    assert _served(room, rules, 3) == ["ben", "ben", "ann"], "the agent with fewer conversations was spared"


def test_random_is_decided_by_the_seed_alone_and_finds_everybody() -> None:
    rules = _site(QueuePolicy(strategy=Strategy.RANDOM))
    room = b.ready("ann", "ben", "cid")
    once = _served(room, rules, 30, seed=1)
    assert once == _served(room, rules, 30, seed=1), "the same numbers gave another order, so no trace replays"
    assert set(once) == {"ann", "ben", "cid"}, "somebody is never rung"


def test_top_down_rings_the_first_of_the_list_who_is_free() -> None:
    rules = _site(
        QueuePolicy(strategy=Strategy.TOP_DOWN),
        {"cid": AgentProfile(position=0), "ann": AgentProfile(position=1)},
    )
    room = b.ready("ben", "ann", "cid")
    assert _served(room, rules, 2) == ["cid", "cid"], "a free agent at the top was passed over"
    assert _served(board.away(room, "cid", now=50.0), rules, 2) == ["ann", "ann"]
    assert _served(board.gone(board.gone(room, "cid"), "ann"), rules, 1) == ["ben"], "who is not listed comes last"


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_lower_tier_comes_first_under_every_strategy(strategy: Strategy) -> None:
    rules = _site(QueuePolicy(strategy=strategy), {"ann": AgentProfile(tier=2), "ben": AgentProfile(tier=1)})
    assert _served(b.ready("ann", "ben"), rules, 3) == ["ben"] * 3, "the second line was rung while the first is free"


@pytest.mark.parametrize("strategy", list(Strategy))
def test_several_callers_are_matched_at_once(strategy: Strategy) -> None:
    room = b.ready("ann", "ben", "cid")
    for number in range(4):
        room = b.enter(room, f"c{number}", since=float(number))
    _, assignments = b.match(room, 10.0, rules=_site(QueuePolicy(strategy=strategy)))
    assert [call_id for call_id, _ in assignments] == ["c0", "c1", "c2"], "callers were not served in their order"
    assert {name for _, name in assignments} == {"ann", "ben", "cid"}, "a free agent was left idle"


def test_calls_of_higher_priority_come_first_and_keep_their_order() -> None:
    room = b.ready("ann", "ben")
    room = b.enter(room, "first", since=0.0)
    room = b.enter(room, "vip", since=5.0, priority=1)
    room = b.enter(room, "older vip", since=4.0, priority=1)
    _, assignments = b.match(room, 10.0)
    assert [call_id for call_id, _ in assignments] == ["older vip", "vip"]


def test_only_an_agent_with_every_skill_gets_the_call() -> None:
    agents = {"ann": AgentProfile(skills=frozenset({"ja"})), "ben": AgentProfile(skills=frozenset({"ja", "refunds"}))}
    rules = _site(QueuePolicy(skills=frozenset({"ja"})), agents)
    room = b.enter(b.ready("ann", "cid"), "c1", since=0.0, skills=("refunds",))
    room, assignments = b.match(room, 1.0, rules=rules)
    assert assignments == (), "the caller was given somebody who cannot help"
    room = b.enter(room, "c2", since=1.0)
    room, assignments = b.match(board.ready(room, "ben", now=2.0), 2.0, rules=rules)
    assert dict(assignments) == {"c1": "ben", "c2": "ann"}


RING_ALL = _site(
    QueuePolicy(strategy=Strategy.RING_ALL, sticky_s=30.0),
    {"dan": AgentProfile(tier=2), "eve": AgentProfile(queues=frozenset({"other"}))},
)


def test_ring_all_rings_every_free_agent_of_the_lowest_tier() -> None:
    room = b.enter(b.ready("ann", "ben", "dan", "eve"), "c1", since=0.0)
    room, assignments = b.match(room, 1.0, rules=RING_ALL)
    assert assignments == (("c1", "ann"), ("c1", "ben")), "the second line was rung, or an agent of another queue"
    room, assignments = b.match(board.ready(room, "cid", now=2.0), 2.0, rules=RING_ALL)
    assert assignments == (("c1", "cid"),), "an agent who gets free while it rings does not join in"
    assert b.match(room, 3.0, rules=RING_ALL) == (room, ()), "it rings again where it rings already"


def test_88_the_first_answer_frees_all_who_ring_at_once_and_without_a_pause() -> None:
    room = b.enter(b.ready("ann", "ben", "cid"), "c1", since=0.0, rules=RING_ALL)
    room = b.match(room, 1.0, rules=RING_ALL)[0]
    room = b.occupy(room, "c1", "ben", now=2.0, rules=RING_ALL)
    for name in ("ann", "cid"):
        room = b.release(room, "c1", name, Outcome.NOT_NEEDED, 2.0, rules=RING_ALL)
    room, assignments = b.match(b.enter(room, "c2", since=2.0, rules=RING_ALL), 2.0, rules=RING_ALL)
    assert assignments == (("c2", "ann"), ("c2", "cid")), "the next caller has to wait for a pause nobody deserved"


def test_a_refusal_leaves_the_others_ringing() -> None:
    room = b.match(b.enter(b.ready("ann", "ben"), "c1", since=0.0, rules=RING_ALL), 1.0, rules=RING_ALL)[0]
    room = b.release(room, "c1", "ann", Outcome.REFUSED, 2.0, rules=RING_ALL)
    assert board.presence(room, "ben") is Presence.RINGING
    assert b.match(room, 30.0, rules=RING_ALL)[1] == (("c1", "ann"),), "after his pause he may join in again"


def test_nobody_rings_as_a_second_agent_while_a_caller_waits_for_a_first() -> None:
    room = b.match(b.enter(b.ready("ann"), "c1", since=0.0, rules=RING_ALL), 1.0, rules=RING_ALL)[0]
    room = b.enter(room, "c2", since=1.0, rules=RING_ALL)
    room, assignments = b.match(board.ready(room, "ben", now=2.0), 2.0, rules=RING_ALL)
    assert assignments == (("c2", "ben"),), "the second caller waits although somebody is free"
    room, assignments = b.match(board.ready(room, "cid", now=3.0), 3.0, rules=RING_ALL)
    assert assignments == (("c1", "cid"),), "and then whoever is left rings for the first"


def test_an_agent_of_the_first_line_joins_while_the_second_line_rings() -> None:
    room = b.match(b.enter(b.ready("dan"), "c1", since=0.0, rules=RING_ALL), 1.0, rules=RING_ALL)[0]
    assert b.match(board.ready(room, "ann", now=2.0), 2.0, rules=RING_ALL)[1] == (("c1", "ann"),)


def test_whoever_a_call_was_transferred_to_rings_alone() -> None:
    waiting = Waiting(queue="main", since=0.0, entered_at=5.0, wanted="dan")
    room = board.enter(b.ready("ann", "dan"), "c1", waiting, rules=RING_ALL)
    room, assignments = b.match(room, 5.0, rules=RING_ALL)
    assert assignments == (("c1", "dan"),), "the colleague was named, and not all of them"
    room = b.release(room, "c1", "dan", Outcome.REFUSED, 6.0, rules=RING_ALL)
    assert b.match(room, 6.0, rules=RING_ALL)[1] == (("c1", "ann"),)


STICKY = _site(QueuePolicy(sticky_s=30.0))


def _regular(now: float = 100.0) -> Board:
    """Noor spoke with Ann and phones again; Ben has been idle for longer."""
    room = b.enter(b.ready("ann"), "c0", since=0.0, rules=STICKY, caller="noor")
    room = b.match(room, 0.0, rules=STICKY)[0]
    room = b.occupy(room, "c0", "ann", now=1.0, rules=STICKY)
    room = b.release(room, "c0", "ann", Outcome.FINISHED, 50.0, rules=STICKY)
    room = board.ready(room, "ben", now=10.0)
    return b.enter(room, "c1", since=now, rules=STICKY, caller="noor")


def test_a_caller_gets_the_agent_of_last_time() -> None:
    assert b.match(_regular(), 100.0, rules=STICKY)[1] == (("c1", "ann"),), "the caller has to explain all again"


def test_a_busy_agent_of_last_time_is_waited_for_but_not_for_ever() -> None:
    room = b.enter(_regular(), "other", since=90.0, rules=STICKY)
    room = replace(room, agents={name: room.agents[name] for name in ("ann",)})
    room, assignments = b.match(room, 100.0, rules=STICKY)
    assert assignments == (("other", "ann"),), "the longest waiting caller comes first"
    room, assignments = b.match(board.ready(room, "ben", now=101.0), 101.0, rules=STICKY)
    assert assignments == (), "Ben was rung although Ann is expected"
    assert b.next_deadline(room, 101.0, rules=STICKY) == 130.0, "nobody wakes up when the time for Ann is over"
    assert b.match(room, 130.0, rules=STICKY)[1][-1] == ("c1", "ben"), "the caller waits for Ann for ever"


@pytest.mark.parametrize("leave", [board.gone, lambda room, name: board.away(room, name, now=99.0)])
def test_an_agent_of_last_time_who_is_not_at_work_is_not_waited_for(leave: Callable[[Board, str], Board]) -> None:
    room = leave(_regular(), "ann")
    assert b.match(room, 100.0, rules=STICKY)[1] == (("c1", "ben"),)


def test_75_an_agent_of_last_time_who_refuses_is_not_waited_for() -> None:
    room = b.match(_regular(), 100.0, rules=STICKY)[0]
    room = b.release(room, "c1", "ann", Outcome.REFUSED, 101.0, rules=STICKY)
    assert b.match(room, 101.0, rules=STICKY)[1] == (("c1", "ben"),)


@pytest.mark.parametrize(
    ("outcome", "pause_s"), [(Outcome.REFUSED, 5.0), (Outcome.NO_ANSWER, 7.0), (Outcome.MEDIA_FAILED, 9.0)]
)
def test_75_81_each_way_of_not_taking_a_call_has_its_own_pause(outcome: Outcome, pause_s: float) -> None:
    rules = _site(QueuePolicy(refused_pause_s=5.0, no_answer_pause_s=7.0, busy_pause_s=9.0))
    room = b.match(b.enter(b.ready("ann"), "c1", since=0.0), 0.0, rules=rules)[0]
    room = b.release(room, "c1", "ann", outcome, 1.0, rules=rules)
    assert b.match(room, 1.0 + pause_s - 0.1, rules=rules)[1] == (), "the agent was rung again during his pause"
    assert b.match(room, 1.0 + pause_s, rules=rules)[1] == (("c1", "ann"),), "the pause has no end"


def test_a_transferred_call_rings_the_wanted_agent_first_and_any_other_once_he_has_refused() -> None:
    room = b.ready("ann", "ben")
    waiting = Waiting(queue="main", since=0.0, entered_at=5.0, wanted="ben")
    room, assigned = b.match(board.enter(room, "c1", waiting, rules=b.RULES), 5.0)
    assert assigned == (("c1", "ben"),), "the longest idle agent was rung instead of the one asked for"
    room = b.release(room, "c1", "ben", Outcome.REFUSED, 6.0)
    assert b.match(room, 6.0)[1] == (("c1", "ann"),), "a refused transfer waits for ever"
