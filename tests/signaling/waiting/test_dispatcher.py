"""The dispatcher against real stores: order, one commit before every word, clocks that run out, and trouble."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from signaling.calls.events import AgentAssigned, Caller, ConsultUnavailable, Event, Overflow, QueueOverflowed
from signaling.clock import Clock, SystemClock
from signaling.store.contract import Store, StoreUnavailable, Versioned
from signaling.store.memory import MemoryStore
from signaling.store.redis import RedisStore
from signaling.store.sqlite import SqliteStore
from signaling.waiting.board import Board, Presence
from signaling.waiting.dispatcher import Dispatcher, decode, encode
from signaling.waiting.matching import LEASE_MARGIN_S
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules
from signaling.waiting.view import RoomView
from tests.signaling.waiting.builders import POLICY, RULES, entry
from tests.support.hand_clock import HandClock
from tests.support.redis_server import RedisServer

BOUND_S = 5.0
KEY = "board:test"


class Rival:
    """A store in which somebody else writes the record between load and commit, ``races`` times."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.races = 0
        self.loads = 0
        self.away = 0
        """Commits that fail because the store is out of reach."""
        self.answers_to_lose = 0
        """Commits that take effect and are answered by StoreUnavailable all the same."""
        self.commits = 0

    async def load(self, key: str) -> Versioned | None:
        self.loads += 1
        held = await self._store.load(key)
        if self.races:
            self.races -= 1
            value = held.value if held is not None else encode(Board())
            assert await self._store.commit(key, held.version if held is not None else 0, value)
        return held

    async def commit(self, key: str, version: int, value: bytes | None, *, ttl: float | None = None) -> int:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("out of reach")
        self.commits += 1
        committed = await self._store.commit(key, version, value, ttl=ttl)
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise StoreUnavailable("the answer was lost")
        return committed

    async def keys(self, prefix: str) -> list[str]:
        return await self._store.keys(prefix)

    async def close(self) -> None:
        await self._store.close()


class Room:
    """A dispatcher with ears: what it posted to calls and what it told of agents, in order."""

    def __init__(self, store: Store, clock: Clock, rules: Rules) -> None:
        self.posted: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.told: asyncio.Queue[tuple[str, Presence]] = asyncio.Queue()
        self.dispatcher = Dispatcher(
            store, site="test", post=lambda *post: self.posted.put_nowait(post), clock=clock, rules=rules
        )

    async def start(self) -> None:
        await self.dispatcher.start(
            lambda name, agent: self.told.put_nowait((name, agent.presence if agent else Presence.OFFLINE))
        )

    async def next_post(self) -> tuple[str, Event]:
        """What a call is told next."""
        async with asyncio.timeout(BOUND_S):
            return await self.posted.get()

    async def assignment(self) -> tuple[str, str, float]:
        call_id, event = await asyncio.wait_for(self.posted.get(), BOUND_S)
        assert isinstance(event, AgentAssigned)
        return call_id, event.agent, event.ring_s

    async def settled(self) -> None:
        """Everything asked so far has been worked off."""
        self.dispatcher.ready("probe")
        while await asyncio.wait_for(self.told.get(), BOUND_S) != ("probe", Presence.READY):
            pass
        self.dispatcher.gone("probe")
        while await asyncio.wait_for(self.told.get(), BOUND_S) != ("probe", Presence.OFFLINE):
            pass


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock, redis_server: RedisServer
) -> AsyncIterator[Rival]:
    inner: Store = MemoryStore(clock)
    if request.param == "sqlite":
        inner = await SqliteStore.open(tmp_path / "records.sqlite3", clock)
    if request.param == "redis":
        clock.moves_along.append(redis_server.age)
        inner = await RedisStore.open(redis_server.url)
    rival = Rival(inner)
    yield rival
    await rival.close()


@pytest.fixture
async def room(store: Rival, clock: HandClock) -> AsyncIterator[Room]:
    room = Room(store, clock, RULES)
    await room.start()
    yield room
    await room.dispatcher.close()


async def test_72_a_ready_agent_and_a_waiting_call_meet_in_either_order(room: Room) -> None:
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    assert await room.assignment() == ("c1", "ann", 20.0)
    room.dispatcher.enter("c2", entry(2.0))
    room.dispatcher.ready("ben")
    assert await room.assignment() == ("c2", "ben", 20.0)


async def test_requests_keep_their_order(room: Room) -> None:
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    room.dispatcher.leave("c1")
    room.dispatcher.enter("c2", entry(2.0))
    room.dispatcher.away("ann")
    room.dispatcher.ready("ann")
    assert await room.assignment() == ("c2", "ann", 20.0), "a call that left was still offered"


async def test_86_tabs_learn_each_presence_from_the_board(room: Room) -> None:
    requests: tuple[Callable[[], None], ...] = (
        lambda: room.dispatcher.ready("ann"),
        lambda: room.dispatcher.enter("c1", entry(1.0)),
        lambda: room.dispatcher.occupy("c1", "ann"),
        lambda: room.dispatcher.release("c1", "ann", "finished"),
        lambda: room.dispatcher.away("ann"),
    )
    said = []
    for request in requests:
        request()
        said.append((await asyncio.wait_for(room.told.get(), BOUND_S))[1].value)
    assert said == ["ready", "ringing", "busy", "ready", "away"], "a tab would show something else than the truth"


async def test_a_refused_call_goes_to_the_next_agent(room: Room) -> None:
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    assert (await room.assignment())[1] == "ann"
    room.dispatcher.ready("ben")
    room.dispatcher.release("c1", "ann", "refused")
    assert await room.assignment() == ("c1", "ben", 20.0)


async def test_a_colleague_is_reserved_at_once_or_refused_in_words(room: Room) -> None:
    """And a refusal is told although it changes nothing on the board."""
    room.dispatcher.ready("ben")
    room.dispatcher.reserve("c1", "ben", None)
    assert await room.assignment() == ("c1", "ben", POLICY.ring_s)
    room.dispatcher.occupy("c1", "ben")
    room.dispatcher.reserve("c2", "ben", None)
    busy = ConsultUnavailable(agent="ben", queue=None, reason="the colleague is in a conversation")
    assert await room.next_post() == ("c2", busy)
    room.dispatcher.reserve("c2", None, "main")
    nobody = ConsultUnavailable(agent=None, queue="main", reason="no agent of that queue is free")
    assert await room.next_post() == ("c2", nobody)


async def test_an_unknown_outcome_is_the_callers_bug_and_does_not_hurt_the_room(room: Room) -> None:
    with pytest.raises(ValueError, match="bored"):
        room.dispatcher.release("c1", "ann", "bored")
    await room.settled()


async def test_75_when_the_pause_ends_the_room_wakes_up_by_itself(store: Rival) -> None:
    room = Room(store, SystemClock(), Rules(queues={"main": QueuePolicy(no_answer_pause_s=0.05)}))
    await room.start()
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    await room.assignment()
    room.dispatcher.release("c1", "ann", "no_answer")
    assert await room.assignment() == ("c1", "ann", 20.0), "the only agent was never rung again"
    await room.dispatcher.close()


async def test_24_two_nodes_tell_every_caller_the_same_place(room: Room, store: Rival, clock: HandClock) -> None:
    """Whatever node a caller is connected to, and whichever looked last: the place is read from the shared record."""
    for number, since in enumerate((3.0, 1.0, 2.0)):
        room.dispatcher.enter(f"c{number}", entry(since))
    room.dispatcher.away("ann")
    assert await asyncio.wait_for(room.told.get(), BOUND_S) == ("ann", Presence.AWAY)
    held = await store.load(KEY)
    assert held is not None
    here, there = RoomView(lambda: room.dispatcher.room, clock), RoomView(lambda: decode(held.value), clock)
    places = [here.place(f"c{number}") for number in range(3)]
    assert places == [3, 1, 2], "by the beginning of the wait, not by who asked first"
    assert [there.place(f"c{number}") for number in range(3)] == places


async def test_71_a_reservation_whose_call_died_frees_its_agent(room: Room, clock: HandClock) -> None:
    room.dispatcher.ready("ann")
    room.dispatcher.enter("dead", entry(1.0))
    await room.assignment()
    clock.advance(POLICY.ring_s + LEASE_MARGIN_S)
    room.dispatcher.enter("c2", entry(2.0))
    assert await room.assignment() == ("c2", "ann", 20.0), "the agent stayed reserved"


async def test_92_nothing_is_left_when_everybody_has_gone(room: Room, store: Rival) -> None:
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    await room.assignment()
    room.dispatcher.occupy("c1", "ann")
    room.dispatcher.gone("ann")
    room.dispatcher.leave("c1")
    await room.settled()
    record = await store.load(KEY)
    assert record is not None
    left = decode(record.value)
    assert left == Board(turns={"main": "ann"}, answered=left.answered)


async def test_73_74_a_new_run_clears_what_a_crashed_one_left(store: Rival, clock: HandClock) -> None:
    crashed = Room(store, clock, RULES)
    await crashed.start()
    for agent, call_id in (("ann", "talking"), ("ben", "ringing")):
        crashed.dispatcher.ready(agent)
        crashed.dispatcher.enter(call_id, entry(1.0))
        await crashed.assignment()
    crashed.dispatcher.occupy("talking", "ann")
    await crashed.settled()
    await crashed.dispatcher.close()

    room = Room(store, clock, RULES)
    await room.start()
    assert await store.load(KEY) is None, "agents and calls of the crashed run are still on the board"
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c2", entry(2.0))
    assert await room.assignment() == ("c2", "ann", 20.0), "an agent is locked in a call that is long gone"
    await room.dispatcher.close()


async def test_lost_races_for_the_record_are_run_again(room: Room, store: Rival) -> None:
    room.dispatcher.ready("ann")
    store.races = 3
    room.dispatcher.enter("c1", entry(1.0))
    assert await room.assignment() == ("c1", "ann", 20.0)
    assert room.posted.empty(), "a lost race was told to the call"


async def test_a_reservation_that_was_written_without_an_answer_is_told_all_the_same(store: Rival) -> None:
    """#72: the agent would be rung by nobody, and free for nobody, until his lease ends."""
    room = Room(store, SystemClock(), RULES)
    await room.start()
    room.dispatcher.ready("ann")
    await room.settled()
    store.answers_to_lose = 1
    room.dispatcher.enter("c1", entry(1.0))
    assert await room.assignment() == ("c1", "ann", 20.0)
    room.dispatcher.leave("c1")
    room.dispatcher.enter("c2", entry(2.0))
    assert await room.assignment() == ("c2", "ann", 20.0), "requests of the lost answer are worked off once"
    assert room.posted.empty(), "a call was told twice"
    await room.dispatcher.close()


async def test_nobody_loads_what_he_wrote_himself(room: Room, store: Rival) -> None:
    await room.settled()
    loaded, written = store.loads, store.commits
    await room.settled()
    assert store.commits > written, "nothing was measured"
    assert store.loads == loaded, "every change carries the whole room once more than it must"


async def test_requests_survive_a_store_that_is_out_of_reach(store: Rival) -> None:
    room = Room(store, SystemClock(), RULES)
    await room.start()
    store.away = 1
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    assert await room.assignment() == ("c1", "ann", 20.0), "a request was lost with the store"
    assert room.posted.empty()
    await room.dispatcher.close()


async def test_requests_survive_a_record_that_is_fought_over(store: Rival) -> None:
    room = Room(store, SystemClock(), RULES)
    await room.start()
    store.races = 8
    room.dispatcher.ready("ann")
    room.dispatcher.enter("c1", entry(1.0))
    assert await room.assignment() == ("c1", "ann", 20.0)
    await room.dispatcher.close()


async def test_a_record_that_never_stands_still_stops_the_start(store: Rival, clock: HandClock) -> None:
    assert await store.commit(KEY, 0, encode(Board()))
    store.races = 100
    with pytest.raises(StoreUnavailable):
        await Room(store, clock, RULES).start()


async def test_requests_that_change_nothing_write_nothing(room: Room, store: Rival) -> None:
    await room.settled()
    written = store.commits
    room.dispatcher.leave("unknown")
    room.dispatcher.gone("unknown")
    await room.settled()
    assert store.commits - written == 2, "only the probe's coming and going may be written"


async def test_many_requests_at_once_are_one_commit(room: Room, store: Rival) -> None:
    await room.settled()
    written = store.commits
    for n in range(100):
        room.dispatcher.ready(f"agent-{n}")
        room.dispatcher.enter(f"c{n}", entry(float(n)))
    pairs = {(await room.assignment())[:2] for _ in range(100)}
    assert len({call for call, _ in pairs}) == len({agent for _, agent in pairs}) == 100, (
        "#88: somebody was given twice"
    )
    assert store.commits - written == 1, "a burst of calls would wait for a hundred commits in a row"


async def test_closing_before_starting_is_fine(store: Rival, clock: HandClock) -> None:
    await Room(store, clock, RULES).dispatcher.close()


async def test_78_a_call_that_overflows_is_told_once_and_is_off_the_board(store: Rival, clock: HandClock) -> None:
    room = Room(
        store,
        clock,
        Rules(
            queues={"main": QueuePolicy(max_length=1, overflow=Overflow.CALL_BACK)},
            agents={"probe": AgentProfile(queues=frozenset({"no calls"}))},
        ),
    )
    await room.start()
    for n in (1, 2):
        room.dispatcher.enter(f"c{n}", entry(float(n)))
    call_id, event = await asyncio.wait_for(room.posted.get(), BOUND_S)
    assert (call_id, event) == ("c2", QueueOverflowed(action=Overflow.CALL_BACK, reason="the queue is full"))
    await room.settled()
    record = await store.load(KEY)
    assert record is not None
    assert set(decode(record.value).calls) == {"c1"}, "a wallboard would show a ghost"
    assert room.posted.empty(), "one caller was sent away twice"
    await room.dispatcher.close()


async def test_78_a_call_that_comes_in_and_is_sent_away_in_one_step_is_told(store: Rival, clock: HandClock) -> None:
    """The room is as it was, nothing is written, and a caller would wait for ever."""
    room = Room(store, clock, Rules(queues={"main": QueuePolicy(max_length=0, overflow=Overflow.HANG_UP)}))
    await room.start()
    written = store.commits
    room.dispatcher.enter("c1", entry(1.0))
    call_id, event = await asyncio.wait_for(room.posted.get(), BOUND_S)
    assert (call_id, event) == ("c1", QueueOverflowed(action=Overflow.HANG_UP, reason="the queue is full"))
    assert store.commits == written, "nothing had changed"
    await room.dispatcher.close()


async def test_the_longest_wait_wakes_the_room_by_itself(store: Rival) -> None:
    room = Room(store, SystemClock(), Rules(queues={"main": QueuePolicy(max_wait_s=0.05)}))
    await room.start()
    room.dispatcher.enter("c1", entry(1.0))
    _, event = await asyncio.wait_for(room.posted.get(), BOUND_S)
    assert event == QueueOverflowed(action=Overflow.HANG_UP, reason="no agent within the longest wait")
    await room.dispatcher.close()


async def test_callers_are_known_on_the_board_by_a_tag_alone(store: Rival, clock: HandClock) -> None:
    room = Room(store, clock, Rules(queues={"main": QueuePolicy(caller_return_s=60.0)}))
    await room.start()
    room.dispatcher.enter("c1", entry(1.0, caller=Caller(number="447700900123")))
    room.dispatcher.leave("c1")
    await room.settled()
    record = await store.load(KEY)
    assert record is not None
    assert len(decode(record.value).visits) == 1, "nobody would get the old place back"
    assert b"447700900123" not in record.value, "the board is no place for phone numbers"
    await room.dispatcher.close()
