"""What legs measured reaches the record of their call, and nobody else's."""

import pytest
from msgspec.structs import replace

from mediaserver import ledger
from mediaserver.ledger import Ledger, leg_record
from mediaserver.packets.types import LegCounters, LegEvent, LegEventKind, LegQuality, StreamQuality
from signaling.calls.call import Call, CallBackRequest, CallRecord, Played
from signaling.calls.events import Caller
from tests.support.hand_clock import HandClock

SILENT = LegCounters(**dict.fromkeys(LegCounters._fields, 0))
HEARD = SILENT._replace(received=500, sent=490, longest_gap_us=31_500)
NOTHING = LegQuality(inbound=None, outbound=None, round_trip_ms=None)
GOOD = LegQuality(
    inbound=StreamQuality(expected=500, lost=0, fraction_lost=0.0, jitter_ms=2.0),
    outbound=StreamQuality(expected=480, lost=24, fraction_lost=0.5, jitter_ms=4.0),
    round_trip_ms=80.0,
)
RECORD = CallRecord(
    call_id="one",
    phone_number_id="1",
    business_number=None,
    caller=Caller(),
    queue="main",
    offered_at=1.0,
    accepted_at=2.0,
    answered_at=None,
    ended_at=3.0,
    agent=None,
    agents_tried=(),
    ended_by="caller",
    reason="hung up",
    error=None,
)


CLOCK = HandClock(1000.0)


class Records:
    """The store's side."""

    def __init__(self) -> None:
        self.written: list[CallRecord] = []
        self.saved: list[Call] = []
        self.call_backs: list[CallBackRequest] = []

    def save(self, call: Call) -> None:
        self.saved.append(call)

    def ask_call_back(self, request: CallBackRequest) -> None:
        self.call_backs.append(request)

    def write(self, record: CallRecord) -> None:
        self.written.append(record)


def test_a_record_tells_what_its_legs_measured() -> None:
    records = Records()
    book = Ledger(records, CLOCK, lambda: 70.0)
    book.closed("one", "agent-1", HEARD, GOOD)
    book.closed("two", "caller", HEARD, NOTHING)
    book.closed("one", "caller", HEARD, NOTHING)
    book.write(RECORD)
    (written,) = records.written
    assert [leg.leg for leg in written.legs] == ["agent-1", "caller"], "a leg is missing, or another call's is there"
    assert replace(written, legs=()) == RECORD, "the rest of the record is not the ledger's"
    book.write(RECORD)
    assert records.written[1].legs == (), "the figures of an ended call are kept for ever"


def test_a_leg_that_carried_no_sound_is_left_out() -> None:
    """Every tab of a rung agent has a leg; those that never spoke would only hide the one that did."""
    records = Records()
    book = Ledger(records, CLOCK, lambda: 70.0)
    book.closed("one", "agent-1", SILENT, NOTHING)
    book.write(RECORD)
    assert records.written[0].legs == ()


def test_a_leg_is_told_in_the_words_of_the_record() -> None:
    record = leg_record("caller", HEARD, GOOD)
    assert (record.round_trip_ms, record.longest_gap_ms, record.discontinuities) == (80.0, 31.5, 0)
    assert record.inbound is not None, "measured"
    assert record.outbound is not None, "reported"
    assert (record.inbound.packets, record.inbound.lost, record.inbound.jitter_ms) == (500, 0, 2.0)
    assert (record.outbound.packets, record.outbound.lost) == (480, 24)
    assert record.inbound.mos == pytest.approx(4.38, abs=0.01), "a good line"
    assert record.outbound.mos == pytest.approx(3.86, abs=0.02), "5 % of the whole call, not half of its last seconds"


def test_what_was_never_measured_is_not_made_up() -> None:
    record = leg_record("caller", HEARD, NOTHING)
    assert (record.inbound, record.outbound, record.round_trip_ms) == (None, None, None)


def test_calls_without_a_record_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MAX_CALLS", 3)
    records = Records()
    book = Ledger(records, CLOCK, lambda: 70.0)
    for number in range(4):
        book.closed(str(number), "caller", HEARD, GOOD)
    for number in range(4):
        book.write(replace(RECORD, call_id=str(number)))
    assert [len(record.legs) for record in records.written] == [0, 1, 1, 1], "the oldest makes room"


def test_a_request_to_be_called_back_passes_through() -> None:
    records = Records()
    asked = CallBackRequest(
        call_id="one", phone_number_id="1", business_number=None, caller=Caller(), queue="main", requested_at=5.0
    )
    Ledger(records, CLOCK, lambda: 70.0).ask_call_back(asked)
    assert records.call_backs == [asked], "a caller who was promised a call is forgotten"


def test_a_record_tells_when_the_first_sound_left_for_the_caller() -> None:
    """As the packet engine saw it, whenever its word of it was read."""
    records = Records()
    book = Ledger(records, CLOCK, lambda: 70.0)
    book.noticed("one", "caller", LegEvent(LegEventKind.HEARD, 7, 69.0))
    book.noticed("one", "agent-1", LegEvent(LegEventKind.AUDIO_STARTED, 8, 69.2))
    book.noticed("one", "caller", LegEvent(LegEventKind.AUDIO_STARTED, 7, 69.9))
    book.write(RECORD)
    assert records.written[0].first_audio_at == pytest.approx(999.9)


def test_a_record_tells_what_was_played_once_or_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    records = Records()
    clock = HandClock(1000.0)
    book = Ledger(records, clock, lambda: 70.0)
    book.played("one", "wait", "main", ("ring", "music"))
    clock.now = 1030.0
    for _ in range(3):
        book.played("one", "announcement", "main", ("sorry",))
    book.played("two", "hold", "main", ("music",))
    monkeypatch.setattr(ledger, "MOST_PLAYED", 2)
    book.played("one", "announcement", "main", ("place",))
    book.write(RECORD)
    assert records.written[0].played == (
        Played(what="wait", queue="main", clips=("ring", "music"), first_at=1000.0),
        Played(what="announcement", queue="main", clips=("sorry",), first_at=1030.0, times=3),
    ), "and no record grows without bound"
