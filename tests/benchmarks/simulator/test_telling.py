"""Whatever is held back, every event is told once, and nothing after the end waits (whatsapp-calling 1.3, 6.11)."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulator.payloads import Json
from benchmarks.simulator.telling import Telling, Told

EVENTS = [Told.CONNECT, Told.RINGING, Told.ACCEPTED, Told.TERMINATE]


def order(late: dict[Told, Told], events: list[Told]) -> list[Told]:
    sent: list[Told] = []

    def send(event: Told, _: Json) -> None:
        sent.append(event)

    telling = Telling(late, send)
    for event in events:
        telling.tell(event, {})
    return sent


def test_without_delays_events_are_told_as_they_happen() -> None:
    assert order({}, EVENTS) == EVENTS


def test_an_event_waits_for_another_one_and_both_for_a_third() -> None:
    late = {Told.CONNECT: Told.RINGING, Told.RINGING: Told.ACCEPTED}
    assert order(late, EVENTS) == [Told.ACCEPTED, Told.RINGING, Told.CONNECT, Told.TERMINATE]


def test_who_waits_for_what_never_happens_is_told_after_the_end() -> None:
    declined = [Told.CONNECT, Told.RINGING, Told.REJECTED, Told.TERMINATE]
    late = {Told.RINGING: Told.ACCEPTED}
    assert order(late, declined) == [Told.CONNECT, Told.REJECTED, Told.TERMINATE, Told.RINGING]


@given(late=st.dictionaries(st.sampled_from(EVENTS[:-1]), st.sampled_from(EVENTS)))
def test_every_event_is_told_exactly_once(late: dict[Told, Told]) -> None:
    assert sorted(order(late, EVENTS), key=EVENTS.index) == EVENTS
