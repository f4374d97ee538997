"""One beat paces every microphone: 20 ms each, spread, without drift, and quiet when nobody speaks."""

import asyncio

from benchmarks.simulator.pacer import Pacer


async def test_a_microphone_is_called_every_20_ms() -> None:
    loop = asyncio.get_running_loop()
    pacer, done, calls = Pacer(), asyncio.Event(), list[float]()

    def speak() -> None:
        calls.append(loop.time())
        if len(calls) == 11:
            done.set()

    pacer.add(speak)
    await asyncio.wait_for(done.wait(), 5)
    pacer.close()
    # A busy machine may be late, but never early: the eleventh call ends ten frames.
    assert calls[-1] - calls[0] >= 0.18, "microphones must not run fast"


async def test_many_microphones_speak_equally_often() -> None:
    pacer, done = Pacer(), asyncio.Event()
    counts = [0] * 25

    def microphone(index: int) -> None:
        counts[index] += 1
        if counts[index] == 10:
            done.set()

    for index in range(len(counts)):
        pacer.add(lambda index=index: microphone(index))  # type: ignore[misc]  # A loop variable bound by default.
    await asyncio.wait_for(done.wait(), 5)
    pacer.close()
    assert max(counts) - min(counts) <= 1, "nobody is starved"


async def test_a_removed_microphone_is_silent_and_removing_it_twice_is_fine() -> None:
    pacer, beat, removed = Pacer(), asyncio.Event(), list[int]()

    def leaving() -> None:
        removed.append(1)
        pacer.remove(leaving)

    pacer.add(leaving)
    beats: list[int] = []

    def staying() -> None:
        beats.append(1)
        if len(beats) == 3:
            beat.set()

    pacer.add(staying)
    await asyncio.wait_for(beat.wait(), 5)
    pacer.remove(leaving)
    pacer.close()
    assert removed == [1]
