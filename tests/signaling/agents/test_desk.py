"""The desk with tabs that only note what they are sent."""

from collections.abc import Callable

import pytest

from signaling.agents.desk import Desk
from signaling.agents.messages import (
    Answer,
    AudioAlarm,
    Away,
    CallEnded,
    Customer,
    Digit,
    Hello,
    Joined,
    MediaAnswer,
    MediaOffer,
    Ping,
    Pong,
    Presence,
    Ready,
    Reject,
    Ring,
    ServerMessage,
    StopRing,
    Welcome,
)
from signaling.agents.session import Stage
from signaling.calls import effects
from signaling.calls.effects import (
    AgentCallEnded,
    AgentJoined,
    RingAgent,
    ShowDigit,
    StopRinging,
)
from signaling.calls.events import (
    AgentAnswered,
    AgentMediaOffered,
    AgentRefused,
    AgentSessionLost,
    Caller,
    MetaError,
)
from signaling.waiting import board
from tests.signaling.agents.office import JOINED_AT, RING, RUNG, Office


def doing(presence: board.Presence, *, wrap_up_until: float | None = None, away_reason: str = "") -> board.Agent:
    return board.Agent(presence=presence, idle_since=0, wrap_up_until=wrap_up_until, away_reason=away_reason)


def test_a_tab_is_welcomed_with_the_presence_the_room_gave(office: Office) -> None:
    sent: list[ServerMessage] = []
    office.desk.open("ann", sent.append)
    assert sent == [Welcome(version=1, agent="ann", presence="away")]
    office.desk.presence_changed("ann", doing(board.Presence.BUSY))
    again: list[ServerMessage] = []
    office.desk.open("ann", again.append)
    assert again == [Welcome(version=1, agent="ann", presence="busy")], "#86: a tab shows a state of its own"
    assert sent[1:] == [Presence(presence="busy")]


def test_86_a_press_of_ready_is_shown_when_the_room_says_so_and_not_before(office: Office) -> None:
    tab, sent = office.open()
    office.desk.receive(tab, Ready())
    assert sent == [], "the tab showed a wish as a fact"
    office.desk.presence_changed("ann", doing(board.Presence.READY))
    assert sent == [Presence(presence="ready")]
    office.desk.receive(tab, Away())
    assert office.reported == [("away", "ann"), ("ready", "ann"), ("away", "ann")]


def test_84_all_tabs_ring_and_all_but_the_answering_one_stop(office: Office) -> None:
    (first, first_sent), (_, second_sent), (_, third_sent) = office.open(), office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    assert first_sent == second_sent == third_sent == [RUNG]
    office.desk.receive(first, Answer(call_id="c1"))
    assert office.posted == [("c1", AgentAnswered(agent="ann", session=first.session.session))]
    stop = StopRinging(agent="ann", reason="answered_elsewhere", except_session=first.session.session)
    office.desk.notices.stop_ringing("c1", stop)
    assert first_sent == [RUNG], "the tab that answered lost its call"
    stopped = StopRing(call_id="c1", reason="answered_elsewhere")
    assert second_sent == third_sent == [RUNG, stopped], "another tab rings on after the answer"


def test_91_the_ring_of_one_agent_does_not_reach_another(office: Office) -> None:
    _, ann = office.open("ann")
    _, ben = office.open("ben")
    office.desk.notices.ring("c1", RING)
    office.desk.notices.stop_ringing("c1", StopRinging(agent="ann", reason="no_answer"))
    assert len(ann) == 2
    assert ben == []


def test_88_89_an_answer_that_lost_reaches_no_call(office: Office) -> None:
    (_, _), (loser, sent) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.stop_ringing(
        "c1", StopRinging(agent="ann", reason="answered_elsewhere", except_session="tab-1")
    )
    office.desk.receive(loser, Answer(call_id="c1"))
    assert office.posted == []
    assert sent[-1] == StopRing(call_id="c1", reason="ended"), "the popup of the lost race stays"


def test_83_a_tab_that_signs_in_while_its_agent_is_rung_rings_too(office: Office) -> None:
    """#83, #90: whoever comes late is told how things stand, and depends on no message that he has missed."""
    office.open()
    office.desk.notices.ring("c1", RING)
    tab, sent = office.open()
    assert sent == [RUNG]
    office.desk.receive(tab, Reject(call_id="c1"))
    assert office.posted == [("c1", AgentRefused(agent="ann"))]


Finish = Callable[[Desk], None]


@pytest.mark.parametrize(
    "finish",
    [
        lambda desk: desk.notices.stop_ringing("c1", StopRinging(agent="ann", reason="no_answer")),
        lambda desk: desk.notices.tell("c1", AgentJoined(agent="ann", session="tab-1", joined_at=JOINED_AT)),
        lambda desk: desk.notices.tell("c1", AgentCallEnded(agent="ann", ended_by="caller", reason="hung up")),
    ],
    ids=["stopped", "joined", "ended"],
)
def test_85_a_tab_that_signs_in_after_the_ring_hears_nothing(office: Office, finish: Finish) -> None:
    office.open()
    office.desk.notices.ring("c1", RING)
    finish(office.desk)
    assert office.open()[1] == [], "a popup for a call that rings no more"


def test_85_an_agent_without_a_tab_is_not_rung_and_the_call_moves_on(office: Office) -> None:
    office.desk.notices.ring("c1", RING)
    assert office.posted == [("c1", AgentSessionLost(agent="ann", session="", remaining=0))]
    assert office.reported == [("gone", "ann")], "the room keeps an agent whom nobody can reach"
    assert office.open()[1] == [], "the ring that failed came up later"


def test_85_an_agent_who_left_while_it_rang_is_not_rung_when_he_returns(office: Office) -> None:
    tab, _ = office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.close(tab)
    assert office.open()[1] == [], "a ghost of the old ring came up"


def test_a_closing_tab_tells_the_call_it_had_to_do_with(office: Office) -> None:
    (first, _), (second, _) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.close(first)
    office.desk.close(second)
    assert office.posted == [
        ("c1", AgentSessionLost(agent="ann", session=first.session.session, remaining=1)),
        ("c1", AgentSessionLost(agent="ann", session=second.session.session, remaining=0)),
    ]
    assert office.reported == [("away", "ann"), ("gone", "ann")]


def test_a_closing_tab_that_had_no_call_tells_nobody(office: Office) -> None:
    (idle, _), (talking, _) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    session = talking.session.session
    office.desk.notices.stop_ringing(
        "c1", StopRinging(agent="ann", reason="answered_elsewhere", except_session=session)
    )
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session=session, joined_at=JOINED_AT))
    office.desk.close(idle)
    assert office.posted == [], "closing a spare tab disturbed the conversation in another"
    assert office.reported == [("away", "ann")]


def test_media_and_the_beginning_go_to_one_tab_only(office: Office) -> None:
    (tab, sent), (_, other) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.receive(tab, MediaOffer(call_id="c1", sdp="offer"))
    session = tab.session.session
    assert office.posted == [("c1", AgentMediaOffered(agent="ann", session=session, sdp="offer"))]
    office.desk.notices.media_answer("c1", "ann", session, "answer")
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session=session, joined_at=JOINED_AT))
    joined = Joined(call_id="c1", joined_at=JOINED_AT)
    assert sent == [RUNG, MediaAnswer(call_id="c1", sdp="answer"), joined]
    assert other == [RUNG]


def test_56_a_digit_is_shown_in_the_tab_that_talks(office: Office) -> None:
    (tab, sent), (_, other) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session=tab.session.session, joined_at=JOINED_AT))
    office.desk.notices.tell("c1", ShowDigit(agent="ann", session=tab.session.session, digit="#"))
    assert sent[-1] == Digit(call_id="c1", digit="#"), "the agent does not see what the caller pressed"
    assert other == [RUNG], "a digit may be a secret: only the tab that talks shows it"


def test_an_alarm_is_shown_where_the_conversation_is_and_does_not_end_it(office: Office) -> None:
    """#39."""
    (tab, sent), (_, other) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session=tab.session.session, joined_at=JOINED_AT))
    for silent in ("agent", None):
        office.desk.notices.tell("c1", effects.AudioAlarm(agent="ann", session=tab.session.session, silent=silent))
        assert sent[-1] == AudioAlarm(call_id="c1", silent=silent)
    assert other == [RUNG]
    assert tab.session.stage is Stage.TALKING


def test_the_end_reaches_every_tab_with_metas_own_words(office: Office) -> None:
    (tab, sent), (_, other) = office.open(), office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session=tab.session.session, joined_at=JOINED_AT))
    error = MetaError(138021, "Connection failed")
    ended = AgentCallEnded(agent="ann", ended_by="meta", reason="call failed", error=error)
    office.desk.notices.tell("c1", ended)
    told = CallEnded(
        call_id="c1",
        ended_by="meta",
        reason="call failed",
        error_code=138021,
        error_text="Connection failed",
        error_advice="Ask your administrator whether the firewall lets UDP out to Meta.",
    )
    assert sent[-1] == other[-1] == told
    office.desk.close(tab)
    assert office.posted == [], "a tab that closes later disturbed an ended call"


def test_calls_speak_to_agents_who_left_without_harm(office: Office) -> None:
    office.desk.notices.media_answer("c1", "ann", "tab-1", "answer")
    office.desk.notices.tell("c1", AgentJoined(agent="ann", session="tab-1", joined_at=JOINED_AT))
    office.desk.notices.tell("c1", ShowDigit(agent="ann", session="tab-1", digit="5"))
    office.desk.notices.stop_ringing("c1", StopRinging(agent="ann", reason="ended"))
    office.desk.notices.tell("c1", AgentCallEnded(agent="ann", ended_by="caller", reason="hung up"))
    assert office.posted == []


def test_a_late_stop_of_an_older_call_leaves_the_present_ring_alone(office: Office) -> None:
    tab, _ = office.open()
    office.desk.notices.ring("c1", RING)
    office.desk.notices.stop_ringing("older", StopRinging(agent="ann", reason="ended"))
    assert office.open()[1] == [RUNG]
    office.desk.receive(tab, Answer(call_id="c1"))
    assert len(office.posted) == 1


def test_a_sign_of_life_is_answered(office: Office) -> None:
    tab, sent = office.open()
    office.desk.receive(tab, Ping())
    assert sent == [Pong()]


def test_a_second_hello_changes_nothing(office: Office) -> None:
    tab, sent = office.open()
    office.desk.receive(tab, Hello(version=1, token="another"))
    assert (sent, office.posted) == ([], [])


@pytest.mark.parametrize(
    ("caller", "customer"),
    [
        (Caller(user_id="US.1"), Customer(user_id="US.1")),
        (
            Caller(number="5511987654321"),
            Customer(number="+55 11 98765-4321", country="BR", time_zone="America/Sao_Paulo"),
        ),
        (Caller(number="81312345678"), Customer(number="+81 3-1234-5678", country="JP", time_zone="Asia/Tokyo")),
        (Caller(number="0"), Customer(number="+0")),
        (Caller(number="not digits", name="Kim"), Customer(name="Kim", number="+not digits")),
    ],
)
def test_the_customer_is_shown_as_a_person_reads_it(office: Office, caller: Caller, customer: Customer) -> None:
    _, sent = office.open()
    office.desk.notices.ring("c1", RingAgent(agent="ann", caller=caller, queue="main", waiting_since=5.0))
    assert isinstance(sent[0], Ring)
    assert sent[0].customer == customer


def test_a_tab_that_opens_while_the_last_one_goes_is_shown_away_once(office: Office) -> None:
    """The waiting room says offline for the old tab and away for the new one; the page knows no third state."""
    _, sent = office.open()
    for agent in (doing(board.Presence.READY), None, doing(board.Presence.AWAY)):
        office.desk.presence_changed("ann", agent)
    assert sent == [Presence(presence="ready"), Presence(presence="away")], (
        "the page would show what is not true, or flicker"
    )


def test_why_an_agent_is_away_reaches_the_waiting_room(office: Office) -> None:
    tab, _ = office.open()
    office.desk.receive(tab, Away(reason="lunch"))
    assert office.reported[-1] == ("away lunch", "ann")


def test_every_tab_is_told_when_wrap_up_ends_and_why_the_agent_is_away(office: Office) -> None:
    _, sent = office.open()
    office.desk.presence_changed("ann", doing(board.Presence.WRAP_UP, wrap_up_until=30.0))
    office.desk.presence_changed("ann", doing(board.Presence.AWAY, away_reason="lunch"))
    office.desk.presence_changed("ann", doing(board.Presence.AWAY, away_reason="meeting"))
    assert sent == [
        Presence(presence="wrap_up", wrap_up_until=30.0),
        Presence(presence="away", away_reason="lunch"),
        Presence(presence="away", away_reason="meeting"),
    ]
    again: list[ServerMessage] = []
    office.desk.open("ann", again.append)
    assert again == [Welcome(version=1, agent="ann", presence="away", away_reason="meeting")], "tabs disagree"
