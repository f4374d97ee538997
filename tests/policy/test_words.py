"""Every verdict can be said to a person, and every reason is a key for another language."""

import pytest

from policy import words
from policy.records import Ledger
from policy.verdict import Ask, Caution, Reason
from tests.policy import builders as b
from tests.policy.builders import DAY, HOUR, T0


@pytest.mark.parametrize("reason", list(Reason), ids=lambda reason: reason.value)
@pytest.mark.parametrize("ask", list(Ask))
def test_every_reason_has_words(ask: Ask, reason: Reason) -> None:
    said = words.say(ask, reason, None)
    assert said.endswith("."), "a person is given a code"
    assert reason.value not in said, "a person is given a code"


@pytest.mark.parametrize("caution", list(Caution), ids=lambda caution: caution.value)
def test_every_caution_has_words(caution: Caution) -> None:
    assert words.warn(caution, run=3).endswith(".")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.5, "1 min"),
        (60, "1 min"),
        (61, "2 min"),
        (3540.2, "1 h"),
        (HOUR, "1 h"),
        (HOUR + 1, "1 h 1 min"),
        (DAY, "24 h"),
        (2 * DAY, "2 d"),
        (2 * DAY + 1, "2 d 1 h"),
        (7 * DAY, "7 d"),
    ],
)
def test_a_length_of_time_is_never_too_short(seconds: float, said: str) -> None:
    assert words.span(seconds) == said


def test_a_verdict_says_when() -> None:
    assert b.request(b.ledger(b.asked(T0)), T0 + HOUR).words.endswith("Possible in 23 h.")
    assert "Possible" not in b.call(Ledger(), T0).words, "no moment is promised where there is none"


def test_a_run_is_counted_in_words() -> None:
    known = b.ledger(b.accepts(T0), *b.unanswered(*(T0 + n * HOUR for n in (1, 2, 3))))
    assert b.call(known, T0 + DAY).warnings[0].words.startswith("3 calls in a row"), "the agent is told another number"
