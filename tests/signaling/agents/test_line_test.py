"""A test call makes a leg, lets it hear something, and is gone by itself whatever its tab forgets."""

from typing import Any

import pytest

from hold_audio.occasions import Occasion
from signaling.agents import line_test
from signaling.agents.line_test import MOST, LineTests
from signaling.agents.messages import ServerMessage
from signaling.agents.sideline_messages import (
    LineAnswer,
    LineRefused,
)
from signaling.calls.events import LegAnswered, LegConnected, LegFailed, LegRefused
from tests.support.ports import Asked, FakeLegs, FakeMedia


class Office:
    """Line tests, what they asked of the media side, and what their tabs heard."""

    def __init__(self) -> None:
        self.asked = Asked()
        self.tests = LineTests(FakeLegs(self.asked), FakeMedia(self.asked), queue="main")
        self.heard: list[ServerMessage] = []

    def begin(self, who: object = "tab") -> str:
        self.tests.begin(who, "offer", self.heard.append)
        name, *_ = self.last("legs.answer")
        assert isinstance(name, str)
        assert self.tests.concerns(name)
        return name

    def last(self, what: str) -> tuple[Any, ...]:
        return [arguments for name, arguments in self.asked.all if name == what][-1]


@pytest.fixture
async def office() -> Office:
    return Office()


async def test_a_tab_hears_the_waiting_music(office: Office) -> None:
    name = office.begin()
    office.tests.post(name, LegAnswered(leg="line", sdp="answer"))
    assert office.heard == [LineAnswer(sdp="answer")]
    assert office.last("legs.start") == (name, "line")
    office.tests.post(name, LegConnected(leg="line"))
    assert office.last("media.play") == (name, "line", "main", Occasion.WAIT)
    office.tests.end("tab")
    assert office.last("legs.close") == (name, None)


@pytest.mark.parametrize("trouble", [LegRefused(leg="line", reason="full"), LegFailed(leg="line", reason="no ICE")])
async def test_trouble_is_told_and_leaves_nothing(office: Office, trouble: LegRefused | LegFailed) -> None:
    name = office.begin()
    office.tests.post(name, trouble)
    assert office.heard == [LineRefused(reason=trouble.reason)]
    assert office.last("legs.close") == (name, None)
    office.tests.post(name, LegConnected(leg="line"))
    assert "media.play" not in office.asked.names(), "a leg that is gone was played to"


async def test_a_second_test_of_a_tab_takes_the_place_of_the_first(office: Office) -> None:
    first, second = office.begin(), office.begin()
    assert first != second
    assert office.last("legs.close") == (first, None)


async def test_a_forgotten_test_ends_by_itself(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_test, "LONGEST_S", 0.0)
    name = office.begin()
    assert await office.asked.until("legs.close") == (name, None)


async def test_there_is_a_bound(office: Office) -> None:
    for number in range(MOST):
        office.begin(number)
    office.tests.begin("one more", "offer", office.heard.append)
    assert isinstance(office.heard[-1], LineRefused), "a script could take every leg from the callers"


def test_metas_ids_are_no_tests() -> None:
    assert not Office().tests.concerns("wacid.HBgMNDQ")
