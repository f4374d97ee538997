"""A call that an agent places: what every event does until customer and agent are joined, and what is asked for."""

from collections.abc import Callable

import pytest

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, DialOutcome, Phase
from signaling.calls.dialling import AGENT_LEG
from signaling.calls.effects import (
    AgentCallEnded,
    AgentJoined,
    AnswerOffer,
    CloseLeg,
    Connect,
    Effect,
    JoinLegs,
    MakeOffer,
    PlayRingback,
    ReleaseAgent,
    SendAction,
    SettleDial,
    ShowDialling,
    TakeAnswer,
    WriteRecord,
)
from signaling.calls.events import Action, CallStatus, DeadlinePassed, Direction, Event, ServerStopping
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b
from tests.signaling.calls import dialling_builders as d

EVENTS: dict[str, Event | Callable[[Call], Event]] = {
    "CallDialled": d.DIALLED,
    "LegOffered": d.offer_made(),
    "LegAnswered/agent": b.leg_answered(AGENT_LEG),
    "LegConnected/agent": b.leg_connected(AGENT_LEG),
    "LegConnected/caller": b.leg_connected(CALLER_LEG),
    "LegConnected/lost": b.leg_connected("agent-9"),
    "LegFailed/agent": b.leg_failed(AGENT_LEG),
    "LegFailed/caller": b.leg_failed(CALLER_LEG),
    "LegRefused/caller": b.leg_refused(CALLER_LEG),
    "ConnectConfirmed": d.confirmed(),
    "ConnectAnswered": d.answer_webhook(),
    "RINGING": d.progressed(CallStatus.RINGING),
    "ACCEPTED": d.progressed(CallStatus.ACCEPTED),
    "REJECTED": d.progressed(CallStatus.REJECTED),
    "ActionFailed/connect": d.connect_failed(),
    "ActionFailed/unknown": d.connect_failed(d.NOBODY_KNOWS, final=False),
    "CallTerminated": d.terminated(),
    "ServerStopping": ServerStopping(reason="draining"),
    "AgentHungUp/ann": b.hung_up(b.ANN),
    "AgentHungUp/ben": b.hung_up(b.BEN),
    "AgentSessionLost/tab": b.session_lost(b.TAB),
    "AgentSessionLost/other": b.session_lost(b.OTHER_TAB, remaining=1),
    "AgentMediaOffered": b.media_offered(),
    "AgentAnswered": b.answered(),
    "AgentAssigned": b.assigned(b.BEN),
    "DigitPressed": b.digit_pressed(),
    "LegSilent/agent": b.leg_silent(AGENT_LEG),
    "DeadlinePassed/own": b.overdue,
    "DeadlinePassed/lifted": DeadlinePassed(reason=Reason.RETURN),
}

# The beginning of the phase to which the event leads; "-": it is ignored.
TABLE = """
                        legs   sent   named  ring   pick

CallDialled             -      -      -      -      -
LegOffered              dial   -      -      -      -
LegAnswered/agent       dial   dial   dial   dial   pick
LegConnected/agent      dial   dial   dial   dial   pick
LegConnected/caller     dial   dial   dial   dial   talk
LegConnected/lost       -      -      -      -      -
LegFailed/agent         ended  ending ending ending ending
LegFailed/caller        ended  ending ending ending ending
LegRefused/caller       ended  ending ending ending ending
ConnectConfirmed        dial   dial   -      -      -
ConnectAnswered         dial   dial   dial   -      -
RINGING                 dial   dial   dial   -      -
ACCEPTED                pick   pick   pick   pick   -
REJECTED                ending ending ending ending -
ActionFailed/connect    ended  ended  -      -      -
ActionFailed/unknown    dial   dial   -      -      -
CallTerminated          ended  ended  ended  ended  ended
ServerStopping          ended  ending ending ending ending
AgentHungUp/ann         ended  ending ending ending ending
AgentHungUp/ben         -      -      -      -      -
AgentSessionLost/tab    ended  ending ending ending ending
AgentSessionLost/other  -      -      -      -      -
AgentMediaOffered       -      -      -      -      -
AgentAnswered           -      -      -      -      -
AgentAssigned           -      -      -      -      -
DigitPressed            -      -      -      -      -
LegSilent/agent         -      -      -      -      -
DeadlinePassed/own      ended  ending ending ending ending
DeadlinePassed/lifted   -      -      -      -      -
"""

_header, *_rows = (line.split() for line in TABLE.splitlines() if line.strip())
CELLS = [(row[0], state, cell) for row in _rows for state, cell in zip(_header, row[1:], strict=True)]


def test_every_event_has_a_row() -> None:
    assert [name for name, *_ in _rows] == list(EVENTS), "rows and events differ"


@pytest.mark.parametrize(("name", "state", "cell"), CELLS, ids=[f"{name}-{state}" for name, state, _ in CELLS])
def test_cell(name: str, state: str, cell: str) -> None:
    call, row = d.call_in(state), EVENTS[name]
    step = machine.step(call, row(call) if callable(row) else row, b.NOW + 1.0)

    if cell == "-":
        assert step.ignored is not None, "the event must be ignored, and say why"
        assert step.call == call, "an ignored event must not change the call"
    else:
        assert step.ignored is None, "the event must be handled"
        assert step.call.phase.value.startswith(cell), "the event leads into the wrong phase"


def test_the_agent_hears_it_ring_from_the_dial_on() -> None:
    assert d.begin().effects == (
        ShowDialling(agent=b.ANN, session=b.TAB, request_id=d.REQUEST, stage="connecting"),
        AnswerOffer(leg=AGENT_LEG, sdp=b.TAB_OFFER_SDP, whatsapp=False),
        PlayRingback(leg=AGENT_LEG, country="GB"),
        MakeOffer(leg=CALLER_LEG),
    )


@pytest.mark.parametrize("agent_first", [True, False])
def test_no_phone_rings_for_an_agent_who_could_not_be_heard(agent_first: bool) -> None:
    """Connect goes out once, when both the agent's media and our offer are there."""
    events = [*d.AGENT_UP, d.offer_made()] if agent_first else [d.offer_made(), *d.AGENT_UP]
    call, asked = d.begin().call, []
    for event in events:
        call, effects, _ = machine.step(call, event, b.NOW)
        asked.append([effect for effect in effects if isinstance(effect, Connect)])

    assert asked == [[], [], [Connect(phone_number_id=b.PNID, customer=b.NOOR, sdp="v=0 offer of ours")]]


def test_the_answer_is_applied_while_the_phone_rings_and_only_once() -> None:
    """whatsapp-calling 1.6: it does not mean that anybody picked up, but ICE and DTLS are through by then."""
    call = d.call_in("named")

    assert b.effects(call, d.answer_webhook()) == (TakeAnswer(leg=CALLER_LEG, sdp="v=0 answer of Meta"),)
    assert b.effects(b.after(call, d.answer_webhook()), d.answer_webhook()) == ()


def test_the_agent_sees_it_ring_and_the_customer_gets_the_whole_ring_time() -> None:
    call, effects, _ = machine.step(d.call_in("named"), d.progressed(CallStatus.RINGING), b.NOW + 5.0)

    assert effects == (ShowDialling(agent=b.ANN, session=b.TAB, request_id=d.REQUEST, stage="ringing"),)
    assert call.deadline is not None
    assert call.deadline.at == b.NOW + 5.0 + d.POLICIES.ring_time_s


def test_customer_and_agent_are_joined_at_accepted_and_not_before() -> None:
    """#7, #49: media is up for a while, and the customer has been sent nothing."""
    ringing = d.ringing_with_media()

    call, effects, _ = machine.step(ringing, d.progressed(CallStatus.ACCEPTED), b.NOW + 9.0)

    assert effects == (
        JoinLegs(legs=(CALLER_LEG, AGENT_LEG)),
        AgentJoined(agent=b.ANN, session=b.TAB, joined_at=b.NOW + 9.0),
        _settled(DialOutcome.ANSWERED),
    )
    assert call.phase is Phase.TALKING
    assert (call.accepted_at, call.answered_at) == (b.NOW + 9.0, b.NOW + 9.0)


def test_who_picks_up_before_media_is_up_is_joined_when_it_is() -> None:
    """ACCEPTED may come before the SDP answer (whatsapp-calling 1.3)."""
    call = b.after(d.call_in("sent"), d.progressed(CallStatus.ACCEPTED), d.answer_webhook())
    assert call.phase is Phase.PICKED_UP

    step = machine.step(call, b.leg_connected(CALLER_LEG), b.NOW + 1.0)

    assert step.effects[0] == JoinLegs(legs=(CALLER_LEG, AGENT_LEG))


def test_afterwards_it_is_a_call_like_any_other() -> None:
    """Hold, and an agent who is lost and comes back."""
    talking = d.call_in("talk")

    assert b.after(talking, b.held(), b.retrieved()).phase is Phase.TALKING
    lost = b.after(talking, b.session_lost())
    back = b.after(lost, b.media_offered(b.OTHER_TAB), b.leg_connected("agent-2"))
    assert (lost.phase, back.phase) == (Phase.RETURNING, Phase.TALKING)
    waiting = b.after(lost, b.overdue(lost))
    assert waiting.phase is Phase.WAITING, "the customer is not dropped because our agent is lost"


ENDS = {
    "declined": ("ring", (d.progressed(CallStatus.REJECTED), d.terminated()), "rejected", "caller"),
    "rings out at Meta": ("ring", (d.terminated(),), "unanswered", "meta"),
    "rings out here": ("ring", (b.overdue(d.call_in("ring")), d.terminated()), "unanswered", "server"),
    "cancelled": ("ring", (b.hung_up(), d.terminated()), "cancelled", "agent"),
    "page closed": ("named", (b.session_lost(), d.terminated()), "cancelled", "agent"),
    "cancelled too late": ("ring", (b.hung_up(), d.terminated(duration=1)), "answered", "agent"),
    "refused": ("sent", (d.connect_failed(),), "failed", "meta"),
    "broken at Meta": ("ring", (d.terminated(error=b.MEDIA_TIMEOUT),), "failed", "meta"),
    "spoken": ("talk", (d.terminated(duration=12),), "answered", "caller"),
    "ACCEPTED was lost": ("ring", (d.terminated(duration=12),), "answered", "caller"),
}
"""By name: the state, what happens then, and the outcome and who ended it, as the record says it."""


@pytest.mark.parametrize("name", ENDS)
def test_however_it_ends_everything_is_given_back_and_the_outcome_told_once(name: str) -> None:
    """#80: an agent who stays busy is never rung again."""
    state, events, outcome, by = ENDS[name]
    call = d.begin().call
    asked: list[Effect] = []
    story = [event for state_, events_ in d.STORY.items() if _reached(state_, state) for event in events_]
    for event in [*story, *events]:
        step = machine.step(call, event, b.NOW)
        call, asked = step.call, [*asked, *step.effects]

    assert call.phase is Phase.ENDED
    assert {CloseLeg(leg=CALLER_LEG), CloseLeg(leg=AGENT_LEG)} <= set(asked), "a leg stays"
    freed = [type(effect).__name__ for effect in asked if type(effect).__name__ in ("ReleaseAgent", "LeaveQueue")]
    assert len(freed) == 1, "the agent stays busy"
    assert len([effect for effect in asked if isinstance(effect, AgentCallEnded)]) == 1
    (told,) = (effect for effect in asked if isinstance(effect, SettleDial))
    (written,) = (effect.record for effect in asked if isinstance(effect, WriteRecord))
    assert (told.outcome.value, written.outcome, written.ended_by) == (outcome, told.outcome, by)
    assert (written.direction, written.offered_at) == (Direction.OUTBOUND, b.NOW)


def test_an_agent_whose_call_came_to_nothing_has_no_work_left_to_do() -> None:
    """No wrap-up after a phone that nobody picked up."""
    assert ReleaseAgent(agent=b.ANN, outcome="not_needed") in b.effects(d.call_in("ring"), b.hung_up())


def test_metas_refusal_reaches_the_agent_in_metas_words() -> None:
    """#107."""
    told = next(each for each in b.effects(d.call_in("sent"), d.connect_failed()) if isinstance(each, AgentCallEnded))

    assert told.error == d.NO_PERMISSION


def test_a_cancelled_call_is_ended_at_meta_by_its_own_id() -> None:
    asked = b.effects(d.call_in("ring"), b.hung_up())

    assert SendAction(action=Action.TERMINATE, phone_number_id=b.PNID, wacid=d.WACID) in asked


@pytest.mark.parametrize("news", [d.confirmed(), d.answer_webhook(), d.progressed(CallStatus.RINGING)])
def test_a_call_cancelled_while_connect_is_on_its_way_is_ended_as_soon_as_meta_names_it(news: Event) -> None:
    """Otherwise a phone rings for nobody."""
    cancelled = b.after(d.call_in("sent"), b.hung_up())
    assert cancelled.phase is Phase.ENDING

    named, asked, _ = machine.step(cancelled, news, b.NOW)

    assert asked == (SendAction(action=Action.TERMINATE, phone_number_id=b.PNID, wacid=d.WACID),)
    assert b.effects(named, d.answer_webhook()) == (), "it is said once"


def test_a_lost_answer_of_connect_never_dials_twice() -> None:
    """Meta's webhooks tell of the call by the id that connect gave them, or nothing came of it."""
    silent = b.after(d.call_in("sent"), d.connect_failed(d.NOBODY_KNOWS, final=False))

    assert b.effects(silent, d.answer_webhook()) == (TakeAnswer(leg=CALLER_LEG, sdp="v=0 answer of Meta"),)
    given_up = machine.step(silent, b.overdue(silent), b.NOW + 12.0)
    assert given_up.call.phase is Phase.ENDING
    assert not any(isinstance(effect, Connect | SendAction) for effect in given_up.effects)


def test_what_the_customer_declined_is_ended_by_meta_itself() -> None:
    asked = b.effects(d.call_in("ring"), d.progressed(CallStatus.REJECTED))

    assert not any(isinstance(effect, SendAction) for effect in asked), "a terminate would be refused"


def _settled(outcome: DialOutcome) -> SettleDial:
    return SettleDial(phone_number_id=b.PNID, customer=b.NOOR, outcome=outcome, rang=True, call_back_id="wacid.missed")


def _reached(state: str, last: str) -> bool:
    order = list(d.STORY)
    return order.index(state) <= order.index(last)
