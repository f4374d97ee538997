"""Every locale's prompts exist, are those of its present words, and sound like speech."""

import hashlib

import msgspec
import pytest

from hold_audio.checking import check
from hold_audio.clip import Clip
from hold_audio.encode import decode
from hold_audio.intake import HIGHEST_AVERAGE
from hold_audio.loudness import HEARD_DBTP, TARGET_LUFS, loudness_lufs, true_peak_dbtp
from hold_audio.prompts.recordings import MANIFEST, Recorded, path_of, prompts, words_of
from hold_audio.prompts.texts import LOCALES
from tests.hold_audio.listening import bursts_s, largest_step

SECONDS_PER_LETTER = {"en": (0.05, 0.2), "ja": (0.1, 0.45)}
"""How quickly the voices speak, written or in kana; a recording of other words would hardly fit."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, Recorded]]:
    return msgspec.json.decode(MANIFEST.read_bytes(), type=dict[str, dict[str, Recorded]])


@pytest.fixture(scope="module", params=sorted(LOCALES))
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def clips(locale: str) -> dict[str, Clip]:
    sound, broken = prompts(locale)
    assert broken == {}
    return sound


def test_every_locale_has_every_prompt(locale: str) -> None:
    """Lesson #22."""
    assert LOCALES[locale].name == locale
    assert LOCALES[locale].spoken.keys() == LOCALES["en"].spoken.keys(), "a sentence has no words in one language"


def test_recordings_are_those_of_the_present_words(locale: str, manifest: dict[str, dict[str, Recorded]]) -> None:
    """Lesson #22: who changes a text must record it, and no file may take another's place."""
    spoken = LOCALES[locale].spoken
    assert {name: line.said for name, line in manifest[locale].items()} == {
        name: words_of(text) for name, text in spoken.items()
    }, "texts have changed; run python -m hold_audio.prompts.make"
    for name, line in manifest[locale].items():
        content = path_of(locale, name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == line.sha256, f"{locale}/{name} is not what was recorded"


def test_no_recording_is_left_over(locale: str) -> None:
    files = {path.stem for path in path_of(locale, "next").parent.iterdir()}
    assert files == set(LOCALES[locale].spoken)


def test_a_recording_lasts_as_long_as_its_words(
    locale: str, clips: dict[str, Clip], manifest: dict[str, dict[str, Recorded]]
) -> None:
    """Lesson #22: a wrong file is mostly of a wrong length."""
    quickest, slowest = SECONDS_PER_LETTER[locale]
    for name, line in manifest[locale].items():
        clip = clips[f"{locale}/{name}"]
        assert len(clip.frames) == line.frames
        assert quickest <= clip.duration_s / len(line.said) <= slowest, f"{name} is not its words"


def test_no_two_recordings_are_one(manifest: dict[str, dict[str, Recorded]]) -> None:
    digests = [line.sha256 for lines in manifest.values() for line in lines.values()]
    assert len(set(digests)) == len(digests)


def test_prompts_are_as_loud_as_all_else(clips: dict[str, Clip]) -> None:
    for name, clip in clips.items():
        heard = decode(clip.frames)
        assert loudness_lufs(heard) == pytest.approx(TARGET_LUFS, abs=2.5), f"{name} leaps out or is lost"
        assert true_peak_dbtp(heard) <= HEARD_DBTP, f"{name} distorts"
        assert sum(map(len, clip.frames)) * 8 / clip.duration_s <= HIGHEST_AVERAGE, f"{name} is too large"


def test_prompts_have_no_flaws(clips: dict[str, Clip]) -> None:
    """Lesson #20."""
    for name, clip in clips.items():
        heard = decode(clip.frames)
        assert check(heard) == (), f"{name} has a flaw"
        assert bursts_s(heard)[0][0] <= 0.08, f"{name} begins late"


def test_prompts_in_a_row_do_not_click(locale: str, clips: dict[str, Clip]) -> None:
    """Lesson #20: every number between the words before and after it."""
    before, after = clips[f"{locale}/place-before"], clips[f"{locale}/place-after"]
    for number in ("1", "8", "20", "90"):
        between = clips[f"{locale}/{number}"]
        natural = max(largest_step(decode(clip.frames)) for clip in (before, between, after))
        whole = decode(before.frames + between.frames + after.frames)
        assert largest_step(whole) <= natural + 0.02
        assert check(whole) == ()
