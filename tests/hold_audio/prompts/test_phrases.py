"""Places and waits in words: every sentence is made of recordings that exist, and says what is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold_audio.occasions import SENTENCES
from hold_audio.prompts.phrases import offer_of_call_back, place_in_queue, time_to_wait
from hold_audio.prompts.texts import LOCALES

LOCALE = st.sampled_from(sorted(LOCALES))


def text(clips: tuple[str, ...]) -> str:
    """What is said, as it is written."""
    names = (clip.split("/") for clip in clips)
    return " ".join(LOCALES[locale].spoken[recording].text for locale, recording in names)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (1, "You are next in line."),
        (2, "You are number two in line."),
        (13, "You are number thirteen in line."),
        (20, "You are number twenty in line."),
        (47, "You are number forty seven in line."),
        (90, "You are number ninety in line."),
        (99, "You are number ninety nine in line."),
    ],
)
def test_a_place_is_said_in_english(place: int, said: str) -> None:
    """Lesson #22."""
    assert text(place_in_queue("en", place)) == said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (1, "次にお繋ぎいたします。"),
        (4, "ただいまの順番は 四 番目です。"),
        (21, "ただいまの順番は 二十 一 番目です。"),
        (90, "ただいまの順番は 九十 番目です。"),
    ],
)
def test_a_place_is_said_in_japanese(place: int, said: str) -> None:
    """Lesson #22."""
    assert text(place_in_queue("ja", place)) == said


@pytest.mark.parametrize("place", [None, -1, 0, 100, 10**9])
def test_a_place_nobody_can_say_is_not_said(place: int | None) -> None:
    assert place_in_queue("en", place) == ()


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (0, "about one minute.", "約 一分 です。"),
        (60, "about one minute.", "約 一分 です。"),
        (61, "about two minutes.", "約 二分 です。"),
        (301, "about seven minutes.", "約 七分 です。"),
        (1801, "about forty-five minutes.", "約 四十五分 です。"),
        (3600, "about one hour.", "約 一時間 です。"),
    ],
)
def test_a_wait_is_rounded_up(seconds: float, english: str, japanese: str) -> None:
    assert english in text(time_to_wait("en", seconds))
    assert japanese in text(time_to_wait("ja", seconds))


def test_a_very_long_wait_is_said_as_such() -> None:
    assert text(time_to_wait("en", 3601)) == "The estimated wait is more than an hour."


@pytest.mark.parametrize("seconds", [None, -1.0, float("nan")])
def test_an_unknown_wait_is_not_said(seconds: float | None) -> None:
    assert time_to_wait("en", seconds) == ()


@given(LOCALE, st.integers(1, 99), st.floats(0, 1e6))
def test_every_sentence_has_its_recordings(locale: str, place: int, seconds: float) -> None:
    """Lesson #22."""
    for clips in (place_in_queue(locale, place), time_to_wait(locale, seconds)):
        assert text(clips)
        assert len(clips) <= 4, "a playlist might not hold it"


@pytest.mark.parametrize(
    ("key", "english", "japanese"),
    [
        ("1", "press one on your keypad.", "方は 一 を押してください。"),
        ("0", "press zero on your keypad.", "方は ゼロ を押してください。"),
        ("*", "press star on your keypad.", "方は 米印 を押してください。"),
        ("#", "press hash on your keypad.", "方は シャープ を押してください。"),
    ],
)
def test_an_offer_names_its_key(key: str, english: str, japanese: str) -> None:
    """Lesson #22."""
    assert text(offer_of_call_back("en", key)) == f"If you would like us to call you back, {english}"
    assert japanese in text(offer_of_call_back("ja", key))


@pytest.mark.parametrize("key", ["", "A", "12"])
def test_a_key_that_no_telephone_has_is_not_offered(key: str) -> None:
    assert offer_of_call_back("en", key) == ()


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_every_sentence_of_an_occasion_is_spoken_in_every_locale(name: str) -> None:
    """Lesson #22."""
    assert all(name in locale.spoken for locale in LOCALES.values())
