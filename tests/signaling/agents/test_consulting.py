"""What tabs show of a consultation: the agent's tab how far it is, the colleague's who asks and whom he has."""

import pytest

from signaling.agents.messages import (
    Consult,
    ConsultEnded,
    Consulting,
    Customer,
    HandedOver,
    Joined,
    Ring,
    ServerMessage,
    Transfer,
)
from signaling.agents.tabs import Tab
from signaling.calls.effects import (
    AgentConsultEnded,
    AgentConsults,
    AgentHandedOver,
    AgentJoined,
    RingAgent,
)
from signaling.calls.events import AgentConsulted, Caller
from tests.signaling.agents.office import Office

KIM = Caller(number="447700900123", name="Kim")
RING = RingAgent(agent="ben", caller=KIM, queue="main", waiting_since=5.0, consult_from="ann")

LEFT = {"outcome": "colleague_left", "reason": "the colleague hung up"}


def talks(office: Office) -> tuple[Tab, list[ServerMessage], list[ServerMessage]]:
    """Ann's tab, which talks with a caller, and what it and another one of hers are sent from now on."""
    (tab, sent), (_, other) = office.open("ann"), office.open("ann")
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session=tab.session.session, joined_at=7.0))
    sent.clear()
    return tab, sent, other


def test_a_colleague_reads_who_asks(office: Office) -> None:
    _, sent = office.open("ben")
    office.desk.notices.ring("c1", RING)
    (ring,) = sent
    assert isinstance(ring, Ring)
    assert (ring.consult_from, ring.customer.name) == ("ann", "Kim")


def test_117_only_the_tab_that_talks_shows_the_consultation(office: Office) -> None:
    """#117: each step as the server took it."""
    tab, sent, other = talks(office)
    session = tab.session.session
    for stage in ("ringing", "talking", "merged"):
        office.desk.notices.tell("c1", AgentConsults(agent="ann", session=session, stage=stage, colleague="ben"))
    office.desk.notices.tell("c1", AgentConsultEnded(agent="ann", session=session, **LEFT))
    shown = [Consulting(call_id="c1", stage=stage, colleague="ben") for stage in ("ringing", "talking", "merged")]
    assert sent == [*shown, ConsultEnded(call_id="c1", **LEFT)]
    assert other == [], "another tab shows a conversation that it does not have"


def test_a_colleague_learns_that_the_customer_is_his(office: Office) -> None:
    (tab, sent), (_, other) = office.open("ben"), office.open("ben")
    session = tab.session.session
    office.desk.notices.ring("c1", RING)
    handed = AgentHandedOver(agent="ben", session=None, caller=KIM, queue="main", joined_at=None)
    office.desk.notices.tell("c1", handed)
    shown = HandedOver(
        call_id="c1", customer=Customer(name="Kim", number="+44 7700 900123"), queue="main", joined_at=None
    )
    assert sent[1:] == other[1:] == [shown], "while it rings, every tab that rings shows it"
    office.desk.notices.tell("c1", AgentJoined(agent="ben", session=session, joined_at=9.0))
    office.desk.notices.tell(
        "c1", AgentHandedOver(agent="ben", session=session, caller=KIM, queue="main", joined_at=9.0)
    )
    assert [type(message) for message in sent[2:]] == [Joined, HandedOver]
    assert len(other) == 2, "afterwards the one that talks"


@pytest.mark.parametrize(
    "message", [Consult(call_id="c1", to_queue="nowhere"), Transfer(call_id="c1", to_queue="nowhere")]
)
def test_a_queue_that_does_not_exist_is_never_asked(office: Office, message: Consult | Transfer) -> None:
    tab, *_ = talks(office)
    office.desk.receive(tab, message)
    assert office.posted == [], "the caller waits for a queue that nobody serves"
    office.desk.receive(tab, Consult(call_id="c1", to_queue="support"))
    assert office.posted == [("c1", AgentConsulted(agent="ann", queue="support"))]


def test_a_tab_that_is_gone_is_told_nothing(office: Office) -> None:
    tab, sent, _ = talks(office)
    office.desk.close(tab)
    office.desk.notices.tell("c1", AgentConsultEnded(agent="ann", session=tab.session.session, **LEFT))
    assert sent == []
