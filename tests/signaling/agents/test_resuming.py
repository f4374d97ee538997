"""A tab is lost in mid-conversation: the one that takes its place goes on, and no other microphone opens by itself."""

from signaling.agents.messages import (
    HangUp,
    Held,
    Hold,
    Joined,
    MediaOffer,
    Resume,
    Retrieve,
    ServerMessage,
)
from signaling.agents.tabs import Tab
from signaling.calls.effects import (
    AgentAwaited,
    AgentCallEnded,
    AgentHolds,
    AgentJoined,
)
from signaling.calls.events import (
    AgentHeldCall,
    AgentHungUp,
    AgentMediaOffered,
    AgentRetrievedCall,
    AgentSessionLost,
)
from tests.signaling.agents.office import JOINED_AT, RING, RUNG, Office

TALK = AgentJoined(agent="ann", session="tab-1", joined_at=JOINED_AT)
RESUME = Resume(
    call_id="c1",
    direction="inbound",
    channel="whatsapp",
    customer=RUNG.customer,
    queue="main",
    joined_at=JOINED_AT,
)


def awaited(lost: Tab) -> AgentAwaited:
    """The call has lost this tab and waits for the agent."""
    session = lost.session.session
    return AgentAwaited(agent="ann", lost_session=session, caller=RING.caller, queue=RING.queue, joined_at=JOINED_AT)


def talking(office: Office) -> Tab:
    """Ann's first tab is in conversation."""
    tab, _ = office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", TALK)
    return tab


def test_95_a_tab_that_signs_in_while_its_call_waits_takes_it_up_by_itself(office: Office) -> None:
    lost = talking(office)
    office.desk.close(lost)
    assert office.posted == [("c1", AgentSessionLost(agent="ann", session="tab-1", remaining=0))]
    office.desk.notices.tell("c1", awaited(lost))

    tab, sent = office.open()
    assert sent == [RESUME]
    office.desk.receive(tab, MediaOffer(call_id="c1", sdp="offer"))
    assert office.posted[1:] == [("c1", AgentMediaOffered(agent="ann", session="tab-2", sdp="offer"))]
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session="tab-2", joined_at=JOINED_AT))
    assert sent == [RESUME, Joined(call_id="c1", joined_at=JOINED_AT)]
    assert office.open()[1] == [], "a third tab was asked to take up what goes on elsewhere"


def test_95_a_tab_that_is_faster_than_the_call_misses_nothing(office: Office) -> None:
    """The call learns of the loss a turn of the loop later than the desk."""
    lost = talking(office)
    office.desk.close(lost)
    _, sent = office.open()
    office.desk.notices.tell("c1", awaited(lost))
    assert sent == [RESUME]


def test_58_a_tab_whose_media_is_lost_is_asked_for_new_media(office: Office) -> None:
    tab, sent = office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", TALK)
    office.desk.notices.tell("c1", awaited(tab))
    assert sent[-1] == RESUME


def test_another_open_tab_does_not_open_its_microphone_by_itself(office: Office) -> None:
    tab, (_, other) = talking(office), office.open()
    office.desk.close(tab)
    office.desk.notices.tell("c1", awaited(tab))
    assert other == [], "a tab at another desk would begin to listen in"


def test_58_a_page_that_connects_anew_replaces_its_tab_before_the_network_tells_its_end(office: Office) -> None:
    sent: list[ServerMessage] = []
    tab = office.desk.open("ann", lambda _: None, page="page-1")
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", TALK)
    office.desk.open("ann", sent.append, page="page-1")
    assert office.posted == [("c1", AgentSessionLost(agent="ann", session="tab-1", remaining=1))]
    office.desk.notices.tell("c1", awaited(tab))
    assert sent[1:] == [RESUME]
    assert office.reported == [("away", "ann")], "the room must not hear that the agent left"

    office.desk.receive(tab, HangUp(call_id="c1"))
    office.desk.close(tab)
    assert len(office.posted) == 1, "the old tab's socket still had a word in the call"


def test_117_hold_is_shown_by_the_tab_that_has_the_call_when_the_call_says_so(office: Office) -> None:
    tab, sent = office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", TALK)
    office.desk.receive(tab, Hold(call_id="c1"))
    assert office.posted == [("c1", AgentHeldCall(agent="ann"))]
    assert sent[1:] == [Joined(call_id="c1", joined_at=JOINED_AT)], "the tab showed a wish as a fact"
    office.desk.notices.tell("c1", AgentHolds(agent="ann", session="tab-1", joined_at=JOINED_AT))
    assert sent[2:] == [Held(call_id="c1", joined_at=JOINED_AT)]
    office.desk.receive(tab, Retrieve(call_id="c1"))
    assert office.posted[1:] == [("c1", AgentRetrievedCall(agent="ann"))]


def test_a_conversation_that_was_given_up_waits_for_nobody(office: Office) -> None:
    lost = talking(office)
    office.desk.close(lost)
    office.desk.notices.tell("c1", awaited(lost))
    office.desk.notices.tell("c1", AgentCallEnded(agent="ann", ended_by="network", reason="not back in time"))
    assert office.open()[1] == [], "a dead call came back to life"


def test_a_tab_that_is_asked_to_resume_may_hang_up(office: Office) -> None:
    lost = talking(office)
    office.desk.close(lost)
    office.desk.notices.tell("c1", awaited(lost))
    tab, _ = office.open()
    office.desk.receive(tab, HangUp(call_id="c1"))
    assert office.posted[-1] == ("c1", AgentHungUp(agent="ann"))
