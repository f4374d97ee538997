"""What may stand in a message is checked before Meta is asked, with a sentence for each field."""

from typing import Any

import pytest

from signaling.calls.events import MetaError
from signaling.conversations import compose
from signaling.conversations.numbers import check, shown
from signaling.whatsapp import advice
from signaling.whatsapp.advice import explain
from signaling.whatsapp.errors import ERRORS


@pytest.mark.parametrize(
    ("field", "fits", "breaks"),
    [
        ("label", "x" * 20, "x" * 21),
        ("label", "x", "  "),
        ("ttl_minutes", 1, 0),
        ("ttl_minutes", 43_200, 43_201),
        ("payload", "x" * 512, "x" * 513),
        ("body", "x" * 1024, "x" * 1025),
        ("body", "x", ""),
    ],
)
def test_limits_of_a_call_button(field: str, fits: object, breaks: object) -> None:
    """whatsapp-calling 2.4."""
    button: dict[str, Any] = {"body": "Talk", "label": "Call us", "ttl_minutes": 120, "payload": "order-5521"}
    assert compose.button_problems(**{**button, field: fits}) == (), "a lawful message is refused"
    (problem,) = compose.button_problems(**{**button, field: breaks})
    assert (problem.field, bool(problem.reason)) == (field, True), "nobody knows what is wrong"


def test_other_limits() -> None:
    assert compose.template_button_problems(ttl_minutes=1439, payload=None), "Meta would refuse the time"
    assert not compose.template_button_problems(ttl_minutes=1440, payload=None), "a lawful time is refused"
    assert compose.request_problems(body="x" * 1025), "Meta would refuse the text"
    assert not compose.request_problems(body=""), "the text of a request may be left out"
    assert compose.note_problems(" "), "an empty note"
    assert compose.form_problems(topic="", tags=("x",) * 21), "tags without end"
    for key in ("", "x" * 65, "a b", "ü", "a/b"):
        assert compose.key_problems(key), "a key that cannot go to Meta and back"
    assert not compose.key_problems("Wish-1_b.c"), "a lawful key is refused"


def test_a_deep_link_keeps_its_payload() -> None:
    link = compose.deep_link("442079460018", "src=poster-7&x=ü y")
    assert link == "https://wa.me/call/442079460018?biz_payload=src%3Dposter-7%26x%3D%C3%BC%20y", "the payload breaks"
    assert compose.deep_link("442079460018") == "https://wa.me/call/442079460018", "a link needs no payload"


@pytest.mark.parametrize(
    ("typed", "digits", "possible"),
    [
        ("+44 7700 900123", "447700900123", True),
        ("0044 7700 900123", "447700900123", True),
        ("447700900123", "447700900123", True),
        ("+44 7700", "447700", False),
        ("hello", "", False),
        ("", "", False),
    ],
)
def test_numbers_as_they_are_typed(typed: str, digits: str, possible: bool) -> None:
    found = check(typed)
    assert (found.digits, found.possible) == (digits, possible), "WhatsApp would be asked for somebody else"


def test_numbers_of_a_country() -> None:
    assert check("03-1234-5678", country="JP").digits == "81312345678", "a number as people write it is not taken"
    assert shown("447700900123") == "+44 7700 900123", "hard to read"
    assert shown("12") == "+12", "digits that are no number are lost"


def test_every_code_has_words_and_something_to_do() -> None:
    """#107."""
    for code in {*ERRORS, *advice.MEANINGS}:
        said = explain(MetaError(code))
        assert said.reason != "Meta gave no reason", f"{code} has no meaning"
        assert said.advice, f"{code} leaves a person without advice"
    codes = {*ERRORS, *advice.MEANINGS}
    assert codes >= {
        613,
        130497,
        131009,
        131026,
        *range(138000, 138010),
        *range(138011, 138016),
        *range(138017, 138024),
    }
    assert all(code in advice.ADVICE for code in codes if code // 1000 == 138), "a refused call is only a code"
    assert explain(MetaError(999_999, "Odd")).reason == "Odd", "Meta's own words are lost"
    assert explain(MetaError(0)).advice == advice.UNREACHED, "a lost connection looks like a refusal"
