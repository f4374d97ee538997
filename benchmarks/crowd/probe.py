"""Owns the probes: ends in Python whose voice carries the time of its sending, and what the far ear makes of it.

The server forwards payloads as they are, so a packet that arrives tells by itself how long it was under way.
"""

import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

from benchmarks.simulator.ear import Ear
from benchmarks.simulator.tones import CALLER_TONE, voice_frames

_MARK = b"ringbridge-probe"
_STAMP = struct.Struct("!d")
"""Seconds on the monotonic clock."""


class StampedFrames(Sequence[bytes]):
    """A voice without end: each frame has the size and the first byte of a spoken one, and the time it was taken."""

    def __init__(self) -> None:
        spoken = voice_frames(CALLER_TONE)[0]
        self._head = spoken[:1] + _MARK
        self._rest = bytes(len(spoken) - len(self._head) - _STAMP.size)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        assert isinstance(index, int), "a stream takes frame after frame"
        return self._head + _STAMP.pack(time.monotonic()) + self._rest

    def __len__(self) -> int:
        return 1


def transit_s(ear: Ear, since: float, until: float) -> Iterator[float]:
    """From just before its sending, encryption included, to the kernel's arrival: each stamped packet of this time."""
    for at, packet in ear.recording:
        if since <= at <= until and packet.payload[1 : 1 + len(_MARK)] == _MARK:
            (sent_at,) = _STAMP.unpack_from(packet.payload, 1 + len(_MARK))
            yield at - sent_at


def intervals_s(ears: Iterable[Ear], since: float, until: float) -> Iterator[float]:
    """Times between two packets that followed each other at the same ear."""
    for ear in ears:
        arrivals = [at for at, _ in ear.recording if since <= at <= until]
        yield from (after - before for before, after in pairwise(arrivals))
