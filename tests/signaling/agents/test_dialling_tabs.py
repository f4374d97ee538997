"""A tab that phones a customer: its wish is handed on, its call is its own, and what it says next reaches that call."""

import pytest

from signaling.agents.desk import Desk, DiallingTab
from signaling.agents.dialling_messages import Dial, Dialling, DialRefused, DialTo
from signaling.agents.messages import HangUp, ServerMessage
from signaling.agents.tabs import Tab
from signaling.calls.effects import ShowDialling
from signaling.calls.events import AgentHungUp, AgentSessionLost, Event

WISH = Dial(request_id="w1", to=DialTo(number="+44 7700 900123"), sdp="v=0")


class Office:
    """A desk whose calls and dials only note what they are told."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Event]] = []
        self.wishes: list[DiallingTab] = []
        self.desk = Desk(post=lambda *post: self.posted.append(post), room=self, dials=self, queues=["main"])

    def ready(self, agent: str) -> None:
        """Nobody has to know here."""

    def away(self, agent: str, reason: str = "") -> None:
        """Nobody has to know here."""

    def gone(self, agent: str) -> None:
        """Nobody has to know here."""

    def dial(self, tab: DiallingTab, wish: Dial) -> None:
        self.wishes.append(tab)

    def open(self) -> tuple[Tab, list[ServerMessage]]:
        """A tab of Ann's and what it was sent after its welcome."""
        sent: list[ServerMessage] = []
        tab = self.desk.open("ann", sent.append)
        sent.clear()
        return tab, sent


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_call_belongs_to_the_tab_that_wished_for_it(office: Office) -> None:
    (tab, sent), (_, other) = office.open(), office.open()
    office.desk.receive(tab, WISH)
    (dialling,) = office.wishes
    assert (dialling.agent, dialling.session) == ("ann", tab.session.session)
    assert dialling.take("dial.1")

    shown = ShowDialling(
        agent="ann", session=tab.session.session, request_id="w1", stage="ringing", warnings=("the last one today",)
    )
    office.desk.notices.tell("dial.1", shown)
    told = Dialling(request_id="w1", call_id="dial.1", stage="ringing", warnings=("the last one today",))
    assert (sent, other) == ([told], []), "another tab shows a call that is not its own"

    office.desk.receive(tab, HangUp(call_id="dial.1"))
    assert office.posted == [("dial.1", AgentHungUp(agent="ann"))]


def test_a_tab_has_one_call(office: Office) -> None:
    tab, _ = office.open()
    office.desk.receive(tab, WISH)
    office.desk.receive(tab, WISH)
    assert [dialling.take(f"dial.{number}") for number, dialling in enumerate(office.wishes)] == [True, False]


def test_a_page_that_is_closed_gives_its_call_up(office: Office) -> None:
    (tab, _), (late, _) = office.open(), office.open()
    office.desk.receive(tab, WISH)
    assert office.wishes[0].take("dial.1")
    office.desk.close(tab)
    lost = AgentSessionLost(agent="ann", session=tab.session.session, remaining=1)
    assert office.posted == [("dial.1", lost)]

    office.desk.receive(late, WISH)
    office.desk.close(late)
    assert not office.wishes[1].take("dial.2"), "a call of a closed page would ring on"


def test_a_refusal_goes_to_the_tab_that_asked(office: Office) -> None:
    (tab, sent), (_, other) = office.open(), office.open()
    office.desk.receive(tab, WISH)
    refused = DialRefused(request_id="w1", code="busy", reason="you have another call")
    office.wishes[0].send(refused)
    assert (sent, other) == ([refused], [])
