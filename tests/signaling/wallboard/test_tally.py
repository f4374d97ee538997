"""How a day is counted, and where it begins and ends."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from signaling.calls.call import CallRecord
from signaling.calls.events import Caller, Direction
from signaling.store.memory import MemoryStore
from signaling.store.records import Records
from signaling.wallboard.tally import Day, Tally, count, midnight, turn
from signaling.wallboard.today import PAGE, Today
from tests.support.hand_clock import HandClock

LONDON = ZoneInfo("Europe/London")


def call(
    ended_at: float, *, waited: float = 5.0, answered: bool = True, by: str = "caller", queue: str = "sales"
) -> CallRecord:
    """A call that waited so long, and talked for a minute if it was answered."""
    talked = 60.0 if answered else 0.0
    begin = ended_at - talked - waited
    return CallRecord(
        call_id=f"{queue}-{ended_at}",
        phone_number_id="1",
        business_number=None,
        caller=Caller(),
        queue=queue,
        offered_at=begin - 1.0,
        accepted_at=begin,
        answered_at=begin + waited if answered else None,
        ended_at=ended_at,
        agent=None,
        agents_tried=(),
        ended_by=by,
        reason="",
        error=None,
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (call(100.0, waited=20.0), Tally(answered=1, in_time=1, waited_s=20.0, longest_s=20.0)),
        (call(100.0, waited=20.5), Tally(answered=1, in_time=0, waited_s=20.5, longest_s=20.5)),
        (call(100.0, answered=False), Tally(abandoned=1, longest_s=5.0)),
        (call(100.0, answered=False, by="server"), Tally(turned_away=1, longest_s=5.0)),
        (call(100.0, by="network"), Tally(answered=1, in_time=1, waited_s=5.0, longest_s=5.0)),
    ],
)
def test_each_call_counts_once(record: CallRecord, expected: Tally) -> None:
    assert count(Day(0.0), (record,), in_time_s=20.0).queues == {"sales": expected}


def test_a_call_that_an_agent_placed_waited_in_no_queue() -> None:
    placed = replace(call(100.0, answered=False, by="meta"), direction=Direction.OUTBOUND)
    assert count(Day(0.0), (placed,), in_time_s=20.0).queues == {}, "an unanswered phone looks like a lost caller"


def test_the_service_level_leaves_out_who_was_turned_away() -> None:
    records = (call(1.0), call(2.0, waited=30.0), call(3.0, answered=False), call(4.0, answered=False, by="server"))
    sales = count(Day(0.0), records, in_time_s=20.0).queues["sales"]
    assert sales.service_level == pytest.approx(1 / 3)
    assert sales.mean_wait_s == pytest.approx(17.5)
    assert Tally().service_level is Tally().mean_wait_s is None, "nothing has been measured yet"


def test_a_day_begins_at_midnight_where_the_site_is() -> None:
    noon = datetime(2026, 10, 25, 12, tzinfo=UTC).timestamp()
    assert midnight(noon, UTC) == datetime(2026, 10, 25, tzinfo=UTC).timestamp()
    # The night in which summer time ends has 25 hours.
    assert midnight(noon, LONDON) == datetime(2026, 10, 24, 23, tzinfo=UTC).timestamp()


def test_a_new_day_begins_with_nothing() -> None:
    day = count(Day(0.0), (call(10.0),), in_time_s=20.0)
    assert turn(day, 86_399.0, UTC) is day
    assert turn(day, 86_400.0, UTC) == Day(86_400.0)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans(), st.sampled_from(["caller", "server"])), max_size=30))
def test_no_call_is_lost_or_counted_twice(calls: list[tuple[float, bool, str]]) -> None:
    records = [call(1e6 + ended, answered=answered, by=by) for ended, answered, by in calls]
    day = count(Day(0.0), records, in_time_s=20.0)
    assert sum(t.answered + t.abandoned + t.turned_away for t in day.queues.values()) == len(records)


async def test_a_restarted_server_knows_the_day_so_far() -> None:
    """The wallboard would fall to zero with every update of the server."""
    clock = HandClock()
    began = midnight(clock(), UTC)
    records = Records(MemoryStore(clock), pause=clock.pause)
    for number in range(PAGE + 5):
        records.write(call(began + number))
    records.write(call(began - 1.0))
    await records.flush()
    today = Today(clock, zone=UTC, in_time_s=20.0)
    await today.start(records)
    assert today.day.queues["sales"].answered == PAGE + 5
    today.note(call(clock()))
    assert today.day.queues["sales"].answered == PAGE + 6
    clock.advance(86_400.0)
    assert today.day.queues == {}
