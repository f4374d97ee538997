"""A person's sound file as a caller hears it: whole, as loud as all else, and joined without a click."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hold_audio.checking import Flaw
from hold_audio.clip import FRAME_SAMPLES, SAMPLE_RATE, Clip, Samples
from hold_audio.encode import decode
from hold_audio.intake import HIGHEST_AVERAGE, frames_of, take_in
from hold_audio.library import Library
from hold_audio.loudness import HEARD_DBTP, TARGET_LUFS, loudness_lufs, normalised, true_peak_dbtp
from hold_audio.music import music_loop
from hold_audio.reading import UnreadableSound
from tests.hold_audio.listening import dbfs, frame, largest_step
from tests.hold_audio.sound_files import voice, write

STEP_BOUND = 0.02
"""How much larger than the sounds' own steps one may be where they are joined: -34 dBFS, below any consonant."""
CUT = 12


def chirp(seconds: float = 0.2) -> Samples:
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * (300 + 4000 * time_s) * time_s)).astype(np.float32)


@pytest.fixture(scope="module")
def clips(library: Library) -> dict[str, Clip]:
    """Two greetings, music of an installation, and the built-in sounds."""
    once = {f"voice-{seed}": Clip("v", frames_of(normalised(voice(1.5, seed)), loop=False)) for seed in (1, 2)}
    own = Clip("jazz", frames_of(normalised(music_loop()[: 5 * SAMPLE_RATE]), loop=True))
    return {**once, "jazz": own, "music": library["music"], "ringback-eu": library["ringback-eu"]}


@pytest.mark.parametrize("before", ["nothing", "music", "ringback-eu", "voice-2"])
def test_a_greeting_begins_whole(clips: dict[str, Clip], before: str) -> None:
    """Lessons #44, #45 and #46: a chirp in the first millisecond of a greeting is received whole, after any sound."""
    greeting = np.concatenate([chirp(), np.zeros(SAMPLE_RATE // 5, np.float32), voice(1.0)])
    lead = () if before == "nothing" else clips[before].frames[10 : 10 + CUT]
    heard = decode((*lead, *frames_of(greeting, loop=False)))[(len(lead) + 1) * FRAME_SAMPLES + 120 :]
    error = heard[: len(chirp())] - chirp()
    assert dbfs(chirp()) - dbfs(error) > 6, "the first syllable is not what was recorded"
    for number in range(10):
        level = dbfs(frame(heard, number)) - dbfs(frame(chirp(), number))
        assert level == pytest.approx(0, abs=2), f"frame {number} of the greeting is faint"


def test_a_greeting_ends_whole() -> None:
    spoken = np.concatenate([voice(1.0), chirp()])
    heard = decode(frames_of(spoken, loop=False))[FRAME_SAMPLES + 120 :]
    end = slice(len(spoken) - 4800, len(spoken) - 480)
    assert dbfs(heard[end]) == pytest.approx(dbfs(spoken[end]), abs=1.5), "the last syllable is cut off"


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("gain", [0.02, 0.3, 1.0])
def test_a_file_is_heard_at_the_loudness_of_all_else(tmp_path: Path, gain: float, *, loop: bool) -> None:
    path = write(tmp_path / "a.wav", voice(4.0) * np.float32(gain * 3))
    heard = decode(take_in(path, "a", loop=loop).clip.frames)
    assert loudness_lufs(heard) == pytest.approx(TARGET_LUFS, abs=1.0)
    assert true_peak_dbtp(heard) <= HEARD_DBTP


@pytest.mark.parametrize("name", ["voice-1", "voice-2", "jazz"])
def test_no_clip_exceeds_what_whatsapp_asks_for(clips: dict[str, Clip], name: str) -> None:
    clip = clips[name]
    assert sum(map(len, clip.frames)) * 8 / clip.duration_s <= HIGHEST_AVERAGE


@pytest.mark.parametrize("first", ["voice-1", "voice-2", "jazz", "music", "ringback-eu"])
@pytest.mark.parametrize("second", ["voice-1", "voice-2", "jazz", "music", "ringback-eu"])
def test_clips_in_a_row_do_not_click(clips: dict[str, Clip], first: str, second: str) -> None:
    """Lessons #15 and #20: prompts joined to prompts, to music and back, each played to its end."""
    left, right = clips[first].frames[-CUT:], clips[second].frames[:CUT]
    _assert_no_step(left, right)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_announcement_may_begin_and_music_go_on_anywhere(clips: dict[str, Clip], data: st.DataObject) -> None:
    """Lessons #15 and #20: music is cut at any frame for a prompt, and taken up again where it was."""
    music = clips[data.draw(st.sampled_from(["jazz", "music", "ringback-eu"]))].frames
    prompt = clips[data.draw(st.sampled_from(["voice-1", "voice-2"]))].frames
    at = data.draw(st.integers(0, len(music) - 1))
    rolled = music[at:] + music[:at]
    _assert_no_step(rolled[-CUT:], prompt[:CUT])
    _assert_no_step(prompt[-CUT:], rolled[:CUT])


def test_a_loop_of_a_file_has_no_seam(clips: dict[str, Clip]) -> None:
    """Lesson #15."""
    frames = clips["jazz"].frames
    _assert_no_step(frames[-CUT:], frames[:CUT])
    _, second, third = np.split(decode(frames * 3), 3)
    assert np.array_equal(second, third), "later rounds sound different"


def test_flaws_are_told(tmp_path: Path) -> None:
    sound = voice(6.0)
    sound[2 * SAMPLE_RATE : 4 * SAMPLE_RATE] = 0
    sound[SAMPLE_RATE : SAMPLE_RATE + 600] *= 100
    findings = take_in(write(tmp_path / "a.wav", sound), "a", loop=False).findings
    assert {Flaw.SILENCE, Flaw.CLIPPING} <= {finding.flaw for finding in findings}


def test_silence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSound, match="silent"):
        take_in(write(tmp_path / "a.wav", np.zeros(SAMPLE_RATE, np.float32)), "a", loop=False)


def test_a_buzz_is_no_loop(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSound, match="too short"):
        take_in(write(tmp_path / "a.wav", voice(0.4)), "a", loop=True)


def _assert_no_step(left: tuple[bytes, ...], right: tuple[bytes, ...]) -> None:
    natural = max(largest_step(decode(left)), largest_step(decode(right)))
    assert largest_step(decode(left + right)) <= natural + STEP_BOUND, "a click where two sounds are joined"
