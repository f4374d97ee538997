"""A wait on a whole server: the very frames of greeting, ringing, music and announcements, in one unbroken stream."""

from pathlib import Path

import pytest

from benchmarks.simulator.continuity import discontinuities
from hold_audio.clip import Clip
from hold_audio.intake import frames_of
from hold_audio.library import Library
from hold_audio.loudness import normalised
from hold_audio.prompts.recordings import prompts
from hold_audio.shelf import Shelf
from tests.hold_audio.sound_files import voice
from tests.support.frames import holds
from tests.support.stage import PATIENCE_S, staged, until

WAIT = {
    "greeting": ["hello"],
    "spacing_s": 0.5,
    "announcements": [{"say": ["sorry"], "first_s": 1.5, "every_s": 600}],
}
POSITION_FRAMES = 2
"""How exactly music goes on where it was; a busy loop wakes a little late."""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The default folder of clips, beside which the server runs."""
    monkeypatch.chdir(tmp_path)
    shelf = Shelf(Path("audio"))
    for seed, name in enumerate(("hello", "sorry")):
        shelf.put(Clip(name, frames_of(normalised(voice(0.6, seed)), loop=False)))
    return shelf


async def test_a_caller_hears_every_frame_of_the_wait_strategy(tmp_path: Path, shelf: Shelf) -> None:
    """#10 #11 #26 #44: the greeting from its first frame, and music that goes on behind an announcement."""
    async with staged(tmp_path, queue={"wait": WAIT, "ringback_cycles": 0}) as stage:
        call = stage.phone()
        await until(call.accepted)
        await call.ear.listen(3.5, PATIENCE_S)
        call.hang_up()
        await until(call.ended)

    hello, sorry, music = shelf.take("hello").frames, shelf.take("sorry").frames, Library()["music"].frames
    assert discontinuities(call.ear.recording) == []
    heard = [packet.packet.payload for packet in call.ear.recording]
    assert tuple(heard[: len(hello)]) == hello, "the greeting's first syllable is lost (#44)"
    begins = next(at for at in range(len(heard)) if tuple(heard[at : at + len(sorry)]) == sorry)
    before = heard[len(hello) : begins]
    assert tuple(before) == music[: len(before)], "no hole and no other sound between greeting and announcement"
    after = heard[begins + len(sorry) :]
    goes_on = music.index(after[0])
    assert abs(goes_on - len(before)) <= POSITION_FRAMES, "music started over, or skipped (#10)"
    assert tuple(after) == music[goes_on : goes_on + len(after)]


async def test_missing_sounds_leave_no_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """#19: nothing that this queue names is there; its callers hear the built-in music."""
    monkeypatch.chdir(tmp_path)
    wait = {**WAIT, "music": "jazz", "hold": "jazz"}
    async with staged(tmp_path, queue={"wait": wait, "ringback_cycles": 0}) as stage:
        call = stage.phone()
        await until(call.accepted)
        await call.ear.listen(0.5, PATIENCE_S)
        call.hang_up()
        await until(call.ended)

    heard = tuple(packet.packet.payload for packet in call.ear.recording)
    assert heard == Library()["music"].frames[: len(heard)]


async def test_a_caller_is_told_his_place_by_the_waiting_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """#21, #24: said once the board knows, and only to those for whom no agent is being rung."""
    monkeypatch.chdir(tmp_path)
    wait = {"announcements": [{"say": ["place"], "first_s": 0.5, "every_s": 600}], "spacing_s": 0}
    async with staged(tmp_path, queue={"wait": wait, "ringback_cycles": 0}) as stage:
        call = stage.phone()
        await until(call.accepted)
        await call.ear.listen(3.0, PATIENCE_S)
        call.hang_up()
        await until(call.ended)
        await stage.agent("ana")
        ringing = stage.phone()
        await until(ringing.accepted)
        await ringing.ear.listen(3.0, PATIENCE_S)
        ringing.hang_up()
        await until(ringing.ended)

    spoken = prompts("en")[0]["en/next"].frames
    assert holds(tuple(heard.packet.payload for heard in call.ear.recording), spoken), "nobody told him he is next"
    undisturbed = tuple(heard.packet.payload for heard in ringing.ear.recording)
    assert not holds(undisturbed, spoken), "he was made to listen while his agent was rung (#21)"
    assert discontinuities(call.ear.recording) == []
