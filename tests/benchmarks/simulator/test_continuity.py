"""The ear notices every gap and every break of the RTP stream (lessons #1, #26)."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from benchmarks.simulator.continuity import Break, discontinuities, gaps, longest_gap
from benchmarks.simulator.ear import Heard
from benchmarks.simulator.rtp import RtpPacket
from tests.benchmarks.simulator.recordings import recording

Change: TypeAlias = Callable[[int], int]


def changed(heard: list[Heard], index: int, field: str, change: Change) -> list[Heard]:
    """The recording with one field of a packet and of all after it changed."""
    values = [{**item.packet._asdict(), field: change(getattr(item.packet, field))} for item in heard[index:]]
    later = zip(heard[index:], values, strict=True)
    return heard[:index] + [item._replace(packet=RtpPacket(**value)) for item, value in later]


def test_a_sound_stream_has_no_breaks_even_where_its_counters_wrap() -> None:
    assert discontinuities(recording([b"x"] * 20)) == []


@pytest.mark.parametrize(
    ("field", "change", "kind"),
    [
        ("ssrc", lambda ssrc: ssrc + 1, Break.SSRC),
        ("sequence", lambda sequence: (sequence + 1) & 0xFFFF, Break.SEQUENCE),
        ("timestamp", lambda timestamp: (timestamp + 1920) & 0xFFFFFFFF, Break.TIMESTAMP),
    ],
)
def test_each_kind_of_break_is_found_once_and_where_it_is(field: str, change: Change, kind: Break) -> None:
    heard = changed(recording([b"x"] * 20), 10, field, change)
    (found,) = discontinuities(heard)
    assert found.kind is kind
    assert found.at == heard[10].at


def test_a_lost_packet_breaks_sequence_and_timestamp() -> None:
    heard = recording([b"x"] * 20)
    del heard[7]
    assert [found.kind for found in discontinuities(heard)] == [Break.SEQUENCE, Break.TIMESTAMP]


def test_a_pause_that_time_explains_is_no_break() -> None:
    heard = changed(recording([b"x"] * 20), 10, "timestamp", lambda timestamp: (timestamp + 9 * 960) & 0xFFFFFFFF)
    paused = heard[:10] + [item._replace(at=item.at + 0.18) for item in heard[10:]]
    assert discontinuities(paused) == [], "a receiver plays it as silence and keeps its delay"
    assert discontinuities(heard), "time that has not passed cannot be skipped"


def test_a_doubled_packet_is_a_break() -> None:
    heard = recording([b"x"] * 5)
    assert discontinuities([*heard[:3], heard[2], *heard[3:]]), "a replayed packet must not pass"


def test_the_longest_gap_is_found_with_its_time() -> None:
    heard = recording([b"x"] * 10)
    late = heard[:4] + [item._replace(at=item.at + 0.3) for item in heard[4:]]
    gap = longest_gap(late)
    assert gap is not None
    assert gap.at == late[3].at
    assert gap.seconds == pytest.approx(0.32)
    assert len(gaps(late)) == 9


def test_silence_up_to_the_end_of_the_call_counts_as_a_gap() -> None:
    gap = longest_gap(recording([b"x"] * 10), until=105.0)
    assert gap is not None
    assert gap.seconds == pytest.approx(4.82), "audio that stopped long before the hang-up must show"


def test_nothing_heard_has_no_gap() -> None:
    assert longest_gap([]) is None
