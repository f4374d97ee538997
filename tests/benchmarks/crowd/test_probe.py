"""A stamped voice tells how long each packet was under way, and nothing else is taken for one."""

import time

import pytest

from benchmarks.crowd.probe import StampedFrames, intervals_s, transit_s
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.opus import is_one_20_ms_frame
from benchmarks.simulator.rtp import RtpPacket
from benchmarks.simulator.tones import CALLER_TONE, voice_frames


def hear(ear: Ear, at: float, payload: bytes) -> None:
    """Let a packet arrive."""
    ear.hear(at, RtpPacket(111, False, 1, 960, 7, payload))


def test_the_time_under_way_is_from_the_taking_of_the_frame_to_its_arrival() -> None:
    ear = Ear()
    before = time.monotonic()
    frame = StampedFrames()[0]
    hear(ear, before + 0.5, frame)
    (transit,) = transit_s(ear, before, before + 1)
    assert transit == pytest.approx(0.5, abs=0.1)


def test_a_stamped_frame_passes_for_a_spoken_one() -> None:
    frame = StampedFrames()[0]
    assert len(frame) == len(voice_frames(CALLER_TONE)[0]), "its size decides what it costs to carry"
    assert is_one_20_ms_frame(frame)


def test_other_sound_and_other_times_are_left_out() -> None:
    ear = Ear()
    now = time.monotonic()
    hear(ear, now, voice_frames(CALLER_TONE)[0])
    hear(ear, now + 2, StampedFrames()[0])
    assert list(transit_s(ear, now, now + 1)) == []


def test_intervals_are_taken_at_each_ear_by_itself() -> None:
    one, other = Ear(), Ear()
    for ear, shift in ((one, 0.0), (other, 0.01)):
        for at in (1.0, 1.02, 1.05, 9.0):
            hear(ear, at + shift, b"")
    assert list(intervals_s([one, other], 1.0, 2.0)) == pytest.approx([0.02, 0.03, 0.02, 0.03])
