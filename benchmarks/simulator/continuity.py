"""Judges a recording by its packets alone: gaps in time, and breaks of the RTP stream. Pure."""

import enum
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from benchmarks.simulator.ear import Heard
from benchmarks.simulator.opus import FRAME_SAMPLES, SAMPLE_RATE


class Gap(NamedTuple):
    """A time without any packet."""

    at: float
    """When the packet before the gap came, seconds on the monotonic clock."""
    seconds: float


class Break(enum.Enum):
    """Why a receiver would stumble: WhatsApp's relay bears one SSRC, +1 and +960 only (whatsapp-calling 5.6)."""

    SSRC = "the SSRC changed"
    SEQUENCE = "the sequence number is not the next one"
    TIMESTAMP = "the timestamp is not 960 later, and no pause explains it"


class Discontinuity(NamedTuple):
    """One break between two packets that followed each other."""

    at: float
    kind: Break
    expected: int
    found: int


def gaps(recording: Sequence[Heard], until: float | None = None) -> list[Gap]:
    """Every time between two packets; with ``until``, also the time from the last packet to then."""
    found = [Gap(before.at, after.at - before.at) for before, after in pairwise(recording)]
    if recording and until is not None and until > recording[-1].at:
        found.append(Gap(recording[-1].at, until - recording[-1].at))
    return found


def longest_gap(recording: Sequence[Heard], until: float | None = None) -> Gap | None:
    """The longest of them, or None when there were no two packets."""
    return max(gaps(recording, until), key=lambda gap: gap.seconds, default=None)


def discontinuities(recording: Sequence[Heard]) -> list[Discontinuity]:
    """Every break of the stream. A lost, doubled or reordered packet is one as well.

    A pause is none: the next sequence number, and a timestamp later by no more whole frames than time has passed.
    """
    found: list[Discontinuity] = []
    for (before_at, before), (at, after) in pairwise(recording):
        if after.ssrc != before.ssrc:
            found.append(Discontinuity(at, Break.SSRC, before.ssrc, after.ssrc))
        if after.sequence != (before.sequence + 1) & 0xFFFF:
            found.append(Discontinuity(at, Break.SEQUENCE, (before.sequence + 1) & 0xFFFF, after.sequence))
        expected = (before.timestamp + FRAME_SAMPLES) & 0xFFFFFFFF
        skipped = (after.timestamp - expected) & 0xFFFFFFFF
        follows = after.sequence == (before.sequence + 1) & 0xFFFF
        paused = follows and skipped % FRAME_SAMPLES == 0 and skipped <= (at - before_at) * SAMPLE_RATE
        if skipped and not paused:
            found.append(Discontinuity(at, Break.TIMESTAMP, expected, after.timestamp))
    return found
