"""The words of the conversation panel: complete in both languages, and there for everything the server may say."""

import re
from pathlib import Path

import pytest

from policy.verdict import Caution, Reason
from signaling.calls.events import Direction
from signaling.conversations.conversation import Outcome, Priority, Status
from signaling.conversations.news import Response
from signaling.conversations.view import SendState
from tests.signaling.softphone.test_page import FOLDER

PANEL = FOLDER / "conversation"
EN, JA = (
    set(re.findall(r'^    "?([\w.]+)"?: ', table, re.MULTILINE))
    for table in (PANEL / "strings.js").read_text("utf-8").split("\n  ja: {")
)


def test_both_languages_have_the_same_words() -> None:
    assert EN == JA


def test_everything_the_server_says_has_words() -> None:
    said = {f"reason.{reason.value}" for reason in Reason}
    said |= {f"caution.{caution.value}" for caution in Caution}
    said |= {f"sending.{state.value}" for state in SendState}
    said |= {f"status.{status.value}" for status in Status}
    said |= {f"priority.{priority.value}" for priority in Priority}
    said |= {f"automatic.{response.value}" for response in Response}
    said |= {f"call.{direction.value}.{outcome.value}" for direction in Direction for outcome in Outcome}
    assert said <= EN, "an agent would be told nothing"


@pytest.mark.parametrize("module", sorted(PANEL.glob("*.js")), ids=lambda path: path.name)
def test_every_word_a_module_asks_for_exists(module: Path) -> None:
    source = module.read_text("utf-8")
    asked = set(re.findall(r'\bsay\(\s*"([\w.]+)"|data-(?:text|label|placeholder)="([\w.]+)"', source))
    assert {one or other for one, other in asked} <= EN
