"""CPU time is shared out rightly between the server, the load and everybody else."""

import os

import pytest

from benchmarks.usage import Span, Usage, memory_bytes, usage


def test_percentages_are_of_one_core() -> None:
    before = Usage(pid=10, at=100.0, server_s=1.0, threads_s={10: 0.4, 11: 0.6}, load_s=5.0, machine_s=50.0)
    after = Usage(pid=10, at=102.0, server_s=2.0, threads_s={10: 0.6, 11: 1.2, 12: 0.1}, load_s=5.5, machine_s=51.7)
    span = Span(before, after)
    assert span.seconds == 2.0
    assert span.core_percent == 50.0
    assert span.packet_thread_percent == 30.0, "the first thread is asyncio's, and of the others the busiest counts"
    assert span.load_percent == 25.0
    assert span.others_percent == pytest.approx(10.0)


def test_a_process_that_works_is_seen_to_work() -> None:
    before = usage(os.getpid())
    while usage(os.getpid()).server_s - before.server_s < 0.05:
        pass
    after = usage(os.getpid())
    assert 0 < Span(before, after).core_percent <= 110
    assert memory_bytes(os.getpid()) > 1_000_000
