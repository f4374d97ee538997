"""#39: one of two who talk is not heard. The agent is told, the record keeps it, and nobody who means it is alarmed."""

from signaling.calls import machine
from signaling.calls.call import CALLER_LEG, Call, Deadline, Phase
from signaling.calls.effects import AudioAlarm, WriteRecord
from signaling.calls.events import CallStatus, DeadlinePassed, Event
from signaling.calls.hearing import Alarm
from signaling.calls.reasons import Reason
from tests.signaling.calls import builders as b
from tests.signaling.calls import dialling_builders as d

AFTER_S = b.POLICIES.one_way_s
RAISED = DeadlinePassed(reason=Reason.ONE_WAY)
TALKING = b.call_in(Phase.TALKING)


def alarm(silent: str | None) -> AudioAlarm:
    return AudioAlarm(agent=b.ANN, session=b.TAB, silent=silent)


def at(call: Call, seconds: float, *events: Event) -> Call:
    """The call once this has happened, so many seconds into the conversation."""
    return b.after(call, *events, now=b.NOW + seconds)


def due(call: Call) -> float | None:
    """When the alarm is to be raised, in seconds of the conversation."""
    return next((one.at - b.NOW for one in call.deadlines if one.reason is Reason.ONE_WAY), None)


def test_an_agent_who_is_not_heard_is_told_so_and_told_when_it_is_over() -> None:
    faint = at(TALKING, 10, b.leg_inaudible())
    assert faint.next_deadline == Deadline(b.NOW + 10 + AFTER_S, Reason.ONE_WAY)

    call, effects, _ = machine.step(faint, RAISED, b.NOW + 30.0)
    assert effects == (alarm("agent"),)
    assert call.next_deadline == TALKING.deadline, "it is raised once"

    call, effects, _ = machine.step(call, b.leg_audible(), b.NOW + 41.0)
    assert effects == (alarm(None),)
    assert call.hearing.alarms == (Alarm(silent="agent", since=b.NOW + 10.0, until=b.NOW + 41.0),)


def test_a_caller_who_is_not_heard_is_told_to_the_agent() -> None:
    """A phone that sends nothing at all is not heard either."""
    for event in (b.leg_inaudible(CALLER_LEG), b.leg_silent(CALLER_LEG)):
        assert b.effects(at(TALKING, 10, event), RAISED, b.NOW + 30.0) == (alarm("caller"),)


def test_two_who_are_both_silent_have_nothing_to_say() -> None:
    """On mute both, or a pause: there is nobody whom the other should hear."""
    both = at(TALKING, 10, b.leg_inaudible(), b.leg_inaudible(CALLER_LEG))
    assert due(both) is None
    assert due(at(both, 60, b.leg_audible(CALLER_LEG))) == 60 + AFTER_S, "counted from when one could be heard again"


def test_a_muted_agent_raises_no_alarm() -> None:
    """#63: whoever shut the microphone knows."""
    muted = at(TALKING, 10, b.muted(), b.leg_inaudible())
    assert due(muted) is None
    assert due(at(muted, 60, b.muted(muted=False))) == 10 + AFTER_S, "open again, and still not heard"


def test_an_agent_who_mutes_ends_the_alarm() -> None:
    raised = at(at(TALKING, 10, b.leg_inaudible()), 30, RAISED)
    assert b.effects(raised, b.muted(), b.NOW + 35.0) == (alarm(None),)


def test_a_pause_of_the_other_one_does_not_end_the_alarm() -> None:
    """They say hello, listen, and say hello again; the alarm must not flicker with that."""
    raised = at(at(TALKING, 10, b.leg_inaudible()), 30, RAISED)
    assert b.effects(raised, b.leg_inaudible(CALLER_LEG), b.NOW + 35.0) == ()


def test_a_microphone_that_was_dead_while_it_rang_counts_from_the_bridge() -> None:
    """It is shut until then, so nothing can be said of it before."""
    talking = at(at(b.call_in(Phase.RINGING), 1, b.leg_inaudible()), 5, b.answered())
    assert due(talking) == 5 + AFTER_S
    assert due(at(talking, 6, b.leg_audible())) is None


def test_on_hold_nobody_is_expected_to_be_heard() -> None:
    faint = at(TALKING, 10, b.leg_inaudible())
    held = at(faint, 15, b.held())
    assert due(held) is None
    assert due(at(held, 60, b.retrieved())) == 60 + AFTER_S

    call, effects, _ = machine.step(at(faint, 30, RAISED), b.held(), b.NOW + 40.0)
    assert effects[-1] == alarm(None)
    assert call.hearing.alarm is None


def test_the_record_keeps_every_alarm_the_last_one_until_the_end() -> None:
    raised = at(at(TALKING, 10, b.leg_inaudible()), 30, RAISED)
    written = b.effects(raised, b.caller_hangs_up(), b.NOW + 50.0)[-1]
    assert isinstance(written, WriteRecord)
    assert written.record.alarms == (Alarm(silent="agent", since=b.NOW + 10.0, until=b.NOW + 50.0),)


def test_an_alarm_that_comes_late_is_not_raised_for_who_is_heard_again() -> None:
    heard = at(TALKING, 10, b.leg_inaudible(), b.leg_audible())
    assert machine.step(heard, RAISED, b.NOW + 30.0).ignored == "this deadline was lifted"


def test_a_microphone_that_is_dead_while_it_rings_is_told_of_once_they_talk() -> None:
    """What nobody hears is told once, and of a call that an agent places it may be told before anybody picks up."""
    for event, silent in ((b.leg_inaudible(), "agent"), (b.leg_silent(CALLER_LEG), "caller")):
        talking = b.after(d.ringing_with_media(), event, d.progressed(CallStatus.ACCEPTED))
        assert talking.phase is Phase.TALKING
        assert due(talking) == AFTER_S
        assert b.effects(talking, RAISED, b.NOW + AFTER_S) == (alarm(silent),)
