"""The total table of the call machine: what every event does in every phase. Start here to know what a call can do."""

from collections.abc import Callable
from typing import get_args

import pytest

from hold_audio.occasions import Choice
from signaling.calls import dialling, machine
from signaling.calls.call import CALLER_LEG, Call, Phase
from signaling.calls.events import Action, CallStatus, DeadlinePassed, Event, Overflow, ServerStopping
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b
from tests.signaling.calls import dialling_builders as d

LOST_LEG = "agent-9"
"""A leg whose tab this call no longer knows."""

EVENTS: dict[str, Event | Callable[[Call], Event]] = {
    "CallOffered": b.OFFER,
    "CallTerminated": b.caller_hangs_up(),
    "ServerStopping": ServerStopping(reason="draining"),
    "LegAnswered/caller": b.leg_answered(CALLER_LEG),
    "LegAnswered/tab": b.leg_answered(b.TAB_LEG),
    "LegAnswered/lost": b.leg_answered(LOST_LEG),
    "CallDialled": d.DIALLED,
    "ConnectConfirmed": d.confirmed(),
    "ConnectAnswered": d.answer_webhook(),
    "CallProgressed": d.progressed(CallStatus.ACCEPTED),
    "LegOffered": d.offer_made(),
    "LegRefused/caller": b.leg_refused(CALLER_LEG),
    "LegRefused/tab": b.leg_refused(b.TAB_LEG),
    "LegRefused/lost": b.leg_refused(LOST_LEG),
    "LegConnected/caller": b.leg_connected(CALLER_LEG),
    "LegConnected/tab": b.leg_connected(b.TAB_LEG),
    "LegConnected/lost": b.leg_connected(LOST_LEG),
    "LegFailed/caller": b.leg_failed(CALLER_LEG),
    "LegFailed/tab": b.leg_failed(b.TAB_LEG),
    "LegFailed/colleague": b.leg_failed(b.BENS_LEG),
    "LegFailed/lost": b.leg_failed(LOST_LEG),
    "LegSilent/caller": b.leg_silent(CALLER_LEG),
    "LegSilent/tab": b.leg_silent(b.TAB_LEG),
    "LegSilent/lost": b.leg_silent(LOST_LEG),
    "LegSpeaks/caller": b.leg_speaks(CALLER_LEG),
    "LegSpeaks/tab": b.leg_speaks(b.TAB_LEG),
    "LegSpeaks/lost": b.leg_speaks(LOST_LEG),
    "LegInaudible/caller": b.leg_inaudible(CALLER_LEG),
    "LegInaudible/tab": b.leg_inaudible(b.TAB_LEG),
    "LegInaudible/lost": b.leg_inaudible(LOST_LEG),
    "LegAudible/caller": b.leg_audible(CALLER_LEG),
    "LegAudible/tab": b.leg_audible(b.TAB_LEG),
    "LegAudible/lost": b.leg_audible(LOST_LEG),
    "DigitPressed/leave": b.digit_pressed(choice=Choice.CALL_BACK_AND_LEAVE),
    "DigitPressed/stay": b.digit_pressed(choice=Choice.CALL_BACK_AND_STAY),
    "DigitPressed/caller": b.digit_pressed(CALLER_LEG),
    "DigitPressed/tab": b.digit_pressed(b.TAB_LEG),
    "FarewellEnded": b.farewell_ended(),
    "ActionConfirmed/pre": b.confirmed(Action.PRE_ACCEPT),
    "ActionConfirmed/accept": b.confirmed(Action.ACCEPT),
    "ActionConfirmed/reject": b.confirmed(Action.REJECT),
    "ActionConfirmed/term": b.confirmed(Action.TERMINATE),
    "ActionFailed/pre": b.failed(Action.PRE_ACCEPT),
    "ActionFailed/pre/net": b.failed(Action.PRE_ACCEPT, final=False),
    "ActionFailed/accept": b.failed(Action.ACCEPT),
    "ActionFailed/reject": b.failed(Action.REJECT),
    "ActionFailed/term": b.failed(Action.TERMINATE),
    "AgentAssigned/ann": b.assigned(b.ANN),
    "AgentAssigned/ben": b.assigned(b.BEN),
    "QueueOverflowed/out": b.overflowed(),
    "QueueOverflowed/queue": b.overflowed(Overflow.QUEUE, "support"),
    "AgentMediaOffered/ann": b.media_offered(agent=b.ANN),
    "AgentMediaOffered/ben": b.media_offered(b.BENS_TAB, b.BEN),
    "AgentAnswered/ann": b.answered(agent=b.ANN),
    "AgentAnswered/ben": b.answered(b.BENS_TAB, b.BEN),
    "AgentRefused/ann": b.refused(b.ANN),
    "AgentRefused/ben": b.refused(b.BEN),
    "AgentHungUp/ann": b.hung_up(b.ANN),
    "AgentHungUp/ben": b.hung_up(b.BEN),
    "AgentHeldCall/ann": b.held(b.ANN),
    "AgentHeldCall/ben": b.held(b.BEN),
    "AgentRetrievedCall/ann": b.retrieved(b.ANN),
    "AgentRetrievedCall/ben": b.retrieved(b.BEN),
    "AgentMuted/ann": b.muted(b.ANN),
    "AgentMuted/ben": b.muted(b.BEN),
    "AgentPressed/ann": b.keys_pressed(b.ANN),
    "AgentPressed/ben": b.keys_pressed(b.BEN),
    "AgentTransferred/ann": b.transferred(b.ANN),
    "AgentTransferred/ben": b.transferred(b.BEN),
    "AgentConsulted/ann": b.consulted(b.ANN),
    "AgentConsulted/ben": b.consulted(b.BEN),
    "ConsultUnavailable": b.unavailable(),
    "AgentCancelledConsult/ann": b.cancelled(b.ANN),
    "AgentCancelledConsult/ben": b.cancelled(b.BEN),
    "AgentMergedCall/ann": b.merged(b.ANN),
    "AgentMergedCall/ben": b.merged(b.BEN),
    "AgentCompletedTransfer/ann": b.completed(b.ANN),
    "AgentCompletedTransfer/ben": b.completed(b.BEN),
    "AgentSessionLost/ann": b.session_lost(agent=b.ANN),
    "AgentSessionLost/ben": b.session_lost(b.BENS_TAB, b.BEN),
    "DeadlinePassed/own": lambda call: b.overdue(call) if call.deadline else DeadlinePassed(reason=Reason.GOODBYE),
    "DeadlinePassed/lifted": lambda call: DeadlinePassed(reason=_another_reason(call)),
}
"""One row per event, and per target where that makes a difference. It is Ann who rings and talks, and Ben whom she asks,
each in one tab."""

REASONS = {
    "over": "the call is over",
    "dup": "duplicate connect",
    "leg": "the caller's leg was answered before",
    "none": "not dialling",
    "lost": "the tab of this leg is gone",
    "nil": "not heard anyway",
    "loud": "was not silent",
    "pre": "pre_accept was settled before",
    "acc": "accept was settled before",
    "rej": "reject was settled before",
    "ter": "terminate was settled before",
    "claim": "this agent is claimed already",
    "full": "not waiting for an agent",
    "here": "not ringing here",
    "who": "not this agent's call",
    "nob": "no agent to show the digit to",
    "key": "the key means nothing now",
    "talk": "not in conversation with this agent",
    "hold": "no call of this agent is on hold",
    "said": "no farewell is being said",
    "alone": "no colleague is asked",
    "three": "no colleague to merge with",
    "look": "nobody is looked for",
    "late": "this deadline was lifted",
}

# The beginning of a phase: the event is handled and leads there. A word after "-": it is ignored, for that REASON.
TABLE = """
                           offer  pre    conn   accept wait   ring   talk   held   ask    cons   merge  return part   ending ended

CallOffered                -dup   -dup   -dup   -dup   -dup   -dup   -dup   -dup   -dup   -dup   -dup   -dup   -dup   -over  -over
CallTerminated             ended  ended  ended  ended  ended  ended  ended  ended  ended  ended  ended  ended  ended  ended  -over
ServerStopping             ending ending ending ending ending ending ending ending ending ending ending ending ending -over  -over

LegAnswered/caller         pre    -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -over  -over
LegAnswered/tab            -lost  -lost  -lost  -lost  -lost  ring   talk   held   ask    cons   merge  -lost  -lost  -over  -over
LegAnswered/lost           -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -over  -over
CallDialled                -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -over  -over
ConnectConfirmed           -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -over  -over
ConnectAnswered            -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -over  -over
CallProgressed             -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -over  -over
LegOffered                 -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -none  -over  -over
LegRefused/caller          ending -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -leg   -over  -over
LegRefused/tab             -lost  -lost  -lost  -lost  -lost  ring   return return return return talk   -lost  -lost  -over  -over
LegRefused/lost            -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -over  -over
LegConnected/caller        offer  pre    accept accept wait   ring   talk   held   ask    cons   merge  return part   -over  -over
LegConnected/tab           -lost  -lost  -lost  -lost  -lost  ring   talk   held   ask    cons   merge  -lost  -lost  -over  -over
LegConnected/lost          -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -over  -over
LegFailed/caller           ending ending ending ending ending ending ending ending ending ending ending ending ending -over  -over
LegFailed/tab              -lost  -lost  -lost  -lost  -lost  ring   return return return return talk   -lost  -lost  -over  -over
LegFailed/colleague        -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  ask    held   talk   -lost  -lost  -over  -over
LegFailed/lost             -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -over  -over
LegSilent/caller           offer  pre    conn   accept wait   ring   talk   held   ask    cons   merge  return part   -over  -over
LegSilent/tab              -nil   -nil   -nil   -nil   -nil   -nil   talk   -nil   -nil   -nil   -nil   -nil   -nil   -over  -over
LegSilent/lost             -nil   -nil   -nil   -nil   -nil   -nil   -nil   -nil   -nil   -nil   -nil   -nil   -nil   -over  -over
LegSpeaks/caller           offer  pre    conn   accept wait   ring   talk   held   ask    cons   merge  return part   -over  -over
LegSpeaks/tab              -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -over  -over
LegSpeaks/lost             -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -loud  -over  -over

LegInaudible/caller        offer  pre    conn   accept wait   ring   talk   held   ask    cons   merge  return part   -over  -over
LegInaudible/tab           -lost  -lost  -lost  -lost  -lost  ring   talk   held   ask    cons   merge  -lost  -lost  -over  -over
LegInaudible/lost          -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -over  -over
LegAudible/caller          offer  pre    conn   accept wait   ring   talk   held   ask    cons   merge  return part   -over  -over
LegAudible/tab             -lost  -lost  -lost  -lost  -lost  ring   talk   held   ask    cons   merge  -lost  -lost  -over  -over
LegAudible/lost            -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -lost  -over  -over
DigitPressed/leave         -nob   -nob   -nob   -nob   part   part   talk   held   ask    cons   merge  -nob   -nob   -over  -over
DigitPressed/stay          -nob   -nob   -nob   -nob   wait   ring   talk   held   ask    cons   merge  -nob   -nob   -over  -over
DigitPressed/caller        -nob   -nob   -nob   -nob   -key   -key   talk   held   ask    cons   merge  -nob   -nob   -over  -over
DigitPressed/tab           -nob   -nob   -nob   -nob   -key   -key   -nob   -nob   -nob   -nob   -nob   -nob   -nob   -over  -over
FarewellEnded              -said  -said  -said  -said  -said  -said  -said  -said  -said  -said  -said  -said  ending -over  -over

ActionConfirmed/pre        -pre   conn   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -over  -over
ActionConfirmed/accept     -acc   -acc   -acc   wait   -acc   -acc   -acc   -acc   -acc   -acc   -acc   -acc   -acc   -over  -over
ActionConfirmed/reject     -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   ending -over
ActionConfirmed/term       -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   ending -over
ActionFailed/pre           -pre   ending -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -over  -over
ActionFailed/pre/net       -pre   accept -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -pre   -over  -over
ActionFailed/accept        -acc   -acc   -acc   ending -acc   -acc   -acc   -acc   -acc   -acc   -acc   -acc   -acc   -over  -over
ActionFailed/reject        -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   -rej   ended  -over
ActionFailed/term          -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   -ter   ended  -over

AgentAssigned/ann          -full  -full  -full  -full  ring   -claim -claim -claim -claim -claim -claim -claim -full  -over  -over
AgentAssigned/ben          -full  -full  -full  -full  ring   ring   -full  -full  -claim -claim -claim -full  -full  -over  -over
QueueOverflowed/out        -full  -full  -full  -full  part   ring   -full  -full  -full  -full  -full  -full  -full  -over  -over
QueueOverflowed/queue      -full  -full  -full  -full  wait   ring   -full  -full  -full  -full  -full  -full  -full  -over  -over
AgentMediaOffered/ann      -here  -here  -here  -here  -here  ring   -here  -here  -here  -here  -here  return -here  -over  -over
AgentMediaOffered/ben      -here  -here  -here  -here  -here  -here  -here  -here  ask    -here  -here  -here  -here  -over  -over
AgentAnswered/ann          -here  -here  -here  -here  -here  talk   -here  -here  -here  -here  -here  -here  -here  -over  -over
AgentAnswered/ben          -here  -here  -here  -here  -here  -here  -here  -here  cons   -here  -here  -here  -here  -over  -over
AgentRefused/ann           -here  -here  -here  -here  -here  wait   -here  -here  -here  -here  -here  -here  -here  -over  -over
AgentRefused/ben           -here  -here  -here  -here  -here  -here  -here  -here  held   -here  -here  -here  -here  -over  -over
AgentHungUp/ann            -who   -who   -who   -who   -who   wait   ending ending ring   talk   talk   ending -who   -over  -over
AgentHungUp/ben            -who   -who   -who   -who   -who   -who   -who   -who   held   held   talk   -who   -who   -over  -over
AgentHeldCall/ann          -talk  -talk  -talk  -talk  -talk  -talk  held   -talk  -talk  -talk  -talk  -talk  -talk  -over  -over
AgentHeldCall/ben          -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -over  -over
AgentRetrievedCall/ann     -hold  -hold  -hold  -hold  -hold  -hold  -hold  talk   -hold  -hold  -hold  -hold  -hold  -over  -over
AgentRetrievedCall/ben     -hold  -hold  -hold  -hold  -hold  -hold  -hold  -hold  -hold  -hold  -hold  -hold  -hold  -over  -over
AgentMuted/ann             -talk  -talk  -talk  -talk  -talk  -talk  talk   held   ask    cons   merge  -talk  -talk  -over  -over
AgentMuted/ben             -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  cons   merge  -talk  -talk  -over  -over
AgentPressed/ann           -talk  -talk  -talk  -talk  -talk  -talk  talk   -talk  -talk  -talk  merge  -talk  -talk  -over  -over
AgentPressed/ben           -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  merge  -talk  -talk  -over  -over
AgentTransferred/ann       -talk  -talk  -talk  -talk  -talk  -talk  wait   wait   -talk  -talk  -talk  -talk  -talk  -over  -over
AgentTransferred/ben       -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -over  -over
AgentConsulted/ann         -talk  -talk  -talk  -talk  -talk  -talk  ask    ask    -talk  -talk  -talk  -talk  -talk  -over  -over
AgentConsulted/ben         -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -talk  -over  -over
ConsultUnavailable         -look  -look  -look  -look  -look  -look  -look  -look  -look  -look  -look  -look  -look  -over  -over
AgentCancelledConsult/ann  -alone -alone -alone -alone -alone -alone -alone -alone held   held   talk   -alone -alone -over  -over
AgentCancelledConsult/ben  -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -over  -over
AgentMergedCall/ann        -three -three -three -three -three -three -three -three -three merge  -three -three -three -over  -over
AgentMergedCall/ben        -three -three -three -three -three -three -three -three -three -three -three -three -three -over  -over
AgentCompletedTransfer/ann -alone -alone -alone -alone -alone -alone -alone -alone ring   talk   talk   -alone -alone -over  -over
AgentCompletedTransfer/ben -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -alone -over  -over
AgentSessionLost/ann       -who   -who   -who   -who   -who   wait   return return return return talk   return -who   -over  -over
AgentSessionLost/ben       -who   -who   -who   -who   -who   -who   -who   -who   held   held   talk   -who   -who   -over  -over

DeadlinePassed/own         ending accept accept ending ending wait   ending ending held   ending ending wait   ending ended  -over
DeadlinePassed/lifted      -late  -late  -late  -late  -late  -late  -late  -late  -late  -late  -late  -late  -late  -over  -over
"""

_header, *_rows = (line.split() for line in TABLE.splitlines() if line.strip())
CELLS = [(row[0], phase, cell) for row in _rows for phase, cell in zip(_header, row[1:], strict=True)]


def test_every_phase_is_a_column_of_the_table() -> None:
    elsewhere = dialling.BEFORE_JOINING
    """``test_dialling`` has their table."""
    phases = [phase for phase in Phase if phase not in elsewhere]
    assert [_phase(word) for word in _header] == phases, "a phase of the machine is missing from the table"


def test_every_event_type_is_a_row_of_the_table() -> None:
    types = {word.partition("/")[0] for word, *_ in _rows}
    assert types == {kind.__name__ for kind in get_args(Event)}, "an event type is missing from the table"
    assert [word for word, *_ in _rows] == list(EVENTS), "rows and events differ"


@pytest.mark.parametrize(("name", "column", "cell"), CELLS, ids=[f"{name}-{phase}" for name, phase, _ in CELLS])
def test_cell(name: str, column: str, cell: str) -> None:
    call = b.call_in(_phase(column))
    row = EVENTS[name]
    event = row(call) if callable(row) else row

    step = machine.step(call, event, b.NOW + 1.0)

    if cell.startswith("-"):
        assert step.ignored == REASONS[cell[1:]], "the event must be ignored, and say why"
        assert step.call == call, "an ignored event must not change the call"
    else:
        assert step.ignored is None, "the event must be handled"
        assert step.call.phase is _phase(cell), "the event leads into the wrong phase"


def test_every_deadline_reason_is_tried() -> None:
    """The row DeadlinePassed/own fires what each phase has set itself; some come up inside a phase, or in dialling."""
    fired = {deadline.reason for phase in b.STORY if (deadline := b.call_in(phase).deadline)}
    inside = {Reason.AGENT_MEDIA, Reason.PICK_UP, Reason.RESERVE, Reason.ONE_WAY}
    assert fired | inside | {Reason.CONNECT, Reason.RING_TIME} == set(Reason), (
        "a reason is set in no phase of the table"
    )


def _phase(word: str) -> Phase:
    (phase,) = (phase for phase in Phase if phase.value.startswith(word))
    return phase


def _another_reason(call: Call) -> Reason:
    own = call.deadline.reason if call.deadline else None
    return Reason.LEG_ANSWER if own is not Reason.LEG_ANSWER else Reason.GOODBYE
