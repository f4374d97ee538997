"""Owns the caller's-ear report: what one call promised and what caller and agent really heard. Pure, after the call."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from benchmarks.simulator.agent import AgentCall
from benchmarks.simulator.business_call import BusinessCall
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.continuity import discontinuities, longest_gap
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.moment import Moment
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE

Keys: TypeAlias = dict[str, Any]

_SETTLED_S = 0.15
"""Time after the agent's first packet in which decoders may still ring out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    at_s: float
    """Seconds since the connect webhook was sent."""
    what: str


def report(call: SimulatedCall, agent: AgentCall | None) -> Keys:
    """The figures of one ended user-initiated call; None where something never happened."""
    caller = Hearing(call.ear.recording)
    voice_at = caller.first_voice_at(AGENT_TONE)
    return {
        "webhook_to_pre_accept_ms": _between_ms(call.webhook_sent.at, call.pre_accepted.at),
        "webhook_to_accept_ms": _between_ms(call.webhook_sent.at, call.accepted.at),
        "accept_to_first_audio_ms": _between_ms(call.accepted.at, call.ear.first_at),
        "accept_to_first_sound_ms": _between_ms(call.accepted.at, caller.first_sound_at()),
        "agent_answer_to_voice_ms": None if agent is None else _between_ms(agent.answered.at, voice_at),
        "caller_hears_agent": caller.hears(AGENT_TONE),
        "agent_hears_caller": agent is not None and Hearing(agent.ear.recording).hears(CALLER_TONE),
        **_heard(call, caller),
    }


def outbound_report(call: BusinessCall, agent: AgentCall | None) -> Keys:
    """The figures of one ended business-initiated call; None where something never happened."""
    user = Hearing(call.ear.recording, payload_type=call.phone.negotiated.opus)
    return {
        "post_to_answer_ms": _between_ms(call.requested.at, call.answer_told.at),
        "post_to_ringing_ms": _between_ms(call.requested.at, call.rang.at),
        "accepted_to_first_audio_ms": _between_ms(call.accepted.at, call.ear.first_at),
        "accepted_to_voice_ms": _between_ms(call.accepted.at, user.first_voice_at(AGENT_TONE)),
        "user_hears_agent": user.hears(AGENT_TONE),
        "agent_hears_user": agent is not None and Hearing(agent.ear.recording).hears(CALLER_TONE),
        **_heard(call, user),
    }


def _heard(call: SimulatedCall | BusinessCall, hearing: Hearing) -> Keys:
    """What the ear of either kind of call says."""
    voice_at, ended_at = hearing.first_voice_at(AGENT_TONE), call.ended.at
    gap = longest_gap(call.ear.recording, until=ended_at)
    besides = None
    if voice_at is not None and ended_at is not None:
        besides = round(hearing.loudest_besides(AGENT_TONE, voice_at + _SETTLED_S, ended_at), 4)
    return {
        "max_gap_ms": None if gap is None else round(gap.seconds * 1000, 3),
        "rtp_discontinuities": len(discontinuities(call.ear.recording)),
        "other_sound_after_join": besides,
        "packets_heard": len(call.ear.recording),
        "rtcp_heard": call.phone.media.rtcp_received,
        "violations": call.violations,
    }


def timeline(call: SimulatedCall | BusinessCall, agent: AgentCall | None) -> list[Line]:
    """Everything that happened, in order, for a person to read."""
    moments = _of_user(call) if isinstance(call, SimulatedCall) else _of_business(call)
    assert moments[0][0].at is not None, "the call was never announced"
    moments.append((call.ended, f"the call ends, by the {call.ended_by}"))
    if agent is not None:
        moments += [
            (agent.rang, _beginning(agent)),
            (agent.media_up, "the agent's media is up"),
            (agent.answered, "the agent presses Answer"),
            (agent.joined, "the agent is told to speak"),
        ]
    start = min(moment.at for moment, _ in moments if moment.at is not None)
    lines = [Line(moment.at - start, what) for moment, what in moments if moment.at is not None]
    if call.ear.first_at is not None:
        lines.append(Line(call.ear.first_at - start, "the caller hears the first packet"))
    for segment in Hearing(call.ear.recording).segments():
        # A person's voice is no test tone, and the ear cannot tell it from music.
        name = "music or speech" if agent is None and segment.sound is Sound.MUSIC else segment.name
        what = f"the caller hears {name} for {segment.seconds:.2f} s"
        lines.append(Line(segment.start - start, what))
    return sorted(lines, key=lambda line: line.at_s)


def _beginning(agent: AgentCall) -> str:
    if agent.dialled:
        return "the agent dials"
    return "the agent is back" if agent.resumed else "the agent's browser rings"


def _of_user(call: SimulatedCall) -> list[tuple[Moment, str]]:
    return [
        (call.webhook_sent, "WhatsApp sends the connect webhook"),
        (call.pre_accepted, "WhatsApp confirms pre_accept"),
        (call.accepted, "WhatsApp confirms accept"),
    ]


def _of_business(call: BusinessCall) -> list[tuple[Moment, str]]:
    return [
        (call.requested, "WhatsApp takes the connect"),
        (call.answer_told, "WhatsApp sends its SDP answer"),
        (call.rang, "the customer's phone rings"),
        (call.picked_up, "the customer picks up"),
        (call.accepted, "WhatsApp sends ACCEPTED"),
    ]


def _between_ms(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1000, 3)
